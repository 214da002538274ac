/** A worker with toy tasks, for the tests of the executors. */
import { workerData } from 'node:worker_threads';
import { HeddleError } from '../../common/model/errors';
import type { WorkerData } from '../../common/threads/protocol';
import { serveTasks } from '../../workers/runtime';

export type ToyTask =
  | { readonly do: 'echo'; readonly value: number }
  /** Waits, and notices when it is cancelled. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Computes without ever looking up: only its thread's end stops it. */
  | { readonly do: 'spin'; readonly ms: number }
  | { readonly do: 'fail'; readonly code: string }
  /** Ends the thread with an uncaught error. */
  | { readonly do: 'crash' }
  /** Tells how many tasks ran at once, counted in memory that all threads share. */
  | { readonly do: 'count'; readonly counter: SharedArrayBuffer; readonly ms: number };

export interface ToyOptions {
  readonly brokenBecause?: string;
}

serveTasks<ToyOptions, ToyTask, number>(workerData as WorkerData<ToyOptions>, (options) => {
  if (options.brokenBecause !== undefined) throw new HeddleError('toy-broken', options.brokenBecause);
  return (task, context) => {
    switch (task.do) {
      case 'echo':
        return task.value;
      case 'wait':
        return wait(task.ms, context.signal);
      case 'spin': {
        const until = performance.now() + task.ms;
        while (performance.now() < until);
        return 0;
      }
      case 'fail':
        throw new HeddleError(task.code, `failed as told: ${task.code}`);
      case 'crash':
        return new Promise<number>(() => {
          setImmediate(() => {
            throw new Error('crashed as told');
          });
        });
      case 'count': {
        const counter = new Int32Array(task.counter);
        const now = Atomics.add(counter, 0, 1) + 1;
        for (let most = Atomics.load(counter, 1); now > most; most = Atomics.load(counter, 1)) {
          Atomics.compareExchange(counter, 1, most, now);
        }
        return wait(task.ms, context.signal).finally(() => Atomics.sub(counter, 0, 1));
      }
    }
  };
});

function wait(ms: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve(ms);
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('stopped'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
