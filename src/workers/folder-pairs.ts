/** A file, or a link, on the left and on the right: whether they are the same, and if not, from where on. */
import { fstatSync, readSync, type BigIntStats } from 'node:fs';
import { HeddleError, toErrorData } from '../common/model/errors';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { displayPath, pathFromBytes, type FsPath } from '../common/model/paths';
import { formatByteCount, formatCount } from '../common/model/units';
import { loadHasher, type HasherFactory } from '../files/hashers';
import { TaskCancelled, type RunTask, type TaskContext } from './runtime';
import { isPseudo } from '../files/volumes';
import { NotAFile, READ_BYTES, hasChanged, notRegular, withFileSync } from './source-file';
import { fill, leadsTo, look, lookAt, runSteps, withFile, type Steps } from './read-steps';

/** Pairs; and files that only one side has, by whose digests those are found that were moved. */
export async function createFolderPairs(): Promise<RunTask<TaskOrder, TaskOutcome>> {
  const blake3 = await loadHasher('blake3');
  const buffers: (readonly [Buffer, Buffer])[] = [];
  return (order, context) => {
    const [left, right] = (buffers[context.lane] ??= [makeBuffer(), makeBuffer()]);
    const { source, target, size } = order;
    if (order.type !== 'pair' || target === null)
      return runSteps(readable(named(source, digestOf(source, blake3, left, context))), context.exclusive);
    const pair = { left: source, right: target, buffers: [left, right], context } as const;
    const isSmall = context.exclusive && size !== null && size < READ_BYTES;
    const bytes = isSmall ? sameAtOnce(pair) : null;
    if (bytes !== null) return same(bytes);
    return runSteps(readable(comparePair(pair, size === null)), context.exclusive);
  };
}

function makeBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(READ_BYTES);
}

interface Pair {
  readonly left: FsPath;
  readonly right: FsPath;
  readonly buffers: readonly [Buffer, Buffer];
  readonly context: TaskContext;
}

/**
 * Most pairs are small files that are the same and stay so while they are read: one read of each shows it.
 * @returns their bytes; `null`: it is to be looked at closely
 */
function sameAtOnce({ left, right, buffers: [ours, theirs], context }: Pair): number | null {
  try {
    return withFileSync(left, (leftFd, leftStats) =>
      withFileSync(right, (rightFd, rightStats) => {
        const size = Number(leftStats.size);
        context.setBytesTotal(size);
        const areWhole =
          size < ours.length &&
          readSync(leftFd, ours, 0, ours.length, null) === size &&
          readSync(rightFd, theirs, 0, theirs.length, null) === size;
        const areSame =
          areWhole &&
          ours.compare(theirs, 0, size, 0, size) === 0 &&
          !hasChanged(leftStats, fstatSync(leftFd, { bigint: true })) &&
          !hasChanged(rightStats, fstatSync(rightFd, { bigint: true }));
        if (!areSame) return null;
        context.setBytesDone(size);
        return size;
      }),
    );
  } catch {
    return null;
  }
}

/** What could not be read was found neither the same nor different. Says which of the two it was. */
function* named<Result>(path: FsPath, steps: Steps<Result>): Steps<Result> {
  try {
    return yield* steps;
  } catch (error) {
    if (error instanceof HeddleError || error instanceof TaskCancelled || error instanceof NotAFile)
      throw error;
    const { message, retryable } = toErrorData(error, displayPath(path));
    throw new HeddleError('unreadable', message, { retryable, cause: error });
  }
}

function* readable(steps: Steps<TaskOutcome>): Steps<TaskOutcome> {
  try {
    return yield* steps;
  } catch (error) {
    throw error instanceof NotAFile ? new HeddleError('unreadable', error.reason.message) : error;
  }
}

/** @param isNoFile neither was a file when the folders were listed */
function* comparePair(pair: Pair, isNoFile: boolean): Steps<TaskOutcome> {
  if (isNoFile) return yield* compareOthers(pair);
  try {
    return yield* compareFiles(pair);
  } catch (error) {
    // One of them has become something else since they were listed.
    if (error instanceof NotAFile) return yield* compareOthers(pair);
    throw error;
  }
}

function* compareFiles(pair: Pair): Steps<TaskOutcome> {
  const { left, right, context } = pair;
  const both = (leftFd: number, leftStats: BigIntStats): Steps<TaskOutcome> =>
    withFile(right, function* (rightFd, rightStats) {
      context.setBytesTotal(Number(leftStats.size));
      const areWhole = leftStats.size === rightStats.size || isPseudo(leftFd) || isPseudo(rightFd);
      if (!areWhole) throw sizesDiffer(left, right, leftStats, rightStats);
      const at = yield* firstDifference(pair, leftFd, rightFd);
      throwIfChanged(left, leftStats, yield* look(leftFd));
      throwIfChanged(right, rightStats, yield* look(rightFd));
      if (at === null) return same(Number(leftStats.size));
      throw different(
        `${displayPath(left)} and ${displayPath(right)} have the same size and differ from byte ${formatCount(at)} on (counted from 0).`,
      );
    });
  return yield* named(
    left,
    withFile(left, (fd, stats) => named(right, both(fd, stats))),
  );
}

/** @returns the offset of the first byte that differs, or `null` where none does */
function* firstDifference(
  { left, right, buffers: [ours, theirs], context }: Pair,
  leftFd: number,
  rightFd: number,
): Steps<number | null> {
  for (let done = 0; ;) {
    const leftRead = yield* named(left, fill(leftFd, ours, ours.length));
    const rightRead = yield* named(right, fill(rightFd, theirs, theirs.length));
    context.throwIfCancelled();
    const length = Math.min(leftRead, rightRead);
    if (ours.compare(theirs, 0, length, 0, length) !== 0) {
      let at = 0;
      while (ours[at] === theirs[at]) at++;
      return done + at;
    }
    done += length;
    context.setBytesDone(done);
    if (leftRead !== rightRead) return done;
    if (length < ours.length) return null;
  }
}

/** Links by their text; everything else can only be told to be different, or not to be comparable. */
function* compareOthers({ left, right }: Pair): Steps<TaskOutcome> {
  const leftType = typeOf(yield* named(left, lookAt(left)));
  const rightType = typeOf(yield* named(right, lookAt(right)));
  if (leftType !== rightType) {
    throw different(`${displayPath(left)} is ${leftType}, ${displayPath(right)} is ${rightType}.`);
  }
  switch (leftType) {
    case 'a symbolic link': {
      const leftText = yield* named(left, leadsTo(left));
      const rightText = yield* named(right, leadsTo(right));
      if (leftText.equals(rightText)) return same(0);
      throw different(
        `${displayPath(left)} leads to ${displayPath(pathFromBytes(leftText))}, ${displayPath(right)} to ${displayPath(pathFromBytes(rightText))}.`,
      );
    }
    case 'no regular file':
      return { state: 'skipped', bytes: 0, target: null, reason: notRegular(left) };
    default:
      // Listed again, they might be comparable now; this task knows only what was listed then.
      throw new HeddleError(
        'unreadable',
        `${displayPath(left)} and ${displayPath(right)} are not what they were when the folders were listed. Compare them anew.`,
      );
  }
}

function typeOf(stats: BigIntStats): 'a file' | 'a folder' | 'a symbolic link' | 'no regular file' {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  return stats.isSymbolicLink() ? 'a symbolic link' : 'no regular file';
}

/** Of a file that only one side has. Where it belongs is known when all of them are read. */
function* digestOf(
  path: FsPath,
  blake3: HasherFactory,
  buffer: Buffer,
  context: TaskContext,
): Steps<TaskOutcome> {
  return yield* withFile(path, function* (fd, before) {
    context.setBytesTotal(Number(before.size));
    const hasher = blake3.create();
    let bytes = 0;
    for (;;) {
      const read = yield* fill(fd, buffer, buffer.length);
      context.throwIfCancelled();
      hasher.update(buffer.subarray(0, read));
      bytes += read;
      context.setBytesDone(bytes);
      if (read < buffer.length) break;
    }
    throwIfChanged(path, before, yield* look(fd));
    const digests = { blake3: hasher.digest() };
    return { state: 'done', bytes, target: null, digests, next: { phase: 2, type: 'file' } };
  });
}

function same(bytes: number): TaskOutcome {
  return { state: 'done', bytes, target: null, finding: 'same' };
}

function different(message: string): HeddleError {
  return new HeddleError('different', message);
}

function sizesDiffer(left: FsPath, right: FsPath, a: BigIntStats, b: BigIntStats): HeddleError {
  return different(
    `${displayPath(left)} has ${formatByteCount(Number(a.size))}, ${displayPath(right)} ${formatCount(Number(b.size))}.`,
  );
}

/** Bytes from before and after a change prove nothing. */
function throwIfChanged(path: FsPath, before: BigIntStats, after: BigIntStats): void {
  if (!hasChanged(before, after)) return;
  throw new HeddleError('changed-while-reading', `${displayPath(path)} changed while it was read.`, {
    retryable: true,
  });
}
