/** Work that only computes: digests of the same bytes in memory, over and over. For experiments. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ComputeWorkerOptions } from '../common/threads/worker-options';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import type { RunTask } from './runtime';

/** A task that shares its thread lets the others have it after so many bytes, about a millisecond. */
const SLICE_BYTES = 1024 * 1024;

export function createCompute({
  bytes,
  rounds,
  waitMs,
}: ComputeWorkerOptions): RunTask<TaskOrder, TaskOutcome> {
  const buffer = Buffer.alloc(bytes, 'heddle');
  const roundsInSlice = Math.max(1, Math.floor(SLICE_BYTES / bytes));
  return (order, context) => {
    const hash = createHash('sha256').update(String(order.id));
    let done = 0;
    const slice = (): void => {
      context.throwIfCancelled();
      const until = Math.min(rounds, done + roundsInSlice);
      for (; done < until; done++) hash.update(buffer);
      context.setBytesDone(done * bytes);
    };
    const outcome = (): TaskOutcome => ({
      state: 'done',
      bytes: rounds * bytes,
      target: null,
      digests: { sha256: hash.digest('hex') },
    });
    const alone = (): TaskOutcome => {
      while (done < rounds) slice();
      return outcome();
    };
    // Asynchronous as far as computing can be: it takes turns, and still on this one thread.
    const inTurns = async (): Promise<TaskOutcome> => {
      for (;;) {
        slice();
        if (done >= rounds) return outcome();
        await turn();
      }
    };
    const compute = (): TaskOutcome | Promise<TaskOutcome> => (context.exclusive ? alone() : inTurns());
    return waitMs === 0 ? compute() : delay(waitMs, undefined, { signal: context.signal }).then(compute);
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
