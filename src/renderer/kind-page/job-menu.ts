/** What can be done to the job that a page shows, in the menu of its header and in that of its card. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
import { shortcutText } from '../../common/commands/shortcut';
import type { JobSummary } from '../../common/model/jobs';
import { COMMANDS_HERE } from '../commands/here';
import { request } from '../bridge';
import { canRun, runCommand } from '../commands/actions';
import type { MenuEntry } from '../components/menu';
import { isMac } from '../lib/platform';
import { openContextMenu } from '../state/context-menu';
import { notifyError } from '../state/notices';
import { chooseJob } from '../state/ui';

/** What the header has as buttons, or the list by dragging. */
const CONTROLS: ReadonlySet<string> = new Set([
  'job-pause',
  'job-resume',
  'job-cancel',
  'job-move-up',
  'job-move-down',
]);

/** @param canShow whether the job's folder is there */
export function jobEntries({ kind }: JobSummary, canShow: boolean, withControls = false): MenuEntry[] {
  return COMMANDS_HERE.flatMap(({ id, group, shortcut, line }): MenuEntry[] => {
    if (group !== 'Job' || (CONTROLS.has(id) && !(withControls && canRun(id)))) return [];
    if (id === 'job-copy-failed' && kind !== 'download') return [];
    return [
      {
        id,
        text: text(`command.${id}`),
        disabled: !canRun(id) || (id === 'job-show' && !canShow),
        ...(shortcut === undefined ? {} : { keys: shortcutText(shortcut, isMac) }),
        ...(line === undefined ? {} : { apart: line }),
      },
    ];
  });
}

export function actOnJob(id: string): void {
  const command = COMMANDS_HERE.find((each) => each.id === id);
  if (command !== undefined) runCommand(command.id);
}

/** Shows the job, and opens once it is known whether its folder is there. */
export async function openJobMenu(job: JobSummary, x: number, y: number): Promise<void> {
  chooseJob(job.kind, job.id);
  let canShow = false;
  try {
    canShow = await request('shell:can-show', { jobId: job.id, taskId: null });
  } catch (error) {
    notifyError(error);
  }
  openContextMenu({
    label: labelText(job),
    entries: jobEntries(job, canShow, true),
    x,
    y,
    onAction: actOnJob,
  });
}
