/** The words of Heddle: jobs, tasks, modes. Every process may import this file. */
import type {
  CheckAlgorithm,
  CheckDigests,
  DownloadEntry,
  DownloadFacts,
  KnownFile,
  PartialState,
} from './download';
import type { CopyFacts, CopyOptions, Lost } from './copy-options';
import type { WalkRules } from './walk-rules';
import type { DownloadOptions } from './download-options';
import type { ErrorData } from './errors';
import type { FsPath } from './paths';

export const JOB_KINDS = ['download', 'hash', 'verify', 'copy'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/**
 * How a job's tasks run.
 * - `sequential` (Sync on screen): one thread, one task at a time
 * - `event-loop`: one thread, N tasks in flight on it
 * - `thread-per-task`: a new thread for each task, at most N alive
 * - `pool` (Async on screen): N threads, made before the first task, reused
 */
export const MODES = ['sequential', 'event-loop', 'thread-per-task', 'pool'] as const;
export type Mode = (typeof MODES)[number];

export const TASK_STATES = ['queued', 'running', 'done', 'failed', 'skipped', 'cancelled'] as const;
export type TaskState = (typeof TASK_STATES)[number];
export const SETTLED_STATES = ['done', 'failed', 'skipped', 'cancelled'] as const;
export type SettledState = (typeof SETTLED_STATES)[number];
export interface SettledTask {
  readonly id: number;
  readonly state: SettledState;
  /** It is done, and there is something to be known of how it went. */
  readonly isNoted?: boolean;
}

/**
 * - `queued`: waits for its turn among jobs
 * - `running`: planning its tasks or running them
 * - `paused`: stopped by the user, goes on when told
 * - `interrupted`: its process died or was stopped; goes on when told
 * - `done`: every task is settled (some may have failed: see the counts)
 * - `cancelled`: ended by the user before every task was settled
 * - `failed`: the job as a whole could not be planned or run; see its error
 */
export const JOB_STATES = [
  'queued',
  'running',
  'paused',
  'interrupted',
  'done',
  'cancelled',
  'failed',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Digests of hash jobs; the first is the one that people expect. */
export const ALGORITHMS = [
  'sha256',
  'blake3',
  'sha512',
  'sha3-256',
  'blake2b',
  'sha1',
  'md5',
  'xxh3',
  'xxh128',
  'crc32',
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** As people write them. */
export const ALGORITHM_NAMES: Readonly<Record<CheckAlgorithm, string>> = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  'sha3-256': 'SHA3-256',
  'sha3-224': 'SHA3-224',
  'sha3-384': 'SHA3-384',
  'sha3-512': 'SHA3-512',
  blake2b: 'BLAKE2b',
  'blake2b-256': 'BLAKE2b-256',
  blake2s: 'BLAKE2s',
  blake3: 'BLAKE3',
  xxh3: 'XXH3',
  xxh128: 'XXH128',
  crc32: 'CRC-32',
  ripemd160: 'RIPEMD-160',
};

export const MANIFEST_FORMATS = ['gnu', 'bsd', 'sfv', 'hashdeep', 'json'] as const;
export type ManifestFormat = (typeof MANIFEST_FORMATS)[number];

/**
 * What a task does, apart from its job's kind.
 * - `hardlink`: one more name of a file that the same job copies
 * - `extra`: what is at a copy's target and not at its source
 * - `folders`: modes and times of a copied tree's folders, last
 * - `pair`: a file on the left (`source`) and on the right (`target`) whose contents are compared
 * - `head`: the digest of a file's beginning, by which files that cannot be equal are told apart
 */
export type TaskType = 'url' | 'file' | 'symlink' | 'hardlink' | 'extra' | 'folders' | 'pair' | 'head';

/**
 * What was found of a file, where that is what the job is for.
 * - against a manifest: `ok`, `changed`, `missing`, `unreadable`, `extra` (not listed)
 * - two folders: `same`, `different`, `only-left`, `only-right`, `moved`, `unreadable`
 * - duplicates: `unique`, `duplicate`, `hard-link` (another name of a file that was counted already)
 * - what a copy would do, or did: `new`, `replaced`, `numbered`, `unchanged`, `updated` (its content was there),
 *   `kept` (the target's was left), `deleted`, `withheld` (not deleted while something stands in the way),
 *   `clash` (the target cannot hold it beside another, or not at all)
 */
export const FINDINGS = [
  'ok',
  'changed',
  'missing',
  'unreadable',
  'extra',
  'same',
  'different',
  'only-left',
  'only-right',
  'moved',
  'duplicate',
  'unique',
  'hard-link',
  'new',
  'replaced',
  'numbered',
  'unchanged',
  'updated',
  'kept',
  'deleted',
  'withheld',
  'clash',
] as const;
export type Finding = (typeof FINDINGS)[number];
/** How many tasks of a job have each finding; those that none has are left out. */
export type FindingCounts = Readonly<Partial<Record<Finding, number>>>;

/** Tells whether a file is still the one that was read, on this machine. */
export interface FileIdentity {
  /** Device and inode. */
  readonly file: string;
  /** Where inodes are made up: the file's real path, as a key. `null`: device and inode tell which file it is. */
  readonly place: string | null;
  /** Size, time of modification and time of change in nanoseconds. */
  readonly version: string;
  /** The file system as it is mounted, where digests may be remembered; otherwise `null`. */
  readonly mount: string | null;
}

/** What all names of one file have in common, and no other file has. */
export function fileKey({ file, place }: FileIdentity): string {
  return place ?? file;
}

/** Lower-case hexadecimal digests by algorithm. */
export type Digests = CheckDigests;

/** How many of a job's tasks are in each state. */
export type TaskCounts = Readonly<Record<TaskState, number>>;

export const NO_TASKS: TaskCounts = {
  queued: 0,
  running: 0,
  done: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
};

export function totalTasks(counts: TaskCounts): number {
  let total = 0;
  for (const state of TASK_STATES) total += counts[state];
  return total;
}

export function settledTasks(counts: TaskCounts): number {
  return counts.done + counts.failed + counts.skipped + counts.cancelled;
}

/** A job that has ended for good: nothing of it runs or waits. */
export function isEnded(state: JobState): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
}

/** One try at a task, run by a worker: everything it needs that differs between the tasks of one job. */
export interface TaskOrder {
  /** The task's row id, unique in the database. */
  readonly id: number;
  readonly type: TaskType;
  /** A URL, or the path of the file to read. */
  readonly source: FsPath;
  /** Where the result goes: for a copy the target's path; for a download `null` (the name comes from the URL). */
  readonly target: FsPath | null;
  /** Bytes, where known before the start. */
  readonly size: number | null;
  /** Which of the job's inputs it comes from, from 0: an index into a copy's roots. */
  readonly root: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Files of one job that may be equal have the same. */
  readonly grouping?: string;
  /** Of a file that is verified: what it is to be. */
  readonly expected?: ExpectedFile;
  /** Of a `hardlink`: the copied file that it becomes another name of. */
  readonly linkTo?: FsPath;
  /** Of a copy: what an earlier attempt left of it. */
  readonly partial?: PartialState | null;
  /** Of a download, where there is more to it than its URL. */
  readonly download?: {
    readonly entry: DownloadEntry | null;
    /** What an earlier attempt left. */
    readonly partial: PartialState | null;
    /** What this entry became before, where only a newer one is wanted. */
    readonly known?: KnownFile | null;
    /** The name that it would get is that of another entry's file: it is not to be replaced. */
    readonly isForeign?: boolean;
  };
}

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

/** What a manifest says of a file. */
export interface ExpectedFile {
  readonly digests: CheckDigests;
  /** Algorithms that a lone digest may be of instead: the manifest does not say which. */
  readonly alternatives: readonly CheckAlgorithm[];
  /** Bytes, where the manifest says so. */
  readonly size: number | null;
  /** What is to be known of how the file was found. */
  readonly note?: ErrorData;
}

export interface DownloadWorkerOptions {
  readonly kind: 'download';
  readonly directory: FsPath;
  readonly workDirectory: FsPath;
  readonly options: DownloadOptions;
  /** The memory of each speed limit that holds for it. */
  readonly rates: readonly SharedArrayBuffer[];
}

/** One thing to copy: `source` becomes `target`. */
export interface CopyRoot {
  readonly source: FsPath;
  readonly target: FsPath;
  /** Where temporary files of this root go: a folder in `target`, or beside it where there is none or it is no folder. */
  readonly workDirectory: FsPath;
}

/** How a task that did not fail ended. */
export interface TaskOutcome {
  readonly state: 'done' | 'skipped';
  /** Bytes downloaded, hashed or copied. */
  readonly bytes: number;
  /** The file that was made, if one was. */
  readonly target: FsPath | null;
  readonly digests?: CheckDigests;
  /** What was found of the file. A task that fails says it with its error's code. */
  readonly finding?: Finding;
  /** Of a hashed file that is worth remembering: which file the digests are of. */
  readonly identity?: FileIdentity;
  /** What it has in common with the files that may be equal to it. */
  readonly grouping?: string;
  /** It is not at its end: a later phase goes on with it, as this. Its state and its bytes say nothing then. */
  readonly next?: { readonly phase: number; readonly type: TaskType; readonly grouping?: string };
  /** Of a copy: how its time went. */
  readonly copied?: CopyFacts;
  /** Of a copy: what the target could not keep. */
  readonly lost?: readonly Lost[];
  /** Of a download. */
  readonly facts?: DownloadFacts;
  /** For the next time, where only newer files are wanted. */
  readonly known?: KnownFile;
  /** Why it was skipped, or what is to be known of how it went. */
  readonly reason?: ErrorData;
  /**
   * The temporary name that still links to the target. It is removed only after
   * the task is recorded as done: until then it proves that the target is ours.
   */
  readonly release?: FsPath;
}

/** What a job is for, where its kind alone does not say it. */
export type JobVariant = 'plain' | 'duplicates' | 'folders';

export interface JobSummary {
  readonly id: number;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly mode: Mode;
  /** Threads asked for; `null`: chosen for the work and the machine. */
  readonly workers: number | null;
  /** What the list shows: a list's file name, a host, a folder. */
  readonly label: string;
  /** Second line: where it goes or comes from, as a path. */
  readonly place: string;
  readonly counts: TaskCounts;
  /** Whether every task of the job is known. */
  readonly planned: boolean;
  /** Bytes of settled tasks. */
  readonly bytesDone: number;
  /** Bytes of all tasks whose size is known. */
  readonly bytesKnown: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Time spent running, pauses left out. */
  readonly elapsedMs: number;
  readonly error: ErrorData | null;
  /** Whether another live process runs it. */
  readonly foreign: boolean;
  /** Whether a hash job looks for duplicates, and a verification compares two folders. */
  readonly variant: JobVariant;
  /** Digest algorithms of a hash job. */
  readonly algorithms: readonly Algorithm[];
  /** Of a download: bytes per second; `null`: no limit. */
  readonly limitRate: number | null;
  /** Of a copy. */
  readonly copyOptions: CopyOptions | null;
}

/** One row of a job's task list, for people and for JSON. */
export interface TaskRow {
  readonly id: number;
  /** Place in the job, from 0. */
  readonly ordinal: number;
  readonly state: TaskState;
  readonly type: TaskType;
  /** As text; bytes that are not UTF-8 shown as `\xNN`. */
  readonly source: string;
  readonly target: string | null;
  /** What the list shows: the file's name, or the path below the job's root. */
  readonly name: string;
  readonly size: number | null;
  readonly bytes: number;
  readonly digests: Digests | null;
  /** What was found of the file, where that is what the job is for. */
  readonly finding: Finding | null;
  /** How a download ended. */
  readonly facts: DownloadFacts | null;
  /** How a copy went. */
  readonly copied: CopyFacts | null;
  readonly attempts: number;
  /** 1-based number of the last worker that ran it. */
  readonly worker: number | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Why it failed or was skipped, or why the last attempt did not do. */
  readonly error: ErrorData | null;
  /** Not before this time; set while a retry waits. */
  readonly notBeforeMs: number | null;
}

/** What one worker did for one job, kept after the job's end. */
export interface WorkerStatistics {
  readonly worker: number;
  readonly tasks: number;
  readonly failed: number;
  readonly bytes: number;
  readonly busyMs: number;
  readonly aliveMs: number;
  /** Threads made for this place: more than 1 after a crash or in `thread-per-task`. */
  readonly threads: number;
}
