/** One measurement of what threads cost. It runs in a process of its own: its memory is that of the threads alone. */
import type { CostOfTasks } from '../../../common/experiments/thread-costs';
import type { ComputeWorkerOptions } from '../../../common/threads/worker-options';
import type { SingleTask } from '../../../common/threads/single';
import { createExecutor, Threads } from '../../pool';
import { collectGarbage } from '../garbage';
import { PeakMemory } from '../process-memory';
import { byHand } from './by-hand';
import { withExecutor, type Pool } from './with-executor';

/** What a process is to measure. */
export type CostOrder =
  | { readonly what: 'making'; readonly threads: number; readonly poolSize: number }
  | { readonly what: 'by-hand'; readonly tasks: number }
  | { readonly what: 'pool'; readonly tasks: number; readonly size: number };

export type CostReading =
  | { readonly what: 'making'; readonly threadMs: number; readonly poolMs: number }
  | ({ readonly what: 'tasks' } & CostOfTasks);

/** About a millisecond each. */
const WORK = { bytes: 64 * 1024, rounds: 28 };
const SAMPLE_MS = 20;

/** @param script that of every worker thread */
export async function measureOnce(script: string, order: CostOrder): Promise<CostReading> {
  switch (order.what) {
    case 'making':
      return measureMaking(script, order.threads, order.poolSize);
    case 'by-hand':
      return measureTasks(order.tasks, async (tasks) => {
        return { results: await byHand(script, tasks), threads: tasks.length };
      });
    case 'pool':
      return measureTasks(order.tasks, async (tasks) => {
        const pool = makePool(script, order.size);
        return { results: await withExecutor(pool, tasks), threads: pool.measures().threadsMade };
      });
  }
}

function makePool(script: string, size: number): Pool {
  const workerOptions: ComputeWorkerOptions = { kind: 'compute', ...WORK, waitMs: 0 };
  return createExecutor({ mode: 'pool', size, threads: new Threads(script), workerOptions, isExact: true });
}

async function measureMaking(script: string, threads: number, poolSize: number): Promise<CostReading> {
  const task = { id: 1, bytes: 1024, rounds: 1 };
  // The first one loads what the others find loaded.
  await byHand(script, [task]);
  const startedMs = performance.now();
  for (let made = 0; made < threads; made++) await byHand(script, [task]);
  const threadMs = (performance.now() - startedMs) / threads;
  const poolStartedMs = performance.now();
  const pool = makePool(script, poolSize);
  await pool.started;
  const poolMs = performance.now() - poolStartedMs;
  await pool.shutdown();
  return { what: 'making', threadMs, poolMs };
}

interface Done {
  readonly results: readonly (string | Error)[];
  readonly threads: number;
}

async function measureTasks(
  count: number,
  run: (tasks: readonly SingleTask[]) => Promise<Done>,
): Promise<CostReading> {
  const tasks = Array.from({ length: count }, (_, index) => ({ id: index + 1, ...WORK }));
  collectGarbage();
  const memory = new PeakMemory();
  const before = process.memoryUsage.rss();
  const timer = setInterval(() => {
    memory.sample();
  }, SAMPLE_MS);
  const startedMs = performance.now();
  const { results, threads } = await run(tasks);
  const ms = performance.now() - startedMs;
  const bytes = Math.max(0, memory.bytes - before);
  clearInterval(timer);
  const failed = results.find((result) => typeof result !== 'string');
  if (failed !== undefined) throw failed;
  return { what: 'tasks', ms, bytes, threads };
}
