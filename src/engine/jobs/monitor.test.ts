import { afterEach, expect, test } from 'vitest';
import type { WorkerFrame } from '../../common/model/frames';
import { taskId } from '../../common/model/packet';
import { ScriptedJob, SIZE, runningIds } from '../testing/scripted-job';
import { JobMonitor } from './monitor';

let job: ScriptedJob | null = null;
afterEach(() => {
  job?.close();
  job = null;
});

test('a frame names what runs, and counts as running what runs indeed', async () => {
  job = new ScriptedJob([['ok-1', 'hold-1'], ['hold-2']], { workers: 2 });
  const runner = await job.runner();
  const monitor = new JobMonitor(runner, job.id, 1000);
  const ended = runner.run();
  await expect.poll(() => runningIds(runner)).toEqual([taskId(job.id, 1), taskId(job.id, 2)]);
  await expect.poll(() => runner.tally.counts.done).toBe(1);
  const frame = monitor.sample(true);
  expect(frame).toMatchObject({
    jobId: job.id,
    state: 'running',
    planned: true,
    counts: { done: 1, running: 2, queued: 0, failed: 0 },
    // Of both that run, half.
    bytesDone: 2 * SIZE,
    bytesKnown: 3 * SIZE,
    waitingFor: null,
  });
  expect(frame.elapsedMs).toBeGreaterThan(1000);
  const running = frame.workers.flatMap((worker) => worker.running);
  expect(running.sort((left, right) => left.taskId - right.taskId)).toMatchObject([
    { taskId: taskId(job.id, 1), name: 'hold-1', lane: 0, bytesDone: SIZE / 2, bytesTotal: SIZE },
    { taskId: taskId(job.id, 2), name: 'hold-2', lane: 0, bytesDone: SIZE / 2, bytesTotal: SIZE },
  ]);
  expect(frame.workers.map(({ worker, alive, lanes }) => ({ worker, alive, lanes }))).toEqual([
    { worker: 1, alive: true, lanes: 1 },
    { worker: 2, alive: true, lanes: 1 },
  ]);
  // Who does not watch is not told of workers.
  expect(monitor.sample(false)).toMatchObject({ counts: { running: 2 }, workers: [] });
  job.letGo('hold-1', 'hold-2');
  await ended;
  runner.tally.strips.end();
  const last = monitor.snapshot().frame;
  expect(last).toMatchObject({
    counts: { done: 3, running: 0, queued: 0 },
    bytesDone: 3 * SIZE,
    remainingMs: 0,
  });
  // No thread is left, and what it did is.
  expect(last.workers.every(({ alive, running: left }) => !alive && left.length === 0)).toBe(true);
  expect(monitor.sample(true).counts).toMatchObject({ done: 3 });
});

test('who begins to watch a job takes nothing from the frames of those who watch it', async () => {
  job = new ScriptedJob([['ok-1', 'ok-2', 'ok-3']]);
  const runner = await job.runner();
  const monitor = new JobMonitor(runner, job.id, 0);
  await runner.run();
  runner.tally.strips.end();
  const tasksIn = (workers: readonly WorkerFrame[]): number =>
    workers.flatMap(({ segments }) => segments).reduce((sum, { tasks }) => sum + tasks, 0);
  // The next frame tells it to both.
  expect(tasksIn(monitor.snapshot(true).frame.workers)).toBe(0);
  expect(tasksIn(monitor.sample(true).workers)).toBe(3);
  expect(tasksIn(monitor.snapshot(true).frame.workers)).toBe(3);
  expect(tasksIn(monitor.sample(true).workers)).toBe(0);
});

test('what lies ready in a thread is queued, not running', async () => {
  job = new ScriptedJob([['hold', 'ok-1', 'ok-2'], ['ok-3', 'ok-4'], ['ok-5']]);
  const runner = await job.runner();
  const monitor = new JobMonitor(runner, job.id, 0);
  expect(monitor.sample(true)).toMatchObject({ counts: { queued: 6, running: 0 }, remainingMs: null });
  const ended = runner.run();
  await expect.poll(() => runningIds(runner)).toEqual([taskId(job.id, 0)]);
  expect(runner.tally.counts).toMatchObject({ running: 5, queued: 1 });
  expect(monitor.sample(true).counts).toMatchObject({ running: 1, queued: 5, done: 0 });
  job.letGo('hold');
  await ended;
});

test('a job that only waits for another try says so, and one that runs does not', async () => {
  job = new ScriptedJob([['ok-1', 'again']]);
  const runner = await job.runner();
  const monitor = new JobMonitor(runner, job.id, 0);
  expect(monitor.sample(false).waitingFor).toBeNull();
  await runner.run();
  expect(job.rows().map(({ attempts }) => attempts)).toEqual([1, 2]);
  expect(monitor.sample(false)).toMatchObject({ waitingFor: null, counts: { done: 2 } });
});

test('rows that are written are told, those too that leave the counts as they were', async () => {
  const failing = (job = new ScriptedJob([['again']]));
  const runner = await failing.runner(undefined, 60_000);
  const monitor = new JobMonitor(runner, failing.id, 0);
  const before = monitor.sample(false);
  const ended = runner.run();
  await expect.poll(() => monitor.sample(false).waitingFor).toContain('next attempt');
  await expect.poll(() => failing.rows()).toMatchObject([{ state: 'queued', attempts: 1 }]);
  const after = monitor.sample(false);
  expect(after.counts).toEqual(before.counts);
  expect(after.rowWrites).toBeGreaterThan(before.rowWrites);
  runner.stop('cancel');
  await ended;
});

test('a job that has fewer threads than it asked for says how many, and why', async () => {
  job = new ScriptedJob([['hold-1', 'hold-2']], { workers: 64 });
  const runner = await job.runner();
  const monitor = new JobMonitor(runner, job.id, 0);
  expect(monitor.sample(false).fewerThreads).toBeNull();
  const { budget } = job.threads;
  const others = Array.from({ length: 15 }, () => budget.join(64, () => undefined));
  expect(monitor.sample(false).fewerThreads).toBe('4 of 64 threads: 16 jobs share 64.');
  for (const other of others) other.leave();
  expect(monitor.sample(false).fewerThreads).toBeNull();
  const ended = runner.run();
  job.letGo('hold-1', 'hold-2');
  await ended;
});
