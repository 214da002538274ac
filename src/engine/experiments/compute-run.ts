/** One run of computing tasks under one mode: on the executor itself, without a job around it. */
import { nowMs } from '../../common/threads/board';
import type { Contender } from '../../common/experiments/experiment';
import type { ServingFrame } from '../../common/model/frames';
import type { ComputeWorkerOptions } from '../../common/threads/worker-options';
import type { OutcomeColumns } from '../../common/model/answer';
import { valueAt, type PacketOrder } from '../../common/model/packet';
import type { Digests } from '../../common/model/digests';
import { ThreadFrames } from '../jobs/thread-frames';
import type { AttemptTime } from '../jobs/strips';
import { createExecutor, type Executor, type PacketHandle, type Threads, type TimedEnds } from '../pool';
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
  readonly #tools: RunTools;
  readonly #executor: Executor<PacketOrder, OutcomeColumns>;
  /** With the ids of its tasks. */
  readonly #running = new Map<PacketHandle, readonly number[]>();
  readonly #stop = (): void => {
    for (const handle of this.#running.keys()) handle.cancel();
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
    this.#tools = tools;
    this.#lanes = mode === 'event-loop' ? size : 1;
    measurement.prepare();
    this.#executor = createExecutor({ mode, size, threads, workerOptions: options, isExact: true });
    measurement.watch(this.#executor, () => count);
    signal.addEventListener('abort', this.#stop);
  }

  /** Starts the clock once the threads are there. */
  start(): Promise<void> {
    return this.#tools.measurement.start(this.#tools.signal);
  }

  /** Runs tasks that are handed over together. @throws AbortError when the experiment was cancelled */
  async tasks(ids: readonly number[]): Promise<TaskResult[]> {
    const { signal } = this.#tools;
    throwIfCancelled(signal);
    const names = ids.map((id) => this.#nameOf(id));
    const results: TaskResult[] = [];
    const body: PacketOrder = {
      ids,
      types: 'file',
      roots: 0,
      sources: names,
      targets: null,
      sizes: null,
      attempts: 0,
      submittedAtMs: nowMs(),
      details: null,
    };
    const handle = this.#executor.submit({
      body,
      count: ids.length,
      onEnds: (ends) => {
        ends.tasks.forEach((task, at) => {
          results[task] = this.#ended(names[task] ?? '', ends, at);
        });
      },
    });
    this.#running.set(handle, ids);
    try {
      await handle.promise;
      throwIfCancelled(signal);
      return results;
    } finally {
      this.#running.delete(handle);
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
      const running = (reading?.running ?? []).map(({ handle, task, lane, startedAtMs }) => {
        const taskId = this.#running.get(handle)?.[task] ?? 0;
        return { taskId, lane, name: this.#nameOf(taskId), startedAtMs };
      });
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

  #ended(name: string, ends: TimedEnds<OutcomeColumns>, at: number): TaskResult {
    const { worker, submittedAtMs, results } = ends;
    const error = ends.errors.find(([place]) => place === at)?.[1] ?? null;
    const bytes = results === null ? 0 : valueAt(results.bytes, at);
    const digests = results === null ? null : valueAt(results.digests, at);
    this.bytes += bytes;
    if (worker !== null) {
      const [startedAtMs = 0, endedAtMs = 0] = [ends.startedAtMs[at], ends.endedAtMs[at]];
      const lane = valueAt(ends.lanes, at);
      this.#tell(name, { worker, lane, submittedAtMs, startedAtMs, endedAtMs }, bytes, error !== null);
    }
    if (error !== null) return { name, failed: true, result: `${error.code}: ${error.message}` };
    const { sha256 = '' } = digests === null ? {} : (JSON.parse(digests) as Digests);
    return { name, failed: false, result: sha256 };
  }

  #tell(name: string, time: AttemptTime, bytes: number, failed: boolean): void {
    this.#tools.measurement.task(name, time, failed);
    if (this.#frames === null) return;
    const { worker, lane, startedAtMs: startMs, endedAtMs: endMs } = time;
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
