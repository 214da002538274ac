/** A job's spec: the request once it was checked and every path made absolute; stored with the job as JSON. */
import type { ListFormat } from '../../common/download';
import type { DownloadOptions } from '../../common/download-options';
import type { Algorithm, CopyRoot, ManifestFormat } from '../../common/model';

export type JobSpec =
  | {
      readonly kind: 'download';
      /** The job's own copies of its lists, sealed; a format of `null` is told by their beginning. */
      readonly lists: readonly { readonly path: string; readonly format: ListFormat | null }[];
      /** Less what is secret. */
      readonly options: Omit<DownloadOptions, SecretOption>;
      /** Each {@link SecretOption}, sealed, in base64. */
      readonly secrets: string;
      readonly directory: string;
      readonly workDirectory: string;
      /** Where the manifest of what was downloaded goes, with the first of the digests; older jobs have none. */
      readonly manifest?: string;
    }
  | {
      readonly kind: 'hash';
      readonly paths: readonly string[];
      readonly algorithms: readonly Algorithm[];
      readonly manifest: { readonly path: string; readonly format: ManifestFormat } | null;
    }
  | { readonly kind: 'copy'; readonly roots: readonly CopyRoot[] };

/** Options that may hold passwords or keys. */
export type SecretOption = 'headers' | 'user' | 'bearer' | 'proxy';
