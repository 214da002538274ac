/** The digests of one file. */
import type { HashWorkerOptions, TaskOrder, TaskOutcome } from '../common/model';
import { FileReader, type FileDigests } from './file-digests';
import { loadHasher } from '../files/hashers';
import type { RunTask } from './runtime';
import { NotAFile, identityOf } from './source-file';

/**
 * A file that was changed less than this long ago may be changed again without its times telling: they are as coarse
 * as the system's clock, on some file systems two seconds.
 */
const SETTLED_MS = 3000;

export async function createHash(options: HashWorkerOptions): Promise<RunTask<TaskOrder, TaskOutcome>> {
  const factories = await Promise.all(options.algorithms.map((algorithm) => loadHasher(algorithm)));
  const reader = new FileReader();

  const outcome = ({ bytes, digests, stats }: FileDigests): TaskOutcome => ({
    state: 'done',
    bytes,
    target: null,
    digests,
    ...(options.cache && Date.now() - Number(stats.ctimeMs) > SETTLED_MS
      ? { identity: identityOf(stats) }
      : {}),
  });
  return (order, context) => {
    try {
      const read = reader.digests(order.source, order.size, factories, context);
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
