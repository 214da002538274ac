/** What the record of a job says of what its threads gained, in a line. */
import type { JobSummary, WorkerStatistics } from './jobs';
import { settledTasks } from './tasks';
import { formatBytes, formatCount, formatDuration } from './units';

/** Fewer tasks at once than this is no overlap: clocks of threads differ by as much. */
const LEAST_OVERLAP = 1.05;

/** `1.9 ×`, `24 ×`. */
function factorText(factor: number): string {
  return `${factor < 9.95 ? factor.toFixed(1) : formatCount(Math.round(factor))} ×`;
}

/**
 * `2 threads, 97 % busy; the tasks together took 47.2 s, so 1.9 × overlapped`: of how the time of an ended job was
 * used. It is overlap, and no comparison: one by one the same tasks may take less time, or more, than they took here.
 *
 * @returns `null` where no thread ran, or nothing is known of how long tasks took
 */
export function overlapText(
  elapsedMs: number,
  workers: readonly Pick<WorkerStatistics, 'threads' | 'busyMs' | 'aliveMs' | 'runMs'>[],
): string | null {
  const sum = (key: 'threads' | 'busyMs' | 'aliveMs' | 'runMs'): number =>
    workers.reduce((total, worker) => total + worker[key], 0);
  const aliveMs = sum('aliveMs');
  const runMs = sum('runMs');
  if (elapsedMs <= 0 || aliveMs <= 0 || runMs <= 0) return null;
  const busy = Math.round(Math.min(1, sum('busyMs') / aliveMs) * 100);
  const overlap = runMs / elapsedMs;
  const said = overlap < LEAST_OVERLAP ? 'nothing overlapped' : `so ${factorText(overlap)} overlapped`;
  return `${threadsOf(sum('threads'), workers.length)}, ${busy} % busy; the tasks together took ${formatDuration(runMs)}, ${said}`;
}

function threadsOf(made: number, places: number): string {
  const threads = made === 1 ? '1 thread' : `${formatCount(made)} threads`;
  return made > places ? `${threads}, at most ${formatCount(places)} at once` : threads;
}

/** `41.9 GB in 24.8 s on 2 threads, …`: the whole line; `null` as {@link overlapText}. */
export function gainText(
  job: Pick<JobSummary, 'bytesDone' | 'copyOptions' | 'counts' | 'elapsedMs'>,
  workers: readonly WorkerStatistics[],
): string | null {
  const overlap = overlapText(job.elapsedMs, workers);
  if (overlap === null) return null;
  const settled = settledTasks(job.counts);
  // A dry run moves no bytes: those of its tasks are what would be moved.
  const what =
    job.bytesDone > 0 && job.copyOptions?.dryRun !== true
      ? formatBytes(job.bytesDone)
      : `${formatCount(settled)} ${settled === 1 ? 'task' : 'tasks'}`;
  return `${what} in ${formatDuration(job.elapsedMs)} on ${overlap}`;
}
