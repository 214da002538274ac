/** Whether the device holds what was written to it. */
import { HeddleError } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import type { HasherFactory } from '../files/hashers';
import { libc } from '../files/libc';
import { targetError } from './copy-errors';
import type { TaskContext } from './runtime';
import { wait, type Io, type Step } from './steps';

/**
 * Reads an open file, which was flushed, from its device again.
 * @param target what errors are about
 * @param expected digest of what was written, as `check` makes it
 * @throws HeddleError `verify-mismatch`
 */
export function* readBack(
  fd: number,
  target: FsPath,
  expected: string,
  check: HasherFactory,
  buffer: Buffer,
  io: Io,
  context: TaskContext,
): Step<void> {
  libc()?.dropFromMemory(fd);
  const hasher = check.create();
  try {
    for (let at = 0; ;) {
      context.throwIfCancelled();
      const read = yield* wait(io.read(fd, buffer, buffer.length, at));
      if (read === 0) break;
      hasher.update(buffer.subarray(0, read));
      at += read;
    }
  } catch (error) {
    throw targetError(error, target);
  }
  const found = hasher.digest();
  if (found !== expected) throw mismatch(target, expected, found);
}

export function mismatch(target: FsPath, expected: string, found: string): HeddleError {
  return new HeddleError(
    'verify-mismatch',
    `${displayPath(target)} was written, and other bytes came back from the device (BLAKE3 ${expected} became ${found}). The copy was removed. Check the disk and its cable.`,
    { retryable: true },
  );
}
