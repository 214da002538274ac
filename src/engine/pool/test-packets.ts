/** Packets of toy tasks that keep what came of them, for the tests of the executors. */
import type { ErrorData } from '../../common/model/errors';
import { valueAt } from '../../common/model/packet';
import type { Executor, PacketHandle, TimedEnds } from './index';
import type { ToyBody, ToyTask } from './test-worker';

export type ToyResults = readonly (number | null)[];
export type ToyExecutor = Executor<ToyBody, ToyResults>;

export type ToyEnd =
  | { readonly how: 'done'; readonly value: number | null | undefined }
  | { readonly how: 'failed'; readonly error: ErrorData | undefined }
  | { readonly how: 'cancelled' };

export interface ToyRun {
  readonly task: number;
  readonly worker: number;
  readonly lane: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export class ToyPacket {
  readonly tasks: readonly ToyTask[];
  readonly value: number;
  readonly handle: PacketHandle;
  /** By task; what has not settled is missing. */
  readonly ends: ToyEnd[] = [];
  /** How often each task has settled. */
  readonly settled: number[];
  /** Parts in which it was told. */
  readonly parts: TimedEnds<ToyResults>[] = [];
  readonly notes: [task: number, note: unknown][] = [];
  /** Of what ran somewhere. */
  readonly runs: ToyRun[] = [];
  readonly #begun: Int32Array;

  /** @param value of its first task; others count on */
  constructor(
    executor: ToyExecutor,
    tasks: readonly ToyTask[],
    { value = 0, atOnce = new SharedArrayBuffer(8) }: { value?: number; atOnce?: SharedArrayBuffer } = {},
  ) {
    const begun = new SharedArrayBuffer(4 * tasks.length);
    this.tasks = tasks;
    this.value = value;
    this.settled = tasks.map(() => 0);
    this.#begun = new Int32Array(begun);
    this.handle = executor.submit({
      body: { value, tasks, begun, atOnce },
      count: tasks.length,
      onEnds: (part) => {
        this.#keep(part);
      },
      onNote: (task, note) => this.notes.push([task, note]),
    });
  }

  #keep(part: TimedEnds<ToyResults>): void {
    this.parts.push(part);
    const { tasks, lanes, ends, errors, results, worker, startedAtMs, endedAtMs } = part;
    const failures = new Map(errors);
    tasks.forEach((task, at) => {
      const how = valueAt(ends, at);
      this.settled[task] = (this.settled[task] ?? 0) + 1;
      if (how === 'done') this.ends[task] = { how, value: results?.[at] };
      else if (how === 'failed') this.ends[task] = { how, error: failures.get(at) };
      else this.ends[task] = { how };
      if (worker === null) return;
      const [start = 0, end = 0] = [startedAtMs[at], endedAtMs[at]];
      this.runs.push({ task, worker, lane: valueAt(lanes, at), startedAtMs: start, endedAtMs: end });
    });
  }

  /** How often a task was begun. */
  begun(task: number): number {
    return Atomics.load(this.#begun, task);
  }

  /** What becomes of its only task, once it has settled. */
  async end(): Promise<ToyEnd | undefined> {
    await this.handle.promise;
    return this.ends[0];
  }

  /** @returns how each task ended, once all have settled */
  async all(): Promise<readonly ToyEnd[]> {
    await this.handle.promise;
    return this.ends;
  }
}

/** What all tasks of a packet come to that do nothing else. */
export function echoes({ tasks, value }: ToyPacket): ToyEnd[] {
  return tasks.map((_, index) => ({ how: 'done', value: value + index }));
}

export function repeat(count: number, task: ToyTask): ToyTask[] {
  return Array.from({ length: count }, () => task);
}
