/**
 * Has many files of one file system on their device: all together by one syncfs(2), or each by itself, whichever is
 * sooner done. Together writes what others have changed in memory, too; on a file system that is busy with that, or
 * where it has proved slower, each is flushed by itself.
 */
import { fsyncSync, readFileSync } from 'node:fs';
import { nowMs } from '../common/threads/board';
import { errorCode } from '../files/entries';
import { libc } from '../files/libc';
import { isFlushedAsAWhole } from '../files/volumes';

/** What one flush of a file is taken to cost before one was seen: an SSD takes 0.1 to 2 ms, a disk 10. */
const ASSUMED_EACH_MS = 2;
/** Times may change: after so many flushes of each file by itself it is tried together again. */
const TRIED_AGAIN_AFTER = 8;
/** With more than this waiting for devices, a call that waits for it all could not be cancelled for long. */
const BUSY_BYTES = 1024 * 1024 * 1024;

export interface Flushes {
  /** Whether {@link together} can be had of the file system of an open file. */
  canTogether(fd: number): boolean;
  /** @throws where writing anything of the file system has failed since `fd` was opened */
  together(fd: number): void;
  each(fd: number): void;
  /** Bytes of all file systems that wait for their devices. */
  waitingBytes(): number;
  now(): number;
}

/** What the system has. */
export const SYSTEM: Flushes = {
  canTogether: (fd) => libc()?.canSyncFileSystem === true && isFlushedAsAWhole(fd),
  together: (fd) => libc()?.syncFileSystem(fd),
  each: fsyncSync,
  waitingBytes: changedInMemory,
  now: nowMs,
};

export interface Flushed {
  /** Milliseconds for all. */
  readonly ms: number;
  /** By descriptor. */
  readonly failures: ReadonlyMap<number, unknown>;
}

/** For one file system. */
export class Flusher {
  readonly #calls: Flushes;
  #canTogether: boolean | null = null;
  /** Of the last time: for all together, and for one. */
  #togetherMs: number | null = null;
  #eachMs: number | null = null;
  #eachInARow = 0;

  constructor(calls = SYSTEM) {
    this.#calls = calls;
  }

  /** @param fds the one that was opened first comes first */
  flush(fds: readonly number[]): Flushed {
    const [first] = fds;
    const startedMs = this.#calls.now();
    if (first === undefined) return { ms: 0, failures: new Map() };
    if (this.#paysTogether(first, fds.length) && this.#together(first)) {
      this.#togetherMs = this.#calls.now() - startedMs;
      this.#eachInARow = 0;
      return { ms: this.#togetherMs, failures: new Map() };
    }
    const failures = new Map<number, unknown>();
    const eachFromMs = this.#calls.now();
    for (const fd of fds) {
      try {
        this.#calls.each(fd);
      } catch (error) {
        failures.set(fd, error);
      }
    }
    const endedMs = this.#calls.now();
    this.#eachMs = (endedMs - eachFromMs) / fds.length;
    this.#eachInARow += 1;
    if (this.#eachInARow >= TRIED_AGAIN_AFTER) this.#togetherMs = null;
    return { ms: endedMs - startedMs, failures };
  }

  #paysTogether(fd: number, count: number): boolean {
    if (count < 2) return false;
    this.#canTogether ??= this.#calls.canTogether(fd);
    if (!this.#canTogether) return false;
    if (this.#togetherMs !== null && this.#togetherMs > count * (this.#eachMs ?? ASSUMED_EACH_MS))
      return false;
    return this.#calls.waitingBytes() <= BUSY_BYTES;
  }

  /** @returns whether all is on the device; if not, each file has to say so for itself */
  #together(fd: number): boolean {
    try {
      this.#calls.together(fd);
      return true;
    } catch (error) {
      // A sandbox may not know the call.
      const code = errorCode(error);
      if (code === 'ENOSYS' || code === 'EPERM') this.#canTogether = false;
      return false;
    }
  }
}

/** proc_meminfo(5): of the page cache, what has changed and what is being written. */
function changedInMemory(): number {
  try {
    const text = readFileSync('/proc/meminfo', 'latin1');
    let kib = 0;
    for (const [, number] of text.matchAll(/^(?:Dirty|Writeback): +(\d+) kB$/gmu)) kib += Number(number);
    return kib * 1024;
  } catch {
    return 0;
  }
}
