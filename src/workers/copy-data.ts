/** A file's bytes, mode and times to a temporary file, flushed and checked against the source. */
import {
  close,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstat,
  fstatSync,
  fsync,
  fsyncSync,
  futimesSync,
  open,
  openSync,
  read,
  write,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { HeddleError } from '../common/errors';
import { displayPath, type FsPath } from '../common/paths';
import { aboutTarget, targetError } from './copy-errors';
import { native, unlinkIfThere } from './final-name';
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
import { writeFully } from './partial-file';

/** From this size on it is worth asking the file system whether it can share the blocks. */
const REFLINK_BYTES = 65_536n;

const openAsync = promisify(open);
const closeAsync = promisify(close);
const readAsync = promisify(read);
const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);
const fstatAsync = promisify(fstat) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>;

/** Kept by a worker over all its copies. */
export interface CopyBuffers {
  readonly byLane: Buffer[];
  /** Source devices from which no block could be shared with the target. */
  readonly noReflink: Set<bigint>;
}

export interface CopiedData {
  readonly bytes: number;
  /** The source as it was before and after. */
  readonly source: BigIntStats;
}

/**
 * @param target what errors of writing are about
 * @throws HeddleError `changed-while-copying`; NotAFile; system errors. What is at `temp` then is the
 * caller's to remove.
 */
export function copyDataSync(
  source: FsPath,
  temp: FsPath,
  target: FsPath,
  buffers: CopyBuffers,
  context: TaskContext,
): CopiedData {
  return withFileSync(source, (from, before) => {
    context.setBytesTotal(Number(before.size));
    const shared = reflink(from, before, temp, buffers);
    const to = aboutTarget(target, () => openSync(native(temp), shared ? 'r' : 'wx', 0o600));
    try {
      let bytes = Number(before.size);
      if (!shared) {
        bytes = readChunksSync(from, before.size, bufferOf(buffers, context), (chunk, soFar) => {
          context.throwIfCancelled();
          aboutTarget(target, () => {
            writeFully(to, chunk);
          });
          context.setBytesDone(soFar);
        });
      }
      context.setBytesDone(bytes);
      aboutTarget(target, () => {
        setModeAndTimes(to, before);
        fsyncSync(to);
      });
      throwIfChanged(source, before, fstatSync(from, { bigint: true }));
      return { bytes, source: before };
    } finally {
      closeSync(to);
    }
  });
}

/** The same with asynchronous reads and writes, for many files in flight on one thread. */
export async function copyData(
  source: FsPath,
  temp: FsPath,
  target: FsPath,
  buffers: CopyBuffers,
  context: TaskContext,
): Promise<CopiedData> {
  let from: number;
  try {
    from = await openAsync(native(source), OPEN_TO_READ);
  } catch (error) {
    throw openingFailure(error, source);
  }
  try {
    const before = await fstatAsync(from, { bigint: true });
    if (!before.isFile()) throw new NotAFile(notRegular(source));
    context.setBytesTotal(Number(before.size));
    const shared = reflink(from, before, temp, buffers);
    const to = await openAsync(native(temp), shared ? 'r' : 'wx', 0o600).catch((error: unknown) => {
      throw targetError(error, target);
    });
    try {
      const bytes = shared
        ? Number(before.size)
        : await pour(from, to, before.size, target, buffers, context);
      context.setBytesDone(bytes);
      aboutTarget(target, () => {
        setModeAndTimes(to, before);
      });
      await fsyncAsync(to).catch((error: unknown) => {
        throw targetError(error, target);
      });
      throwIfChanged(source, before, await fstatAsync(from, { bigint: true }));
      return { bytes, source: before };
    } finally {
      await closeAsync(to);
    }
  } finally {
    await closeAsync(from);
  }
}

async function pour(
  from: number,
  to: number,
  size: bigint,
  target: FsPath,
  buffers: CopyBuffers,
  context: TaskContext,
): Promise<number> {
  const buffer = bufferOf(buffers, context);
  let total = 0;
  for (;;) {
    const { bytesRead } = await readAsync(from, buffer, 0, buffer.length, null);
    if (bytesRead === 0) return total;
    context.throwIfCancelled();
    try {
      for (let at = 0; at < bytesRead;) {
        at += (await writeAsync(to, buffer, at, bytesRead - at, null)).bytesWritten;
      }
    } catch (error) {
      throw targetError(error, target);
    }
    total += bytesRead;
    context.setBytesDone(total);
    if (BigInt(total) === size) return total;
  }
}

function bufferOf(buffers: CopyBuffers, context: TaskContext): Buffer {
  return (buffers.byLane[context.lane] ??= Buffer.allocUnsafeSlow(READ_BYTES));
}

/**
 * Shares the source's blocks where the file system can (btrfs, XFS), so that no byte is copied. The source
 * is named through its open file, which cannot have been swapped; so on Linux only.
 */
function reflink(from: number, source: BigIntStats, temp: FsPath, buffers: CopyBuffers): boolean {
  if (process.platform !== 'linux' || source.size < REFLINK_BYTES || buffers.noReflink.has(source.dev))
    return false;
  try {
    copyFileSync(
      `/proc/self/fd/${from}`,
      native(temp),
      constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL,
    );
    return true;
  } catch {
    buffers.noReflink.add(source.dev);
    unlinkIfThere(temp);
    return false;
  }
}

/**
 * Permission bits without set-user-ID, set-group-ID and sticky: the copy belongs to whoever makes it, and
 * with them it would grant that user's rights. Times last, since everything else changes them.
 */
function setModeAndTimes(fd: number, source: BigIntStats): void {
  fchmodSync(fd, Number(source.mode & 0o777n));
  futimesSync(fd, secondsOf(source.atimeNs), secondsOf(source.mtimeNs));
}

/** Node takes times as seconds in a double: near the present that keeps about a quarter of a microsecond. */
export function secondsOf(ns: bigint): number {
  return Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9;
}

function throwIfChanged(path: FsPath, before: BigIntStats, after: BigIntStats): void {
  if (!hasChanged(before, after)) return;
  throw new HeddleError('changed-while-copying', `${displayPath(path)} changed while it was copied.`, {
    retryable: true,
  });
}
