import { beforeEach, expect, test, vi } from 'vitest';
import type { JobFrame, RunningTask } from '../../common/model/frames';
import type { JobSummary } from '../../common/model/jobs';
import { NO_TASKS, type TaskRow } from '../../common/model/tasks';
import { liveStore, runningRow, takeFrame, takeSummaries, watchJob } from './frames';

const JOB = 1;

const QUEUED: TaskRow = {
  id: 10,
  ordinal: 0,
  state: 'queued',
  type: 'url',
  source: 'https://example.org/a',
  target: null,
  name: 'a',
  size: null,
  bytes: 0,
  digests: null,
  finding: null,
  facts: null,
  copied: null,
  attempts: 0,
  worker: null,
  startedAtMs: null,
  endedAtMs: null,
  error: null,
  notBeforeMs: null,
};

function runs(taskId: number): RunningTask {
  return {
    taskId,
    lane: 0,
    name: 'a',
    startedAtMs: 0,
    bytesDone: 7,
    bytesTotal: null,
    bytesRead: null,
    bytesWritten: null,
    bytesPerSecond: 0,
  };
}

function frame(...running: readonly number[]): JobFrame {
  return {
    jobId: JOB,
    state: 'running',
    counts: { ...NO_TASKS, running: running.length },
    planned: true,
    bytesDone: 0,
    bytesKnown: 0,
    bytesPerSecond: 0,
    tasksPerSecond: 0,
    elapsedMs: 0,
    remainingMs: null,
    connections: null,
    alone: null,
    fewerThreads: null,
    rowWrites: 0,
    waitingFor: null,
    workers: [
      {
        worker: 1,
        lanes: 1,
        alive: true,
        running: running.map(runs),
        bytesPerSecond: 0,
        tasksPerSecond: 0,
        busyShare: 1,
        segments: [],
      },
    ],
  };
}

/** Time passes, so that the stores are told. */
function take(job: JobFrame): void {
  takeFrame({ atMs: Date.now(), jobs: [job] });
  vi.advanceTimersByTime(200);
}

const shown = (row: TaskRow): boolean => runningRow(liveStore.get(), row) !== undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { heddle: { invoke: () => Promise.resolve({ ok: true, value: null }) } });
  watchJob(null);
  watchJob(JOB);
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test('a task runs on screen until its row says how it ended', () => {
  take(frame(10));
  expect(shown(QUEUED)).toBe(true);
  take(frame(11));
  expect(shown(QUEUED)).toBe(true);
  expect(shown({ ...QUEUED, state: 'done' })).toBe(false);
  // It is to be tried again.
  expect(shown({ ...QUEUED, notBeforeMs: 1 })).toBe(false);
});

test('the last tasks of a job run on screen until their rows are read; of a paused one they are queued', () => {
  take(frame(10));
  takeSummaries([{ id: JOB, state: 'done' } as JobSummary]);
  expect(shown(QUEUED)).toBe(true);
  take(frame(10));
  takeSummaries([{ id: JOB, state: 'paused' } as JobSummary]);
  expect(shown(QUEUED)).toBe(false);
});

test('a task that is back in the queue is queued after a while', () => {
  take(frame(10));
  for (let seconds = 0; seconds < 6; seconds++) {
    take(frame());
    vi.advanceTimersByTime(1000);
  }
  take(frame());
  expect(shown(QUEUED)).toBe(false);
});
