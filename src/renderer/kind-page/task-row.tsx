import { memo, type MouseEvent } from 'react';
import type { TaskRow } from '../../common/model/tasks';
import type { TaskColumn } from '../../common/model/columns';
import type { CheckAlgorithm } from '../../common/model/digests';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { StagesBar } from '../components/stages-bar';
import { FindingMark } from '../components/finding-mark';
import { useNow } from '../lib/clock';
import { isNumber } from '../lib/columns';
import { failureText } from '../lib/failure-text';
import { sidesOf } from '../lib/sides';
import { stagesOf } from '../lib/stages';
import { clockText, taskStateText, type TaskStateText } from '../lib/text';
import { useRunning, type RunningOnWorker } from '../state/frames';
import styles from './task-row.module.css';

/** What differs between lists in how their rows look. */
export interface RowLook {
  /** What was found is only what would be done. */
  readonly dryRun: boolean;
  /** Two folders are compared: the right one's path. */
  readonly sides: string | null;
  /** The algorithm whose digests are shown. */
  readonly algorithm: CheckAlgorithm | null;
  readonly columns: readonly TaskColumn[];
  /** Of CSS: how wide they are. */
  readonly template: string;
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
      className={`${styles['row'] ?? ''} ${styles['cells'] ?? ''}`}
      style={{ transform: `translateY(${top}px)`, gridTemplateColumns: look.template }}
      onClick={onPress}
    >
      <Cells row={row} look={look} />
    </div>
  );
}

const Cells = memo(function Cells({ row, look }: { readonly row: TaskRow; readonly look: RowLook }) {
  const running = useRunning(row);
  return look.columns.map((column) => (
    <Cell key={column} column={column} row={row} look={look} running={running} />
  ));
});

interface CellProps {
  readonly column: TaskColumn;
  readonly row: TaskRow;
  readonly look: RowLook;
  readonly running: RunningOnWorker | undefined;
}

function Cell({ column, row, look, running }: CellProps) {
  switch (column) {
    case 'name':
      return (
        <NameCell name={look.sides === null ? row.name : sidesOf(row, look.sides).left} title={row.source} />
      );
    case 'source':
      return (
        <NameCell
          name={look.sides === null ? row.source : sidesOf(row, look.sides).right}
          title={row.source}
        />
      );
    case 'progress':
      return (
        <span role="gridcell">
          <RowBar row={row} running={running} size={sizeOf(row, running)} dryRun={look.dryRun} />
        </span>
      );
    case 'state':
      return <StateCell row={row} running={running !== undefined} dryRun={look.dryRun} />;
    case 'digest': {
      const digest = digestOf(row, look.algorithm);
      return (
        <span role="gridcell" className={styles['digest']} title={digest}>
          {digest}
        </span>
      );
    }
    default:
      return (
        <span role="gridcell" className={isNumber(column) ? styles['number'] : styles['worker']}>
          {factOf(column, row, running)}
        </span>
      );
  }
}

/** @param name `null`: of two folders, that one has no such file */
function NameCell({ name, title }: { readonly name: string | null; readonly title: string }) {
  return (
    <span role="gridcell" className={styles['name']} title={visible(name === null ? '' : title)}>
      {name === null ? <Absent /> : visible(name)}
    </span>
  );
}

function digestOf({ digests }: TaskRow, algorithm: CheckAlgorithm | null): string {
  if (digests === null) return '';
  return (algorithm === null ? undefined : digests[algorithm]) ?? Object.values(digests)[0] ?? '';
}

function factOf(column: TaskColumn, row: TaskRow, running: RunningOnWorker | undefined): string {
  const { startedAtMs, endedAtMs } = row;
  const tookMs = startedAtMs === null || endedAtMs === null ? null : Math.max(0, endedAtMs - startedAtMs);
  switch (column) {
    case 'size': {
      const size = sizeOf(row, running);
      return size === null ? (row.state === 'failed' ? '—' : '') : formatBytes(size);
    }
    case 'speed':
      if (running !== undefined) return formatRate(running.bytesPerSecond);
      // Of what has ended, on the whole.
      return row.state !== 'done' || row.bytes === 0 || tookMs === null || tookMs === 0
        ? ''
        : formatRate((row.bytes / tookMs) * 1000);
    case 'time':
      return tookMs === null || row.state === 'queued' ? '' : formatDuration(tookMs);
    case 'ended':
      return endedAtMs === null || row.state === 'queued' ? '' : clockText(endedAtMs);
    case 'attempts':
      return row.attempts === 0 ? '' : formatCount(row.attempts);
    case 'worker': {
      const worker = running?.worker ?? row.worker;
      return worker === null || (row.state === 'queued' && running === undefined) ? '' : `W${worker}`;
    }
    default:
      return '';
  }
}

function Absent() {
  return (
    <span className={styles['absent']}>
      <span aria-hidden="true">—</span>
      <span className="visually-hidden">{text('task.not-there')}</span>
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
    <span
      role="gridcell"
      className={styles['state']}
      title={row.error === null ? undefined : visible(failureText(row.error))}
    >
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
      className={`${styles['row'] ?? ''} ${styles['cells'] ?? ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" aria-busy="true" aria-label={text('task.being-read')}>
        <span className={styles['skeleton']} />
      </span>
    </div>
  );
}
