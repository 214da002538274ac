/** What can be done to chosen rows, by keys and by their context menu. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { TaskSort } from '../../common/model/columns';
import type { TaskRow } from '../../common/model/tasks';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { request } from '../bridge';
import type { MenuEntry } from '../components/menu';
import { shortcutText } from '../../common/commands/shortcut';
import { isMac } from '../lib/platform';
import { inBrowser } from '../lib/place';
import { copyRows, openFile, retryRows, showInFolder } from '../state/actions';
import { openContextMenu } from '../state/context-menu';
import { notifyError } from '../state/notices';
import type { Selection } from './use-selection';

interface RowMenu {
  readonly job: JobSummary;
  /** The one that was pressed; it is among the chosen ones. */
  readonly row: TaskRow;
  readonly selection: Selection;
  readonly sort: TaskSort | null;
  readonly x: number;
  readonly y: number;
  readonly onDetails: () => void;
}

/** Opens once it is known whether there is a file to open. */
export async function openRowMenu({ job, row, selection, sort, x, y, onDetails }: RowMenu): Promise<void> {
  const { count, places } = selection;
  let isThere = false;
  try {
    isThere = count === 1 && (await request('shell:can-show', { jobId: job.id, taskId: row.id }));
  } catch (error) {
    notifyError(error);
  }
  openContextMenu({
    label: count === 1 ? text('task.label', { name: visible(row.name) }) : text('common.tasks', { count }),
    entries: entriesOf(job, row, count, isThere),
    x,
    y,
    onAction: (id) => {
      if (id === 'open') openFile(job.id, row);
      else if (id === 'show') showInFolder(job.id, row.id);
      else if (id === 'retry') retryRows(job.id, places);
      else if (id === 'details') onDetails();
      else if (
        id === 'row' ||
        id === 'url' ||
        id === 'curl' ||
        id === 'path' ||
        id === 'digest' ||
        id === 'error'
      )
        copyRows(job.id, places, id, sort);
    },
  });
}

function entriesOf(job: JobSummary, row: TaskRow, count: number, isThere: boolean): MenuEntry[] {
  const alone = count === 1;
  const copyKeys = shortcutText('Mod+C', isMac);
  const hasDigests = job.algorithms.length > 0;
  const copies: readonly MenuEntry[] =
    job.kind === 'download'
      ? [
          { id: 'url', text: text('row.copy-url', { count }), keys: copyKeys, apart: true },
          { id: 'curl', text: text('row.copy-curl', { count }) },
          { id: 'path', text: text('row.copy-path', { count }), disabled: alone && row.target === null },
        ]
      : hasDigests
        ? [
            {
              id: 'row',
              text: text('row.copy-both', { count }),
              keys: copyKeys,
              apart: true,
            },
            {
              id: 'digest',
              text: text('row.copy-digest', { count }),
              disabled: alone && row.digests === null,
            },
            { id: 'path', text: text('row.copy-path', { count }) },
          ]
        : [{ id: 'path', text: text('row.copy-path', { count }), keys: copyKeys, apart: true }];
  return [
    ...(inBrowser
      ? []
      : [
          { id: 'open', text: text('row.open'), keys: shortcutText('Enter', isMac), disabled: !isThere },
          { id: 'show', text: text('row.show'), disabled: !isThere },
        ]),
    ...copies,
    {
      id: 'error',
      text: text('row.copy-error', { count }),
      disabled: alone ? row.error === null : job.counts.failed === 0,
    },
    {
      id: 'retry',
      text: text('row.retry', { count }),
      keys: 'R',
      apart: true,
      disabled: !canRetryRows(job, row, count),
    },
    { id: 'details', text: text('row.details'), keys: shortcutText('Space', isMac), disabled: !alone },
  ];
}

/** Of several rows it is not known which failed: the others stay as they are. */
export function canRetryRows(job: JobSummary, row: TaskRow | undefined, count: number): boolean {
  if (!isEnded(job.state) || count === 0) return false;
  if (count === 1 && row !== undefined) return row.state === 'failed' || row.state === 'cancelled';
  return job.counts.failed + job.counts.cancelled > 0;
}
