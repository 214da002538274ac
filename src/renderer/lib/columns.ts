/** Columns of a list of tasks: which there are, which fit, and how wide they are. Pure. */
import {
  LEAST_PX,
  MOST_PX,
  TASK_COLUMNS,
  type ColumnChoice,
  type TaskColumn,
} from '../../common/model/columns';
import { ALGORITHM_NAMES } from '../../common/model/digests';
import type { JobSummary } from '../../common/model/jobs';
import { text } from '../../common/text/text';

/** Lists with columns of their own: of each kind of job, and of two folders that are compared. */
export type ListKind = JobSummary['kind'] | 'folders';

export function listKindOf(job: JobSummary): ListKind {
  return job.variant === 'folders' ? 'folders' : job.kind;
}

interface Look {
  /** Pixels; of what grows, the least. */
  readonly px: number;
  /** Grows with the window. */
  readonly grows?: boolean;
  /** Where there is little room, those with higher numbers go first; 0: never. */
  readonly goes: number;
  readonly isNumber?: boolean;
}

const LOOKS: Readonly<Record<TaskColumn, Look>> = {
  name: { px: 120, grows: true, goes: 0 },
  source: { px: 140, grows: true, goes: 6 },
  size: { px: 74, goes: 2, isNumber: true },
  digest: { px: 130, grows: true, goes: 1 },
  progress: { px: 110, goes: 3 },
  speed: { px: 84, goes: 5, isNumber: true },
  time: { px: 76, goes: 5, isNumber: true },
  ended: { px: 120, goes: 7 },
  attempts: { px: 70, goes: 8, isNumber: true },
  worker: { px: 64, goes: 4 },
  state: { px: 150, goes: 0 },
};

/** Of what is shown where nobody chose. */
const USUAL: Readonly<Record<ListKind, readonly TaskColumn[]>> = {
  download: ['name', 'size', 'progress', 'speed', 'worker', 'state'],
  hash: ['name', 'size', 'digest', 'state'],
  verify: ['name', 'size', 'progress', 'speed', 'worker', 'state'],
  copy: ['name', 'size', 'progress', 'speed', 'worker', 'state'],
  folders: ['name', 'source', 'size', 'state'],
};

/** All that a list can show, in the order in which it shows them. */
export function columnsOf(kind: ListKind): readonly TaskColumn[] {
  if (kind === 'folders') return ['name', 'source', 'size', 'time', 'worker', 'state'];
  return kind === 'download' ? TASK_COLUMNS.filter((column) => column !== 'digest') : TASK_COLUMNS;
}

/** Names are always shown. */
export function isFixed(column: TaskColumn): boolean {
  return column === 'name';
}

export function titleOf(column: TaskColumn, job: JobSummary): string {
  const kind = listKindOf(job);
  if (kind === 'folders' && column === 'name') return text('column.left');
  if (kind === 'folders' && column === 'source') return text('column.right');
  if (column === 'source' && kind === 'download') return text('column.url');
  const [algorithm] = job.algorithms;
  if (column === 'digest' && algorithm !== undefined) return ALGORITHM_NAMES[algorithm];
  return text(`column.${column}`);
}

export function isNumber(column: TaskColumn): boolean {
  return LOOKS[column].isNumber === true;
}

export function chosenColumns(kind: ListKind, choice: ColumnChoice | undefined): readonly TaskColumn[] {
  const shown = choice?.shown ?? USUAL[kind];
  return columnsOf(kind).filter((column) => isFixed(column) || shown.includes(column));
}

/** Between columns, and before the first and behind the last one. */
const GAP_PX = 14;
const EDGES_PX = 22;

/** Those that have room. @param widthPx of the list; 0: not known yet */
export function fittingColumns(
  columns: readonly TaskColumn[],
  widths: ColumnChoice['widths'],
  widthPx: number,
): readonly TaskColumn[] {
  if (widthPx === 0) return columns;
  const shown = [...columns];
  const needed = (): number =>
    shown.reduce((sum, column) => sum + (widths[column] ?? LOOKS[column].px), 0) +
    GAP_PX * (shown.length - 1) +
    EDGES_PX;
  while (needed() > widthPx) {
    const last = shown.reduce((worst, column) => (LOOKS[column].goes > LOOKS[worst].goes ? column : worst));
    if (LOOKS[last].goes === 0) break;
    shown.splice(shown.indexOf(last), 1);
  }
  return shown;
}

/** For CSS's `grid-template-columns`. */
export function templateOf(columns: readonly TaskColumn[], widths: ColumnChoice['widths']): string {
  const tracks = columns.map((column) => {
    const width = widths[column];
    const { px, grows } = LOOKS[column];
    if (width !== undefined) return `${width}px`;
    return grows === true ? `minmax(${px}px, 1fr)` : `${px}px`;
  });
  const fills = columns.some((column) => LOOKS[column].grows === true && widths[column] === undefined);
  return [...tracks, ...(fills ? [] : ['1fr'])].join(' ');
}

export function boundedWidth(px: number): number {
  return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, px)));
}
