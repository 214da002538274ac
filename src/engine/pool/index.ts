/** The executors: one per mode, one implementation; see `executor.ts` for what they promise. */
import type { Executor, ExecutorOptions } from './executor';
import { WorkerExecutor } from './worker-executor';

export type * from './executor';
export { Slots } from './slots';
export { SMALL_TASK_BYTES } from './thread';
export { Threads } from './threads';

export function createExecutor<Options, Input, Output>(
  options: ExecutorOptions<Options>,
): Executor<Input, Output> {
  return new WorkerExecutor<Options, Input, Output>(options);
}
