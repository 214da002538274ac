/** How many tasks of a job have each finding, now and then while it runs. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { FindingCounts } from '../../common/model/tasks';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';

const ASK_AGAIN_MS = 1000;
const NONE: FindingCounts = {};

/** @param settled changes when tasks have settled since */
export function useFindings(job: JobSummary | null, settled: number): FindingCounts {
  const live = job !== null && !isEnded(job.state);
  const version = live ? '' : `${job === null ? '' : runOf(job)} ${settled}`;
  const findings = useRequest(
    'jobs:findings',
    job === null || job.kind === 'download' ? null : { jobId: job.id },
    {
      everyMs: live ? ASK_AGAIN_MS : null,
      version,
    },
  );
  return findings ?? NONE;
}
