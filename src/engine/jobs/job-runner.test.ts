import { afterEach, expect, test } from 'vitest';
import { MODES } from '../../common/model/jobs';
import { taskId } from '../../common/model/packet';
import { groupingOf } from '../../common/model/duplicates';
import { ScriptedJob, SIZE, runningIds } from '../testing/scripted-job';

let job: ScriptedJob | null = null;
afterEach(() => {
  job?.close();
  job = null;
});

function make(...args: ConstructorParameters<typeof ScriptedJob>): ScriptedJob {
  job = new ScriptedJob(...args);
  return job;
}

/** Names that do nothing else. */
function oks(count: number, label: string): string[] {
  return Array.from({ length: count }, (_, index) => `ok-${label}${index}`);
}

test.each(MODES)('in mode %s every task settles once, and what can be tried again is', async (mode) => {
  const names = ['fail', 'again', 'crash', ...oks(5, 'a')];
  const made = make([names, oks(3, 'b')], { mode, workers: 2 });
  const runner = await made.runner();
  expect(await runner.run()).toEqual({ state: 'done', error: null });
  const states = made.states();
  expect(states).toMatchObject({ fail: 'failed', crash: 'failed', again: 'done' });
  expect(Object.values(states).filter((state) => state === 'done')).toHaveLength(9);
  expect(made.settled.map(({ id }) => id).sort()).toEqual(
    names.concat(oks(3, 'b')).map((_, at) => taskId(made.id, at)),
  );
  const byName = new Map(made.rows().map((row) => [row.name, row]));
  expect(byName.get('again')).toMatchObject({ attempts: 2, bytes: SIZE, error: null });
  expect(byName.get('crash')).toMatchObject({ attempts: 3, error: { code: 'worker-crashed' } });
  const failures = made.stores.tasks.rows.failedAttempts(byName.get('crash')?.id ?? 0);
  expect(failures.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(made.stores.tasks.rows.counts(made.id)).toEqual({
    counts: { ...runner.tally.counts },
    bytesDone: runner.tally.bytesDone,
    bytesKnown: runner.tally.bytesKnown,
  });
  expect(made.threads.alive.size).toBe(0);
});

test('a packet leaves its place when half of it has ended', async () => {
  const made = make([['ok-1', 'hold', 'ok-2', 'ok-3'], oks(4, 'b'), ['ok-4', ...oks(3, 'c')], oks(4, 'd')]);
  const runner = await made.runner();
  const ended = runner.run();
  // One of four has: the first two packets have the places of one thread.
  await expect.poll(() => runner.tally.counts).toMatchObject({ done: 1, running: 7, queued: 8 });
  made.letGo('hold');
  await ended;
  expect(Object.values(made.states())).toEqual(Array.from({ length: 16 }, () => 'done'));

  made.close();
  const late = make([['ok-1', 'ok-2', 'hold', 'ok-3'], oks(4, 'b'), oks(4, 'c'), oks(4, 'd')]);
  const second = await late.runner();
  const over = second.run();
  await expect.poll(() => second.tally.counts).toMatchObject({ done: 2, running: 10, queued: 4 });
  late.letGo('hold');
  expect(await over).toMatchObject({ state: 'done' });
});

test('a task that hangs holds up itself, and the last one of a packet that lies ready behind it', async () => {
  const made = make([['hold', ...oks(7, 'a')], oks(8, 'b'), oks(8, 'c'), oks(8, 'd')], { workers: 2 });
  const runner = await made.runner();
  const ended = runner.run();
  await expect.poll(() => runner.tally.counts.done).toBeGreaterThanOrEqual(30);
  expect(runningIds(runner)).toEqual([taskId(made.id, 0)]);
  made.letGo('hold');
  expect(await ended).toEqual({ state: 'done', error: null });
});

test('a job that is told to pause keeps what is done, and goes on with the rest', async () => {
  const made = make([['ok-1', 'hold-1', ...oks(2, 'a')], ['hold-2', ...oks(2, 'b')], oks(3, 'c')]);
  const runner = await made.runner();
  const ended = runner.run();
  await expect.poll(() => runningIds(runner)).toEqual([taskId(made.id, 1)]);
  await expect.poll(() => runner.tally.counts.done).toBe(1);
  runner.stop('pause');
  expect(await ended).toEqual({ state: 'paused', error: null });
  expect(made.settled).toEqual([{ id: taskId(made.id, 0), state: 'done' }]);
  expect(made.stores.tasks.rows.counts(made.id).counts).toMatchObject({ done: 1, queued: 9, running: 0 });
  expect(runner.tally.counts).toMatchObject({ done: 1, queued: 9, running: 0 });
  expect(made.rows()[1]).toMatchObject({ name: 'hold-1', state: 'queued', attempts: 0 });
  made.letGo('hold-1', 'hold-2');
  const next = await made.runner();
  expect(await next.run()).toEqual({ state: 'done', error: null });
  expect(made.settled.map(({ id }) => id).sort()).toEqual(made.rows().map(({ id }) => id));
});

test('a job that is told to stop before it runs begins nothing', async () => {
  const made = make([oks(3, 'a')]);
  const runner = await made.runner();
  runner.stop('interrupt');
  expect(await runner.run()).toEqual({ state: 'interrupted', error: null });
  expect(made.stores.tasks.packets.queuedPage(made.id, 0, 100)).toHaveLength(3);
  expect(made.threads.alive.size).toBe(0);
});

test('cancelling a job that is pausing cancels what runs, and no more than that', async () => {
  const made = make([['hold', ...oks(2, 'a')], oks(3, 'b')]);
  const runner = await made.runner();
  const ended = runner.run();
  await expect.poll(() => runningIds(runner)).toEqual([taskId(made.id, 0)]);
  runner.stop('pause');
  runner.stop('cancel');
  runner.stop('pause');
  expect(await ended).toEqual({ state: 'cancelled', error: null });
  expect(made.states()).toMatchObject({ hold: 'cancelled' });
  expect(Object.values(made.states()).filter((state) => state === 'done')).toEqual([]);
});

test('a pool that cannot be made fails the job, and loses nothing', async () => {
  const made = make([oks(3, 'a'), oks(3, 'b'), oks(3, 'c')], { workers: 2 });
  const runner = await made.runner('/nowhere/worker.cjs');
  expect(await runner.run()).toMatchObject({ state: 'failed', error: { code: 'executor-broken' } });
  expect(made.settled).toEqual([]);
  expect(made.stores.tasks.rows.counts(made.id).counts).toMatchObject({ queued: 9 });
  expect(made.stores.tasks.packets.queuedPage(made.id, 0, 100)).toHaveLength(9);
  const next = await made.runner();
  expect(await next.run()).toEqual({ state: 'done', error: null });
  expect(made.settled).toHaveLength(9);
});

test('what was tried again in one phase runs in the next one', async () => {
  const made = make([['head-1', 'head-2']], { grouping: groupingOf(SIZE) });
  const runner = await made.runner();
  expect(await runner.run()).toEqual({ state: 'done', error: null });
  expect(made.rows()).toMatchObject([
    { name: 'head-1', state: 'done', finding: 'duplicate' },
    { name: 'head-2', state: 'done', finding: 'duplicate' },
  ]);
});

test('fewer threads and more of them, while tasks run', async () => {
  const holds = ['hold-1', 'hold-2', 'hold-3', 'hold-4'];
  const made = make([holds, oks(40, 'a'), oks(40, 'b')], { workers: 4 });
  const runner = await made.runner();
  const ended = runner.run();
  await expect.poll(() => runningIds(runner).length).toBe(4);
  const resized = runner.resize(1);
  made.letGo(...holds);
  await resized;
  expect(runner.runningNow().filter(({ alive }) => alive).length).toBeLessThanOrEqual(1);
  await runner.resize(3);
  expect(await ended).toEqual({ state: 'done', error: null });
  expect(made.settled).toHaveLength(84);
  expect(new Set(made.settled.map(({ id }) => id)).size).toBe(84);
});
