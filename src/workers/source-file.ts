/** Opening files to read them: never a FIFO, a device or what lies behind a symbolic link. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { HeddleError, type ErrorData } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import { errorCode, native } from '../files/entries';
import { isPseudo } from '../files/volumes';

/** Bytes read at a time. */
export const READ_BYTES = 1024 * 1024;

/** A file that turns out to be something else: skipped, with this reason. */
export class NotAFile extends Error {
  readonly reason: ErrorData;

  constructor(reason: ErrorData) {
    super(reason.message);
    this.name = 'NotAFile';
    this.reason = reason;
  }
}

export function notRegular(path: FsPath): ErrorData {
  return {
    code: 'not-a-regular-file',
    message: `${displayPath(path)} is not a regular file; it was not opened.`,
    retryable: false,
  };
}

export function symbolicLink(path: FsPath): ErrorData {
  return {
    code: 'symbolic-link',
    message: `${displayPath(path)} is a symbolic link, which is not followed.`,
    retryable: false,
  };
}

// Windows knows neither flag.
const known: Readonly<Record<string, number | undefined>> = constants;
/**
 * A file may be swapped between listing and opening: O_NOFOLLOW refuses a link, and O_NONBLOCK returns at
 * once from a FIFO that nobody writes to. Neither matters for a regular file.
 */
export const OPEN_TO_READ = constants.O_RDONLY | (known['O_NOFOLLOW'] ?? 0) | (known['O_NONBLOCK'] ?? 0);
/** The same, through links: where the path was given, not found. */
export const OPEN_THROUGH_LINKS = constants.O_RDONLY | (known['O_NONBLOCK'] ?? 0);

/** What an error of opening means: a {@link NotAFile} where the path leads to something else. */
export function openingFailure(error: unknown, path: FsPath, flags = OPEN_TO_READ): unknown {
  const code = errorCode(error);
  // ENXIO: a socket, or a device without a driver.
  if (code === 'ENXIO' || code === 'ENODEV') return new NotAFile(notRegular(path));
  // Links that are followed lead in a circle; else it is the link that was not followed.
  if (flags !== OPEN_THROUGH_LINKS && (code === 'ELOOP' || code === 'EMLINK')) {
    const stats = lstatSync(native(path), { throwIfNoEntry: false });
    if (stats?.isSymbolicLink() === true) return new NotAFile(symbolicLink(path));
  }
  return error;
}

/**
 * Opens `path`, runs `use` on it and closes it.
 * @throws NotAFile when it is no regular file
 */
export function withFileSync<T>(
  path: FsPath,
  use: (fd: number, stats: BigIntStats) => T,
  flags = OPEN_TO_READ,
): T {
  let fd: number;
  try {
    fd = openSync(native(path), flags);
  } catch (error) {
    throw openingFailure(error, path, flags);
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new NotAFile(notRegular(path));
    return use(fd, stats);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a file from where it is to its end, and hands over its chunks in turn; each is valid until the
 * next. A file of known size that fits the buffer takes one read.
 * @returns bytes read
 */
export function readChunksSync(
  fd: number,
  size: bigint,
  buffer: Buffer,
  take: (chunk: Buffer, bytesSoFar: number) => void,
): number {
  let total = 0;
  for (;;) {
    const read = readSync(fd, buffer, 0, buffer.length, null);
    if (read === 0) return total;
    total += read;
    take(read === buffer.length ? buffer : buffer.subarray(0, read), total);
    // That nothing follows is seen from the size afterwards; pseudo files (/proc) claim size 0 and are read on.
    if (BigInt(total) === size) return total;
  }
}

/** Whether a file was written to between two looks at it. */
export function hasChanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size !== after.size || before.mtimeNs !== after.mtimeNs;
}

/**
 * Whether a file was copied as it was: all of it, and nobody wrote to it meanwhile.
 * @param before as it was when it was opened
 * @param bytes that were read of it
 * @throws HeddleError `changed-while-copying`
 */
export function throwIfChanged(path: FsPath, fd: number, before: BigIntStats, bytes: number): void {
  const after = fstatSync(fd, { bigint: true });
  const isWhole = BigInt(bytes) === before.size || before.size === 0n || isPseudo(fd);
  if (!hasChanged(before, after) && isWhole) return;
  throw new HeddleError('changed-while-copying', `${displayPath(path)} changed while it was copied.`, {
    retryable: true,
  });
}
