import { memo, type MouseEvent } from 'react';
import type { TaskRow } from '../../common/model/tasks';
import { formatBytes, formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { StagesBar } from '../components/stages-bar';
import { FindingMark } from '../components/finding-mark';
import { useNow } from '../lib/clock';
import { sidesOf } from '../lib/sides';
import { stagesOf } from '../lib/stages';
import { taskStateText, type TaskStateText } from '../lib/text';
import { useRunning, type RunningOnWorker } from '../state/frames';
import styles from './task-row.module.css';

/** What differs between jobs in how their rows look. */
export interface RowLook {
  /** What was found is only what would be done. */
  readonly dryRun: boolean;
  /** Two folders are compared: the right one's path. */
  readonly sides: string | null;
}

interface GridRowProps {
  readonly row: TaskRow;
  readonly look: RowLook;
  /** Place among the rows, from 0. */
  readonly index: number;
  /** Pixels from the top of the view. */
  readonly top: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly onPress: (event: MouseEvent) => void;
}

export function GridRow({ row, look, index, top, selected, active, onPress }: GridRowProps) {
  return (
    <div
      role="row"
      id={`task-${row.id}`}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active || undefined}
      className={`${styles['row'] ?? ''} ${styles[look.sides === null ? 'columns' : 'sides'] ?? ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onPress}
    >
      {look.sides === null ? (
        <Cells row={row} dryRun={look.dryRun} />
      ) : (
        <SideCells row={row} right={look.sides} />
      )}
    </div>
  );
}

const Cells = memo(function Cells({ row, dryRun }: { readonly row: TaskRow; readonly dryRun: boolean }) {
  const running = useRunning(row);
  const size = sizeOf(row, running);
  const worker = running?.worker ?? row.worker;
  return (
    <>
      <span role="gridcell" className={styles['name']} title={visible(row.source)}>
        {visible(row.name)}
      </span>
      <span role="gridcell" className={styles['number']}>
        {size === null ? (row.state === 'failed' ? '—' : '') : formatBytes(size)}
      </span>
      <span role="gridcell">
        <RowBar row={row} running={running} size={size} dryRun={dryRun} />
      </span>
      <span role="gridcell" className={`${styles['number'] ?? ''} ${styles['speed'] ?? ''}`}>
        {running === undefined ? '' : formatRate(running.bytesPerSecond)}
      </span>
      <span role="gridcell" className={styles['worker']}>
        {worker === null || (row.state === 'queued' && running === undefined) ? '' : `W${worker}`}
      </span>
      <StateCell row={row} running={running !== undefined} dryRun={dryRun} />
    </>
  );
});

/** A file in the left folder beside that in the right one. */
const SideCells = memo(function SideCells({ row, right }: { readonly row: TaskRow; readonly right: string }) {
  const running = useRunning(row) !== undefined;
  const sides = sidesOf(row, right);
  return (
    <>
      <span role="gridcell" className={styles['name']} title={sides.left ?? undefined}>
        {sides.left ?? <Absent />}
      </span>
      <span role="gridcell" className={styles['name']} title={sides.right ?? undefined}>
        {sides.right ?? <Absent />}
      </span>
      <span role="gridcell" className={styles['number']}>
        {row.size === null ? '' : formatBytes(row.size)}
      </span>
      <StateCell row={row} running={running} dryRun={false} />
    </>
  );
});

function Absent() {
  return (
    <span className={styles['absent']}>
      <span aria-hidden="true">—</span>
      <span className="visually-hidden">not there</span>
    </span>
  );
}

interface StateCellProps {
  readonly row: TaskRow;
  readonly running: boolean;
  readonly dryRun: boolean;
}

function StateCell({ row, running, dryRun }: StateCellProps) {
  const state = useStateText(row, running, dryRun);
  const finding = running || row.state === 'queued' || row.state === 'running' ? null : row.finding;
  return (
    <span role="gridcell" className={styles['state']} title={row.error?.message}>
      {finding === null ? (
        <span className={styles['dot']} data-tone={state.tone} aria-hidden="true" />
      ) : (
        <FindingMark finding={finding} />
      )}
      <span className={styles['word']}>{state.text}</span>
    </span>
  );
}

function sizeOf(row: TaskRow, running: RunningOnWorker | undefined): number | null {
  // What is deleted is not looked into.
  if (row.finding === 'deleted') return null;
  return running?.bytesTotal ?? row.size ?? (row.state === 'done' ? row.bytes : null);
}

interface RowBarProps {
  readonly row: TaskRow;
  readonly running: RunningOnWorker | undefined;
  readonly size: number | null;
  readonly dryRun: boolean;
}

function RowBar({ row, running, size, dryRun }: RowBarProps) {
  const whole = row.state === 'done' || row.state === 'skipped';
  const bytes = running?.bytesDone ?? row.bytes;
  const share = whole ? 1 : size === null || size === 0 ? 0 : Math.min(1, bytes / size);
  const shown = row.state === 'failed' ? 0 : share;
  const stages = running === undefined ? null : stagesOf(running);
  if (stages !== null) return <StagesBar stages={stages} />;
  return (
    <span className={styles['bar']} aria-hidden="true">
      <span
        className={styles['fill']}
        data-tone={row.state === 'skipped' || dryRun ? 'idle' : row.state === 'done' ? 'done' : 'running'}
        style={{ width: `${shown * 100}%` }}
      />
    </span>
  );
}

/** Counts down while a retry waits. */
function useStateText(row: TaskRow, running: boolean, dryRun: boolean): TaskStateText {
  const now = useNow(row.state === 'queued' && row.notBeforeMs !== null && !running);
  return taskStateText(row, running, now, dryRun);
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
