/** What a list is sorted by and which columns it shows, as menus that can be seen; the heads have the same. */
import type { JobSummary } from '../../common/model/jobs';
import { text } from '../../common/text/text';
import { MenuButton, type MenuEntry } from '../components/menu';
import { chosenColumns, columnsOf, isFixed, listKindOf, titleOf, type ListKind } from '../lib/columns';
import { resetColumns, setSort, toggleColumn, useColumnChoice, useSort } from '../state/columns';
import { settingsStore } from '../state/settings';

/** Also of the heads' context menu. */
export function columnEntries(job: JobSummary, kind: ListKind): readonly MenuEntry[] {
  const shown = chosenColumns(kind, settingsStore.get()?.columns[kind]);
  return [
    ...columnsOf(kind)
      .filter((column) => !isFixed(column))
      .map((column) => ({ id: column, text: titleOf(column, job), checked: shown.includes(column) })),
    { id: 'reset', text: text('column.reset'), apart: true },
  ];
}

export function chooseColumn(kind: ListKind, id: string): void {
  if (id === 'reset') resetColumns(kind);
  const column = columnsOf(kind).find((each) => each === id);
  if (column !== undefined) toggleColumn(kind, column);
}

const JOB_ORDER = 'job-order';
const REVERSE = 'reverse';

export function ListMenus({ job }: { readonly job: JobSummary }) {
  const kind = listKindOf(job);
  // Drawn anew with each choice.
  useColumnChoice(kind);
  const sort = useSort(kind);
  const choose = (id: string): void => {
    const column = columnsOf(kind).find((each) => each === id);
    if (column !== undefined) setSort(kind, { by: column, descending: false });
    else if (id === JOB_ORDER) setSort(kind, null);
    else if (sort !== null) setSort(kind, { ...sort, descending: !sort.descending });
  };
  return (
    <>
      <MenuButton
        label={text('column.sort-by')}
        selected={sort?.by ?? JOB_ORDER}
        entries={[
          { id: JOB_ORDER, text: text('column.job-order') },
          ...columnsOf(kind).map((column) => ({ id: column, text: titleOf(column, job) })),
          { id: REVERSE, text: text('column.reverse'), apart: true, disabled: sort === null },
        ]}
        onAction={choose}
      >
        {text('column.sort-by')} <span aria-hidden="true">▾</span>
      </MenuButton>
      <MenuButton
        label={text('column.all')}
        entries={columnEntries(job, kind)}
        onAction={(id) => {
          chooseColumn(kind, id);
        }}
      >
        {text('column.all')} <span aria-hidden="true">▾</span>
      </MenuButton>
    </>
  );
}
