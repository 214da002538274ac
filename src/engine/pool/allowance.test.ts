import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { buildWorker } from '../testing/build-worker';
import { FIRST_THREADS } from './allowance';
import { createExecutor, Threads } from './index';
import { wereBusy, type ProcessorTimes } from './processors';
import { ToyPacket, echoes, repeat, type ToyExecutor, type ToyResults } from './test-packets';
import type { ToyBody, ToyOptions } from './test-worker';
import { ThreadBudget } from './thread-budget';

const LONG_MS = 600_000;

let script: string;
beforeAll(async () => {
  script = await buildWorker(fileURLToPath(new URL('./test-worker.ts', import.meta.url)));
});

function make(threads: Threads, size: number, restAfterMs = LONG_MS): ToyExecutor {
  return createExecutor<ToyOptions, ToyBody, ToyResults>({
    mode: 'pool',
    size,
    threads,
    workerOptions: {},
    restAfterMs,
  });
}

function alive(executor: ToyExecutor): number {
  return executor.read().filter((worker) => worker.alive).length;
}

test('jobs share the threads: each has an equal part, and what one leaves the others get', async () => {
  const threads = new Threads(script, { budget: new ThreadBudget({ total: 4 }) });
  const first = make(threads, 4);
  const long = new ToyPacket(first, repeat(40, { do: 'wait', ms: 20 }));
  await expect.poll(() => alive(first)).toBe(4);
  expect(first.fewer).toBeNull();

  const second = make(threads, 64);
  const other = new ToyPacket(second, repeat(40, { do: 'wait', ms: 20 }));
  await expect.poll(() => [alive(first), alive(second)]).toEqual([2, 2]);
  expect(first.fewer).toEqual({ reason: 'shared', threads: 2, jobs: 2, total: 4 });
  expect(second.fewer).toEqual({ reason: 'shared', threads: 2, jobs: 2, total: 4 });
  // Nothing that a thread had in hand was lost when it left.
  expect(await long.all()).toEqual(echoes(long));
  expect(await other.all()).toEqual(echoes(other));

  await second.shutdown();
  await expect.poll(() => alive(first)).toBe(4);
  expect(first.fewer).toBeNull();
  await first.shutdown();
});

test('who wants few threads gets them, and the others share the rest', () => {
  const budget = new ThreadBudget({ total: 10 });
  const told: number[] = [];
  const shares = [64, 2, 64].map((wanted, index) =>
    budget.join(wanted, () => {
      told.push(index);
    }),
  );
  expect(shares.map(({ threads }) => threads)).toEqual([4, 2, 4]);
  expect(told).toEqual([0, 0]);
  shares[0]?.want(0);
  expect(shares.map(({ threads }) => threads)).toEqual([0, 2, 8]);
  expect(shares[1]?.jobs).toBe(2);
  shares[2]?.leave();
  shares[0]?.want(9);
  expect(shares.slice(0, 2).map(({ threads }) => threads)).toEqual([8, 2]);
});

test('a job that has had nothing to do for a while gives its threads back, and has them again when it has', async () => {
  const threads = new Threads(script, { budget: new ThreadBudget({ total: 4 }) });
  const waiting = make(threads, 4, 1);
  const before = new ToyPacket(waiting, repeat(8, { do: 'echo' }));
  expect(await before.all()).toEqual(echoes(before));
  await expect.poll(() => alive(waiting)).toBe(0);
  const other = make(threads, 4);
  await other.started;
  expect(alive(other)).toBe(4);
  expect(other.fewer).toBeNull();
  await other.shutdown();
  const after = new ToyPacket(waiting, repeat(8, { do: 'echo' }));
  expect(await after.all()).toEqual(echoes(after));
  await waiting.shutdown();
});

test('threads beyond the first come up while the processors have time left, and not while they are busy', async () => {
  let areBusy = true;
  const budget = new ThreadBudget({ watch: () => () => areBusy });
  const size = FIRST_THREADS + 3;
  const executor = make(new Threads(script, { budget }), size);
  const packet = new ToyPacket(executor, repeat(4 * size, { do: 'wait', ms: LONG_MS }));
  await expect.poll(() => executor.fewer, { timeout: 10_000 }).toMatchObject({ reason: 'busy' });
  expect(alive(executor)).toBe(FIRST_THREADS);
  areBusy = false;
  await expect.poll(() => alive(executor), { timeout: 10_000 }).toBe(size);
  await expect
    .poll(() => executor.read().every(({ running }) => running.length === 1), { timeout: 10_000 })
    .toBe(true);
  expect(executor.fewer).toBeNull();
  packet.handle.cancel();
  await executor.shutdown();
}, 30_000);

test('what is measured has all of its threads from the start', async () => {
  const budget = new ThreadBudget({ watch: () => () => true });
  const executor = createExecutor<ToyOptions, ToyBody, ToyResults>({
    mode: 'pool',
    size: FIRST_THREADS + 2,
    threads: new Threads(script, { budget }),
    workerOptions: {},
    isExact: true,
  });
  await executor.started;
  expect(alive(executor)).toBe(FIRST_THREADS + 2);
  await executor.shutdown();
});

test('processors are busy when the machine is, or when this process has all that it may have', () => {
  const before: ProcessorTimes = { busy: 100, all: 1000, ownUs: 0, atMs: 0 };
  const after = (busy: number, ownMs: number): ProcessorTimes => ({
    busy: 100 + busy,
    all: 1100,
    ownUs: ownMs * 1000,
    atMs: 200,
  });
  expect(wereBusy(before, after(95, 0), 2)).toBe(true);
  expect(wereBusy(before, after(50, 100), 2)).toBe(false);
  expect(wereBusy(before, after(50, 390), 2)).toBe(true);
  expect(wereBusy(before, before, 2)).toBe(false);
});
