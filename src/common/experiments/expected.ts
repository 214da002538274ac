/** How long an experiment takes, roughly: said before it is started, and while it runs. */
import { inFlight, threadsIn, type Contender, type ExperimentRequest, type ReadyWork } from './experiment';
import { DEFAULT_LATENCY_MS, hasLatency, READY_WORK_TASKS } from './works';

/** So many counted runs of a contender there are at least. */
export const LEAST_RUNS = 3;
/** Runs that are over sooner are not worth leaving out. */
export const LONG_RUN_MS = 1000;

/** Milliseconds of a core for each task. Of an ordinary machine: it is the order of magnitude that counts. */
const TASK_MS: Readonly<Record<ReadyWork, number>> = {
  'slow-server': 1,
  'small-files': 0.08,
  'large-files': 45,
  computing: 22,
  'tiny-tasks': 0.3,
  serving: 6,
};
/** Milliseconds of a core to make a thread and to end it. */
const THREAD_MS = 25;
/** Milliseconds around each run: a database, threads, folders. */
const AROUND_MS = 150;

/** Milliseconds of one run; `null`: nobody knows how long the user's own work takes. */
export function expectedRunMs(
  work: ExperimentRequest['work'],
  contender: Contender,
  cores: number,
): number | null {
  if (work.type !== 'ready') return null;
  const tasks = work.tasks ?? READY_WORK_TASKS[work.work];
  const waitMs = hasLatency(work.work) ? (work.latencyMs ?? DEFAULT_LATENCY_MS) : 0;
  const atOnce = Math.max(1, Math.min(threadsIn(contender), cores));
  const threadMs = contender.mode === 'thread-per-task' ? THREAD_MS : 0;
  const busyMs = (tasks * (TASK_MS[work.work] + threadMs)) / atOnce;
  // While some wait, others compute: what takes longer is what counts.
  return AROUND_MS + Math.max(busyMs, Math.ceil(tasks / inFlight(contender)) * (waitMs + TASK_MS[work.work]));
}

/** Counted runs and the warm-up of a contender whose run takes so long. */
export function expectedRuns(
  { repeats, fewer }: { readonly repeats: number; readonly fewer: boolean },
  runMs: number,
): number {
  return 1 + (fewer && runMs >= LONG_RUN_MS ? Math.min(LEAST_RUNS, repeats) : repeats);
}

/** Milliseconds of all of it; `null`: that is told after the first runs. */
export function expectedMs(
  { work, contenders }: Pick<ExperimentRequest, 'work' | 'contenders'>,
  repeats: { readonly repeats: number; readonly fewer: boolean },
  cores: number,
): number | null {
  let all = 0;
  for (const contender of contenders) {
    const runMs = expectedRunMs(work, contender, cores);
    if (runMs === null) return null;
    all += expectedRuns(repeats, runMs) * runMs;
  }
  return all;
}
