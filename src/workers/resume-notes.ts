/**
 * What of a download is on disk, as the host is told for the attempt that goes on with it: stretches with their digests,
 * after a flush. What an earlier attempt told is proved by reading it again.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Extent, PartialNote, PartialState } from '../common/model/download';
import { nowMs } from '../common/threads/board';
import type { HasherFactory } from '../files/hashers';
import type { Content } from './content';
import { Extents, type Stretch } from './extents';
import type { PartialFile } from './partial-file';
import type { TaskContext } from './runtime';

/** The first progress is told this long after the start: a short download never needs it. */
export const FIRST_NOTE_MS = 100;
/** Of the time between two, at most a twentieth goes by for long downloads; at most 5 s. */
const NOTE_SHARE = 20;
const LONGEST_WAIT_MS = 5000;
/** A flush that takes its time is not asked for more often than this many times as long. */
const FLUSH_PATIENCE = 10;
/** Bytes per millisecond, and milliseconds. */
const FAST = 20_000;
const SOON_MS = 5000;
/** Not worth a row. */
const SMALLEST_EXTENT = 16 * 1024;
/** An extent longer than this is told in pieces: each is read whole when the download goes on. */
const LARGEST_EXTENT = 16 * 1024 * 1024;

export interface ResumeNotesOptions {
  readonly file: PartialFile;
  /** As it is shown to people. */
  readonly url: string;
  /** Whether another attempt may go on with it at all; if not, nothing is told. */
  readonly canGoOn: boolean;
  /** Tells the host what is on disk; after the flush of what it speaks of. */
  readonly note: (note: PartialNote) => void;
  /** For the digests of stretches; short downloads never ask for it. */
  readonly hasher: () => Promise<HasherFactory>;
}

export class ResumeNotes {
  readonly #options: ResumeNotesOptions;
  /** What the file holds. */
  readonly #have: Extents;
  /** Flushed and told. */
  readonly #told = new Extents();
  readonly #startedAtMs = nowMs();
  /** Bytes of earlier attempts. */
  #kept = 0;
  #tellsReset = false;
  #telling: Promise<void> | null = null;
  #nextMs = FIRST_NOTE_MS;
  /** For what came last, where nothing comes after it. */
  #timer: NodeJS.Timeout | null = null;

  /** @param have what the file holds; it grows as bytes come, and gets what {@link restore} finds */
  constructor(have: Extents, options: ResumeNotesOptions) {
    this.#have = have;
    this.#options = options;
  }

  /** Whether there is something on disk that the next attempt can use. */
  get leaves(): boolean {
    return this.#told.covered > 0;
  }

  /** What was told before is void; the next note says so. */
  reset(): void {
    this.#tellsReset = true;
  }

  /** Takes what an earlier attempt left, as far as it is still there. @returns bytes */
  async restore(earlier: PartialState, context: TaskContext): Promise<number> {
    const hasher = await this.#options.hasher();
    for (const { start, end, digest } of earlier.extents) {
      // Others on this thread get their turn between two stretches.
      await nextTurn();
      context.throwIfCancelled();
      if (this.#options.file.digest(start, end, hasher) !== digest) continue;
      this.#have.add(start, end);
      this.#told.add(start, end);
    }
    this.#kept = this.#told.covered;
    return this.#kept;
  }

  /** To be called before the file is emptied. */
  async startOver(): Promise<void> {
    await this.settled();
    this.#told.clear();
    this.#kept = 0;
    this.reset();
  }

  /** Tells from time to time, without being waited for. @throws what an earlier flush failed with */
  tellWhenDue(content: Content | null): void {
    this.#options.file.throwIfFlushFailed();
    if (this.#telling === null) this.#tellOrWait(content);
  }

  #tellOrWait(content: Content | null): void {
    if (content?.total === this.#have.covered) return;
    const elapsed = nowMs() - this.#startedAtMs;
    const waitMs = this.#nextMs - elapsed;
    if (waitMs <= 0 && !this.#endsSoon(elapsed, content)) {
      this.#telling = this.#tell(content)
        // The next bytes, or the file's end, meet a disk that refuses.
        .catch(() => undefined)
        .finally(() => {
          this.#telling = null;
          this.#tellLater(content, FIRST_NOTE_MS);
        });
    } else this.#tellLater(content, Math.max(FIRST_NOTE_MS, waitMs));
  }

  /** Should nothing more come that would ask for it. */
  #tellLater(content: Content | null, ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#telling === null && this.#untold().length > 0) this.#tellOrWait(content);
    }, ms).unref();
  }

  /** What is there is left to the next attempt, or process, if this one goes no further. */
  async tellLast(content: Content | null): Promise<void> {
    try {
      await this.settled();
      await this.#tell(content);
    } catch {
      // Then the next attempt has what was told before.
    }
  }

  /** Resolves when nothing is being told any more. */
  async settled(): Promise<void> {
    if (this.#telling !== null) await this.#telling;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** What is all there is flushed anyway, and the rest of a fast download is fetched again sooner than it is told. */
  #endsSoon(elapsedMs: number, content: Content | null): boolean {
    const total = content?.total ?? null;
    const { covered } = this.#have;
    const speed = (covered - this.#kept) / elapsedMs;
    return total !== null && speed > FAST && (total - covered) / speed < SOON_MS;
  }

  /** What is there, was not told, and is worth it: telling takes a flush and a digest. */
  #untold(): Stretch[] {
    if (!this.#options.canGoOn) return [];
    return this.#have.stretches
      .flatMap(({ start, end }) => this.#told.missing(start, end))
      .filter(({ start, end }) => end - start >= SMALLEST_EXTENT);
  }

  async #tell(content: Content | null): Promise<void> {
    const { file } = this.#options;
    const stretches = this.#untold();
    if (content === null || stretches.length === 0) return;
    const startedAtMs = nowMs();
    const hasher = await this.#options.hasher();
    await file.flushData();
    const extents: Extent[] = [];
    for (const { start, end } of stretches) {
      for (let at = start; at < end; at += LARGEST_EXTENT) {
        const to = Math.min(end, at + LARGEST_EXTENT);
        if (to - at < SMALLEST_EXTENT) continue;
        const digest = file.digest(at, to, hasher);
        if (digest !== null) extents.push({ start: at, end: to, digest });
      }
    }
    const now = nowMs();
    const wait = Math.max(
      FIRST_NOTE_MS,
      (now - this.#startedAtMs) / NOTE_SHARE,
      (now - startedAtMs) * FLUSH_PATIENCE,
    );
    this.#nextMs = now - this.#startedAtMs + Math.min(LONGEST_WAIT_MS, wait);
    if (extents.length === 0) return;
    for (const { start, end } of extents) this.#told.add(start, end);
    this.#options.note({
      url: this.#options.url,
      etag: content.etag,
      lastModified: content.isDateStrong() ? content.lastModified : null,
      total: content.total,
      headers: content.headers,
      extents,
      reset: this.#tellsReset,
    });
    this.#tellsReset = false;
  }
}
