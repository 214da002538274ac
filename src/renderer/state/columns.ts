/** Columns that the user chose and sized, remembered by kind of list, and by what each list is sorted now. */
import type { ColumnChoice, TaskColumn, TaskSort } from '../../common/model/columns';
import { boundedWidth, chosenColumns, type ListKind } from '../lib/columns';
import { changeSettings, settingsStore } from './settings';
import { createStore, useStore } from './store';

type Sorts = Readonly<Partial<Record<ListKind, TaskSort | null>>>;
const sortsStore = createStore<Sorts>({});
/** What is being dragged: stored once it is let go of. */
const draggedStore = createStore<{
  readonly kind: ListKind;
  readonly widths: ColumnChoice['widths'];
} | null>(null);

const NO_WIDTHS: ColumnChoice['widths'] = {};

/** What a list is sorted by where nobody chose: a verification shows differences first. */
function usualSort(kind: ListKind): TaskSort | null {
  return kind === 'verify' || kind === 'folders' ? BY_STATE : null;
}
const BY_STATE: TaskSort = { by: 'state', descending: false };

export function useSort(kind: ListKind | null): TaskSort | null {
  return useStore(sortsStore, (sorts) =>
    kind === null ? null : sorts[kind] === undefined ? usualSort(kind) : sorts[kind],
  );
}

export function setSort(kind: ListKind, sort: TaskSort | null): void {
  sortsStore.update((sorts) => ({ ...sorts, [kind]: sort }));
}

/** By this column, then the other way round, then in the job's order. */
export function sortBy(kind: ListKind, by: TaskColumn): void {
  sortsStore.update((sorts) => {
    const now = sorts[kind] === undefined ? usualSort(kind) : sorts[kind];
    const next =
      now?.by !== by ? { by, descending: false } : now.descending ? null : { by, descending: true };
    return { ...sorts, [kind]: next };
  });
}

export function useColumnChoice(kind: ListKind | null): ColumnChoice | undefined {
  return useStore(settingsStore, (settings) => (kind === null ? undefined : settings?.columns[kind]));
}

export function useWidths(kind: ListKind | null): ColumnChoice['widths'] {
  const dragged = useStore(draggedStore, (drag) =>
    drag !== null && drag.kind === kind ? drag.widths : null,
  );
  const stored = useColumnChoice(kind)?.widths;
  return dragged ?? stored ?? NO_WIDTHS;
}

function change(kind: ListKind, next: (choice: ColumnChoice) => ColumnChoice | undefined): void {
  const columns = settingsStore.get()?.columns ?? {};
  const current = columns[kind];
  const chosen = next({ shown: [...chosenColumns(kind, current)], widths: current?.widths ?? {} });
  changeSettings({ columns: withEntry(columns, kind, chosen) });
}

/** @param value `undefined`: without it */
function withEntry<All extends object>(all: All, name: keyof All, value: All[keyof All] | undefined): All {
  const entries = Object.entries(all).filter(([each]) => each !== name);
  return Object.fromEntries(value === undefined ? entries : [...entries, [name, value]]) as All;
}

export function toggleColumn(kind: ListKind, column: TaskColumn): void {
  change(kind, ({ shown, widths }) => ({
    shown: shown.includes(column) ? shown.filter((each) => each !== column) : [...shown, column],
    widths,
  }));
}

export function resetColumns(kind: ListKind): void {
  change(kind, () => undefined);
}

/** @param isEnd it is let go of, and is remembered from now on */
export function sizeColumn(kind: ListKind, column: TaskColumn, px: number, isEnd: boolean): void {
  const widths = { ...settingsStore.get()?.columns[kind]?.widths, [column]: boundedWidth(px) };
  draggedStore.set(isEnd ? null : { kind, widths });
  if (isEnd) change(kind, ({ shown }) => ({ shown, widths }));
}

/** As wide as it usually is. */
export function unsizeColumn(kind: ListKind, column: TaskColumn): void {
  change(kind, ({ shown, widths }) => ({ shown, widths: withEntry(widths, column, undefined) }));
}
