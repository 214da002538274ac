/** One run of computing tasks under one mode: on the executor itself, without a job around it. */
import { nowMs } from '../../common/threads/board';
import type { Contender } from '../../common/experiments/experiment';
import { toErrorData } from '../../common/model/errors';
import type { ServingFrame } from '../../common/model/frames';
import type { ComputeWorkerOptions } from '../../common/threads/worker-options';
import type { TaskOrder, TaskOutcome } from '../../common/model/tasks';
import { ThreadFrames } from '../jobs/thread-frames';
import { createExecutor, type Executor, type TaskHandle, type TaskTiming, type Threads } from '../pool';
import type { Measurement } from './measurement';
import { throwIfCancelled, type TaskResult } from './work';

export interface RunTools {
  readonly threads: Threads;
  readonly measurement: Measurement;
  readonly signal: AbortSignal;
}

export class ComputeRun {
  bytes = 0;
  /** `null`: its tasks are no requests, and its threads are not watched as a server's. */
  readonly #frames: ThreadFrames | null;
  readonly #lanes: number;
  readonly #bytesBy = new Map<number, number>();
  readonly #options: ComputeWorkerOptions;
  readonly #tools: RunTools;
  readonly #executor: Executor<TaskOrder, TaskOutcome>;
  readonly #handles = new Set<TaskHandle<TaskOutcome>>();
  readonly #stop = (): void => {
    for (const handle of this.#handles) handle.cancel();
  };

  /** Makes the threads. @param serves whether its tasks are requests to a server */
  constructor(
    { mode, size }: Contender,
    options: ComputeWorkerOptions,
    count: number,
    tools: RunTools,
    serves = false,
  ) {
    const { threads, measurement, signal } = tools;
    this.#frames = serves ? new ThreadFrames(nowMs()) : null;
    this.#options = options;
    this.#tools = tools;
    this.#lanes = mode === 'event-loop' ? size : 1;
    measurement.prepare();
    this.#executor = createExecutor({ mode, size, threads, workerOptions: options });
    measurement.watch(this.#executor, () => count);
    signal.addEventListener('abort', this.#stop);
  }

  /** Starts the clock once the threads are there. */
  start(): Promise<void> {
    return this.#tools.measurement.start(this.#tools.signal);
  }

  /** @throws AbortError when the experiment was cancelled */
  async task(id: number): Promise<TaskResult> {
    const { signal } = this.#tools;
    throwIfCancelled(signal);
    const name = this.#nameOf(id);
    const told: { timing: TaskTiming | null } = { timing: null };
    const handle = this.#executor.submit(
      { id, type: 'file', source: name, target: null, size: null, root: 0, attempt: 1 },
      {
        // What also waits is not handed out in batches.
        weight: this.#options.waitMs > 0 ? null : this.#options.rounds * this.#options.bytes,
        onTiming: (timing) => {
          told.timing = timing;
        },
      },
    );
    this.#handles.add(handle);
    try {
      const { bytes, digests } = await handle.promise;
      this.bytes += bytes;
      if (told.timing !== null) this.#ended(name, told.timing, bytes, false);
      return { name, failed: false, result: digests?.sha256 ?? '' };
    } catch (error) {
      throwIfCancelled(signal);
      if (told.timing !== null) this.#ended(name, told.timing, 0, true);
      const { code, message } = toErrorData(error);
      return { name, failed: true, result: `${code}: ${message}` };
    } finally {
      this.#handles.delete(handle);
    }
  }

  /** What its threads do, with what is new since it was asked last. `null` where they serve nobody. */
  frame(): ServingFrame | null {
    const frames = this.#frames;
    if (frames === null) return null;
    const atMs = nowMs();
    const readings = new Map(this.#executor.read().map((each) => [each.worker, each]));
    // Those that have ended, too: their last requests are new.
    const threads = this.#executor.measures().workers.map(({ worker, tasks }) => {
      const reading = readings.get(worker);
      const running = (reading?.running ?? []).map(({ input, lane, startedAtMs }) => ({
        taskId: input.id,
        lane,
        name: this.#nameOf(input.id),
        startedAtMs,
      }));
      return frames.frame(
        {
          worker,
          alive: reading?.alive ?? false,
          lanes: this.#lanes,
          running,
          bytes: this.#bytesBy.get(worker) ?? 0,
          tasks,
        },
        atMs,
      );
    });
    return { atMs, threads };
  }

  #nameOf(id: number): string {
    return `${this.#frames === null ? 'Task' : 'Request'} ${id}`;
  }

  #ended(name: string, timing: TaskTiming, bytes: number, failed: boolean): void {
    this.#tools.measurement.task(name, timing, failed);
    if (this.#frames === null) return;
    const { worker, lane, startedAtMs: startMs, endedAtMs: endMs } = timing;
    this.#bytesBy.set(worker, (this.#bytesBy.get(worker) ?? 0) + bytes);
    this.#frames.ended({ worker, lane, startMs, endMs, outcome: failed ? 'failed' : 'done', name });
  }

  /** Stops the clock and ends the threads. Idempotent. */
  async end(): Promise<void> {
    const { measurement, signal } = this.#tools;
    signal.removeEventListener('abort', this.#stop);
    measurement.stop();
    this.#frames?.end();
    await this.#executor.shutdown({ cancelQueued: true });
  }
}
