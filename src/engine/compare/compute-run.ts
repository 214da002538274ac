/** One run of computing tasks under one mode: on the executor itself, without a job around it. */
import type { Contender } from '../../common/experiment';
import { toErrorData } from '../../common/errors';
import type { ComputeWorkerOptions, TaskOrder, TaskOutcome } from '../../common/model';
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
  readonly #options: ComputeWorkerOptions;
  readonly #tools: RunTools;
  readonly #executor: Executor<TaskOrder, TaskOutcome>;
  readonly #handles = new Set<TaskHandle<TaskOutcome>>();
  readonly #stop = (): void => {
    for (const handle of this.#handles) handle.cancel();
  };

  /** Makes the threads. */
  constructor({ mode, size }: Contender, options: ComputeWorkerOptions, count: number, tools: RunTools) {
    const { threads, measurement, signal } = tools;
    this.#options = options;
    this.#tools = tools;
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
    const { measurement, signal } = this.#tools;
    throwIfCancelled(signal);
    const name = `Task ${id}`;
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
      const outcome = await handle.promise;
      this.bytes += outcome.bytes;
      if (told.timing !== null) measurement.task(name, told.timing, false);
      return { name, failed: false, result: outcome.digests?.sha256 ?? '' };
    } catch (error) {
      throwIfCancelled(signal);
      if (told.timing !== null) measurement.task(name, told.timing, true);
      const { code, message } = toErrorData(error);
      return { name, failed: true, result: `${code}: ${message}` };
    } finally {
      this.#handles.delete(handle);
    }
  }

  /** Stops the clock and ends the threads. Idempotent. */
  async end(): Promise<void> {
    const { measurement, signal } = this.#tools;
    signal.removeEventListener('abort', this.#stop);
    measurement.stop();
    await this.#executor.shutdown({ cancelQueued: true });
  }
}
