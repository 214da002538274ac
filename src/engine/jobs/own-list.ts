/** A job's own copy of a list or manifest: it goes on when the original has changed or gone. */
import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, type Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/model/errors';
import { errorCode, makeFolders, native } from '../../files/entries';
import { displayPath, type FsPath } from '../../common/model/paths';
import { dataGone } from '../store/database';
import type { JobSpec } from './job-spec';

/** Behind the name of a copy that is being made. */
const HALF = '.part';
const KEEP_HALF_MS = 86_400_000;

/** A list or manifest as it is given. */
export interface Original {
  /** What it is called where it cannot be read. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array | string>;
}

export function ownListPath(dataDirectory: string, name: string): string {
  return join(dataDirectory, 'lists', name);
}

/**
 * @param steps what the content goes through
 * @param signal ends the copying, even where who writes the original never ends
 * @returns how long the copy is, for {@link assertWhole}
 * @throws HeddleError about the copy or the original; the signal's reason. Nothing is left then.
 */
export async function storeOwnList(
  path: string,
  original: Original,
  steps: readonly Transform[],
  signal: AbortSignal | null,
): Promise<number> {
  const half = path + HALF;
  let file: FileHandle | null = null;
  let target: Writable | null = null;
  try {
    signal?.throwIfAborted();
    makeFolders(dirname(path));
    if (existsSync(path)) throw Object.assign(new Error('it exists'), { code: 'EEXIST' });
    file = await open(half, 'wx', 0o600);
    target = file.createWriteStream({ flush: true });
    await orStopped(pipeline([Readable.from(read(original)), ...steps, target]), signal);
    await rename(half, path);
    return (await stat(path)).size;
  } catch (error) {
    target?.destroy();
    if (file !== null) await removeOwnLists([half]);
    throw signal?.aborted === true ? signal.reason : fromErrorData(toErrorData(error, path));
  }
}

/**
 * Half a list reads as a shorter one.
 * @param bytes how long it was made; older jobs do not say
 * @throws HeddleError `own-list-lost`
 */
export async function assertWhole(path: FsPath, bytes: number | undefined): Promise<void> {
  const stats = await stat(native(path)).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw fromErrorData(toErrorData(error, displayPath(path)));
  });
  if (stats !== null && (bytes === undefined || stats.size === bytes)) return;
  // Not the list alone, but all that Heddle has.
  const folder = dirname(dirname(displayPath(path)));
  if (stats === null && !existsSync(folder)) throw dataGone(folder);
  const what = stats === null ? 'is gone' : `has ${stats.size} bytes of ${bytes ?? 0}`;
  throw new HeddleError(
    'own-list-lost',
    `${displayPath(path)}, the copy of its list that this job goes by, ${what}: what it listed is not all known. Start the job anew with the list.`,
  );
}

/** What a process that was killed had copied of a list. Nobody copies for so long without a byte. */
export async function sweepHalfLists(dataDirectory: string): Promise<void> {
  const folder = ownListPath(dataDirectory, '');
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(HALF)) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => null);
    if (stats !== null && Date.now() - stats.mtimeMs > KEEP_HALF_MS) await removeOwnLists([path]);
  }
}

/** The copies of lists that a job has for itself, which go with it. */
export function ownLists(spec: JobSpec): readonly FsPath[] {
  if (spec.kind === 'download') return spec.lists.map(({ path }) => path);
  return spec.kind === 'verify' && spec.shown !== undefined ? [spec.manifest] : [];
}

export async function removeOwnLists(paths: readonly FsPath[]): Promise<void> {
  for (const path of paths) await rm(native(path), { force: true });
}

async function* read({ name, content }: Original): AsyncGenerator<Uint8Array | string> {
  try {
    yield* content;
  } catch (error) {
    throw fromErrorData(toErrorData(error, name));
  }
}

/** A stream of a FIFO that nobody writes cannot even be destroyed. */
async function orStopped(work: Promise<void>, signal: AbortSignal | null): Promise<void> {
  if (signal === null) {
    await work;
    return;
  }
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    reject(signal.reason as Error);
  };
  // It may have come while the copy was opened; then nobody is told any more.
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  // What it says when it was left is of no interest.
  work.catch(() => undefined);
  try {
    await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
