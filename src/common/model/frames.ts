/** What a running job shows ten times a second, to a window or a terminal. */
import type { JobState } from './jobs';
import type { SettledState, TaskCounts } from './tasks';

export const FRAME_INTERVAL_MS = 100;
/** How long the strips reach back. */
export const STRIP_WINDOW_MS = 30_000;

/**
 * One piece of a worker's strip: a task, or several short ones in a row with
 * the same outcome. Times are milliseconds since the epoch, on one clock for
 * all threads. Segments of one lane never overlap and come in order.
 */
export interface StripSegment {
  readonly lane: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: SettledState;
  /** How many tasks it stands for. */
  readonly tasks: number;
  /** The name of the task, or of the last of several. */
  readonly name: string;
}

/** A task in a worker's hands at this moment. */
export interface RunningTask {
  readonly taskId: number;
  readonly lane: number;
  readonly name: string;
  readonly startedAtMs: number;
  readonly bytesDone: number;
  /** `null` where the size is not known. */
  readonly bytesTotal: number | null;
  /** Of a copy, whose bytes are done when the device has them: read and written so far. `null` for other kinds. */
  readonly bytesRead: number | null;
  readonly bytesWritten: number | null;
  readonly bytesPerSecond: number;
}

export interface WorkerFrame {
  /** 1-based; shown as W1, W2… */
  readonly worker: number;
  /** How many tasks this worker may have in flight. */
  readonly lanes: number;
  readonly alive: boolean;
  readonly running: readonly RunningTask[];
  readonly bytesPerSecond: number;
  readonly tasksPerSecond: number;
  /** Share of the last 30 s (or of its life, if shorter) in which at least one task ran; 0 to 1. */
  readonly busyShare: number;
  /** Segments that ended since the frame before (in a snapshot: within the last 30 s). */
  readonly segments: readonly StripSegment[];
}

/** The threads of a server that runs beside a job or in an experiment. */
export interface ServingFrame {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** A lane for each connection or request at once; a request is a task. */
  readonly threads: readonly WorkerFrame[];
}

export interface JobFrame {
  readonly jobId: number;
  readonly state: JobState;
  readonly counts: TaskCounts;
  readonly planned: boolean;
  /** How often rows of its tasks have been written in this run. Counts are ahead of rows by a moment. */
  readonly rowWrites: number;
  /** Bytes of settled tasks and of those that run now. */
  readonly bytesDone: number;
  readonly bytesKnown: number;
  /** Mean of the last second. */
  readonly bytesPerSecond: number;
  readonly tasksPerSecond: number;
  readonly elapsedMs: number;
  /** Milliseconds left at the pace so far; `null` until it can be told. */
  readonly remainingMs: number | null;
  /** Of a download: requests under way, those for parts of large files among them, and how many there may be. */
  readonly connections: { readonly open: number; readonly most: number } | null;
  /** A sentence while the job waits for something: a retry, a held host. */
  readonly waitingFor: string | null;
  /** A sentence while one thread of several works on the last tasks and the others have none left. */
  readonly alone: string | null;
  /** A sentence that says why there are fewer threads than were asked for, while there are. */
  readonly fewerThreads: string | null;
  /** Threads alive. Empty in frames of jobs that nobody watches. */
  readonly workers: readonly WorkerFrame[];
}

export interface Frame {
  readonly atMs: number;
  readonly jobs: readonly JobFrame[];
}

/** What a window needs when it starts to watch a job: the strips and the throughput so far. */
export interface JobSnapshot {
  readonly frame: JobFrame;
  readonly throughput: readonly ThroughputSample[];
}

/** One second of a job's throughput. */
export interface ThroughputSample {
  readonly atMs: number;
  readonly bytesPerSecond: number;
  readonly tasksPerSecond: number;
}
