/** The executors: one per mode, one implementation; see `executor.ts` for what they promise. */
import type { Executor, ExecutorOptions } from './executor';
import { WorkerExecutor } from './worker-executor';

export type * from './executor';
export type { PlaceTimes } from './place-times';
export { IdleReasons } from './idle-reasons';
export { Threads } from './threads';

export function createExecutor<Options, Body, Results>(
  options: ExecutorOptions<Options>,
): Executor<Body, Results> {
  return new WorkerExecutor<Options, Body, Results>(options);
}
