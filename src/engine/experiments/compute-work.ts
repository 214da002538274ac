/** Work without files: digests in memory, in a few long tasks or in thousands of tiny ones. */
import { READY_WORK_TASKS, readyWorkTitle } from '../../common/experiments/works';
import type { ComputeWorkerOptions } from '../../common/threads/worker-options';
import type { Threads } from '../pool';
import { ComputeRun } from './compute-run';
import type { Work } from './work';

/** SHA-256 takes some 37 µs for these: 20 ms for a task of many rounds, or one tiny task. */
export const COMPUTED_BYTES = 64 * 1024;
const ROUNDS = { computing: 560, 'tiny-tasks': 1 } as const;

export function computeWork(
  work: keyof typeof ROUNDS,
  asked: number | null,
  location: string,
  threads: Threads,
): Work {
  const count = asked ?? READY_WORK_TASKS[work];
  const options: ComputeWorkerOptions = {
    kind: 'compute',
    bytes: COMPUTED_BYTES,
    rounds: ROUNDS[work],
    waitMs: 0,
  };
  return {
    kind: null,
    location,
    sources: [],
    title: () => readyWorkTitle(work, count, 0),
    prepare: () => Promise.resolve(),
    run: async (contender, measurement, signal) => {
      const run = new ComputeRun(contender, options, count, { threads, measurement, signal });
      try {
        await run.start();
        const results = await Promise.all(Array.from({ length: count }, (_, index) => run.task(index + 1)));
        return { results, bytes: run.bytes };
      } finally {
        await run.end();
      }
    },
    close: () => Promise.resolve(),
  };
}
