import type { ExperimentSummary } from '../../common/experiments/experiment';
import { READY_WORK_TASKS, readyWorkTitle } from '../../common/experiments/works';

/** In the window's language; what is stored is English, or the name of a job. */
export function titleOf({ title, request: { work } }: Pick<ExperimentSummary, 'title' | 'request'>): string {
  return work.type === 'ready'
    ? readyWorkTitle(work.work, work.tasks ?? READY_WORK_TASKS[work.work], work.latencyMs)
    : title;
}
