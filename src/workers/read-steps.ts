/**
 * Reading files as a generator of steps: one algorithm that runs synchronously
 * on a thread with nothing else to do, where that is several times as fast, and
 * asynchronously where many tasks are in flight on one thread.
 */
import { close, closeSync, fstat, fstatSync, lstat, lstatSync, open, openSync } from 'node:fs';
import { read, readSync, readlink, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { assertNever } from '../common/model/errors';
import type { FsPath } from '../common/model/paths';
import { native } from '../files/entries';
import { NotAFile, OPEN_TO_READ, notRegular, openingFailure } from './source-file';

type Step =
  | { readonly do: 'open'; readonly path: FsPath }
  | { readonly do: 'lstat'; readonly path: FsPath }
  | { readonly do: 'readlink'; readonly path: FsPath }
  | { readonly do: 'stat'; readonly fd: number }
  | {
      readonly do: 'read';
      readonly fd: number;
      readonly buffer: Buffer;
      readonly at: number;
      readonly length: number;
    }
  | { readonly do: 'close'; readonly fd: number };

/** Yields what is to be done, is given what came of it. */
export type Steps<Result> = Generator<Step, Result, unknown>;

const openAsync = promisify(open);
const closeAsync = promisify(close);
const readAsync = promisify(read);
const readlinkAsync = promisify(readlink);
type Look<Of> = (of: Of, options: { bigint: true }) => Promise<BigIntStats>;
const fstatAsync = promisify(fstat) as Look<number>;
const lstatAsync = promisify(lstat) as Look<string | Buffer>;

/**
 * Runs `steps` to their end, synchronously where the thread has nothing else to do.
 * @throws what the steps throw
 */
export function runSteps<Result>(steps: Steps<Result>, exclusive: boolean): Result | Promise<Result> {
  return exclusive ? runSync(steps) : runAsync(steps);
}

function runSync<Result>(steps: Steps<Result>): Result {
  let next = steps.next();
  while (next.done !== true) {
    let answer: unknown;
    try {
      answer = doSync(next.value);
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(answer);
  }
  return next.value;
}

async function runAsync<Result>(steps: Steps<Result>): Promise<Result> {
  let next = steps.next();
  while (next.done !== true) {
    let answer: unknown;
    try {
      answer = await doAsync(next.value);
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(answer);
  }
  return next.value;
}

function doSync(step: Step): unknown {
  switch (step.do) {
    case 'open':
      return openSync(native(step.path), OPEN_TO_READ);
    case 'lstat':
      return lstatSync(native(step.path), { bigint: true });
    case 'readlink':
      return readlinkSync(native(step.path), { encoding: 'buffer' });
    case 'stat':
      return fstatSync(step.fd, { bigint: true });
    case 'read':
      return readSync(step.fd, step.buffer, step.at, step.length, null);
    case 'close':
      closeSync(step.fd);
      return undefined;
    default:
      return assertNever(step);
  }
}

async function doAsync(step: Step): Promise<unknown> {
  switch (step.do) {
    case 'open':
      return openAsync(native(step.path), OPEN_TO_READ);
    case 'lstat':
      return lstatAsync(native(step.path), { bigint: true });
    case 'readlink':
      return readlinkAsync(native(step.path), { encoding: 'buffer' });
    case 'stat':
      return fstatAsync(step.fd, { bigint: true });
    case 'read':
      return (await readAsync(step.fd, step.buffer, step.at, step.length, null)).bytesRead;
    case 'close':
      return closeAsync(step.fd);
    default:
      return assertNever(step);
  }
}

/**
 * Opens `path`, uses it and closes it.
 * @throws NotAFile when it is no regular file
 */
export function* withFile<Result>(
  path: FsPath,
  use: (fd: number, stats: BigIntStats) => Steps<Result>,
): Steps<Result> {
  let fd: number;
  try {
    fd = (yield { do: 'open', path }) as number;
  } catch (error) {
    throw openingFailure(error, path);
  }
  try {
    const stats = yield* look(fd);
    if (!stats.isFile()) throw new NotAFile(notRegular(path));
    return yield* use(fd, stats);
  } finally {
    yield { do: 'close', fd };
  }
}

export function* look(fd: number): Steps<BigIntStats> {
  return (yield { do: 'stat', fd }) as BigIntStats;
}

export function* lookAt(path: FsPath): Steps<BigIntStats> {
  return (yield { do: 'lstat', path }) as BigIntStats;
}

/** Where a link leads, as bytes. */
export function* leadsTo(path: FsPath): Steps<Buffer> {
  return (yield { do: 'readlink', path }) as Buffer;
}

/**
 * Reads on, until `length` bytes are there or the file ends.
 * @returns bytes read
 */
export function* fill(fd: number, buffer: Buffer, length: number): Steps<number> {
  let total = 0;
  while (total < length) {
    const count = (yield { do: 'read', fd, buffer, at: total, length: length - total }) as number;
    if (count === 0) break;
    total += count;
  }
  return total;
}
