/** How many tasks of a job have each finding, now and then while it runs. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { FindingCounts } from '../../common/model/tasks';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';

const ASK_AGAIN_MS = 1000;

/**
 * @param settled changes when tasks have settled since
 * @returns `null`: not known yet, or none of a download
 */
export function useFindings(job: JobSummary | null, settled: number): FindingCounts | null {
  const live = job !== null && !isEnded(job.state);
  const version = live ? '' : `${job === null ? '' : runOf(job)} ${settled}`;
  return useRequest('jobs:findings', job === null || job.kind === 'download' ? null : { jobId: job.id }, {
    everyMs: live ? ASK_AGAIN_MS : null,
    version,
  });
}
