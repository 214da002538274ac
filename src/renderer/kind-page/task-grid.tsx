/**
 * The rows. They are drawn in a viewport that stays put while its scroller
 * moves, so that fast scrolling cannot run past what is drawn; and the last
 * complete view is kept until the rows of the next one have come.
 */
import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type RefObject } from 'react';
import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import type { JobSummary } from '../../common/model/jobs';
import type { TaskRow } from '../../common/model/tasks';
import { text } from '../../common/text/text';
import { gridKey } from '../lib/grid-keys';
import { listWindow, offsetShowing, toListOffset, toScrollTop, type ListWindow } from '../lib/list-window';
import { useWidth } from '../lib/use-width';
import { GridRow, SkeletonRow } from './task-row';
import { TaskHeads } from './task-heads';
import { useListLook } from './use-list-look';
import type { Selection } from './use-selection';
import type { TaskRows } from './use-task-rows';
import styles from './task-grid.module.css';

export const ROW_PX = 31;
/** The columns' heads, which do not scroll. */
const HEAD_PX = 31;
/** Where a row's name begins, from its left. */
const NAME_PX = 18;
const OVERSCAN = 6;
/** After this long without rows the list shows that it waits. */
const LATE_MS = 400;

interface TaskGridProps {
  readonly rows: TaskRows;
  readonly job: JobSummary;
  /** Shown in place of rows when there are none. */
  readonly none: string;
  readonly selection: Selection;
  /** One row was chosen. */
  readonly onSelect: (row: TaskRow) => void;
  readonly onOpen: (row: TaskRow) => void;
  readonly onCopy: () => void;
  readonly onRetry: () => void;
  /** @param row on which the menu was asked for; it is chosen */
  readonly onMenu: (row: TaskRow, x: number, y: number) => void;
  readonly onClose: () => void;
}

interface View {
  readonly items: readonly VirtualItem[];
  readonly offset: number;
}

export function TaskGrid(props: TaskGridProps) {
  const { rows, job, none, selection, onSelect, onOpen, onCopy, onRetry, onMenu, onClose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const total = rows.total ?? 0;
  const { view, list, late } = useRowView(rows, total, scroller);
  const { look, sort } = useListLook(job, useWidth(scroller));
  const { columns } = look;
  // Sorted another way, no row is the active one.
  const [activeIn, setActiveIn] = useState<{ readonly rows: TaskRows; readonly index: number } | null>(null);
  const active = activeIn?.rows === rows ? activeIn.index : null;
  const setActive = (index: number): void => {
    setActiveIn({ rows, index });
  };

  const moveTo = (index: number): number => {
    const to = Math.min(Math.max(0, index), total - 1);
    setActive(to);
    const offset = offsetShowing(to, view.offset, ROW_PX, list.viewPx);
    if (offset !== view.offset && scroller.current !== null) {
      scroller.current.scrollTop = toScrollTop(offset, list);
    }
    return to;
  };
  const selectAlone = (index: number): void => {
    selection.choose(index);
    const row = rows.row(index);
    if (row !== undefined) onSelect(row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || total === 0) return;
    const key = gridKey(event, active, total, Math.max(1, Math.floor(list.viewPx / ROW_PX) - 1));
    if (key === null) return;
    event.preventDefault();
    const row = active === null ? undefined : rows.row(active);
    if ('to' in key) {
      const to = moveTo(key.to);
      if (key.what === 'extend') selection.extend(to, false);
      else if (key.what === 'select') selectAlone(to);
    } else if (key.what === 'close') onClose();
    else if (key.what === 'retry') onRetry();
    else if (key.what === 'all') selection.chooseAll();
    else if (key.what === 'copy') onCopy();
    else if (key.what === 'open') {
      if (row !== undefined) onOpen(row);
    } else if (key.what === 'details') {
      if (active !== null) selectAlone(active);
    } else if (active !== null) selection.toggle(active);
  };
  const onPress = (index: number, row: TaskRow, event: MouseEvent): void => {
    setActive(index);
    if (event.shiftKey) selection.extend(index, event.ctrlKey || event.metaKey);
    else if (event.ctrlKey || event.metaKey) selection.toggle(index);
    else selectAlone(index);
    if (!event.shiftKey && event.detail === 2) onOpen(row);
  };
  // By the right button on a row, or by the keys for it on the grid itself: then it is the active row's.
  const onContextMenu = (event: MouseEvent): void => {
    const pressed = (event.target as HTMLElement).closest('[role="row"]');
    const index = pressed === null ? active : Number(pressed.getAttribute('aria-rowindex')) - 2;
    const row = index === null ? undefined : rows.row(index);
    if (index === null || row === undefined) return;
    event.preventDefault();
    setActive(index);
    if (!selection.has(row.ordinal)) selection.choose(index);
    if (pressed !== null) {
      onMenu(row, event.clientX, event.clientY);
      return;
    }
    const box = document.getElementById(`task-${row.id}`)?.getBoundingClientRect();
    onMenu(row, (box?.left ?? event.clientX) + NAME_PX, box?.bottom ?? event.clientY);
  };
  const activeRow = active === null ? undefined : rows.row(active);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={text('task.list')}
      aria-multiselectable="true"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={activeRow === undefined ? undefined : `task-${activeRow.id}`}
      tabIndex={0}
      className={styles['scroller']}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
    >
      <div role="presentation" className={styles['sizer']} style={{ height: list.scrollPx + HEAD_PX }}>
        <div role="presentation" className={styles['view']} style={{ height: list.viewPx + HEAD_PX }}>
          <TaskHeads job={job} columns={columns} template={look.template} sort={sort} />
          <div role="presentation" className={styles['rows']}>
            {view.items.map((item) => {
              const row = rows.row(item.index);
              const top = item.start - view.offset;
              if (item.index >= total) return null;
              if (row === undefined) return <SkeletonRow key={item.index} index={item.index} top={top} />;
              return (
                <GridRow
                  key={item.index}
                  row={row}
                  look={look}
                  index={item.index}
                  top={top}
                  selected={selection.has(row.ordinal)}
                  active={item.index === active}
                  onPress={(event) => {
                    onPress(item.index, row, event);
                  }}
                />
              );
            })}
          </div>
          {rows.total === 0 && <p className={styles['none']}>{none}</p>}
          {rows.total === null && late && <p className={styles['none']}>{text('task.reading')}</p>}
        </div>
      </div>
    </div>
  );
}

interface RowView {
  readonly view: View;
  readonly list: ListWindow;
  readonly late: boolean;
}

function useRowView(rows: TaskRows, total: number, scroller: RefObject<HTMLDivElement | null>): RowView {
  const geometry = useRef<ListWindow>(listWindow(0, ROW_PX, 0));
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: total,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getScrollElement: () => scroller.current,
    observeElementOffset: (instance, report) => observeOffset(instance, geometry, report),
    scrollToFn: (offset, { adjustments = 0 }, instance) => {
      const element = instance.scrollElement;
      if (element !== null) element.scrollTop = toScrollTop(offset + adjustments, geometry.current);
    },
  });
  const list = listWindow(total, ROW_PX, Math.max(0, (virtualizer.scrollRect?.height ?? 0) - HEAD_PX));
  useEffect(() => {
    geometry.current = list;
  });

  const offset = Math.min(virtualizer.scrollOffset ?? 0, Math.max(0, list.rowsPx - list.viewPx));
  const items = virtualizer.getVirtualItems();
  const first = Math.floor(offset / ROW_PX);
  const last = Math.max(first, Math.ceil((offset + list.viewPx) / ROW_PX) - 1);
  useEffect(() => {
    rows.want(Math.max(0, first - OVERSCAN), last + OVERSCAN);
  }, [rows, first, last]);

  const complete = rows.has(first, last);
  const [shown, setShown] = useState<View>({ items, offset });
  const [late, setLate] = useState(false);
  const newer = shown.offset !== offset || !sameItems(shown.items, items);
  if ((complete || late) && newer) setShown({ items, offset });
  if (complete && late) setLate(false);
  useEffect(() => {
    if (complete) return undefined;
    const timer = setTimeout(() => {
      setLate(true);
    }, LATE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [complete]);
  return { view: shown, list, late };
}

function sameItems(a: readonly VirtualItem[], b: readonly VirtualItem[]): boolean {
  return a.length === b.length && a[0]?.index === b[0]?.index;
}

function observeOffset(
  instance: Virtualizer<HTMLDivElement, HTMLDivElement>,
  geometry: RefObject<ListWindow>,
  report: (offset: number, scrolling: boolean) => void,
): (() => void) | undefined {
  const element = instance.scrollElement;
  if (element === null) return undefined;
  const onScroll = (): void => {
    report(toListOffset(element.scrollTop, geometry.current), false);
  };
  onScroll();
  element.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    element.removeEventListener('scroll', onScroll);
  };
}
