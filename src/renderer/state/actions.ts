/** What the user can do to a job. Failures become notices. */
import { text } from '../../common/text/text';
import type { CopyPolicy } from '../../common/model/copy-options';
import type { DuplicateFormat } from '../../common/model/duplicates';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { ManifestFormat } from '../../common/model/digests';
import type { ExportFormat } from '../../common/model/responses';
import type { TaskSort } from '../../common/model/columns';
import type { CopiedRows, RequestInput, RowText } from '../../common/ipc';
import type { Ranges } from '../../common/model/ranges';
import type { TaskRow } from '../../common/model/tasks';
import { visible } from '../../common/model/visible';
import type { CommandText } from '../../common/command-line/shell-text';
import type { JobRequest } from '../../common/model/job-request';
import { request } from '../bridge';
import { putOnClipboard } from '../lib/clipboard';
import { storedText } from '../lib/failure-text';
import { jobsStore } from './jobs';
import { notify, notifyError, toast } from './notices';
import { queueOf } from './queue';
import { toastSaved } from './saved';
import { showJob } from './ui';

function run(work: Promise<unknown>): void {
  work.catch(notifyError);
}

export function pauseJob(jobId: number): void {
  run(request('jobs:pause', { jobId }));
}

export function resumeJob(jobId: number): void {
  run(request('jobs:resume', { jobId }));
}

export function cancelJob(jobId: number): void {
  run(request('jobs:cancel', { jobId }));
}

export function retryJob(jobId: number): void {
  run(request('jobs:retry', { jobId }));
}

/** @param places in the job, of those that are meant */
export function retryRows(jobId: number, places: Ranges): void {
  run(request('jobs:retry', { jobId, places: asInput(places) }));
}

export function renameJob(jobId: number, label: string): void {
  run(request('jobs:rename', { jobId, label }));
}

export function resizeJob(jobId: number, workers: number): void {
  run(request('jobs:resize', { jobId, workers }));
}

export function connectJob(jobId: number, connections: number): void {
  run(request('jobs:connect', { jobId, connections }));
}

/** @param rate bytes per second; `null`: no limit */
export function limitJob(jobId: number, rate: number | null): void {
  run(request('jobs:limit', { jobId, rate }));
}

export function exportJob(jobId: number, format: ExportFormat): void {
  run(
    request('jobs:export', { jobId, format }).then((path) => {
      if (path !== null) toastSaved('told.exported', path);
    }),
  );
}

export function copyFailedUrls(jobId: number): void {
  run(
    request('jobs:copy-failed', { jobId }).then((copied) => {
      announceCopied(copied, 'url');
    }),
  );
}

function announceCopied({ lines, isCut }: CopiedRows, what: RowText): void {
  const copied = text(`told.copied.${what}`, { count: lines });
  toast(isCut ? text('told.copied.cut', { copied }) : copied);
}

function asInput(places: Ranges): [number, number][] {
  return places.map(([first, last]) => [first, last]);
}

/** @param sort in whose order */
export function copyRows(jobId: number, places: Ranges, what: RowText, sort: TaskSort | null): void {
  run(
    request('tasks:copy', { jobId, places: asInput(places), what, sort }).then((copied) => {
      announceCopied(copied, what);
    }),
  );
}

export function openFile(jobId: number, row: TaskRow): void {
  run(
    request('shell:open', { jobId, taskId: row.id }).then((how) => {
      if (how === 'shown') toast(text('told.program', { name: visible(row.name) }));
    }),
  );
}

export function copyJobCommand(jobId: number): void {
  run(request('jobs:command', { jobId }).then(copyCommand));
}

export function copyRequestCommand(jobRequest: JobRequest): void {
  run(request('requests:command', jobRequest).then(copyCommand));
}

async function copyCommand({ text: command, leftOut }: CommandText): Promise<void> {
  await copyText(command, text('told.copied.command'));
  if (leftOut.length === 0) return;
  notify({
    code: 'command-incomplete',
    message: text('told.command-incomplete', { what: leftOut.map(storedText).join('; ') }),
    retryable: false,
  });
}

export function showInFolder(jobId: number, taskId: number | null): void {
  run(request('shell:show', { jobId, taskId }));
}

export function saveManifest(jobId: number, format: ManifestFormat): void {
  run(
    request('manifest:save', { jobId, format }).then((path) => {
      if (path !== null) toastSaved('told.manifest', path);
    }),
  );
}

export function settleExisting(jobId: number, policy: Exclude<CopyPolicy, 'refuse'>): void {
  run(request('jobs:settle-existing', { jobId, policy }));
}

export function exportDuplicates(jobId: number, format: DuplicateFormat): void {
  run(
    request('jobs:export-duplicates', { jobId, format }).then((path) => {
      if (path !== null) toastSaved('told.duplicates', path);
    }),
  );
}

const SETTLED = { trash: 'told.trashed', link: 'told.linked', reflink: 'told.reflinked' } as const;

/** Failures become notices. */
export async function settleDuplicates(order: RequestInput<'jobs:settle-duplicates'>): Promise<void> {
  try {
    const { done, failures } = await request('jobs:settle-duplicates', order);
    for (const failure of failures) notify(failure);
    // Why none was done is told above.
    if (done > 0) toast(text(SETTLED[order.how], { count: done }));
  } catch (error) {
    notifyError(error);
  }
}

/** Starts for real what a dry run has shown, and shows that job. */
export function runDry(jobId: number): void {
  run(request('jobs:run-dry', { jobId }).then(showJob));
}

export function resumeInterrupted(): void {
  // In the order of the queue.
  for (const { id, state, foreign } of queueOf(jobsStore.get()))
    if (state === 'interrupted' && !foreign) resumeJob(id);
}

/** Tasks may still be queued where the job itself failed: on a full disk, say. */
export function canRetry({ state, counts }: JobSummary): boolean {
  return isEnded(state) && (state === 'failed' || counts.failed + counts.cancelled + counts.queued > 0);
}

/** @param what as the title of a field */
export async function copyText(copied: string, what: string): Promise<void> {
  await putOnClipboard(copied);
  toast(text('told.copied.one', { what }));
}
