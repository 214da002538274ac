/**
 * What runs tasks under one mode. The semantics are those of Python's
 * `concurrent.futures.ThreadPoolExecutor`, said in TypeScript; what differs:
 * threads have an isolate each (computing scales, there is no global lock), a
 * running task is cancelled cooperatively, and inputs are structured-cloned.
 */
import type { Mode } from '../../common/model/jobs';
import type { LaneReading } from '../../common/threads/board';
import type { Threads } from './threads';

export interface TaskHandle<Output> {
  /**
   * Settles exactly once: with the task's value; with a `HeddleError` when it
   * failed; with a `DOMException` named `AbortError` when it was cancelled.
   * A cancelled task's promise settles only when the work has truly ended.
   */
  readonly promise: Promise<Output>;
  /** Asks the task to stop; harmless once it has settled. */
  cancel(): void;
}

/** When and where a task ran; `worker` counts from 1. Times are milliseconds since the epoch. */
export interface TaskTiming {
  readonly worker: number;
  readonly lane: number;
  readonly submittedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface SubmitOptions {
  /** Bytes the task is about to handle, where known: small ones travel in batches. */
  readonly weight?: number | null;
  /** Called with what the task tells before it settles. */
  readonly onNote?: (note: unknown) => void;
  /** Called just before the promise settles, when the task ran at all. */
  readonly onTiming?: (timing: TaskTiming) => void;
}

/** A worker's hands at this moment. `input` is what was submitted. */
export interface WorkerReading<Input> {
  readonly worker: number;
  readonly alive: boolean;
  readonly lanes: number;
  readonly running: readonly (LaneReading & { readonly input: Input })[];
}

/** Measured by the executor itself. Times in milliseconds. */
export interface WorkerMeasure {
  readonly worker: number;
  readonly tasks: number;
  readonly failed: number;
  /** Time in which at least one task ran. */
  readonly busyMs: number;
  readonly aliveMs: number;
  /** Threads made for this place. */
  readonly threads: number;
  /** What the event loops of its threads did; 0 and 0 where no thread has said yet. */
  readonly loop: LoopTime;
}

/** Milliseconds in which an event loop had work, and in which it waited for some. */
export interface LoopTime {
  readonly activeMs: number;
  readonly idleMs: number;
}

export interface ExecutorMeasures {
  readonly workers: readonly WorkerMeasure[];
  readonly settled: number;
  /** Sum over tasks of the time from submit to start. */
  readonly totalWaitMs: number;
  /** Sum over tasks of the time from start to end. */
  readonly totalRunMs: number;
  readonly threadsMade: number;
}

export interface ShutdownOptions {
  /** Resolve only when every thread has exited (the default). */
  readonly wait?: boolean;
  /** Cancel what has not started. What runs is finished, unless cancelled through its handle. */
  readonly cancelQueued?: boolean;
}

export interface Executor<Input, Output> {
  readonly mode: Mode;
  /** How many tasks may run at once. */
  readonly concurrency: number;
  /** How many threads there are, or may be at most. */
  readonly size: number;
  /** Resolves when the first worker can take a task; rejects when the pool is broken. */
  readonly ready: Promise<void>;
  /** Resolves when every thread that is made before the first task can take one; rejects as {@link ready} does. */
  readonly started: Promise<void>;
  /** @throws HeddleError `executor-shut-down` after shutdown, `executor-broken` when the initialiser failed */
  submit(input: Input, options?: SubmitOptions): TaskHandle<Output>;
  /** Results in input order, whatever finished first. Inputs are drawn as room appears. */
  map(inputs: Iterable<Input> | AsyncIterable<Input>): AsyncGenerator<Output, void, undefined>;
  /** Changes the number of threads; surplus workers finish what they have. Only `pool` and `thread-per-task` follow. */
  resize(size: number): Promise<void>;
  /** Idempotent. */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** A sample of what runs; cheap enough for ten times a second. */
  read(): WorkerReading<Input>[];
  measures(): ExecutorMeasures;
}

export interface ExecutorOptions<Options> {
  readonly mode: Mode;
  /** Threads in `pool` and `thread-per-task`; tasks in flight in `event-loop`; without meaning in `sequential`. */
  readonly size: number;
  /** Tasks in flight on each thread of `pool`: more than 1 pays for work that waits. */
  readonly tasksPerWorker?: number;
  /** Tasks handed to a thread of `pool` beyond those in flight, where their size is not known. */
  readonly tasksAhead?: number;
  readonly threads: Threads;
  /** Given to every worker's initialiser. */
  readonly workerOptions: Options;
  /** How long a cancelled task may take to notice before its thread is terminated. */
  readonly graceMs?: number;
}
