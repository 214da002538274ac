/** The heads of a list's columns: they sort it, and are sized by dragging their edges or with Alt and the arrow keys. */
import { useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import type { TaskColumn, TaskSort } from '../../common/model/columns';
import type { JobSummary } from '../../common/model/jobs';
import { text } from '../../common/text/text';
import { isNumber, listKindOf, titleOf, type ListKind } from '../lib/columns';
import { rightward } from '../lib/direction';
import { sizeColumn, sortBy, unsizeColumn } from '../state/columns';
import { openContextMenu } from '../state/context-menu';
import { chooseColumn, columnEntries } from './list-menus';
import rowStyles from './task-row.module.css';
import styles from './task-grid.module.css';

const STEP_PX = 16;

interface TaskHeadsProps {
  readonly job: JobSummary;
  readonly columns: readonly TaskColumn[];
  readonly template: string;
  readonly sort: TaskSort | null;
}

export function TaskHeads({ job, columns, template, sort }: TaskHeadsProps) {
  const kind = listKindOf(job);
  const row = useRef<HTMLDivElement>(null);
  // Of the heads one can be reached with Tab; arrow keys lead on from there.
  const [at, setAt] = useState<TaskColumn>('name');
  const reached = columns.includes(at) ? at : 'name';
  const headOf = (column: TaskColumn): HTMLElement | null =>
    row.current?.querySelector<HTMLElement>(`[data-column="${column}"]`) ?? null;

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const direction = event.key === 'ArrowRight' ? rightward() : event.key === 'ArrowLeft' ? -rightward() : 0;
    if (direction === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (event.altKey) {
      const width = headOf(reached)?.getBoundingClientRect().width ?? 0;
      sizeColumn(kind, reached, width + direction * STEP_PX, true);
      return;
    }
    const next = columns[columns.indexOf(reached) + direction];
    if (next === undefined) return;
    setAt(next);
    headOf(next)?.querySelector('button')?.focus();
  };
  const onContextMenu = (event: MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = event.button === 2 ? [event.clientX, event.clientY] : [box.left + STEP_PX, box.bottom];
    openColumnsMenu(job, kind, x, y);
  };
  return (
    <div
      ref={row}
      role="row"
      aria-rowindex={1}
      className={`${rowStyles['cells'] ?? ''} ${styles['heads'] ?? ''}`}
      style={{ gridTemplateColumns: template }}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
    >
      {columns.map((column) => (
        <div
          key={column}
          role="columnheader"
          data-column={column}
          aria-sort={sort?.by !== column ? 'none' : sort.descending ? 'descending' : 'ascending'}
          className={styles['head']}
        >
          <button
            type="button"
            tabIndex={column === reached ? 0 : -1}
            className={`${styles['sort'] ?? ''} ${isNumber(column) ? (styles['right'] ?? '') : ''}`}
            title={text('column.sort', { name: titleOf(column, job) })}
            aria-label={titleOf(column, job)}
            onFocus={() => {
              setAt(column);
            }}
            onClick={() => {
              sortBy(kind, column);
            }}
          >
            <span className={styles['title']}>{titleOf(column, job)}</span>
            {sort?.by === column && <span aria-hidden="true">{sort.descending ? '▾' : '▴'}</span>}
          </button>
          <Edge
            kind={kind}
            column={column}
            widthNow={() => headOf(column)?.getBoundingClientRect().width ?? 0}
          />
        </div>
      ))}
    </div>
  );
}

function openColumnsMenu(job: JobSummary, kind: ListKind, x: number, y: number): void {
  openContextMenu({
    label: text('column.all'),
    entries: columnEntries(job, kind),
    x,
    y,
    onAction: (id) => {
      chooseColumn(kind, id);
    },
  });
}

interface EdgeProps {
  readonly kind: ListKind;
  readonly column: TaskColumn;
  readonly widthNow: () => number;
}

/** Dragged to size the column before it; a double click undoes that. The keyboard has keys for it. */
function Edge({ kind, column, widthNow }: EdgeProps) {
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const widthAt = (event: PointerEvent): number =>
    drag.current === null ? 0 : drag.current.width + (event.clientX - drag.current.x) * rightward();
  return (
    <span
      aria-hidden="true"
      className={styles['edge']}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, width: widthNow() };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) sizeColumn(kind, column, widthAt(event), false);
      }}
      onPointerUp={(event) => {
        if (drag.current === null) return;
        // A click alone sizes nothing.
        if (event.clientX !== drag.current.x) sizeColumn(kind, column, widthAt(event), true);
        drag.current = null;
      }}
      onDoubleClick={() => {
        unsizeColumn(kind, column);
      }}
    />
  );
}
