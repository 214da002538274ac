/** What can be done to a job, in the menu of its header and in that of its card. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { visible } from '../../common/model/visible';
import { request } from '../bridge';
import type { MenuEntry } from '../components/menu';
import {
  askToRemove,
  canRetry,
  cancelJob,
  copyFailedUrls,
  exportJob,
  pauseJob,
  resumeJob,
  retryJob,
  showInFolder,
} from '../state/actions';
import { openContextMenu } from '../state/context-menu';
import { experimentWithJob } from '../state/experiment-page';
import { notifyError } from '../state/notices';
import { openDialog } from '../state/ui';

/** @param canShow whether its folder is there */
export function jobEntries(job: JobSummary, canShow: boolean): MenuEntry[] {
  return [
    { id: 'show', text: 'Show in folder', disabled: !canShow },
    { id: 'retry', text: 'Retry failed', disabled: !canRetry(job) },
    ...(job.kind === 'download'
      ? [{ id: 'copy-failed', text: 'Copy failed URLs', disabled: job.counts.failed === 0 }]
      : []),
    { id: 'rename', text: 'Rename…', keys: 'F2' },
    { id: 'compare', text: 'Compare modes with this work' },
    { id: 'csv', text: 'Export as CSV…' },
    { id: 'jsonl', text: 'Export as JSON Lines…' },
    { id: 'remove', text: 'Remove from list…', keys: 'Del', disabled: !isEnded(job.state) },
  ];
}

export function actOnJob(job: JobSummary, id: string): void {
  if (id === 'show') showInFolder(job.id, null);
  else if (id === 'retry') retryJob(job.id);
  else if (id === 'rename') openDialog({ type: 'rename', jobId: job.id });
  else if (id === 'copy-failed') copyFailedUrls(job.id);
  else if (id === 'compare') experimentWithJob(job.id, job.label);
  else if (id === 'csv' || id === 'jsonl') exportJob(job.id, id);
  else if (id === 'remove') askToRemove(job);
  else if (id === 'pause') pauseJob(job.id);
  else if (id === 'resume') resumeJob(job.id);
  else if (id === 'cancel') cancelJob(job.id);
}

/** Opens once it is known whether its folder is there. */
export async function openJobMenu(job: JobSummary, x: number, y: number): Promise<void> {
  let canShow = false;
  try {
    canShow = await request('shell:can-show', { jobId: job.id, taskId: null });
  } catch (error) {
    notifyError(error);
  }
  openContextMenu({
    label: visible(job.label),
    entries: [
      ...controlsOf(job),
      ...jobEntries(job, canShow).map((entry, at) => ({ ...entry, apart: at === 0 && !isEnded(job.state) })),
    ],
    x,
    y,
    onAction: (id) => {
      actOnJob(job, id);
    },
  });
}

/** What the header has as buttons. */
function controlsOf(job: JobSummary): MenuEntry[] {
  if (isEnded(job.state)) return [];
  const runs = job.state === 'running' || job.state === 'queued';
  return [
    runs
      ? { id: 'pause', text: 'Pause', disabled: job.foreign }
      : { id: 'resume', text: 'Resume', disabled: job.foreign },
    { id: 'cancel', text: 'Cancel', disabled: job.foreign },
  ];
}
