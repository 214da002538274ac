import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { MODES, type Mode } from '../../common/model/jobs';
import { nowMs } from '../../common/threads/board';
import { buildWorker } from '../testing/build-worker';
import { createExecutor, Threads } from './index';
import { ToyPacket, echoes, repeat, type ToyExecutor, type ToyResults } from './test-packets';
import type { ToyBody, ToyOptions } from './test-worker';

let workerUrl: string;
beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('./test-worker.ts', import.meta.url)));
});

interface Make {
  mode?: Mode;
  size?: number;
  tasksPerWorker?: number;
  graceMs?: number;
  options?: ToyOptions;
}
function make({ mode = 'pool', size = 2, tasksPerWorker = 1, graceMs = 3000, options = {} }: Make = {}) {
  return createExecutor<ToyOptions, ToyBody, ToyResults>({
    mode,
    size,
    tasksPerWorker,
    graceMs,
    threads: new Threads(workerUrl),
    workerOptions: options,
  });
}
async function alive(executor: ToyExecutor): Promise<number> {
  await Promise.resolve();
  return executor.read().filter((worker) => worker.alive).length;
}

describe.each(MODES)('mode %s', (mode) => {
  test('runs every task and tells each result of its own packet', async () => {
    const executor = make({ mode, size: 3 });
    const sizes = [1, 30, 7, 1, 21];
    const packets = sizes.map(
      (size, index) => new ToyPacket(executor, repeat(size, { do: 'echo' }), { value: index * 1000 }),
    );
    for (const packet of packets) expect(await packet.all()).toEqual(echoes(packet));
    expect(executor.measures().settled).toBe(60);
    await executor.shutdown();
    expect(await alive(executor)).toBe(0);
  });

  test('never runs more tasks at once than it says', async () => {
    const executor = make({ mode, size: 3, tasksPerWorker: 2 });
    const atOnce = new SharedArrayBuffer(8);
    const most = async (): Promise<number> => {
      const packets = [1, 1, 2, 20].map(
        (size) => new ToyPacket(executor, repeat(size, { do: 'wait', ms: 15 }), { atOnce }),
      );
      await Promise.all(packets.map(({ handle }) => handle.promise));
      return new Int32Array(atOnce)[1] ?? 0;
    };
    if (mode === 'sequential') expect(await most()).toBe(1);
    // Threads come up while others have done much of it.
    else await expect.poll(most).toBeGreaterThan(1);
    expect(new Int32Array(atOnce)[1]).toBeLessThanOrEqual(executor.concurrency);
    await executor.shutdown();
  });

  test('a failure keeps its code and harms no other task', async () => {
    const executor = make({ mode });
    const mixed = new ToyPacket(executor, [{ do: 'fail', code: 'http-404' }, { do: 'echo' }]);
    const good = new ToyPacket(executor, [{ do: 'echo' }], { value: 7 });
    expect(await mixed.all()).toMatchObject([
      { how: 'failed', error: { code: 'http-404' } },
      { how: 'done', value: 1 },
    ]);
    expect(await good.end()).toEqual({ how: 'done', value: 7 });
    await executor.shutdown();
  });

  test('a crash fails the task that caused it; the others run on a new thread', async () => {
    const executor = make({ mode });
    const packet = new ToyPacket(executor, [
      { do: 'echo' },
      { do: 'crash' },
      ...repeat(9, { do: 'echo' } as const),
    ]);
    const ends = await packet.all();
    expect(ends[1]).toMatchObject({ how: 'failed', error: { code: 'worker-crashed', retryable: true } });
    // In one event loop, others run at the moment of the crash.
    if (mode !== 'event-loop') expect(ends.filter(({ how }) => how === 'done')).toHaveLength(10);
    const later = new ToyPacket(executor, repeat(10, { do: 'echo' }));
    expect(await later.all()).toEqual(echoes(later));
    await executor.shutdown();
  });

  test('tasks that end together settle one by one, and the last ones of all too', async () => {
    const executor = make({ mode });
    const packets = [1, 2, 20].map(
      (size, index) => new ToyPacket(executor, repeat(size, { do: 'later' }), { value: index * 100 }),
    );
    for (const packet of packets) expect(await packet.all()).toEqual(echoes(packet));
    await executor.shutdown();
    expect(await alive(executor)).toBe(0);
  });

  test('what a task tells before its end is told of this task', async () => {
    const executor = make({ mode });
    const packet = new ToyPacket(executor, [
      { do: 'echo' },
      { do: 'note', note: 'of the second' },
      { do: 'note', note: 'of the third' },
    ]);
    expect(await packet.all()).toEqual(echoes(packet));
    expect(packet.notes.sort()).toEqual([
      [1, 'of the second'],
      [2, 'of the third'],
    ]);
    await executor.shutdown();
  });
});

test('a few tasks are shared, although one thread is there before the other', async () => {
  const executor = make({ size: 2, tasksPerWorker: 8 });
  const packet = new ToyPacket(executor, repeat(4, { do: 'wait', ms: 600_000 }));
  await expect.poll(() => executor.read().map(({ running }) => running.length)).toEqual([2, 2]);
  packet.handle.cancel();
  expect(await packet.all()).toEqual(repeat(4, { do: 'echo' }).map(() => ({ how: 'cancelled' })));
  await executor.shutdown();
});

test('a thread with nothing to do takes over what another one has not begun', async () => {
  const executor = make({ size: 2 });
  await executor.started;
  // One of the two threads has the slow tasks of it, whichever half these are in.
  const packet = new ToyPacket(executor, [
    ...repeat(8, { do: 'wait', ms: 100 } as const),
    ...repeat(8, { do: 'echo' } as const),
  ]);
  expect(await packet.all()).toEqual(echoes(packet));
  expect(packet.tasks.map((_, task) => packet.begun(task))).toEqual(packet.tasks.map(() => 1));
  // Without that, only the tasks that do not wait would run on one of them.
  const slow = packet.runs.filter(({ task }) => task < 8);
  expect(new Set(slow.map(({ worker }) => worker)).size).toBe(2);
  await executor.shutdown();
});

test('the last task behind one that takes its time is taken over too', async () => {
  const executor = make({ size: 2 });
  await executor.started;
  // Two for one thread, of which the second one waits for the first one; and one for the other thread.
  const packet = new ToyPacket(executor, [...repeat(2, { do: 'wait', ms: 60_000 } as const), { do: 'echo' }]);
  await expect.poll(() => executor.read().map(({ running }) => running.length)).toEqual([1, 1]);
  expect(packet.ends[2]).toEqual({ how: 'done', value: 2 });
  packet.handle.cancel();
  await packet.handle.promise;
  await executor.shutdown();
});

test('what is taken over from another thread is as cancelled as what that thread keeps', async () => {
  const executor = make({ size: 2 });
  const busy = [0, 1].map(() => new ToyPacket(executor, [{ do: 'wait', ms: 600_000 }]));
  await expect.poll(() => executor.read().map(({ running }) => running.length)).toEqual([1, 1]);
  // It lies ready on one of them.
  const packet = new ToyPacket(executor, repeat(16, { do: 'echo' }));
  await new Promise((resolve) => setImmediate(resolve));
  packet.handle.cancel();
  for (const { handle } of busy.reverse()) {
    handle.cancel();
    await handle.promise;
  }
  expect(await packet.all()).toEqual(packet.tasks.map(() => ({ how: 'cancelled' })));
  expect(packet.tasks.map((_, task) => packet.begun(task))).toEqual(packet.tasks.map(() => 0));
  await executor.shutdown();
});

test('thread-per-task makes a thread for each task; the pool makes as many as its size', async () => {
  for (const [mode, threads] of [
    ['thread-per-task', 6],
    ['pool', 2],
  ] as const) {
    const executor = make({ mode, size: 2 });
    const packets = [1, 4, 1].map((size) => new ToyPacket(executor, repeat(size, { do: 'echo' })));
    for (const packet of packets) expect(await packet.all()).toEqual(echoes(packet));
    await executor.shutdown();
    expect(executor.measures().threadsMade).toBe(threads);
  }
});

test('cancel stops a waiting task at once and a queued one before it starts', async () => {
  const executor = make({ size: 1 });
  const running = new ToyPacket(executor, [{ do: 'wait', ms: 600_000 }]);
  const queued = new ToyPacket(executor, repeat(3, { do: 'echo' }));
  await expect.poll(() => executor.read()[0]?.running.length).toBe(1);
  queued.handle.cancel();
  running.handle.cancel();
  expect(await queued.all()).toEqual(repeat(3, { do: 'echo' }).map(() => ({ how: 'cancelled' })));
  expect(await running.end()).toEqual({ how: 'cancelled' });
  expect([0, 1, 2].map((task) => queued.begun(task))).toEqual([0, 0, 0]);
  await executor.shutdown();
});

test('a task that does not notice its cancellation ends with its thread; its neighbour runs again', async () => {
  const executor = make({ size: 1, graceMs: 50 });
  const deaf = new ToyPacket(executor, [{ do: 'spin', ms: 600_000 }, { do: 'echo' }]);
  const neighbour = new ToyPacket(executor, [{ do: 'echo' }], { value: 3 });
  await expect.poll(() => executor.read()[0]?.running.length).toBe(1);
  deaf.handle.cancel();
  expect(await deaf.all()).toEqual([{ how: 'cancelled' }, { how: 'cancelled' }]);
  expect(await neighbour.end()).toEqual({ how: 'done', value: 3 });
  expect(executor.measures().threadsMade).toBe(2);
  await executor.shutdown();
});

test('what has ended is told before a task begins that takes long', async () => {
  const executor = make({ size: 1, graceMs: 50 });
  // The thread has just answered, and would otherwise wait for more to tell.
  await new ToyPacket(executor, [{ do: 'echo' }]).handle.promise;
  const packet = new ToyPacket(executor, [{ do: 'echo' }, { do: 'spin', ms: 600_000 }], { value: 5 });
  await expect.poll(() => packet.ends[0]).toEqual({ how: 'done', value: 5 });
  packet.handle.cancel();
  expect((await packet.all())[1]).toEqual({ how: 'cancelled' });
  await executor.shutdown();
});

test('an initialiser that fails breaks the pool, and every waiting submit learns why', async () => {
  const executor = make({ options: { brokenBecause: 'no such device' } });
  const waiting = [1, 2].map((size) => new ToyPacket(executor, repeat(size, { do: 'echo' })));
  for (const { handle, parts } of waiting) {
    await expect(handle.promise).rejects.toMatchObject({
      code: 'executor-broken',
      message: expect.stringContaining('no such device') as string,
    });
    expect(parts).toEqual([]);
  }
  await expect(executor.started).rejects.toMatchObject({ code: 'executor-broken' });
  expect(() => new ToyPacket(executor, [{ do: 'echo' }])).toThrow(/no such device/u);
  await executor.shutdown();
  expect(await alive(executor)).toBe(0);
});

test('a script that does not exist breaks the pool', async () => {
  const executor = createExecutor<ToyOptions, ToyBody, ToyResults>({
    mode: 'pool',
    size: 1,
    threads: new Threads('/nowhere/worker.cjs'),
    workerOptions: {},
  });
  const { handle } = new ToyPacket(executor, [{ do: 'echo' }]);
  await expect(handle.promise).rejects.toMatchObject({ code: 'executor-broken' });
  await executor.shutdown();
});

test('shutdown is idempotent, finishes what was submitted, and then takes no more', async () => {
  const executor = make({ size: 2 });
  const packets = [1, 9].map((size) => new ToyPacket(executor, repeat(size, { do: 'echo' })));
  await Promise.all([executor.shutdown(), executor.shutdown()]);
  for (const packet of packets) expect(await packet.all()).toEqual(echoes(packet));
  expect(() => new ToyPacket(executor, [{ do: 'echo' }])).toThrow(
    expect.objectContaining({ code: 'executor-shut-down' }) as Error,
  );
});

test('a packet of no tasks is refused, and one of more than a ticket can name', async () => {
  const executor = make({ size: 1 });
  expect(() => new ToyPacket(executor, [])).toThrow(RangeError);
  expect(() => new ToyPacket(executor, repeat(32_768, { do: 'echo' }))).toThrow(RangeError);
  const most = new ToyPacket(executor, repeat(32_767, { do: 'echo' }));
  expect(await most.all()).toEqual(echoes(most));
  await executor.shutdown();
});

test('resize adds and removes threads while tasks run', async () => {
  const executor = make({ size: 1 });
  const atOnce = new SharedArrayBuffer(8);
  const run = (): Promise<unknown> =>
    Promise.all(
      [1, 7, 8].map((size) =>
        new ToyPacket(executor, repeat(size, { do: 'wait', ms: 20 }), { atOnce }).all(),
      ),
    );
  const first = run();
  await executor.resize(4);
  await first;
  // Threads come up while others have done much of it.
  const most = async (): Promise<number | undefined> => {
    await run();
    return new Int32Array(atOnce)[1];
  };
  await expect.poll(most).toBe(4);
  await executor.resize(1);
  expect(await alive(executor)).toBe(1);
  new Int32Array(atOnce).fill(0);
  await run();
  expect(new Int32Array(atOnce)[1]).toBe(1);
  await executor.shutdown();
});

test('a thread that leaves ends what it runs, and leaves the rest to those that stay', async () => {
  const executor = make({ size: 3 });
  const first = new ToyPacket(executor, repeat(3, { do: 'wait', ms: 600_000 }));
  await expect.poll(() => executor.read().map(({ running }) => running.length)).toEqual([1, 1, 1]);
  // One more lies ready on each of them.
  const ready = [0, 1, 2].map(() => new ToyPacket(executor, repeat(20, { do: 'echo' })));
  await new Promise((resolve) => setImmediate(resolve));
  const resized = executor.resize(1);
  first.handle.cancel();
  for (const packet of ready) expect(await packet.all()).toEqual(echoes(packet));
  expect(new Set(ready.flatMap(({ runs }) => runs.map(({ worker }) => worker)))).toEqual(new Set([1]));
  await resized;
  expect(await alive(executor)).toBe(1);
  await executor.shutdown();
});

test('a thread that still leaves has its place until it is gone', async () => {
  const executor = make({ size: 2 });
  const packet = new ToyPacket(executor, repeat(2, { do: 'wait', ms: 600_000 }));
  await expect.poll(() => executor.read().map(({ running }) => running.length)).toEqual([1, 1]);
  const resized = Promise.all([executor.resize(1), executor.resize(2)]);
  expect(await alive(executor)).toBe(2);
  packet.handle.cancel();
  await packet.handle.promise;
  await resized;
  expect(await alive(executor)).toBe(2);
  const more = new ToyPacket(executor, repeat(2, { do: 'wait', ms: 600_000 }));
  await expect.poll(() => executor.read().map(({ running }) => running.length)).toEqual([1, 1]);
  more.handle.cancel();
  await executor.shutdown();
  expect(executor.measures().threadsMade).toBe(3);
});

test.each([
  { mode: 'pool', tasksPerWorker: 1 },
  { mode: 'pool', tasksPerWorker: 4 },
] as const)('what threads did adds up to their time: $tasksPerWorker tasks at once', async (how) => {
  const madeAtMs = nowMs();
  const executor = make(how);
  await executor.started;
  const readyAtMs = nowMs();
  for (let round = 0; round < 3; round++) {
    await new ToyPacket(executor, repeat(9, { do: 'wait', ms: 8 })).all();
    await new ToyPacket(executor, repeat(30, { do: 'spin', ms: 1 })).all();
    await new ToyPacket(executor, repeat(7, { do: 'later' })).all();
  }
  // Nothing runs: their figures stand still but for the rest that has begun.
  const { workers, totalRunMs } = executor.measures();
  const nowAtMs = nowMs();
  for (const { times } of workers) {
    const all = times.activeMs + times.hostLimit + times.queue + times.mainThread;
    expect(all).toBeGreaterThanOrEqual((nowAtMs - readyAtMs) * 0.99);
    expect(all).toBeLessThanOrEqual(nowAtMs - madeAtMs);
    expect(times.cpuMs + times.coreMs).toBeLessThanOrEqual(times.activeMs * 1.01 + 1);
    expect(times.cpuMs).toBeGreaterThan(0);
  }
  // Tasks took as long for their threads as for who submitted them.
  const taskMs = workers.reduce((sum, { times }) => sum + times.taskMs, 0);
  expect(taskMs).toBeGreaterThan(totalRunMs * 0.99);
  expect(taskMs).toBeLessThan(totalRunMs * 1.01 + 1);
  expect(workers.reduce((sum, { runMs }) => sum + runMs, 0)).toBeCloseTo(totalRunMs, 3);
  await executor.shutdown();
});
