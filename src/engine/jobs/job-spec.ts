/**
 * A job's spec: the request once it was checked and every path made absolute; stored with the job as JSON,
 * with paths in the form of `stringifyWithPaths`.
 */
import type { ListFormat } from '../../common/model/download';
import type { DownloadOptions } from '../../common/model/download-options';
import type { ListFilter } from '../../common/model/list-filter';
import type { CopyOptions } from '../../common/model/copy-options';
import type { Algorithm, ManifestFormat } from '../../common/model/digests';
import type { CopyRoot } from '../../common/threads/worker-options';
import type { FsPath } from '../../common/model/paths';
import type { WalkRules } from '../../common/model/walk-rules';

export type JobSpec =
  | {
      readonly kind: 'download';
      /** The job's own copies of its lists, sealed; a format of `null` is told by their beginning. */
      readonly lists: readonly StoredList[];
      /** Of which entries there are tasks; older jobs have them of all. */
      readonly only?: ListFilter;
      readonly leaveOut?: ListFilter;
      /** Less what is secret. */
      readonly options: Omit<DownloadOptions, SecretOption>;
      /** Each {@link SecretOption}, sealed, in base64. Older jobs have the user agent among the options. */
      readonly secrets: string;
      readonly directory: FsPath;
      readonly workDirectory: FsPath;
      /** Where the manifest of what was downloaded goes, with the first of the digests; older jobs have none. */
      readonly manifest?: FsPath;
    }
  | {
      readonly kind: 'hash';
      readonly paths: readonly FsPath[];
      readonly algorithms: readonly Algorithm[];
      readonly manifest: ManifestTarget | null;
      readonly rules: WalkRules;
      readonly cache: boolean;
      readonly duplicates: boolean;
    }
  | {
      readonly kind: 'verify';
      /** A manifest, or with `folders` and `bag` a folder. */
      readonly manifest: FsPath;
      /** What messages call the manifest where it is the job's own copy, to be removed with it. */
      readonly shown?: string;
      /** How long that copy is; older jobs do not say. */
      readonly bytes?: number;
      /** The folder is a bag: its manifests are checked, and that they list all of its payload. */
      readonly bag?: boolean;
      readonly ignoreMissing?: boolean;
      readonly folders: boolean;
      readonly root: FsPath;
      readonly strict: boolean;
      readonly outside: boolean;
      readonly algorithm: Algorithm | null;
      readonly rules: WalkRules;
    }
  | {
      readonly kind: 'copy';
      readonly roots: readonly CopyRoot[];
      readonly options: CopyOptions;
      readonly rules: WalkRules;
      readonly manifest: ManifestTarget | null;
      readonly algorithms: readonly Algorithm[];
    };

export interface StoredList {
  readonly path: string;
  readonly format: ListFormat | null;
  /** Of which file it is a copy; older jobs do not say. */
  readonly file?: FsPath;
  /** How long the copy is; older jobs do not say. */
  readonly bytes?: number;
}

export interface ManifestTarget {
  readonly path: FsPath;
  readonly format: ManifestFormat;
}

/** Options that may hold passwords or keys. */
export type SecretOption = 'headers' | 'user' | 'bearer' | 'proxy' | 'userAgent' | 'keyPassword';
