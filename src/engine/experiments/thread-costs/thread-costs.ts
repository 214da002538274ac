/** Measures what threads cost here, each time in a new process: so many threads at once may be too many for one. */
import { availableParallelism, freemem } from 'node:os';
import { median } from '../../../common/experiments/median';
import {
  MOST_AT_ONCE,
  type CodeSample,
  type CodeSamples,
  type CostOfTasks,
  type CostProgress,
  type ThreadCosts,
} from '../../../common/experiments/thread-costs';
import type { EventEmitter } from 'node:events';
import { HeddleError, fromErrorData } from '../../../common/model/errors';
import type { CostAnswer } from './child';
import byHandSource from './by-hand.ts?raw';
import type { CostOrder, CostReading } from './measure-once';
import withExecutorSource from './with-executor.ts?raw';

/** A process that measures. Who makes processes differs between the window and everything else. */
export interface CostProcess {
  /** Its answer; rejects when it ends without one. */
  readonly answer: Promise<CostAnswer>;
  kill(): void;
}

/** @param child ends by itself once it has sent its answer */
export function costProcessOf(child: EventEmitter & { kill(): unknown }): CostProcess {
  const { promise, resolve, reject } = Promise.withResolvers<CostAnswer>();
  child.once('message', (message) => {
    resolve(message as CostAnswer);
  });
  child.once('error', reject);
  child.once('exit', (code) => {
    reject(new Error(`the process that measures ended with code ${String(code)}.`));
  });
  return {
    answer: promise,
    kill: () => {
      child.kill();
    },
  };
}

/** @param argument the process's only one */
export type StartCostProcess = (argument: string) => CostProcess;

const RUNS = 5;
/** After so long no further round begins: a busy machine takes its time for so many threads. */
const ENOUGH_MS = 30_000;
const POOL = 8;
const MADE = 12;
/** A thread takes 10 MB here and there more; half of what is free may be taken. */
const BYTES_PER_THREAD = 12e6;
const LEAST_AT_ONCE = 16;

export interface CostRun {
  readonly start: StartCostProcess;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CostProgress) => void;
  readonly runs?: number;
  readonly mostAtOnce?: number;
}

/** @throws HeddleError `threads-not-measured`; AbortError */
export async function measureThreadCosts(run: CostRun): Promise<ThreadCosts> {
  const { runs = RUNS, mostAtOnce = MOST_AT_ONCE } = run;
  const cores = availableParallelism();
  const poolSize = Math.max(2, Math.min(POOL, cores));
  const tasks = Math.max(LEAST_AT_ONCE, Math.min(mostAtOnce, Math.floor(available() / 2 / BYTES_PER_THREAD)));
  const orders: readonly CostOrder[] = [
    { what: 'making', threads: MADE, poolSize },
    { what: 'by-hand', tasks },
    { what: 'pool', tasks, size: POOL },
  ];
  const readings = orders.map((): CostReading[] => []);
  const total = runs * orders.length;
  // In turn, so that what the machine does beside it falls on all of them.
  const startedMs = performance.now();
  let rounds = 0;
  do {
    for (const [at, order] of orders.entries()) {
      run.onProgress({ done: rounds * orders.length + at, total });
      readings[at]?.push(await measured(order, run));
    }
    rounds += 1;
  } while (rounds < runs && performance.now() - startedMs < ENOUGH_MS);
  const [making = [], byHand = [], pool = []] = readings;
  return {
    runs: rounds,
    cores,
    tasks,
    making: {
      threadMs: median(making.map((reading) => (reading.what === 'making' ? reading.threadMs : 0))),
      poolSize,
      poolMs: median(making.map((reading) => (reading.what === 'making' ? reading.poolMs : 0))),
    },
    byHand: medianOf(byHand),
    pool: { ...medianOf(pool), size: POOL },
    isReduced: tasks < mostAtOnce,
  };
}

async function measured(order: CostOrder, { start, signal }: CostRun): Promise<CostReading> {
  signal.throwIfAborted();
  const child = start(JSON.stringify(order));
  const stop = (): void => {
    child.kill();
  };
  signal.addEventListener('abort', stop);
  try {
    const answer = await child.answer;
    if (!answer.ok) throw fromErrorData(answer.error);
    return answer.reading;
  } catch (error) {
    signal.throwIfAborted();
    throw new HeddleError(
      'threads-not-measured',
      `Threads could not be measured: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  } finally {
    signal.removeEventListener('abort', stop);
    child.kill();
  }
}

function medianOf(readings: readonly CostReading[]): CostOfTasks {
  const of = (key: keyof CostOfTasks): number =>
    median(readings.map((reading) => (reading.what === 'tasks' ? reading[key] : 0)));
  return { ms: of('ms'), bytes: of('bytes'), threads: of('threads') };
}

/** Bytes that programs can have without others being swapped out. */
function available(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory === undefined ? freemem() : availableMemory.call(process);
}

/** The code that is measured. */
export function codeSamples(): CodeSamples {
  return { byHand: sampleOf(byHandSource), pool: sampleOf(withExecutorSource) };
}

function sampleOf(source: string): CodeSample {
  const code = /^\/\/ shown\n(.*?)^\/\/ end$/msu.exec(source)?.[1] ?? source;
  const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
  return { code: code.trimEnd(), lines: lines.length };
}
