/**
 * A lock on a whole file system, for the moment between seeing that a name is free and taking it where no call does
 * both: it keeps out every other job and process of Heddle, which a lock in a job's own folder does not. It is on the
 * topmost folder, as a FUSE file system that folds case has several inodes for one folder below it.
 */
import { closeSync, openSync, statSync } from 'node:fs';
import { joinPath, type FsPath } from '../common/model/paths';
import { native } from './entries';
import { loadKoffi } from './koffi';

/** @returns whether the lock is held elsewhere */
type TryLock = (fd: number) => boolean;

/** flock(2): LOCK_EX | LOCK_NB */
const LOCK_EX_NB = 6;
/** Heddle holds it for far less. A program that holds it for longer is not waited for. */
const MOST_TRIES = 1000;
const PAUSE_MS = 5;
const nothing = new Int32Array(new SharedArrayBuffer(4));

let loaded: TryLock | null | undefined;

/** Does `action` with the lock; without one where the system has none, or the folder may not be read. */
export function withVolumeLock<T>(folder: FsPath, action: () => T): T {
  loaded ??= load();
  if (loaded === null) return action();
  const fd = openTop(folder);
  if (fd === null) return action();
  try {
    for (let tries = 0; loaded(fd) && tries < MOST_TRIES; tries++) Atomics.wait(nothing, 0, 0, PAUSE_MS);
    return action();
  } finally {
    // The lock goes with it, as it does with a process that dies.
    closeSync(fd);
  }
}

function load(): TryLock | null {
  if (process.platform === 'win32') return null;
  try {
    const koffi = loadKoffi();
    const flock = koffi.load(null).func('int flock(int fd, int operation)');
    // A file system that has no locks says something else.
    return (fd) => flock(fd, LOCK_EX_NB) !== 0 && koffi.errno() === koffi.os.errno['EAGAIN'];
  } catch {
    return null;
  }
}

function openTop(folder: FsPath): number | null {
  try {
    return openSync(native(topOf(folder)), 'r');
  } catch {
    return null;
  }
}

/** The topmost folder of the same file system on the way up. */
function topOf(folder: FsPath): FsPath {
  const { dev } = statSync(native(folder), { bigint: true });
  let top = folder;
  for (;;) {
    // `..` of where a link leads to, not of the link.
    const above = joinPath(top, '..');
    const { dev: other, ino } = statSync(native(above), { bigint: true });
    if (other !== dev || ino === statSync(native(top), { bigint: true }).ino) return top;
    top = above;
  }
}
