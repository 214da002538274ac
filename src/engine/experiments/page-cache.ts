/** Has files dropped from the system's page cache by a thread: the engine itself calls no native code. */
import type { PageCacheAnswer, PageCacheData } from '../../common/threads/page-cache';
import { HeddleError, toErrorData } from '../../common/model/errors';
import type { Threads } from '../pool';
import { unlessCancelled } from './work';

/** @returns whether the system lets us do that. @throws AbortError when `signal` is aborted */
export async function dropFromPageCache(
  paths: readonly string[],
  threads: Threads,
  signal: AbortSignal,
): Promise<boolean> {
  const data: PageCacheData = { role: 'page-cache', paths };
  const worker = threads.start(data);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  worker.on('message', ({ possible }: PageCacheAnswer) => {
    resolve(possible);
  });
  worker.on('error', (error) => {
    reject(
      new HeddleError('page-cache', `The page cache could not be dropped: ${toErrorData(error).message}`),
    );
  });
  worker.on('exit', () => {
    reject(new HeddleError('page-cache', 'The thread that drops the page cache ended too early.'));
  });
  try {
    return await unlessCancelled(promise, signal);
  } finally {
    await worker.terminate();
  }
}
