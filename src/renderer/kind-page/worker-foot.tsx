/** The heart of the window: what each worker did in the last 30 seconds, and what it does now. */
import { useEffect, useId, useState } from 'react';
import { factorText, gainOf, type JobGain } from '../../common/model/job-gain';
import { isEnded, type JobSummary, type WorkerStatistics } from '../../common/model/jobs';
import type { JobFrame, WorkerFrame } from '../../common/model/frames';
import { formatBytes, formatDuration, formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { request } from '../bridge';
import { Button } from '../components/button';
import { isDryRun } from '../lib/findings';
import { percentText } from '../lib/text';
import { strips, useFrame, watchedFrame } from '../state/frames';
import { useJob } from '../state/jobs';
import { notifyError } from '../state/notices';
import { useStore } from '../state/store';
import { StripCanvas } from './strip-canvas';
import { startPainter } from './strip-painter';
import { ThreadBillTable } from './thread-bill';
import styles from './worker-foot.module.css';

export function WorkerFoot({ jobId }: { readonly jobId: number }) {
  const job = useJob(jobId);
  const frame = useFrame(jobId);
  const drawn = useStore(strips.workers, (workers) => workers);
  useEffect(() => startPainter(strips), []);
  const statistics = useStatistics(job);
  const [billOf, setBillOf] = useState<number | null>(null);
  const billId = useId();
  if (job === null) return null;

  const frames = new Map(frame?.workers.map((worker) => [worker.worker, worker]));
  // Also those that a smaller pool has let go, whose strips may be over.
  const numbers = [...new Set([...drawn, ...statistics.map(({ worker }) => worker)])].sort(
    (left, right) => left - right,
  );
  const gain = isEnded(job.state) ? gainOf(job, statistics) : null;
  const hasBill = gain !== null && statistics.some(({ bill }) => bill !== null);
  const showsBill = hasBill && billOf === jobId;
  return (
    <section className={styles['foot']} aria-label={text('workers.label')}>
      <div className={styles['head']}>
        <h2 className={styles['title']}>{titleText(job, frame, numbers.length)}</h2>
        {gain === null ? (
          <p className={styles['title']}>{busyText(frame?.workers ?? [], statistics)}</p>
        ) : (
          <p className={styles['gain']}>{gainText(gain)}</p>
        )}
        {hasBill && (
          <Button
            look="link"
            aria-expanded={showsBill}
            {...(showsBill ? { 'aria-controls': billId } : {})}
            onPress={() => {
              setBillOf(showsBill ? null : jobId);
            }}
          >
            {text('bill.label')} <span aria-hidden="true">{showsBill ? '▾' : '▸'}</span>
          </Button>
        )}
      </div>
      {showsBill && <ThreadBillTable id={billId} job={job} statistics={statistics} />}
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <ul
        className={styles['list']}
        tabIndex={0}
        aria-label={text('workers.threads-label')}
        hidden={showsBill}
      >
        {numbers.map((worker) => (
          <WorkerRow
            key={worker}
            worker={worker}
            frame={frames.get(worker)}
            statistics={statistics.find((entry) => entry.worker === worker)}
            drawn={drawn.includes(worker)}
            hasBytes={!isDryRun(job)}
          />
        ))}
      </ul>
    </section>
  );
}

function gainText({ bytes, tasks, elapsedMs, threads, atOnce, busy, taskMs, overlap }: JobGain): string {
  const values = {
    what: bytes === null ? text('common.tasks', { count: tasks }) : formatBytes(bytes),
    time: formatDuration(elapsedMs),
    threads:
      threads > atOnce
        ? text('gain.threads-at-once', { count: threads, most: atOnce })
        : text('gain.threads', { count: threads }),
    busy: `${Math.round(busy * 100)} %`,
    taskTime: formatDuration(taskMs),
  };
  if (overlap === null) return text('gain.nothing-overlapped', values);
  return text('gain.overlapped', { ...values, factor: factorText(overlap) });
}

function titleText(job: JobSummary, frame: JobFrame | null, known: number): string {
  const frames = frame?.workers ?? [];
  if (job.state === 'running' && frames.length > 0) {
    const alive = frames.filter((worker) => worker.alive).length;
    const count = Math.max(known, frames.length);
    const workers =
      alive >= known ? text('workers.alive', { count }) : text('workers.some-alive', { count, alive });
    return frame?.connections == null
      ? workers
      : text('workers.connections', { workers, ...frame.connections });
  }
  if (known === 0) return text(isEnded(job.state) ? 'workers.none-needed' : 'workers.not-started');
  return text('workers.ended', { count: known });
}

function busyText(frames: readonly WorkerFrame[], statistics: readonly WorkerStatistics[]): string {
  if (frames.length > 0) {
    const busy = frames.reduce((sum, worker) => sum + worker.busyShare, 0) / frames.length;
    return text('workers.busy', { share: `${Math.round(busy * 100)} %` });
  }
  const aliveMs = statistics.reduce((sum, worker) => sum + worker.aliveMs, 0);
  if (aliveMs === 0) return '';
  const busyMs = statistics.reduce((sum, worker) => sum + worker.busyMs, 0);
  return text('workers.busy-in-all', { share: `${Math.round(Math.min(1, busyMs / aliveMs) * 100)} %` });
}

const NO_STATISTICS: readonly WorkerStatistics[] = [];

/** Kept with the job; read once it does not run. */
function useStatistics(job: JobSummary | null): readonly WorkerStatistics[] {
  const jobId = job?.id ?? null;
  const still = job !== null && job.state !== 'running' && job.startedAtMs !== null;
  const [held, setHeld] = useState<{ jobId: number; statistics: readonly WorkerStatistics[] } | null>(null);
  useEffect(() => {
    if (!still || jobId === null) return undefined;
    let wanted = true;
    request('jobs:statistics', { jobId }).then((statistics) => {
      if (wanted) setHeld({ jobId, statistics });
    }, notifyError);
    return () => {
      wanted = false;
    };
  }, [jobId, still, job?.state]);
  return still && held?.jobId === jobId ? held.statistics : NO_STATISTICS;
}

interface WorkerRowProps {
  readonly worker: number;
  readonly frame: WorkerFrame | undefined;
  readonly statistics: WorkerStatistics | undefined;
  /** Whether there is a strip to draw. */
  readonly drawn: boolean;
  /** A dry run writes nothing. */
  readonly hasBytes: boolean;
}

function WorkerRow({ worker, frame, statistics, drawn, hasBytes }: WorkerRowProps) {
  return (
    <li className={styles['row']}>
      <span className={styles['label']}>{`W${worker}`}</span>
      {drawn ? (
        <StripCanvas worker={worker} label={`W${worker}`} history={strips} frameOf={watchedFrame} />
      ) : (
        <BusyBar share={statistics === undefined ? 0 : shareOf(statistics)} worker={worker} />
      )}
      {frame === undefined ? (
        <Past statistics={statistics} hasBytes={hasBytes} />
      ) : (
        <Now frame={frame} hasBytes={hasBytes} />
      )}
    </li>
  );
}

function Now({ frame, hasBytes }: { readonly frame: WorkerFrame; readonly hasBytes: boolean }) {
  const [first, ...others] = frame.running;
  const share =
    first?.bytesTotal === undefined || first.bytesTotal === null || first.bytesTotal === 0
      ? null
      : first.bytesDone / first.bytesTotal;
  const name = first?.name ?? text(frame.alive ? 'workers.idle' : 'workers.has-ended');
  return (
    <>
      <span
        className={first === undefined ? styles['quiet'] : styles['name']}
        title={first === undefined ? undefined : visible(first.name)}
      >
        {visible(name)}
      </span>
      <span className={styles['rate']}>
        {first === undefined || !hasBytes ? '' : formatRate(frame.bytesPerSecond)}
      </span>
      <span className={styles['percent']}>
        {others.length > 0
          ? text('common.tasks', { count: others.length + 1 })
          : share === null
            ? ''
            : percentText(share)}
      </span>
    </>
  );
}

interface PastProps {
  readonly statistics: WorkerStatistics | undefined;
  readonly hasBytes: boolean;
}

function Past({ statistics, hasBytes }: PastProps) {
  if (statistics === undefined) return <span className={styles['quiet']}>{text('workers.has-ended')}</span>;
  const { failed } = statistics;
  const tasks = text('common.tasks', { count: statistics.tasks });
  return (
    <>
      <span className={styles['quiet']}>
        {failed > 0 ? text('workers.some-failed', { tasks, failed }) : tasks}
      </span>
      <span className={styles['rate']}>{hasBytes ? formatBytes(statistics.bytes) : ''}</span>
      <span className={styles['percent']}>{percentText(shareOf(statistics))}</span>
    </>
  );
}

function shareOf(statistics: WorkerStatistics): number {
  return statistics.aliveMs > 0 ? Math.min(1, statistics.busyMs / statistics.aliveMs) : 0;
}

function BusyBar({ share, worker }: { readonly share: number; readonly worker: number }) {
  return (
    <div
      className={styles['busy']}
      role="img"
      aria-label={text('workers.busy-of-life', { worker: `W${worker}`, share: percentText(share) })}
    >
      <div className={styles['busyPart']} style={{ width: `${share * 100}%` }} />
    </div>
  );
}
