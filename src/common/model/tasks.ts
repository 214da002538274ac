/** Tasks as every process sees them: states, orders, outcomes, findings. */
import type { CheckAlgorithm, CheckDigests, Digests } from './digests';
import type { DownloadEntry, DownloadFacts, KnownFile, PartialState } from './download';
import type { CopyFacts, Lost } from './copy-options';
import type { ErrorData } from './errors';
import type { FsPath } from './paths';

export const TASK_STATES = ['queued', 'running', 'done', 'failed', 'skipped', 'cancelled'] as const;
export type TaskState = (typeof TASK_STATES)[number];
export const SETTLED_STATES = ['done', 'failed', 'skipped', 'cancelled'] as const;
export type SettledState = (typeof SETTLED_STATES)[number];
export interface SettledTask {
  readonly id: number;
  readonly state: SettledState;
  /** It is done, and there is something to be known of how it went. */
  readonly isNoted?: boolean;
  /** Of a URL that is done: its file. */
  readonly target?: FsPath;
}

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
/** Of a file that is done without a byte of it copied: its size is what it was planned with. */
export function isUncopied(finding: Finding | null): boolean {
  return finding === 'updated' || finding === 'unchanged' || finding === 'kept' || finding === 'clash';
}

/** How many tasks of a job have each finding; those that none has are left out. */
export type FindingCounts = Readonly<Partial<Record<Finding, number>>>;

/** Tells whether a file is still the one that was read, on this machine. */
export interface FileIdentity {
  /** Device and inode. */
  readonly file: string;
  /** Where inodes are made up: the file's real path, as a key. `null`: device and inode tell which file it is. */
  readonly pathKey: string | null;
  /** Size, time of modification and time of change in nanoseconds. */
  readonly version: string;
  /** The file system as it is mounted, where digests may be remembered; otherwise `null`. */
  readonly mount: string | null;
}

/** What all names of one file have in common, and no other file has. */
export function fileKey({ file, pathKey }: FileIdentity): string {
  return pathKey ?? file;
}

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
  /** When it was handed to the threads, in milliseconds since the epoch. */
  readonly submittedAtMs: number;
  /** Of a download: where it asks for further connections (`common/threads/places.ts`); absent: it gets none. */
  readonly places?: number;
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
