/**
 * A file on its way: bytes gather in memory and go to the temporary name in
 * blocks, so that a tiny file costs one write and a big one never more memory
 * than the high-water mark.
 */
import { closeSync, fsync, fsyncSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { fromErrorData, HeddleError, toErrorData } from '../common/errors';
import { displayPath, type FsPath } from '../common/paths';
import { errorCode, makeWorkDirectory, native, unlinkIfThere } from './final-name';

/** Bytes gathered before they are written. */
const BLOCK_BYTES = 256 * 1024;
/** Bytes waiting for the disk at which the sender is asked to pause. */
const HIGH_WATER_BYTES = 1024 * 1024;

const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

export type OpenFile = (path: FsPath) => number;

export interface TempFileOptions {
  readonly path: FsPath;
  readonly workDirectory: FsPath;
  /** What errors are about: where the file is to go. */
  readonly subject: FsPath;
  /** Nothing else runs on this thread, so writing may block it. */
  readonly exclusive: boolean;
  /** Opens the file for writing; replaceable for tests. */
  readonly open?: OpenFile;
}

/**
 * Opens a new file; its work directory is made when it is missing. Mode 0666
 * less the umask, as any program's new file: until it has its final name the
 * work directory (0700) shields it. Exclusive, so never through a link.
 */
function openNew(path: FsPath): number {
  return openSync(native(path), 'wx', 0o666);
}

export class TempFile {
  readonly #options: TempFileOptions;
  #fd: number | null = null;
  #created = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #failure: Error | null = null;

  constructor(options: TempFileOptions) {
    this.#options = options;
  }

  /**
   * Takes a chunk; the buffer is kept until it is written.
   * @returns `null` to go on at once, or a promise to wait for
   * @throws HeddleError when the disk refuses
   */
  write(chunk: Buffer): Promise<void> | null {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes < BLOCK_BYTES) return null;
    if (this.#options.exclusive) {
      this.#explain(() => {
        writeFully(this.#open(), this.#take());
      });
      return null;
    }
    if (this.#writing === null) {
      this.#writing = this.#drain();
      // Whoever writes or finishes next learns of a failure; it is not unhandled until then.
      this.#writing.catch(() => undefined);
    }
    return this.#waitingBytes < HIGH_WATER_BYTES ? null : this.#writing;
  }

  /** Writes what is left, flushes it to the disk and closes. */
  async finish(): Promise<void> {
    if (this.#writing !== null) await this.#writing;
    // Narrowed anew: the drain may have failed while it was awaited.
    this.#throwFailure();
    this.#explain(() => {
      writeFully(this.#open(), this.#take());
    });
    const fd = this.#open();
    if (this.#options.exclusive) {
      this.#explain(() => {
        fsyncSync(fd);
      });
    } else {
      try {
        await fsyncAsync(fd);
      } catch (error) {
        throw this.#explained(error);
      }
    }
    this.#explain(() => {
      this.#close();
    });
  }

  /** Closes and removes the file, whatever state it is in. */
  async discard(): Promise<void> {
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#writing !== null) await this.#writing.catch(() => undefined);
    try {
      this.#close();
    } catch {
      // It is removed all the same.
    }
    if (this.#created) unlinkIfThere(this.#options.path);
  }

  async #drain(): Promise<void> {
    try {
      const fd = this.#explain(() => this.#open());
      while (this.#waitingBytes >= BLOCK_BYTES) {
        const block = this.#take();
        let at = 0;
        while (at < block.length)
          at += (await writeAsync(fd, block, at, block.length - at, null)).bytesWritten;
      }
    } catch (error) {
      this.#failure = this.#explained(error);
      throw this.#failure;
    } finally {
      this.#writing = null;
    }
  }

  #take(): Buffer {
    const [first] = this.#waiting;
    const block = this.#waiting.length === 1 && first !== undefined ? first : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return block;
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    const open = this.#options.open ?? openNew;
    try {
      this.#fd = open(this.#options.path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      makeWorkDirectory(this.#options.workDirectory);
      this.#fd = open(this.#options.path);
    }
    this.#created = true;
    return this.#fd;
  }

  #close(): void {
    if (this.#fd === null) return;
    const fd = this.#fd;
    this.#fd = null;
    closeSync(fd);
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #explain<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): Error {
    if (error instanceof HeddleError) return error;
    return fromErrorData(toErrorData(error, displayPath(this.#options.subject)));
  }
}

/** `write` may take less than it is given; this goes on until all is written. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, null);
}
