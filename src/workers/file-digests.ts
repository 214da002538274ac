/** The digests of one file, all in one read, and proof that it did not change meanwhile. */
import { close, fstat, fstatSync, open, read, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import type { CheckAlgorithm } from '../common/model/digests';
import { HeddleError } from '../common/model/errors';
import type { Digests } from '../common/model/digests';
import type { FileIdentity } from '../common/model/tasks';
import { displayPath, type FsPath } from '../common/model/paths';
import { native } from '../files/entries';
import type { Hasher, HasherFactory } from '../files/hashers';
import { identityToRemember } from './file-identity';
import type { TaskContext } from './runtime';
import {
  NotAFile,
  OPEN_TO_READ,
  READ_BYTES,
  hasChanged,
  notRegular,
  openingFailure,
  readChunksSync,
  withFileSync,
} from './source-file';

export interface FileDigests {
  readonly bytes: number;
  readonly digests: Digests;
  /** By which the digests may be remembered, where that was asked for. */
  readonly identity: FileIdentity | null;
}

const openAsync = promisify(open);
const closeAsync = promisify(close);
const readAsync = promisify(read);
const fstatAsync = promisify(fstat) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>;

interface Manner {
  readonly flags: number;
  readonly remember: boolean;
}

interface Buffers {
  readonly first: Buffer;
  readonly second: Buffer;
}

/** Reads files for one worker: two buffers for each lane, made when the lane first needs them. */
export class FileReader {
  readonly #first: Buffer[] = [];
  readonly #second: Buffer[] = [];
  readonly #manner: Manner;

  /**
   * @param flags with which files are opened
   * @param remember say by which identity digests may be remembered
   */
  constructor(flags = OPEN_TO_READ, remember = false) {
    this.#manner = { flags, remember };
  }

  /**
   * @throws HeddleError `changed-while-reading`; NotAFile; system errors
   */
  digests(
    path: FsPath,
    factories: readonly HasherFactory[],
    context: TaskContext,
  ): FileDigests | Promise<FileDigests> {
    const { lane } = context;
    const first = (this.#first[lane] ??= Buffer.allocUnsafeSlow(READ_BYTES));
    if (context.exclusive) return hashFileSync(path, factories, first, context, this.#manner);
    const second = (this.#second[lane] ??= Buffer.allocUnsafeSlow(READ_BYTES));
    return hashFile(path, factories, { first, second }, context, this.#manner);
  }
}

/**
 * Synchronous: on a thread with nothing else to do it reads several times as fast.
 * @throws HeddleError `changed-while-reading`; NotAFile; system errors
 */
function hashFileSync(
  path: FsPath,
  factories: readonly HasherFactory[],
  buffer: Buffer,
  context: TaskContext,
  { flags, remember }: Manner,
): FileDigests {
  return withFileSync(
    path,
    (fd, before) => {
      const size = Number(before.size);
      context.setBytesTotal(size);
      const identity = remember ? identityToRemember(fd, before) : null;
      const result =
        size > 0 && size < buffer.length
          ? hashSmall(fd, size, factories, buffer, context)
          : hashStream(fd, before.size, factories, buffer, context);
      throwIfChanged(path, before, fstatSync(fd, { bigint: true }));
      return { ...result, identity };
    },
    flags,
  );
}

type ReadDigests = Omit<FileDigests, 'identity'>;

/** The whole file in one read and no hasher made for it, which is most of the cost of a small file. */
function hashSmall(
  fd: number,
  size: number,
  factories: readonly HasherFactory[],
  buffer: Buffer,
  context: TaskContext,
): ReadDigests {
  let total = 0;
  while (total < size) {
    const read = readSync(fd, buffer, total, buffer.length - total, null);
    if (read === 0) break;
    total += read;
  }
  context.setBytesDone(total);
  const bytes = buffer.subarray(0, total);
  return { bytes: total, digests: collect(factories, (factory) => factory.whole(bytes)) };
}

function hashStream(
  fd: number,
  size: bigint,
  factories: readonly HasherFactory[],
  buffer: Buffer,
  context: TaskContext,
): ReadDigests {
  const hashers = factories.map((factory) => factory.create());
  const total = readChunksSync(fd, size, buffer, (chunk, soFar) => {
    context.throwIfCancelled();
    for (const hasher of hashers) hasher.update(chunk);
    context.setBytesDone(soFar);
  });
  return { bytes: total, digests: digestsOf(factories, hashers) };
}

/** For many files in flight on one thread: the next piece is read while one is hashed. */
async function hashFile(
  path: FsPath,
  factories: readonly HasherFactory[],
  { first, second }: Buffers,
  context: TaskContext,
  { flags, remember }: Manner,
): Promise<FileDigests> {
  let fd: number;
  try {
    fd = await openAsync(native(path), flags);
  } catch (error) {
    throw openingFailure(error, path, flags);
  }
  try {
    const before = await fstatAsync(fd, { bigint: true });
    if (!before.isFile()) throw new NotAFile(notRegular(path));
    context.setBytesTotal(Number(before.size));
    const identity = remember ? identityToRemember(fd, before) : null;
    const hashers = factories.map((factory) => factory.create());
    const read = (buffer: Buffer): Promise<Buffer> =>
      readAsync(fd, buffer, 0, buffer.length, null).then(({ bytesRead }) => buffer.subarray(0, bytesRead));
    let total = 0;
    let chunk = await read(first);
    for (let spare = second; chunk.length > 0; spare = spare === second ? first : second) {
      total += chunk.length;
      const isWhole = BigInt(total) === before.size;
      const next = isWhole ? null : read(spare);
      try {
        context.throwIfCancelled();
        for (const hasher of hashers) hasher.update(chunk);
        context.setBytesDone(total);
      } finally {
        // The file is closed only when nothing is read from it any more.
        await next?.catch(() => undefined);
      }
      if (next === null) break;
      chunk = await next;
    }
    throwIfChanged(path, before, await fstatAsync(fd, { bigint: true }));
    return { bytes: total, digests: digestsOf(factories, hashers), identity };
  } finally {
    await closeAsync(fd);
  }
}

function digestsOf(factories: readonly HasherFactory[], hashers: readonly Hasher[]): Digests {
  return collect(factories, (_, index) => hashers[index]?.digest() ?? '');
}

function collect(
  factories: readonly HasherFactory[],
  digest: (factory: HasherFactory, index: number) => string,
): Digests {
  const digests: Partial<Record<CheckAlgorithm, string>> = {};
  factories.forEach((factory, index) => {
    digests[factory.algorithm] = digest(factory, index);
  });
  return digests;
}

/** A digest of bytes from before and after a change is of no file that ever was. */
function throwIfChanged(path: FsPath, before: BigIntStats, after: BigIntStats): void {
  if (!hasChanged(before, after)) return;
  throw new HeddleError('changed-while-reading', `${displayPath(path)} changed while it was read.`, {
    retryable: true,
  });
}
