/**
 * Content of what a user names: a file, or a pipe, as a shell's `<(…)` is one. A pipe may have nobody who writes to it, for
 * ever, and opening or reading it would hold one of the few threads that Node has for files: it is read as sockets are.
 */
import { close, constants, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { devNull } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ReadStream, isatty } from 'node:tty';
import { HeddleError } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import { errorCode, native } from './entries';

/** Without a name elsewhere nobody else can begin to write to it. */
const DESCRIPTOR = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/(?:self|\d+)\/fd\/\d+)$/u;
const CHUNK_BYTES = 64 * 1024;
const LOOK_AGAIN_MS = 50;
const PATIENCE_MS = 60_000;

/** @throws HeddleError `not-a-file` for what never ends or cannot be read: devices and sockets; what the system says */
export function assertEnds(path: FsPath): void {
  const stats = statSync(native(path));
  if (stats.isFile() || stats.isDirectory() || stats.isFIFO()) return;
  if (displayPath(path) === devNull || (stats.isCharacterDevice() && isTerminal(path))) return;
  const what = stats.isSocket() ? 'a socket' : 'a device';
  throw new HeddleError('not-a-file', `${displayPath(path)} is ${what}. Give a file, or a pipe that ends.`);
}

/**
 * @param signal ends the wait for whoever writes
 * @param patienceMs how long somebody may take to begin to write to a named pipe
 * @throws HeddleError `not-a-file` as {@link assertEnds} does, `nobody-writes`; the signal's reason; what the system says
 */
export async function* contentOf(
  path: FsPath,
  signal: AbortSignal | null = null,
  patienceMs = PATIENCE_MS,
): AsyncGenerator<Buffer, void, undefined> {
  assertEnds(path);
  const stats = statSync(native(path));
  const isPipe = stats.isFIFO();
  if (!isPipe && (!stats.isCharacterDevice() || displayPath(path) === devNull)) {
    yield* createReadStream(native(path)) as AsyncIterable<Buffer>;
    return;
  }
  const fd = openNow(path);
  let first: Buffer | null = null;
  try {
    if (isPipe)
      first = await beginning(fd, path, DESCRIPTOR.test(displayPath(path)) ? 0 : patienceMs, signal);
  } catch (error) {
    close(fd);
    throw error;
  }
  const rest = isPipe ? new Socket({ fd, readable: true, writable: false }) : new ReadStream(fd);
  const stop = (): void => {
    rest.destroy(signal?.reason as Error);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (first !== null) yield first;
    yield* rest as AsyncIterable<Buffer>;
  } finally {
    signal?.removeEventListener('abort', stop);
    rest.destroy();
  }
}

/** Whoever is at the other end is not waited for (fifo(7)). */
function openNow(path: FsPath): number {
  return openSync(native(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}

/** A pipe that nobody has opened for writing reads as one that has ended. @returns `null`: somebody has, or it has ended */
async function beginning(
  fd: number,
  path: FsPath,
  patienceMs: number,
  signal: AbortSignal | null,
): Promise<Buffer | null> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const until = performance.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    let length: number;
    try {
      length = readSync(fd, chunk);
    } catch (error) {
      if (errorCode(error) === 'EAGAIN') return null;
      throw error;
    }
    if (length > 0) return chunk.subarray(0, length);
    if (patienceMs === 0) return null;
    if (performance.now() >= until)
      throw new HeddleError('nobody-writes', `${displayPath(path)} is a pipe, and nobody writes to it.`);
    await delay(LOOK_AGAIN_MS);
  }
}

function isTerminal(path: FsPath): boolean {
  let fd: number | null = null;
  try {
    fd = openNow(path);
    return isatty(fd);
  } catch {
    return false;
  } finally {
    if (fd !== null) close(fd);
  }
}
