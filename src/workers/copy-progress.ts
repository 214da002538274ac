/**
 * How far a large file is on the device, told to the host after each flush with a digest of what was flushed, so that
 * another attempt can go on from there: it reads the parts back, and trusts only what has their digests.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, type BigIntStats } from 'node:fs';
import type { PartialNote, PartialState } from '../common/model/download';
import { displayPath, type FsPath } from '../common/model/paths';
import { errorCode, native } from '../files/entries';
import type { Hasher, HasherFactory } from '../files/hashers';
import type { TaskContext } from './runtime';

/** Bytes between two flushes. */
export const FLUSH_BYTES = 64 * 1024 * 1024;

/** Tells whether the source is the file that was begun with. */
export function versionOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

export class CopyProgress {
  readonly version: string;
  /** Makes digests of parts; `null`: it cannot be gone on with. */
  readonly parts: HasherFactory | null;
  readonly #source: FsPath;
  readonly #context: TaskContext;
  #part: Hasher | null = null;
  #flushedTo = 0;
  #isFirst = true;

  constructor(source: FsPath, version: string, parts: HasherFactory | null, context: TaskContext) {
    this.#source = source;
    this.version = version;
    this.parts = parts;
    this.#context = context;
  }

  get keepsParts(): boolean {
    return this.parts !== null;
  }

  /** Whether it is time for a flush. */
  isDue(at: number): boolean {
    return at - this.#flushedTo >= FLUSH_BYTES;
  }

  /** The next bytes of the file, in order. */
  take(chunk: Buffer): void {
    if (this.parts === null) return;
    this.#part ??= this.parts.create();
    this.#part.update(chunk);
  }

  /** Everything up to `at` is on the device. */
  flushed(at: number): void {
    if (this.#part !== null) {
      const note: PartialNote = {
        url: displayPath(this.#source),
        etag: this.version,
        lastModified: null,
        total: null,
        headers: {},
        extents: [{ start: this.#flushedTo, end: at, digest: this.#part.digest() }],
        reset: this.#isFirst,
      };
      this.#isFirst = false;
      this.#part = null;
      this.#context.note(note);
    }
    this.#flushedTo = at;
  }

  /** An earlier attempt's parts up to `at` are there. */
  goOnFrom(at: number): void {
    this.#flushedTo = at;
    this.#isFirst = false;
  }
}

/**
 * Opens what an earlier attempt left, cut to what was checked.
 * @returns `null` where nothing of it can be used
 */
export function reopenPartial(
  temp: FsPath,
  partial: PartialState | null,
  progress: CopyProgress,
  buffer: Buffer,
  context: TaskContext,
): { readonly fd: number; readonly bytes: number } | null {
  if (partial === null || progress.parts === null || partial.etag !== progress.version) return null;
  let fd: number;
  try {
    fd = openSync(native(temp), 'r+');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    // A second name would be that of somebody else's file.
    const bytes = fstatSync(fd).nlink > 1 ? 0 : checkedBytes(fd, partial, progress.parts, buffer, context);
    if (bytes > 0) {
      ftruncateSync(fd, bytes);
      progress.goOnFrom(bytes);
      return { fd, bytes };
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

function checkedBytes(
  fd: number,
  { extents }: PartialState,
  parts: HasherFactory,
  buffer: Buffer,
  context: TaskContext,
): number {
  let at = 0;
  for (const { start, end, digest } of extents) {
    if (start !== at) break;
    const hasher = parts.create();
    while (at < end) {
      context.throwIfCancelled();
      const read = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at);
      if (read === 0) return start;
      hasher.update(buffer.subarray(0, read));
      at += read;
    }
    if (hasher.digest() !== digest) return start;
    context.setStages(at, at);
    context.setBytesDone(at);
  }
  return at;
}
