/**
 * What frames bring: the newest of each job, and for the job that is watched
 * which tasks run, its strips and its throughput. React is told five times a
 * second at most; numbers that change faster cannot be read.
 */
import type { Frame, JobFrame, RunningTask, WorkerFrame } from '../../common/model/frames';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { TaskRow } from '../../common/model/tasks';
import { createStore, useStore } from './store';
import { StripHistory } from './strip-history';
import { ThroughputHistory } from './throughput';
import { request } from '../bridge';
import { notifyError } from './notices';

export interface RunningOnWorker extends RunningTask {
  readonly worker: number;
}

export interface Live {
  readonly jobs: ReadonlyMap<number, JobFrame>;
  readonly watched: number | null;
  /** Tasks of the watched job that run, by id. */
  readonly running: ReadonlyMap<number, RunningOnWorker>;
  /** Those that ran a moment ago: their rows say how they ended only once they are read again. */
  readonly left: ReadonlyMap<number, LeftTask>;
}

interface LeftTask {
  readonly last: RunningOnWorker;
  readonly atMs: number;
}

/** Rows are read again long before, unless the task was put back into the queue. */
const LEFT_MS = 5000;
const NOTHING_LEFT: ReadonlyMap<number, LeftTask> = new Map();

const NOTHING_RUNS: ReadonlyMap<number, RunningOnWorker> = new Map();
const TELL_MS = 190;

export const liveStore = createStore<Live>({
  jobs: new Map(),
  watched: null,
  running: NOTHING_RUNS,
  left: NOTHING_LEFT,
});
/** Of the watched job. Drawn by canvases, outside React. */
export const strips = new StripHistory();
export const throughput = new ThroughputHistory();

let pending: Map<number, JobFrame> | null = null;
let toldAtMs = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

export function useFrame(jobId: number | null): JobFrame | null {
  return useStore(liveStore, (live) => (jobId === null ? null : (live.jobs.get(jobId) ?? null)));
}

/** Of a worker of the watched job. */
export function watchedFrame(worker: number): WorkerFrame | undefined {
  const { jobs, watched } = liveStore.get();
  const frame = watched === null ? undefined : jobs.get(watched);
  return frame?.workers.find((entry) => entry.worker === worker);
}

/** How far a row's task is, while it runs and until the row says how it ended. */
export function useRunning(row: TaskRow): RunningOnWorker | undefined {
  return useStore(liveStore, (live) => runningRow(live, row));
}

/** Pure. A frame may be older than the row: what has settled stays settled, and what waits for a retry waits. */
export function runningRow({ running, left }: Live, row: TaskRow): RunningOnWorker | undefined {
  if (row.state !== 'queued' && row.state !== 'running') return undefined;
  return running.get(row.id) ?? (row.notBeforeMs === null ? left.get(row.id)?.last : undefined);
}

export function takeFrame(frame: Frame): void {
  const { watched } = liveStore.get();
  pending ??= new Map(liveStore.get().jobs);
  for (const job of frame.jobs) {
    pending.set(job.jobId, job);
    if (job.jobId !== watched) continue;
    strips.push(job.workers, frame.atMs);
    throughput.push(frame.atMs, job.bytesPerSecond);
  }
  const waitMs = toldAtMs + TELL_MS - performance.now();
  if (waitMs <= 0) tell();
  else timer ??= setTimeout(tell, waitMs);
}

function tell(): void {
  clearTimeout(timer);
  timer = undefined;
  if (pending === null) return;
  const jobs = pending;
  pending = null;
  toldAtMs = performance.now();
  const live = liveStore.get();
  const { watched } = live;
  const running = runningOf(watched === null ? undefined : jobs.get(watched));
  liveStore.set({ jobs, watched, running, left: leftAfter(live, running) });
}

/** @param running what runs now */
function leftAfter(before: Live, running: ReadonlyMap<number, RunningOnWorker>): Live['left'] {
  const nowMs = performance.now();
  const left = new Map<number, LeftTask>();
  for (const [id, task] of before.left)
    if (!running.has(id) && nowMs - task.atMs < LEFT_MS) left.set(id, task);
  for (const [id, last] of before.running) if (!running.has(id)) left.set(id, { last, atMs: nowMs });
  return left.size === 0 ? NOTHING_LEFT : left;
}

function runningOf(frame: JobFrame | undefined): ReadonlyMap<number, RunningOnWorker> {
  if (frame?.state !== 'running') return NOTHING_RUNS;
  const running = new Map<number, RunningOnWorker>();
  for (const worker of frame.workers) {
    for (const task of worker.running) running.set(task.taskId, { ...task, worker: worker.worker });
  }
  return running;
}

/** A summary says more than a frame once a job no longer runs: its frame is dropped. */
export function takeSummaries(summaries: readonly JobSummary[]): void {
  tell();
  const live = liveStore.get();
  const stopped = summaries.filter((job) => job.state !== 'running' && live.jobs.has(job.id));
  if (stopped.length === 0) return;
  const jobs = new Map(live.jobs);
  for (const job of stopped) {
    jobs.delete(job.id);
    if (job.id === live.watched) strips.stop(isEnded(job.state));
  }
  const watched = stopped.find((job) => job.id === live.watched);
  if (watched === undefined) liveStore.set({ ...live, jobs });
  else {
    // What ran when a job was paused is queued again; of one that has ended the rows are yet to be read.
    const left = isEnded(watched.state) ? leftAfter(live, NOTHING_RUNS) : NOTHING_LEFT;
    liveStore.set({ ...live, jobs, running: NOTHING_RUNS, left });
  }
}

/** From now on frames carry this job's workers; its last 30 seconds are asked for. */
export function watchJob(jobId: number | null): void {
  if (liveStore.get().watched === jobId) return;
  strips.clear();
  throughput.clear();
  liveStore.set({ ...liveStore.get(), watched: jobId, running: NOTHING_RUNS, left: NOTHING_LEFT });
  request('jobs:watch', { jobId }).then((snapshot) => {
    if (snapshot === null || liveStore.get().watched !== jobId) return;
    strips.load(snapshot.frame.workers, snapshot.frame.state === 'running');
    throughput.load(snapshot.throughput);
    if (snapshot.frame.state !== 'running') return;
    pending ??= new Map(liveStore.get().jobs);
    pending.set(snapshot.frame.jobId, snapshot.frame);
    tell();
  }, notifyError);
}
