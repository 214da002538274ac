import { memo } from 'react';
import type { TaskRow } from '../../common/model';
import { formatBytes, formatRate } from '../../common/units';
import { useNow } from '../lib/clock';
import { taskStateText, type TaskStateText } from '../lib/text';
import { useRunning, type RunningOnWorker } from '../state/frames';
import styles from './task-row.module.css';

interface GridRowProps {
  readonly row: TaskRow;
  /** Place among the rows, from 0. */
  readonly index: number;
  /** Pixels from the top of the view. */
  readonly top: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly onPress: () => void;
}

export function GridRow({ row, index, top, selected, active, onPress }: GridRowProps) {
  return (
    <div
      role="row"
      id={`task-${row.id}`}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active || undefined}
      className={`${styles['row'] ?? ''} ${styles['columns'] ?? ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onPress}
    >
      <Cells row={row} />
    </div>
  );
}

const Cells = memo(function Cells({ row }: { readonly row: TaskRow }) {
  const live = useRunning(row.id);
  // A frame may be older than the row: what has settled stays settled.
  const running =
    live !== undefined && (row.state === 'queued' || row.state === 'running') ? live : undefined;
  const size = running?.bytesTotal ?? row.size ?? (row.state === 'done' ? row.bytes : null);
  const state = useStateText(row, running !== undefined);
  const worker = running?.worker ?? row.worker;
  return (
    <>
      <span role="gridcell" className={styles['name']} title={row.source}>
        {row.name}
      </span>
      <span role="gridcell" className={styles['number']}>
        {size === null ? (row.state === 'failed' ? '—' : '') : formatBytes(size)}
      </span>
      <span role="gridcell">
        <RowBar row={row} running={running} size={size} />
      </span>
      <span role="gridcell" className={`${styles['number'] ?? ''} ${styles['speed'] ?? ''}`}>
        {running === undefined ? '' : formatRate(running.bytesPerSecond)}
      </span>
      <span role="gridcell" className={styles['worker']}>
        {worker === null || (row.state === 'queued' && running === undefined) ? '' : `W${worker}`}
      </span>
      <span role="gridcell" className={styles['state']} title={row.error?.message}>
        <span className={styles['dot']} data-tone={state.tone} aria-hidden="true" />
        <span className={styles['word']}>{state.text}</span>
      </span>
    </>
  );
});

interface RowBarProps {
  readonly row: TaskRow;
  readonly running: RunningOnWorker | undefined;
  readonly size: number | null;
}

function RowBar({ row, running, size }: RowBarProps) {
  const whole = row.state === 'done' || row.state === 'skipped';
  const bytes = running?.bytesDone ?? row.bytes;
  const share = whole ? 1 : size === null || size === 0 ? 0 : Math.min(1, bytes / size);
  const shown = row.state === 'failed' ? 0 : share;
  return (
    <span className={styles['bar']} aria-hidden="true">
      <span
        className={styles['fill']}
        data-tone={row.state === 'done' ? 'done' : row.state === 'skipped' ? 'idle' : 'running'}
        style={{ width: `${shown * 100}%` }}
      />
    </span>
  );
}

/** Counts down while a retry waits. */
function useStateText(row: TaskRow, running: boolean): TaskStateText {
  const now = useNow(row.state === 'queued' && row.notBeforeMs !== null && !running);
  return taskStateText(row, running, now);
}

/** Stands for a row that is late. */
export function SkeletonRow({ index, top }: { readonly index: number; readonly top: number }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`${styles['row'] ?? ''} ${styles['columns'] ?? ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" aria-busy="true" aria-label="Being read">
        <span className={styles['skeleton']} />
      </span>
    </div>
  );
}
