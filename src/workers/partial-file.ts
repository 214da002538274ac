/**
 * A file on its way, written at several places at once. Bytes go to the temporary name as they come, small ones gathered,
 * so that a tiny file costs one write; to a slow disk they go beside the thread, and a big file never takes more memory
 * than the high-water mark.
 */
import {
  closeSync,
  fdatasync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  write,
  writeSync,
  writev,
} from 'node:fs';
import { promisify } from 'node:util';
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import type { HasherFactory } from '../files/hashers';
import { nowMs } from '../common/threads/board';
import { errorCode, makeWorkDirectory, native, unlinkIfThere } from '../files/entries';

/** So many bytes are written as they come, and fewer when they have company. */
const DIRECT_BYTES = 16 * 1024;
/** Others on this thread must not wait for a disk that takes so long for one write; for a while it writes beside it. */
const SLOW_MS = 100;
const SLOW_FOR_MS = 2000;
/** Bytes gathered before they are written beside the thread. */
const BLOCK_BYTES = 256 * 1024;
/** Bytes of one writer waiting for the disk at which the sender is asked to pause. */
const HIGH_WATER_BYTES = 1024 * 1024;

const writeAsync = promisify(write);
const writevAsync = promisify(writev);
const fsyncAsync = promisify(fsync);
const fdatasyncAsync = promisify(fdatasync);

/** One for the thread: memory that was used before is read into three times as fast as new one. */
const readBuffer = Buffer.alloc(1024 * 1024);

export type OpenFile = (path: FsPath) => number;

export interface PartialFileOptions {
  readonly path: FsPath;
  readonly workDirectory: FsPath;
  /** What errors are about: where the file is to go. */
  readonly subject: FsPath;
  /** Nothing else runs on this thread, so writing may block it. */
  readonly exclusive: boolean;
  /** Whether there is a disk below that must be told to write. */
  readonly durable: boolean;
  /** Opens a new file for reading and writing; replaceable for tests. */
  readonly open?: OpenFile;
}

/**
 * Opens a new file. Mode 0666 less the umask, as any program's new file: until it has its final name the work
 * directory (0700) shields it. Exclusive, so never through a link.
 */
function openNew(path: FsPath): number {
  return openSync(native(path), 'wx+', 0o666);
}

export class PartialFile {
  readonly #options: PartialFileOptions;
  readonly #writers: PlaceWriter[] = [];
  #fd: number | null = null;
  #created = false;
  #reopened = false;
  /** Why a flush failed. The system says it once for each open file: the next flush would say that all is well. */
  #flushFailure: Error | null = null;

  constructor(options: PartialFileOptions) {
    this.#options = options;
  }

  /** Whether nobody minds if writing takes its time, or it takes none. */
  get isQuick(): boolean {
    return this.#options.exclusive || !this.#options.durable;
  }

  /** Takes up the file of an earlier attempt. @returns whether there is one */
  reopen(): boolean {
    try {
      this.#fd = openSync(native(this.#options.path), 'r+');
      this.#created = true;
      this.#reopened = true;
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw this.explained(error);
    }
  }

  /** Writes from `position` on. Close it when it has got everything. */
  writer(position: number): PlaceWriter {
    const writer = new PlaceWriter(this, position);
    this.#writers.push(writer);
    return writer;
  }

  /** The file's own descriptor; made with its work directory when it is asked for first. */
  get fd(): number {
    if (this.#fd !== null) return this.#fd;
    const open = this.#options.open ?? openNew;
    return this.explain(() => {
      try {
        this.#fd = open(this.#options.path);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
        makeWorkDirectory(this.#options.workDirectory);
        this.#fd = open(this.#options.path);
      }
      this.#created = true;
      return this.#fd;
    });
  }

  /** Waits for the writers and drops everything that was written. */
  async empty(): Promise<void> {
    await this.#settle();
    this.#writers.length = 0;
    if (this.#fd !== null) {
      const fd = this.#fd;
      this.explain(() => {
        ftruncateSync(fd, 0);
      });
    }
  }

  /**
   * Hands everything that was written so far to the system: then it can be read.
   * @returns a promise to wait for, where something is being written; `null`: it is done
   */
  handOver(): Promise<void> | null {
    const waits: Promise<void>[] = [];
    for (const writer of this.#writers) {
      const wait = writer.flush();
      if (wait === null) continue;
      // Another writer may fail before anybody waits.
      wait.catch(() => undefined);
      waits.push(wait);
    }
    return waits.length === 0 ? null : Promise.all(waits).then(() => undefined);
  }

  /** Has what was written so far on the disk. */
  async flushData(): Promise<void> {
    await this.handOver();
    if (!this.#options.durable) return;
    try {
      await fdatasyncAsync(this.fd);
    } catch (error) {
      this.#flushFailure ??= this.explained(error);
      throw this.#flushFailure;
    }
  }

  /** @throws what a flush failed with: what was written before may be lost */
  throwIfFlushFailed(): void {
    if (this.#flushFailure !== null) throw this.#flushFailure;
  }

  /** @returns bytes read, fewer than asked for only at the end of the file */
  read(buffer: Buffer, position: number): number {
    return this.explain(() => {
      let at = 0;
      while (at < buffer.length) {
        const read = readSync(this.fd, buffer, at, buffer.length - at, position + at);
        if (read === 0) break;
        at += read;
      }
      return at;
    });
  }

  /** The digest of a stretch as it can be read back; `null` where the file ends before it does. */
  digest(start: number, end: number, hasher: HasherFactory): string | null {
    const state = hasher.create();
    for (let at = start; at < end;) {
      const piece = readBuffer.subarray(0, Math.min(readBuffer.length, end - at));
      if (this.read(piece, at) !== piece.length) return null;
      state.update(piece);
      at += piece.length;
    }
    return state.digest();
  }

  /**
   * Everything written, cut at `size`, flushed to the disk. The file stays open for reading.
   * @returns a promise to wait for, or `null` where nothing has to be waited for
   */
  finish(size: number): Promise<void> | null {
    const wait = this.handOver();
    return wait === null ? this.#finishNow(size) : wait.then(() => this.#finishNow(size) ?? undefined);
  }

  #finishNow(size: number): Promise<void> | null {
    this.throwIfFlushFailed();
    this.#writers.length = 0;
    const { fd } = this;
    // Only what another attempt left can be longer.
    if (this.#reopened) {
      this.explain(() => {
        ftruncateSync(fd, size);
      });
    }
    if (!this.#options.durable) return null;
    if (this.#options.exclusive) {
      this.explain(() => {
        fsyncSync(fd);
      });
      return null;
    }
    return fsyncAsync(fd).catch((error: unknown) => {
      throw this.explained(error);
    });
  }

  close(): void {
    if (this.#fd === null) return;
    const fd = this.#fd;
    this.#fd = null;
    this.explain(() => {
      closeSync(fd);
    });
  }

  /** Closes; the file stays for the next attempt. */
  async keep(): Promise<void> {
    await this.#settle();
    try {
      this.close();
    } catch {
      // What is on the disk was flushed and is known.
    }
  }

  /** Closes and removes the file, whatever state it is in. */
  async discard(): Promise<void> {
    await this.keep();
    if (this.#created) unlinkIfThere(this.#options.path);
  }

  explain<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.explained(error);
    }
  }

  explained(error: unknown): Error {
    if (error instanceof HeddleError) return error;
    return fromErrorData(toErrorData(error, displayPath(this.#options.subject)));
  }

  async #settle(): Promise<void> {
    for (const writer of this.#writers) await writer.settled();
  }
}

/** Until when this thread's disk is taken for slow. */
let slowUntilMs = 0;

export class PlaceWriter {
  readonly #file: PartialFile;
  readonly #start: number;
  /** Where the first byte that waits goes. */
  #position: number;
  #next: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #failure: Error | null = null;

  constructor(file: PartialFile, position: number) {
    this.#file = file;
    this.#start = position;
    this.#position = position;
    this.#next = position;
  }

  /** Where the next chunk goes. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes a chunk; the caller may use its memory again afterwards.
   * @returns `null` to go on at once, or a promise to wait for
   * @throws HeddleError when the disk refuses
   */
  write(chunk: Buffer): Promise<void> | null {
    if (this.#failure !== null) throw this.#failure;
    const isFirst = this.#next === this.#start;
    this.#next += chunk.length;
    if (this.#writing === null && (this.#file.isQuick || slowUntilMs === 0 || nowMs() >= slowUntilMs)) {
      // A small file is one chunk; of what comes in many small ones some gather.
      if (isFirst || this.#waitingBytes + chunk.length >= DIRECT_BYTES) this.#writeNow(chunk);
      else this.#keep(chunk);
      return null;
    }
    this.#keep(chunk);
    if (this.#writing === null && this.#waitingBytes >= BLOCK_BYTES) {
      this.#writing = this.#drain();
      // Whoever writes or flushes next learns of a failure; it is not unhandled until then.
      this.#writing.catch(() => undefined);
    }
    return this.#waitingBytes < HIGH_WATER_BYTES ? null : this.#writing;
  }

  /** Hands everything to the system. @returns as {@link PartialFile.handOver} */
  flush(): Promise<void> | null {
    if (this.#writing !== null) return this.#flushLater();
    this.#flushNow();
    return null;
  }

  async #flushLater(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    this.#flushNow();
  }

  #flushNow(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#waitingBytes > 0) this.#writeNow(null);
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    if (this.#writing !== null) await this.#writing.catch(() => undefined);
  }

  #keep(chunk: Buffer): void {
    this.#waiting.push(Buffer.from(chunk));
    this.#waitingBytes += chunk.length;
  }

  /** What waits, and then `chunk`. */
  #writeNow(chunk: Buffer | null): void {
    const startedAtMs = this.#file.isQuick ? 0 : nowMs();
    try {
      const { fd } = this.#file;
      if (this.#waitingBytes > 0) {
        const block = this.#take();
        writeFully(fd, block, this.#position);
        this.#position += block.length;
      }
      if (chunk !== null) {
        writeFully(fd, chunk, this.#position);
        this.#position += chunk.length;
      }
    } catch (error) {
      this.#failure = this.#file.explained(error);
      throw this.#failure;
    }
    if (this.#file.isQuick) return;
    const endedAtMs = nowMs();
    if (endedAtMs - startedAtMs > SLOW_MS) slowUntilMs = endedAtMs + SLOW_FOR_MS;
  }

  async #drain(): Promise<void> {
    try {
      const { fd } = this.#file;
      while (this.#waitingBytes >= BLOCK_BYTES) {
        const chunks = this.#waiting;
        const total = this.#waitingBytes;
        this.#waiting = [];
        this.#waitingBytes = 0;
        const { bytesWritten } = await writevAsync(fd, chunks, this.#position);
        this.#position += bytesWritten;
        // It may take less than it is given.
        for (let at = bytesWritten; at < total;) {
          const rest = Buffer.concat(chunks).subarray(at);
          const written = await writeAsync(fd, rest, 0, rest.length, this.#position);
          at += written.bytesWritten;
          this.#position += written.bytesWritten;
        }
      }
    } catch (error) {
      this.#failure = this.#file.explained(error);
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
}

/** `write` may take less than it is given; this goes on until all is written. @param position `null`: where the file is */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null = null): void {
  let at = 0;
  while (at < bytes.length) {
    at += writeSync(fd, bytes, at, bytes.length - at, position === null ? null : position + at);
  }
}
