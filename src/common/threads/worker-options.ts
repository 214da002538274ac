/** What each worker of a job is given once, when it is made. */
import type { CopyOptions } from '../model/copy-options';
import type { WalkRules } from '../model/walk-rules';
import type { DownloadOptions } from '../model/download-options';
import type { FsPath } from '../model/paths';
import type { Algorithm } from '../model/digests';

/** What all tasks of one job share; given to each worker once, when it is made. */
export type WorkerOptions =
  DownloadWorkerOptions | HashWorkerOptions | VerifyWorkerOptions | CopyWorkerOptions | ComputeWorkerOptions;

export interface HashWorkerOptions {
  readonly kind: 'hash';
  readonly algorithms: readonly Algorithm[];
  /** Say which file the digests are of, where they are worth remembering. */
  readonly cache: boolean;
  /** Of beginnings and whole files, to find those of equal content. */
  readonly duplicates?: boolean;
}

export interface VerifyWorkerOptions {
  readonly kind: 'verify';
  /** Two folders are compared, instead of files with a manifest. */
  readonly folders: boolean;
}

export interface CopyWorkerOptions {
  readonly kind: 'copy';
  readonly roots: readonly CopyRoot[];
  readonly options: CopyOptions;
  /** Which folders are made. */
  readonly rules: WalkRules;
  /** Digests that are wanted of what is copied. */
  readonly algorithms: readonly Algorithm[];
}

/** Of experiments: each task computes digests of the same bytes in memory, over and over. */
export interface ComputeWorkerOptions {
  readonly kind: 'compute';
  readonly bytes: number;
  readonly rounds: number;
  /** Waited before, without computing; 0: not at all. */
  readonly waitMs: number;
}

export interface DownloadWorkerOptions {
  readonly kind: 'download';
  readonly directory: FsPath;
  readonly workDirectory: FsPath;
  readonly options: DownloadOptions;
  /** The memory of each speed limit that holds for it. */
  readonly rates: readonly SharedArrayBuffer[];
  /** That of a `SharedLog`, in which threads tell each other what cookies they got; absent: this thread is alone. */
  readonly cookieLog?: SharedArrayBuffer;
  /** What was in pipes that options name, in base64, by their paths: they give it once. */
  readonly piped?: Readonly<Record<string, string>>;
  /** The memory of `places.ts`, and where in it the job is; absent: files have as many connections as they like. */
  readonly places?: { readonly memory: SharedArrayBuffer; readonly job: number };
}

/** One thing to copy: `source` becomes `target`. */
export interface CopyRoot {
  readonly source: FsPath;
  readonly target: FsPath;
  /** Where temporary files of this root go: a folder in `target`, or beside it where there is none or it is no folder. */
  readonly workDirectory: FsPath;
  /** Of a mirror: what was mounted at the source ('') and below it when the job was made; byte strings. */
  readonly mounts?: readonly string[];
}
