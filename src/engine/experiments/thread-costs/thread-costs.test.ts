/** What threads cost, measured in real processes; and the code that is shown, run. */
import { createHash } from 'node:crypto';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { CostProgress } from '../../../common/experiments/thread-costs';
import type { ComputeWorkerOptions } from '../../../common/threads/worker-options';
import { createExecutor, Threads } from '../../pool';
import { buildThreadCosts } from '../../testing/build-worker';
import { byHand } from './by-hand';
import {
  codeSamples,
  costProcessOf,
  measureThreadCosts,
  type CostProcess,
  type StartCostProcess,
} from './thread-costs';
import { withExecutor } from './with-executor';

let scripts: string;
beforeAll(async () => {
  scripts = await buildThreadCosts();
});

const running = new Set<CostProcess>();

const start: StartCostProcess = (argument) => {
  const child = fork(join(scripts, 'thread-costs.cjs'), [argument]);
  const made = costProcessOf(child);
  running.add(made);
  child.once('exit', () => {
    running.delete(made);
  });
  return made;
};

const WORK = { bytes: 1024, rounds: 3 };
const TASKS = Array.from({ length: 12 }, (_, index) => ({ id: index + 1, ...WORK }));

function digestOf(id: number): string {
  const hash = createHash('sha256').update(String(id));
  for (let round = 0; round < WORK.rounds; round++) hash.update(Buffer.alloc(WORK.bytes, 'heddle'));
  return hash.digest('hex');
}

test('the code by hand and the code with an executor give the same results', async () => {
  const script = join(scripts, 'worker.cjs');
  const expected = TASKS.map(({ id }) => digestOf(id));
  expect(await byHand(script, TASKS)).toEqual(expected);
  const workerOptions: ComputeWorkerOptions = { kind: 'compute', ...WORK, waitMs: 0 };
  const executor = createExecutor<ComputeWorkerOptions, never, never>({
    mode: 'pool',
    size: 2,
    threads: new Threads(script),
    workerOptions,
  });
  expect(await withExecutor(executor as never, TASKS)).toEqual(expected);
  expect(executor.measures()).toMatchObject({ threadsMade: 2, settled: TASKS.length });
});

test('a thread by hand that throws, or ends without a word, costs its own result alone', async () => {
  const tasks = [TASKS[0], { id: 2, bytes: -1, rounds: 1 }].flatMap((task) => task ?? []);
  const [good, bad] = await byHand(join(scripts, 'worker.cjs'), tasks);
  expect(good).toBe(digestOf(1));
  expect(bad).toBeInstanceOf(Error);
});

test('each figure is measured in a process of its own, and none is left', async () => {
  const told: CostProgress[] = [];
  const costs = await measureThreadCosts({
    start,
    signal: new AbortController().signal,
    onProgress: (progress) => told.push(progress),
    runs: 1,
    mostAtOnce: 40,
  });
  expect(told).toEqual([0, 1, 2].map((done) => ({ done, total: 3 })));
  expect(costs).toMatchObject({ runs: 1, tasks: 40, isReduced: false });
  expect(costs.byHand.threads).toBe(40);
  expect(costs.pool).toMatchObject({ size: 8, threads: 8 });
  for (const { ms, bytes } of [costs.byHand, costs.pool]) {
    expect(ms).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(1e6);
  }
  // Five times as many threads at once.
  expect(costs.byHand.bytes).toBeGreaterThan(costs.pool.bytes);
  expect(costs.making.threadMs).toBeGreaterThan(0);
  expect(costs.making.poolMs).toBeGreaterThan(0);
  await expect.poll(() => running.size).toBe(0);
});

test('a measurement that is cancelled ends its process', async () => {
  const abort = new AbortController();
  const measuring = measureThreadCosts({
    start: (argument) => {
      const child = start(argument);
      abort.abort();
      return child;
    },
    signal: abort.signal,
    onProgress: () => undefined,
  });
  await expect(measuring).rejects.toMatchObject({ name: 'AbortError' });
  await expect.poll(() => running.size).toBe(0);
});

test('a process that ends without an answer is told as such', async () => {
  const gone: CostProcess = { answer: Promise.reject(new Error('ended with code 6')), kill: () => undefined };
  const measuring = measureThreadCosts({
    start: () => gone,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  await expect(measuring).rejects.toMatchObject({
    code: 'threads-not-measured',
    message: 'Threads could not be measured: ended with code 6',
  });
});

test('what is shown is the code that ran, without what is not about threads', () => {
  const { byHand: hand, pool } = codeSamples();
  expect(hand.code).toContain('new Worker(script, { workerData })');
  expect(hand.code.startsWith('export function byHand(')).toBe(true);
  expect(pool.code).toContain('executor.submit(');
  expect(pool.code).not.toContain('import');
  expect(pool.lines).toBe(7);
  expect(hand.lines).toBeGreaterThan(2 * pool.lines);
});
