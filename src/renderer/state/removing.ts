/** Jobs that are taken off the lists: they go for good when the toast that offers Undo has gone. A window that ends before keeps them. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { request } from '../bridge';
import type { PageKind } from '../kinds';
import { hideJobs, showHiddenJobs } from './jobs';
import { notifyError, toast } from './notices';

/** As many as a request may ask for. */
const PAGE = 500;

/** Those that have not ended stay. */
export function removeJobs(jobs: readonly JobSummary[]): void {
  const ended = jobs.filter(({ state }) => isEnded(state));
  const [only] = ended;
  if (only === undefined) return;
  const ids = ended.map(({ id }) => id);
  hideJobs(ended);
  const message =
    ended.length === 1
      ? text('told.removed.one', { name: labelText(only) })
      : text('told.removed', { count: ended.length });
  toast(message, {
    action: {
      label: text('told.undo'),
      undoes: true,
      run: () => {
        showHiddenJobs(ids);
      },
    },
    onGone: () => {
      void forget(ids);
    },
  });
}

async function forget(ids: readonly number[]): Promise<void> {
  for (const jobId of ids) {
    try {
      await request('jobs:remove', { jobId });
    } catch (error) {
      showHiddenJobs([jobId]);
      notifyError(error);
    }
  }
}

/** Whether nothing about a job is left to be done or looked at. */
export function isFinished({ state, counts }: JobSummary): boolean {
  return state === 'cancelled' || (state === 'done' && counts.failed === 0);
}

/** Takes finished jobs off the lists, also those that no list has read. Jobs with failures stay. @param kind `null`: of all kinds */
export function clearFinished(kind: PageKind | null): void {
  readFinished(kind).then((jobs) => {
    if (jobs.length === 0) toast(text('told.removed.none'));
    else removeJobs(jobs);
  }, notifyError);
}

async function readFinished(kind: PageKind | null): Promise<readonly JobSummary[]> {
  const found: JobSummary[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { jobs, total } = await request('jobs:list', { kind, offset, limit: PAGE });
    found.push(...jobs.filter((job) => isFinished(job) && !job.foreign));
    if (jobs.length === 0 || offset + PAGE >= total) return found;
  }
}
