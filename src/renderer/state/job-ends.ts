/** Tells when jobs end: in a toast where another page is shown, else only to screen readers, as the page shows it. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { settledTasks } from '../../common/model/tasks';
import { formatCount } from '../../common/model/units';
import { kindName } from '../kinds';
import { plural } from '../lib/text';
import { jobsStore } from './jobs';
import { announce, toast } from './notices';
import { showJob, shownJob } from './ui';

/** Before the jobs are taken into their lists, which know how they were. */
export function tellEnds(changed: readonly JobSummary[]): void {
  for (const job of changed) {
    const before = jobsStore.get().byId.get(job.id);
    if (before === undefined || isEnded(before.state) || !isEnded(job.state)) continue;
    const text = endText(job);
    if (shownJob()?.id === job.id || job.state === 'cancelled') announce(text);
    else
      toast(text, {
        action: {
          label: 'Show',
          run: () => {
            showJob(jobsStore.get().byId.get(job.id) ?? job);
          },
        },
      });
  }
}

function endText({ kind, label, state, error, counts }: JobSummary): string {
  const name = `${kindName(kind)} ${label}`;
  if (state === 'failed') return `${name} failed. ${error?.message ?? ''}`;
  if (state === 'cancelled') return `${name} was cancelled.`;
  const failed = counts.failed === 0 ? '' : `, ${formatCount(counts.failed)} failed`;
  return `${name} is done: ${plural(settledTasks(counts), 'task', 'tasks')}${failed}.`;
}
