/**
 * Work on files written once for both kinds of threads: on one with nothing else to do its steps run synchronously,
 * which is several times as fast; on one with many tasks in flight they give way to others while they wait.
 */
import { fdatasync, fdatasyncSync, fsync, fsyncSync, read, readSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** A function that may have to wait: it yields promises and is given what they became. */
export type Step<T> = Generator<Promise<unknown>, T, unknown>;

export interface Io {
  /** Whether calls that block are right. */
  readonly exclusive: boolean;
  /** @returns bytes read; 0 at the end */
  read(fd: number, buffer: Buffer, length: number, position: number): number | Promise<number>;
  /** All of `bytes`. */
  write(fd: number, bytes: Buffer, position: number): void | Promise<void>;
  flush(fd: number): void | Promise<void>;
  /** As {@link flush}, without what only concerns times and the like. */
  flushData(fd: number): void | Promise<void>;
}

const readAsync = promisify(read);
const writeAsync = promisify(write);

export const SYNC_IO: Io = {
  exclusive: true,
  read: (fd, buffer, length, position) => readSync(fd, buffer, 0, length, position),
  write(fd, bytes, position) {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
  },
  flush: fsyncSync,
  flushData: fdatasyncSync,
};

export const ASYNC_IO: Io = {
  exclusive: false,
  read: async (fd, buffer, length, position) => (await readAsync(fd, buffer, 0, length, position)).bytesRead,
  async write(fd, bytes, position) {
    for (let at = 0; at < bytes.length;) {
      at += (await writeAsync(fd, bytes, at, bytes.length - at, position + at)).bytesWritten;
    }
  },
  flush: promisify(fsync),
  flushData: promisify(fdatasync),
};

export function* wait<T>(value: T | Promise<T>): Step<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** @throws TypeError when a step had to wait after all */
export function runSync<T>(step: Step<T>): T {
  const { done, value } = step.next();
  if (done !== true) throw new TypeError('a synchronous step waits');
  return value;
}

export async function runAsync<T>(step: Step<T>): Promise<T> {
  let next = step.next();
  while (next.done !== true) {
    let resume: () => IteratorResult<Promise<unknown>, T>;
    try {
      const value = await next.value;
      resume = () => step.next(value);
    } catch (error) {
      resume = () => step.throw(error);
    }
    next = resume();
  }
  return next.value;
}
