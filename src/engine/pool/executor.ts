/**
 * What runs tasks under one mode. The semantics are those of Python's
 * `concurrent.futures.ThreadPoolExecutor`, said in TypeScript; what differs:
 * tasks are submitted by the packet and answered in parts, threads have an
 * isolate each (computing scales, there is no global lock), a running task is
 * cancelled cooperatively, and packets are structured-cloned.
 */
import type { Ends } from '../../common/threads/protocol';
import type { LaneReading } from '../../common/threads/board';
import type { Mode } from '../../common/model/jobs';
import type { IdleReasons } from './idle-reasons';
import type { PlaceTimes } from './place-times';
import type { Threads } from './threads';

/** Tasks that are handed over together; indices name them. */
export interface Submission<Body, Results> {
  readonly body: Body;
  readonly count: number;
  /**
   * Told how its tasks ended, in parts and in any order; each task is in one part. A task that was cancelled before it
   * ran, or whose thread crashed, is in one too: no time was spent on it then.
   */
  readonly onEnds: (ends: TimedEnds<Results>) => void;
  /** Called with what a task tells before it settles. */
  readonly onNote?: (task: number, note: unknown) => void;
}

export interface TimedEnds<Results> extends Ends<Results> {
  /** From 1; `null`: they ran nowhere. */
  readonly worker: number | null;
  readonly submittedAtMs: number;
}

export interface PacketHandle {
  /**
   * Resolves when every task has settled: the work has truly ended then.
   * Rejects with `executor-broken`; those tasks that have not settled never will.
   */
  readonly promise: Promise<void>;
  /** Asks all of its tasks to stop; harmless once they have settled. */
  cancel(): void;
}

/** A worker's hands at this moment. */
export interface WorkerReading {
  readonly worker: number;
  readonly alive: boolean;
  readonly lanes: number;
  readonly running: readonly RunningReading[];
}

export interface RunningReading extends LaneReading {
  /** What its packet was submitted as. */
  readonly handle: PacketHandle;
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
  /** Sum over its tasks of the time from start to end. */
  readonly runMs: number;
  readonly times: PlaceTimes;
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

export interface Executor<Body, Results> {
  readonly mode: Mode;
  /** How many tasks may run at once. */
  readonly concurrency: number;
  /** How many threads were asked for. */
  readonly size: number;
  /** `null`: there are as many threads as were asked for, or as there is work for. */
  readonly fewer: FewerThreads | null;
  /** Resolves when every thread that is made before the first task can take one; rejects when the pool is broken. */
  readonly started: Promise<void>;
  /** @throws HeddleError `executor-shut-down` after shutdown, `executor-broken` when the initialiser failed */
  submit(submission: Submission<Body, Results>): PacketHandle;
  /** Changes the number of threads; surplus workers finish what they have. Only `pool` and `thread-per-task` follow. */
  resize(size: number): Promise<void>;
  /** Idempotent. */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** A sample of what runs; cheap enough for ten times a second. */
  read(): WorkerReading[];
  measures(): ExecutorMeasures;
}

/** Why there are fewer threads than were asked for. */
export interface FewerThreads {
  /** Other jobs have the others, or the processors are busy and more would not help. */
  readonly reason: 'shared' | 'busy';
  /** That there may be now. */
  readonly threads: number;
  /** Jobs that want threads, and how many threads all of them may have. */
  readonly jobs: number;
  readonly total: number;
}

export interface ExecutorOptions<Options> {
  readonly mode: Mode;
  /** Threads in `pool` and `thread-per-task`; tasks in flight in `event-loop`; without meaning in `sequential`. */
  readonly size: number;
  /** Tasks in flight on each thread of `pool`: more than 1 pays for work that waits. */
  readonly tasksPerWorker?: number;
  readonly threads: Threads;
  /** All threads from the start: what is measured must be what was asked for. Usually further ones come as they help. */
  readonly isExact?: boolean;
  /** How long it has to have nothing to do until its threads end. */
  readonly restAfterMs?: number;
  /** Given to every worker's initialiser. */
  readonly workerOptions: Options;
  /** How long a cancelled task may take to notice before its thread is terminated. */
  readonly graceMs?: number;
  /** Kept by who submits: why there is nothing for its threads; absent: because nothing is queued. */
  readonly idleReasons?: IdleReasons;
}
