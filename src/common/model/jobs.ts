/** Jobs as every process sees them: kinds, modes, states. */
import type { CopyOptions } from './copy-options';
import type { ErrorData } from './errors';
import type { Algorithm } from './digests';
import type { TaskCounts } from './tasks';
import type { ThreadBill } from './thread-bill';

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

/** A job that has ended for good: nothing of it runs or waits. */
export function isEnded(state: JobState): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
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
  readonly folder: string;
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
  /** Of those that wait for their turn, the one with the lowest number is next. */
  readonly placeInQueue: number;
  /** When it is to start, as it stands still, in milliseconds since the epoch; `null`: when somebody says so. */
  readonly startAtMs: number | null;
  /** Whether another live process runs it. */
  readonly foreign: boolean;
  /** Whether a hash job looks for duplicates, and a verification compares two folders. */
  readonly variant: JobVariant;
  /** Digest algorithms of a hash job. */
  readonly algorithms: readonly Algorithm[];
  /** Of a download: bytes per second; `null`: no limit. */
  readonly limitRate: number | null;
  /** Of a download: connections asked for; `null`: as many as the settings say. */
  readonly connections: number | null;
  /** Of a download: servers' certificates are not checked. */
  readonly insecure: boolean;
  /** Of a copy. */
  readonly copyOptions: CopyOptions | null;
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
  /** Sum over its tasks of the time from start to end; 0 of jobs of older versions. */
  readonly runMs: number;
  /** Where the time went; `null` of jobs of older versions. */
  readonly bill: ThreadBill | null;
}
