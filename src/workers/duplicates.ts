/** What tells files apart that have one size: the digest of the beginning, then that of the whole. */
import { fstatSync, readSync, type BigIntStats } from 'node:fs';
import { HEAD_BYTES, groupingOf } from '../common/model/duplicates';
import { HeddleError, type ErrorData } from '../common/model/errors';
import type { HashWorkerOptions } from '../common/threads/worker-options';
import type { FileIdentity, TaskOrder, TaskOutcome } from '../common/model/tasks';
import { displayPath, type FsPath } from '../common/model/paths';
import { formatByteCount, formatCount } from '../common/model/units';
import { loadHasher, type HasherFactory } from '../files/hashers';
import { isPseudo } from '../files/volumes';
import { identityToRemember } from './file-identity';
import type { RunTask, TaskContext } from './runtime';
import { NotAFile, READ_BYTES, hasChanged, withFileSync } from './source-file';
import { fill, look, runSteps, withFile, type Steps } from './read-steps';

export async function createDuplicates({
  cache,
}: Pick<HashWorkerOptions, 'cache'>): Promise<RunTask<TaskOrder, TaskOutcome>> {
  const blake3 = await loadHasher('blake3');
  // One buffer for each lane, made when the lane is first used.
  const buffers: Buffer[] = [];
  return (order, context) => {
    const buffer = (buffers[context.lane] ??= Buffer.allocUnsafeSlow(READ_BYTES));
    const reading = { order, blake3, buffer, context, cache };
    if (order.type === 'head') return runSteps(unlessNoFile(readHead(reading)), context.exclusive);
    const isSmall = context.exclusive && order.size !== null && order.size < READ_BYTES;
    return (
      (isSmall ? readAtOnce(reading) : null) ?? runSteps(unlessNoFile(readWhole(reading)), context.exclusive)
    );
  };
}

interface Reading {
  readonly order: TaskOrder;
  readonly blake3: HasherFactory;
  readonly buffer: Buffer;
  readonly context: TaskContext;
  readonly cache: boolean;
}

function* unlessNoFile(steps: Steps<TaskOutcome>): Steps<TaskOutcome> {
  try {
    return yield* steps;
  } catch (error) {
    if (error instanceof NotAFile) return { state: 'skipped', bytes: 0, target: null, reason: error.reason };
    throw error;
  }
}

/** Of a file that is longer than its beginning: it goes on, unless it turns out to be alone. */
function* readHead({ order, blake3, buffer, context, cache }: Reading): Steps<TaskOutcome> {
  const { source, size } = order;
  return yield* withFile(source, function* (fd, before) {
    throwUnlessListed(source, size, before);
    context.setBytesTotal(HEAD_BYTES);
    const identity = cache ? identityToRemember(fd, before) : null;
    const read = yield* fill(fd, buffer, HEAD_BYTES);
    context.setBytesDone(read);
    throwIfChanged(source, before, yield* look(fd));
    const grouping = groupingOf(Number(before.size), blake3.whole(buffer.subarray(0, read)));
    return {
      state: 'done',
      bytes: read,
      target: null,
      next: { phase: 1, type: 'file', grouping },
      ...(identity === null ? {} : { identity }),
    };
  });
}

/**
 * Most files are small, are what they were when they were listed, and stay so: one read shows it.
 * @returns `null`: it is to be looked at closely
 */
function readAtOnce({ order, blake3, buffer, context, cache }: Reading): TaskOutcome | null {
  const { source, size, grouping = '' } = order;
  try {
    return withFileSync(source, (fd, before) => {
      const bytes = Number(before.size);
      context.setBytesTotal(bytes);
      const identity = cache ? identityToRemember(fd, before) : null;
      const isWhole = bytes === size && readSync(fd, buffer, 0, buffer.length, null) === bytes;
      if (!isWhole || hasChanged(before, fstatSync(fd, { bigint: true }))) return null;
      const head = blake3.whole(buffer.subarray(0, Math.min(bytes, HEAD_BYTES)));
      const digest = bytes > HEAD_BYTES ? blake3.whole(buffer.subarray(0, bytes)) : head;
      const found = groupingOf(bytes, head);
      if (grouping !== groupingOf(bytes) && grouping !== found) return null;
      context.setBytesDone(bytes);
      return wholeOutcome(bytes, digest, found, identity);
    });
  } catch {
    return null;
  }
}

function wholeOutcome(
  bytes: number,
  digest: string,
  grouping: string,
  identity: FileIdentity | null,
): TaskOutcome {
  return {
    state: 'done',
    bytes,
    target: null,
    digests: { blake3: digest },
    grouping,
    ...(identity === null ? {} : { identity }),
  };
}

/** The whole file; a small one in one read, without a hasher made for it. */
function* readWhole({ order, blake3, buffer, context, cache }: Reading): Steps<TaskOutcome> {
  const { source, size, grouping = '' } = order;
  return yield* withFile(source, function* (fd, before) {
    throwUnlessListed(source, size, before);
    const bytes = Number(before.size);
    context.setBytesTotal(bytes);
    const identity = cache ? identityToRemember(fd, before) : null;
    // That nothing follows is seen from the size afterwards; what says that it is empty is looked at.
    let read = yield* fill(fd, buffer, Math.min(Math.max(bytes, 1), buffer.length));
    const head = blake3.whole(buffer.subarray(0, Math.min(read, HEAD_BYTES)));
    let total = read;
    let digest = head;
    if (read < buffer.length) {
      if (read > HEAD_BYTES) digest = blake3.whole(buffer.subarray(0, read));
    } else {
      const hasher = blake3.create();
      while (read > 0) {
        context.throwIfCancelled();
        hasher.update(buffer.subarray(0, read));
        context.setBytesDone(total);
        read = yield* fill(fd, buffer, buffer.length);
        total += read;
      }
      digest = hasher.digest();
    }
    context.setBytesDone(total);
    const after = yield* look(fd);
    if (total !== bytes) throw isPseudo(fd) ? new NotAFile(madeUp(source)) : changed(source);
    throwIfChanged(source, before, after);
    const found = groupingOf(bytes, head);
    // Other files were told apart by a beginning that is no longer this one's.
    if (grouping !== groupingOf(bytes) && grouping !== found) throw changed(source, false);
    return wholeOutcome(bytes, digest, found, identity);
  });
}

/** Only files of one size were looked at together: one that has another now belongs to other files. */
function throwUnlessListed(path: FsPath, size: number | null, stats: BigIntStats): void {
  if (size === null) {
    throw new HeddleError(
      'not-listed',
      `${displayPath(path)} could not be read when the files were listed. Look for duplicates anew to have it among them.`,
    );
  }
  if (stats.size === BigInt(size)) return;
  throw new HeddleError(
    'changed-while-reading',
    `${displayPath(path)} had ${formatByteCount(size)} when it was listed and has ${formatCount(Number(stats.size))} now. Look for duplicates anew.`,
  );
}

function madeUp(path: FsPath): ErrorData {
  return {
    code: 'not-a-regular-file',
    message: `${displayPath(path)} is made up by the system as it is read; it was not compared.`,
    retryable: false,
  };
}

function throwIfChanged(path: FsPath, before: BigIntStats, after: BigIntStats): void {
  if (hasChanged(before, after)) throw changed(path);
}

function changed(path: FsPath, retryable = true): HeddleError {
  return new HeddleError('changed-while-reading', `${displayPath(path)} changed while it was read.`, {
    retryable,
  });
}
