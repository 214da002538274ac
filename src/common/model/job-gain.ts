/** What the record of a job says of what its threads gained, as figures and in the line of the terminal. */
import type { JobSummary, WorkerStatistics } from './jobs';
import { settledTasks } from './tasks';
import { formatBytes, formatCount, formatDecimal, formatDuration } from './units';

/** Fewer tasks at once than this is no overlap: clocks of threads differ by as much. */
const LEAST_OVERLAP = 1.05;

/**
 * How the time of an ended job was used. It is overlap, and no comparison: one by one the same tasks may take less
 * time, or more, than they took here.
 */
interface Overlap {
  /** How many were made, and how many there were at once at most. */
  readonly threads: number;
  readonly atOnce: number;
  /** Share of their life, 0 to 1. */
  readonly busy: number;
  /** What the tasks took together. */
  readonly taskMs: number;
  /** Tasks at once on the mean; `null`: nothing overlapped. */
  readonly overlap: number | null;
}

export interface JobGain extends Overlap {
  readonly elapsedMs: number;
  /** `null` where no bytes were moved: tasks are counted then. */
  readonly bytes: number | null;
  readonly tasks: number;
}

type Clocks = Pick<WorkerStatistics, 'threads' | 'busyMs' | 'aliveMs' | 'runMs'>;

/** @returns `null` where no thread ran, or nothing is known of how long tasks took */
function overlapOf(elapsedMs: number, workers: readonly Clocks[]): Overlap | null {
  const sum = (key: keyof Clocks): number => workers.reduce((total, worker) => total + worker[key], 0);
  const aliveMs = sum('aliveMs');
  const runMs = sum('runMs');
  if (elapsedMs <= 0 || aliveMs <= 0 || runMs <= 0) return null;
  const overlap = runMs / elapsedMs;
  return {
    threads: sum('threads'),
    atOnce: workers.length,
    busy: Math.min(1, sum('busyMs') / aliveMs),
    taskMs: runMs,
    overlap: overlap < LEAST_OVERLAP ? null : overlap,
  };
}

/** `null` as {@link overlapOf}. */
export function gainOf(
  job: Pick<JobSummary, 'bytesDone' | 'copyOptions' | 'counts' | 'elapsedMs'>,
  workers: readonly WorkerStatistics[],
): JobGain | null {
  const overlap = overlapOf(job.elapsedMs, workers);
  if (overlap === null) return null;
  return {
    ...overlap,
    elapsedMs: job.elapsedMs,
    // A dry run moves no bytes: those of its tasks are what would be moved.
    bytes: job.bytesDone > 0 && job.copyOptions?.dryRun !== true ? job.bytesDone : null,
    tasks: settledTasks(job.counts),
  };
}

/** `1.9`, `24` */
export function factorText(factor: number): string {
  return factor < 9.95 ? formatDecimal(factor, 1) : formatCount(Math.round(factor));
}

/** `2 threads, 97 % busy; the tasks together took 47.2 s, so 1.9 × overlapped` */
export function overlapText(elapsedMs: number, workers: readonly Clocks[]): string | null {
  const overlap = overlapOf(elapsedMs, workers);
  return overlap === null ? null : textOf(overlap);
}

/** `41.9 GB in 24.8 s on 2 threads, …`: the whole line. */
export function gainText(...of: Parameters<typeof gainOf>): string | null {
  const gain = gainOf(...of);
  if (gain === null) return null;
  const { bytes, tasks, elapsedMs } = gain;
  const what =
    bytes === null ? `${formatCount(tasks)} ${tasks === 1 ? 'task' : 'tasks'}` : formatBytes(bytes);
  return `${what} in ${formatDuration(elapsedMs)} on ${textOf(gain)}`;
}

function textOf({ threads, atOnce, busy, taskMs, overlap }: Overlap): string {
  const said = overlap === null ? 'nothing overlapped' : `so ${factorText(overlap)} × overlapped`;
  return `${threadsOf(threads, atOnce)}, ${Math.round(busy * 100)} % busy; the tasks together took ${formatDuration(taskMs)}, ${said}`;
}

function threadsOf(made: number, places: number): string {
  const threads = made === 1 ? '1 thread' : `${formatCount(made)} threads`;
  return made > places ? `${threads}, at most ${formatCount(places)} at once` : threads;
}
