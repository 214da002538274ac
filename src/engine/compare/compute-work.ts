/** Work without files: digests in memory, in a few long tasks or in thousands of tiny ones. */
import { READY_WORK_TASKS, readyWorkTitle } from '../../common/experiment-works';
import type { Contender } from '../../common/experiment';
import { toErrorData } from '../../common/errors';
import type { ComputeWorkerOptions, TaskOrder, TaskOutcome, WorkerOptions } from '../../common/model';
import { createExecutor, type TaskHandle, type TaskTiming, type Threads } from '../pool';
import type { Measurement } from './measurement';
import { throwIfCancelled, type RunOutput, type TaskResult, type Work } from './work';

const BYTES = 64 * 1024;
/** SHA-256 takes some 37 µs for these bytes: 20 ms for a task, or one tiny task. */
const ROUNDS = { computing: 560, 'tiny-tasks': 1 } as const;

export function computeWork(
  work: keyof typeof ROUNDS,
  asked: number | null,
  place: string,
  threads: Threads,
): Work {
  const count = asked ?? READY_WORK_TASKS[work];
  const options: ComputeWorkerOptions = { kind: 'compute', bytes: BYTES, rounds: ROUNDS[work] };
  return {
    kind: null,
    place,
    sources: [],
    title: () => readyWorkTitle(work, count, 0),
    prepare: () => Promise.resolve(),
    run: (contender, measurement, signal) =>
      runTasks(contender, options, count, { threads, measurement, signal }),
    close: () => Promise.resolve(),
  };
}

async function runTasks(
  { mode, size }: Contender,
  options: ComputeWorkerOptions,
  count: number,
  { threads, measurement, signal }: { threads: Threads; measurement: Measurement; signal: AbortSignal },
): Promise<RunOutput> {
  measurement.start();
  const executor = createExecutor<WorkerOptions, TaskOrder, TaskOutcome>({
    mode,
    size,
    threads,
    workerOptions: options,
  });
  measurement.watch(executor, () => count);
  const handles: TaskHandle<TaskOutcome>[] = [];
  let bytes = 0;
  const one = async (id: number): Promise<TaskResult> => {
    const name = `Task ${id}`;
    const order: TaskOrder = {
      id,
      type: 'file',
      source: name,
      target: null,
      size: null,
      root: 0,
      attempt: 1,
    };
    // Counted when it settles: of a task that rejects, the state is known only later.
    const told: { timing: TaskTiming | null } = { timing: null };
    const handle = executor.submit(order, {
      weight: options.rounds * options.bytes,
      onTiming: (timing) => {
        told.timing = timing;
      },
    });
    handles.push(handle);
    try {
      const outcome = await handle.promise;
      bytes += outcome.bytes;
      if (told.timing !== null) measurement.task(name, told.timing, false);
      return { name, failed: false, result: outcome.digests?.sha256 ?? '' };
    } catch (error) {
      throwIfCancelled(signal);
      if (told.timing !== null) measurement.task(name, told.timing, true);
      const { code, message } = toErrorData(error);
      return { name, failed: true, result: `${code}: ${message}` };
    }
  };
  const stop = (): void => {
    for (const handle of handles) handle.cancel();
  };
  signal.addEventListener('abort', stop);
  try {
    throwIfCancelled(signal);
    const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => one(index + 1)));
    await executor.shutdown({ cancelQueued: true });
    measurement.stop();
    throwIfCancelled(signal);
    return {
      bytes,
      results: results.map((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      }),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await executor.shutdown({ cancelQueued: true });
    measurement.end();
  }
}
