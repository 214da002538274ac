/** Tells when jobs end: in a toast where another page is shown, else only to screen readers, as the page shows it. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { settledTasks } from '../../common/model/tasks';
import { formatCount } from '../../common/model/units';
import { kindName } from '../kinds';
import { failureText } from '../lib/failure-text';
import { jobsStore } from './jobs';
import { announce, toast } from './notices';
import { showJob, shownJob } from './ui';

/** Before the jobs are taken into their lists, which know how they were. */
export function tellEnds(changed: readonly JobSummary[]): void {
  for (const job of changed) {
    const before = jobsStore.get().byId.get(job.id);
    if (before === undefined || isEnded(before.state) || !isEnded(job.state)) continue;
    const told = endText(job);
    if (shownJob()?.id === job.id || job.state === 'cancelled') announce(told);
    else
      toast(told, {
        action: {
          label: text('told.show'),
          run: () => {
            showJob(jobsStore.get().byId.get(job.id) ?? job);
          },
        },
      });
  }
}

function endText({ kind, label, state, error, counts }: JobSummary): string {
  const name = `${kindName(kind)} ${labelText({ label })}`;
  if (state === 'failed')
    return text('told.job.failed', { name, reason: error === null ? '' : failureText(error) });
  if (state === 'cancelled') return text('told.job.cancelled', { name });
  const count = settledTasks(counts);
  if (counts.failed === 0) return text('told.job.done', { name, count });
  return text('told.job.done-failed', { name, count, failed: formatCount(counts.failed) });
}
