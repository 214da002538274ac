/**
 * A file's bytes and what it has beside them to a temporary file: shared, copied inside the kernel, or read and
 * written; holes stay holes. It is flushed, checked against the source and, where asked for, read back.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { nowMs } from '../common/threads/board';
import type { CopyFacts, CopyMethod, CopyOptions, Lost } from '../common/model/copy-options';
import type { PartialState } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import type { Digests } from '../common/model/digests';
import { displayPath, type FsPath } from '../common/model/paths';
import { formatBytes } from '../common/model/units';
import { copyAttributes, looksOld } from './attributes';
import { aboutTarget, targetError } from './copy-errors';
import { bufferOf, type CopyMemory } from './copy-memory';
import { markAsUnfinished } from './extended-attributes';
import { CopyProgress, reopenPartial, versionOf } from './copy-progress';
import { errorCode, native, parentPath, unlinkIfThere } from '../files/entries';
import { windowsCalls } from '../files/windows-calls';
import { IS_WINDOWS } from '../files/windows-paths';
import { freeBytes } from '../files/free-space';
import type { Hasher, HasherFactory } from '../files/hashers';
import { libc } from '../files/libc';
import { isPseudo } from '../files/volumes';
import { readBack } from './read-back';
import { shareBlocks } from './reflink';
import type { TaskContext } from './runtime';
import {
  NotAFile,
  OPEN_TO_READ,
  READ_BYTES,
  notRegular,
  openingFailure,
  throwIfChanged,
} from './source-file';
import { wait, type Io, type Step } from './steps';

/** From this size on it is worth asking the file system for more than a read and a write. */
export const SMALL_BYTES = 65_536;
/** Copied inside the kernel at a time: a cancelled copy ends soon, and progress is seen. */
const KERNEL_CHUNK_BYTES = 8 * 1024 * 1024;
/** From this size on a copy is flushed on the way, and can go on after a crash. */
export const LARGE_BYTES = 64 * 1024 * 1024;
/** From this size on the disk is asked what is free: it costs nothing beside the copy. */
const ASKS_FOR_ROOM_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(READ_BYTES);
const BLOCK = 4096;

/** What `copy_file_range` answers where it cannot: two file systems, one that knows no such call, an odd file. */
const NOT_IN_KERNEL: ReadonlySet<string> = new Set([
  'EXDEV',
  'EINVAL',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
  'EBADF',
]);

/** Digests that a worker makes; those of a file's parts are for going on with it. */
export interface CopyHashers {
  readonly wanted: readonly HasherFactory[];
  /** For reading back, and for the parts of a large file. */
  readonly check: HasherFactory | null;
}

export interface DataJob {
  readonly source: FsPath;
  readonly temp: FsPath;
  /** What errors of writing are about. */
  readonly target: FsPath;
  readonly options: CopyOptions;
  readonly hashers: CopyHashers;
  /** What an earlier attempt left at `temp`. */
  readonly partial: PartialState | null;
  /** `temp` is the target itself, and is written over. */
  readonly inPlace?: true;
}

export interface CopiedData {
  readonly bytes: number;
  /** The source as it was before and after. */
  readonly source: BigIntStats;
  readonly facts: CopyFacts;
  readonly digests: Digests;
  readonly lost: readonly Lost[];
}

/**
 * @throws HeddleError `changed-while-copying`, `disk-full`, `verify-mismatch`; NotAFile; system errors. What is at
 * `temp` then is the caller's to deal with.
 */
export function* copyData(job: DataJob, io: Io, memory: CopyMemory, context: TaskContext): Step<CopiedData> {
  let from: number;
  try {
    from = openSync(native(job.source), OPEN_TO_READ);
  } catch (error) {
    throw openingFailure(error, job.source);
  }
  try {
    const before = fstatSync(from, { bigint: true });
    if (!before.isFile()) throw new NotAFile(notRegular(job.source));
    context.setBytesTotal(Number(before.size));
    return yield* new Copying(job, io, memory, context, from, before).run();
  } finally {
    closeSync(from);
  }
}

class Copying {
  readonly #job: DataJob;
  readonly #io: Io;
  readonly #memory: CopyMemory;
  readonly #context: TaskContext;
  readonly #from: number;
  readonly #before: BigIntStats;
  readonly #size: number;
  /** Fewer blocks than bytes: there are holes in it. */
  readonly #sparse: boolean;
  readonly #progress: CopyProgress;
  /** One for each digest that is wanted of the whole, and one to compare with where it is read back. */
  readonly #digests: readonly Hasher[];
  #method: CopyMethod = 'read-write';
  #flushMs = 0;

  constructor(
    job: DataJob,
    io: Io,
    memory: CopyMemory,
    context: TaskContext,
    from: number,
    before: BigIntStats,
  ) {
    this.#job = job;
    this.#io = io;
    this.#memory = memory;
    this.#context = context;
    this.#from = from;
    this.#before = before;
    this.#size = Number(before.size);
    // In place, what is to be a hole has to be written over.
    const mayHaveHoles = before.size > SMALL_BYTES && job.inPlace !== true;
    this.#sparse = mayHaveHoles && before.blocks * 512n < before.size && !isPseudo(from);
    const { wanted, check } = job.hashers;
    const factories = job.options.verify && check !== null ? [...wanted, check] : wanted;
    this.#digests = factories.map((factory) => factory.create());
    const isLong = this.#size >= LARGE_BYTES && !this.#sparse;
    const keepsParts = job.options.sync && isLong && job.inPlace !== true ? check : null;
    this.#progress = new CopyProgress(job.source, versionOf(before), keepsParts, context);
  }

  *run(): Step<CopiedData> {
    const startedMs = nowMs();
    const { target } = this.#job;
    const kept = this.#reopened();
    const shared = kept === null && this.#reflink();
    if (!shared && kept === null) this.#askForRoom();
    const to = kept?.fd ?? aboutTarget(target, () => this.#open(shared));
    try {
      if (this.#job.inPlace === true) {
        markAsUnfinished(to);
        looksOld(to);
      }
      const start = kept?.bytes ?? 0;
      if (shared) this.#method = 'reflink';
      let bytes = this.#size;
      if (shared) yield* this.#readThrough(this.#size);
      else {
        yield* this.#readThrough(start);
        bytes = yield* this.#pour(to, start);
      }
      const lost = new Set<Lost>();
      const finish = (): void => {
        aboutTarget(target, () => {
          const { source, temp } = this.#job;
          // Windows has streams by the path of their file alone.
          const named = IS_WINDOWS ? { source, target: temp } : undefined;
          copyAttributes(this.#from, this.#before, to, lost, null, named);
        });
      };
      const { inPlace } = this.#job;
      if (inPlace !== true) finish();
      const dataMs = nowMs() - startedMs - this.#flushMs;
      yield* this.#flushAll(to);
      this.#throwIfChanged(bytes);
      const digests = this.#digests.map((digest) => digest.digest());
      const verifyMs = yield* this.#verify(to, digests.at(-1));
      if (inPlace === true) {
        // Only now does it look like its source.
        finish();
        yield* this.#flushAll(to);
      }
      this.#context.setBytesDone(bytes);
      return {
        bytes,
        source: this.#before,
        lost: [...lost],
        digests: Object.fromEntries(
          this.#job.hashers.wanted.map(({ algorithm }, index) => [algorithm, digests[index] ?? '']),
        ),
        facts: {
          method: this.#method,
          dataMs,
          flushMs: this.#isFlushed ? this.#flushMs : null,
          verifyMs,
          kept: start,
        },
      };
    } finally {
      closeSync(to);
    }
  }

  #open(shared: boolean): number {
    const temp = native(this.#job.temp);
    if (this.#job.inPlace === true) return openSync(temp, OPEN_IN_PLACE);
    const fd = openSync(temp, shared ? 'r' : 'wx+', 0o600);
    // NTFS fills what is left out with zeros, unless it is told.
    if (this.#sparse) windowsCalls()?.makeSparse(this.#job.temp);
    return fd;
  }

  get #isFlushed(): boolean {
    return this.#job.options.sync || this.#job.options.verify;
  }

  /** The earlier attempt's file, as far as its bytes are those that were noted; `null`: nothing is to be had of it. */
  #reopened(): { readonly fd: number; readonly bytes: number } | null {
    const { partial, temp, target } = this.#job;
    if (partial === null) return null;
    return aboutTarget(target, () => {
      const kept = reopenPartial(temp, partial, this.#progress, this.#buffer, this.#context);
      if (kept === null) unlinkIfThere(temp);
      return kept;
    });
  }

  #reflink(): boolean {
    const { noReflink } = this.#memory;
    const { dev } = this.#before;
    if (this.#job.inPlace === true || this.#size < SMALL_BYTES || noReflink.has(dev)) return false;
    if (shareBlocks(this.#from, this.#job.temp)) return true;
    noReflink.add(dev);
    return false;
  }

  /** A disk that is too small is told before the first byte, and not when others found no room for it. */
  #askForRoom(): void {
    if (this.#size < ASKS_FOR_ROOM_BYTES) return;
    const { target, temp } = this.#job;
    const there = this.#job.inPlace === true ? statSync(native(temp)).size : 0;
    const needed = (this.#sparse ? Number(this.#before.blocks) * 512 : this.#size) - there;
    const free = aboutTarget(target, () => freeBytes(parentPath(temp)));
    if (free === null || needed <= free) return;
    throw new HeddleError(
      'disk-full',
      `${displayPath(target)} does not fit: it takes ${formatBytes(needed)}, and ${formatBytes(free)} are free. Make room, then retry.`,
      { neededBytes: needed },
    );
  }

  /** What was not read for copying is read for its digests. */
  *#readThrough(end: number): Step<void> {
    if (this.#digests.length === 0) return;
    for (let at = 0; at < end;) {
      this.#context.throwIfCancelled();
      const buffer = this.#buffer;
      const read = yield* wait(this.#io.read(this.#from, buffer, Math.min(buffer.length, end - at), at));
      if (read === 0) return;
      this.#digest(buffer.subarray(0, read));
      at += read;
    }
  }

  /** @returns where the source ended */
  *#pour(to: number, start: number): Step<number> {
    let at = start;
    const seek = this.#sparse ? libc() : null;
    if (seek !== null) {
      while (at < this.#size) {
        const data = seek.dataFrom(this.#from, at) ?? this.#size;
        this.#digestZeros(data - at);
        if (data >= this.#size) break;
        const hole = seek.holeFrom(this.#from, data) ?? this.#size;
        at = yield* this.#pourRange(to, data, Math.min(hole, this.#size));
        if (at < Math.min(hole, this.#size)) return at;
      }
      at = this.#size;
    } else {
      at = yield* this.#pourRange(to, at, this.#size === 0 ? Infinity : this.#size);
    }
    if (this.#sparse || this.#job.inPlace === true) {
      aboutTarget(this.#job.target, () => {
        ftruncateSync(to, at);
        if (this.#job.inPlace === true) looksOld(to);
      });
    }
    return at;
  }

  /** @param end `Infinity`: unknown, as of files in /proc @returns where it ended: before `end` if the source did */
  *#pourRange(to: number, start: number, end: number): Step<number> {
    let at = start;
    while (at < end) {
      this.#context.throwIfCancelled();
      const length = Math.min(KERNEL_CHUNK_BYTES, end - at);
      const copied = this.#inKernel ? this.#copyInKernel(to, at, length) : null;
      const moved = copied ?? (yield* this.#readAndWrite(to, at, Math.min(length, READ_BYTES)));
      if (moved === 0) return at;
      at += moved;
      if (this.#job.inPlace === true) looksOld(to);
      if (at < this.#size || this.#size > SMALL_BYTES) {
        this.#context.setStages(at, at);
        if (!this.#isFlushed) this.#context.setBytesDone(at);
      }
      if (this.#progress.isDue(at)) yield* this.#flushPart(to, at);
    }
    return at;
  }

  get #inKernel(): boolean {
    return (
      this.#io.exclusive &&
      this.#size > SMALL_BYTES &&
      this.#digests.length === 0 &&
      !this.#progress.keepsParts &&
      !this.#memory.notInKernel.has(this.#before.dev)
    );
  }

  /** @returns `null` where it cannot be had */
  #copyInKernel(to: number, at: number, length: number): number | null {
    const system = libc();
    try {
      if (system === null) throw Object.assign(new Error(), { code: 'ENOSYS' });
      const copied = system.copyRange(this.#from, to, at, length);
      // What the kernel makes up as it is read (/sys) ends at once here: reading tells whether that is the end.
      if (copied === 0) return null;
      this.#method = 'in-kernel';
      return copied;
    } catch (error) {
      if (!NOT_IN_KERNEL.has(errorCode(error) ?? '')) throw targetError(error, this.#job.target);
      this.#memory.notInKernel.add(this.#before.dev);
      return null;
    }
  }

  *#readAndWrite(to: number, at: number, length: number): Step<number> {
    this.#method = 'read-write';
    const buffer = this.#buffer;
    const read = yield* wait(this.#io.read(this.#from, buffer, Math.min(length, buffer.length), at));
    if (read === 0) return 0;
    const chunk = read === buffer.length ? buffer : buffer.subarray(0, read);
    this.#digest(chunk);
    this.#progress.take(chunk);
    try {
      // Without a way to ask where the holes are, they are what is all zeros.
      if (this.#sparse && libc() === null) yield* this.#writeWithoutZeros(to, chunk, at);
      else yield* wait(this.#io.write(to, chunk, at));
    } catch (error) {
      throw targetError(error, this.#job.target);
    }
    return read;
  }

  *#writeWithoutZeros(to: number, chunk: Buffer, at: number): Step<void> {
    for (let start = 0; start < chunk.length; start += BLOCK) {
      const block = chunk.subarray(start, start + BLOCK);
      if (block.equals(ZEROS.subarray(0, block.length))) continue;
      yield* wait(this.#io.write(to, block, at + start));
    }
  }

  #digest(chunk: Buffer): void {
    for (const digest of this.#digests) digest.update(chunk);
  }

  #digestZeros(length: number): void {
    if (this.#digests.length === 0) return;
    for (let left = length; left > 0; left -= ZEROS.length) {
      this.#context.throwIfCancelled();
      this.#digest(left >= ZEROS.length ? ZEROS : ZEROS.subarray(0, left));
    }
  }

  /** To the device, on the way: memory does not fill with what waits for it, and a crash costs no more than a part. */
  *#flushPart(to: number, at: number): Step<void> {
    if (!this.#isFlushed) return;
    const startedMs = nowMs();
    yield* this.#flushed(this.#io.flushData(to));
    this.#flushMs += nowMs() - startedMs;
    this.#progress.flushed(at);
    this.#context.setBytesDone(at);
  }

  *#flushAll(to: number): Step<void> {
    if (!this.#isFlushed) return;
    const startedMs = nowMs();
    yield* this.#flushed(this.#io.flush(to));
    this.#flushMs += nowMs() - startedMs;
  }

  *#flushed(flushing: void | Promise<void>): Step<void> {
    try {
      yield* wait(flushing);
    } catch (error) {
      throw targetError(error, this.#job.target);
    }
  }

  #throwIfChanged(bytes: number): void {
    throwIfChanged(this.#job.source, this.#from, this.#before, bytes);
  }

  /** @returns milliseconds that it took; `null`: not asked for */
  *#verify(to: number, expected: string | undefined): Step<number | null> {
    const { check } = this.#job.hashers;
    if (!this.#job.options.verify || check === null || expected === undefined) return null;
    const startedMs = nowMs();
    yield* readBack(to, this.#job.target, expected, check, this.#buffer, this.#io, this.#context);
    return nowMs() - startedMs;
  }

  get #buffer(): Buffer {
    return bufferOf(this.#memory, this.#context.lane);
  }
}

/** Never through a link, and nothing that is not a file is waited for. */
const OPEN_IN_PLACE = constants.O_RDWR | (IS_WINDOWS ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK);
