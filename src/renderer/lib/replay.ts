/** An ended job as it ran: when each task began and ended, and on which thread; and how it stood at a time. Pure. */
import type { TaskRow } from '../../common/model/tasks';

export interface ReplayTask {
  readonly name: string;
  readonly worker: number;
  /** Milliseconds since the first of them began. */
  readonly startMs: number;
  readonly endMs: number;
}

export interface Replay {
  /** In the order in which they began. */
  readonly tasks: readonly ReplayTask[];
  /** Their numbers. */
  readonly workers: readonly number[];
  readonly durationMs: number;
  /** When something happened, in order: tasks began, or ended. Steps go from one to the next. */
  readonly steps: readonly number[];
}

export interface ReplayWorker {
  readonly worker: number;
  /** What it runs, the one that began first leading. `share`: how much of its time has gone by, 0 to 1. */
  readonly running: readonly { readonly name: string; readonly share: number }[];
}

export interface ReplayState {
  /** Those that begin later. */
  readonly waiting: number;
  readonly done: number;
  readonly workers: readonly ReplayWorker[];
}

/** @param rows of an ended job; those that no thread ran are left out */
export function replayOf(rows: readonly TaskRow[]): Replay {
  const ran = rows.flatMap(({ name, worker, startedAtMs, endedAtMs }) =>
    worker === null || startedAtMs === null || endedAtMs === null
      ? []
      : [{ name, worker, startMs: startedAtMs, endMs: Math.max(startedAtMs, endedAtMs) }],
  );
  const beginMs = Math.min(...ran.map(({ startMs }) => startMs));
  const tasks = ran
    .map((task) => ({ ...task, startMs: task.startMs - beginMs, endMs: task.endMs - beginMs }))
    .sort((left, right) => left.startMs - right.startMs);
  const times = new Set(tasks.flatMap(({ startMs, endMs }) => [startMs, endMs]));
  return {
    tasks,
    workers: [...new Set(tasks.map(({ worker }) => worker))].sort((left, right) => left - right),
    durationMs: Math.max(0, ...tasks.map(({ endMs }) => endMs)),
    steps: [...times].sort((left, right) => left - right),
  };
}

/** @param atMs a task that begins then runs, and one that ends then has ended; before 0 none has begun */
export function stateAt({ tasks, workers }: Replay, atMs: number): ReplayState {
  const begun = tasks.filter(({ startMs }) => startMs <= atMs);
  const running = begun.filter(({ endMs }) => endMs > atMs);
  return {
    waiting: tasks.length - begun.length,
    done: begun.length - running.length,
    workers: workers.map((number) => ({
      worker: number,
      running: running.flatMap(({ name, worker, startMs, endMs }) =>
        worker === number ? [{ name, share: (atMs - startMs) / (endMs - startMs) }] : [],
      ),
    })),
  };
}

/** The step that a time belongs to: how many have come by then. */
export function stepAt({ steps }: Replay, atMs: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When a step comes; before the first one nothing has begun. */
export function timeOf({ steps }: Replay, step: number): number {
  return step <= 0 ? -1 : (steps[Math.min(step, steps.length) - 1] ?? -1);
}
