/** The digests of one file. */
import type { HashWorkerOptions } from '../common/threads/worker-options';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { FileReader, type FileDigests } from './file-digests';
import { loadHasher } from '../files/hashers';
import type { RunTask } from './runtime';
import { NotAFile } from './source-file';

export async function createHash(options: HashWorkerOptions): Promise<RunTask<TaskOrder, TaskOutcome>> {
  const factories = await Promise.all(options.algorithms.map((algorithm) => loadHasher(algorithm)));
  const reader = new FileReader(undefined, options.cache);

  const outcome = ({ bytes, digests, identity }: FileDigests): TaskOutcome => ({
    state: 'done',
    bytes,
    target: null,
    digests,
    ...(identity === null ? {} : { identity }),
  });
  return (order, context) => {
    try {
      const read = reader.digests(order.source, factories, context);
      return read instanceof Promise ? read.then(outcome).catch(skipped) : outcome(read);
    } catch (error) {
      return skipped(error);
    }
  };
}

function skipped(error: unknown): TaskOutcome {
  if (error instanceof NotAFile) return { state: 'skipped', bytes: 0, target: null, reason: error.reason };
  throw error;
}
