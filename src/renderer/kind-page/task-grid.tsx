/**
 * The rows. They are drawn in a viewport that stays put while its scroller
 * moves, so that fast scrolling cannot run past what is drawn; and the last
 * complete view is kept until the rows of the next one have come.
 */
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import type { TaskRow } from '../../common/model/tasks';
import { listWindow, offsetShowing, toListOffset, toScrollTop, type ListWindow } from '../lib/list-window';
import { GridRow, SkeletonRow, type RowLook } from './task-row';
import type { TaskRows } from './use-task-rows';
import rowStyles from './task-row.module.css';
import styles from './task-grid.module.css';

export const ROW_PX = 31;
/** The columns' heads, which do not scroll. */
const HEAD_PX = 31;
const OVERSCAN = 6;
/** After this long without rows the list shows that it waits. */
const LATE_MS = 400;

interface TaskGridProps {
  readonly rows: TaskRows;
  readonly look: RowLook;
  /** Shown in place of rows when there are none. */
  readonly none: string;
  readonly selectedId: number | null;
  readonly onSelect: (row: TaskRow) => void;
  readonly onClose: () => void;
}

interface View {
  readonly items: readonly VirtualItem[];
  readonly offset: number;
}

export function TaskGrid({ rows, look, none, selectedId, onSelect, onClose }: TaskGridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const total = rows.total ?? 0;
  const { view, list, late } = useRowView(rows, total, scroller);
  const [active, setActive] = useState<number | null>(null);

  const moveTo = (index: number): void => {
    const to = Math.min(Math.max(0, index), total - 1);
    const row = rows.row(to);
    setActive(to);
    if (row !== undefined) onSelect(row);
    const offset = offsetShowing(to, view.offset, ROW_PX, list.viewPx);
    if (offset !== view.offset && scroller.current !== null) {
      scroller.current.scrollTop = toScrollTop(offset, list);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || total === 0) return;
    if (event.key === 'Escape') {
      onClose();
      return;
    }
    const to = targetOf(event.key, active, total, Math.max(1, Math.floor(list.viewPx / ROW_PX) - 1));
    if (to === null) return;
    event.preventDefault();
    moveTo(to);
  };
  const activeRow = active === null ? undefined : rows.row(active);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Tasks"
      aria-rowcount={total + 1}
      aria-colcount={look.sides === null ? 6 : 4}
      aria-activedescendant={activeRow === undefined ? undefined : `task-${activeRow.id}`}
      tabIndex={0}
      className={styles['scroller']}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className={styles['sizer']} style={{ height: list.scrollPx + HEAD_PX }}>
        <div role="presentation" className={styles['view']} style={{ height: list.viewPx + HEAD_PX }}>
          {look.sides === null ? <Heads /> : <SideHeads />}
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
                  selected={row.id === selectedId}
                  active={item.index === active}
                  onPress={() => {
                    setActive(item.index);
                    onSelect(row);
                  }}
                />
              );
            })}
          </div>
          {rows.total === 0 && <p className={styles['none']}>{none}</p>}
          {rows.total === null && late && <p className={styles['none']}>Reading the tasks…</p>}
        </div>
      </div>
    </div>
  );
}

function Heads() {
  return (
    <div role="row" aria-rowindex={1} className={`${rowStyles['columns'] ?? ''} ${styles['heads'] ?? ''}`}>
      <span role="columnheader">Name</span>
      <span role="columnheader" className={rowStyles['number']}>
        Size
      </span>
      <span role="columnheader">Progress</span>
      <span role="columnheader" className={`${rowStyles['number'] ?? ''} ${rowStyles['speed'] ?? ''}`}>
        Speed
      </span>
      <span role="columnheader" className={rowStyles['worker']}>
        Worker
      </span>
      <span role="columnheader">State</span>
    </div>
  );
}

/** Of two folders that are compared. */
function SideHeads() {
  return (
    <div role="row" aria-rowindex={1} className={`${rowStyles['sides'] ?? ''} ${styles['heads'] ?? ''}`}>
      <span role="columnheader">Left</span>
      <span role="columnheader">Right</span>
      <span role="columnheader" className={rowStyles['number']}>
        Size
      </span>
      <span role="columnheader">State</span>
    </div>
  );
}

/** The row that a key leads to; `null` for other keys. */
function targetOf(key: string, active: number | null, total: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return active === null ? 0 : active + 1;
    case 'ArrowUp':
      return active === null ? 0 : active - 1;
    case 'PageDown':
      return (active ?? 0) + page;
    case 'PageUp':
      return (active ?? 0) - page;
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
    case 'Enter':
    case ' ':
      return active;
    default:
      return null;
  }
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
