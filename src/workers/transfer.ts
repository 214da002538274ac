/**
 * The bytes of one URL into one partial file. What an earlier attempt left is used as far as it is proved: each
 * stretch is read again and must have the digest that was stored after it had been flushed, and the server must say
 * (RFC 9110 §13.1.5) that what it sends now belongs to the same content. In doubt the file starts over.
 *
 * A large file is fetched over several connections where the server can and it pays: the first request's body is
 * used from its beginning, and connections that join take over half of the slowest remainder. They take it only
 * once the server has answered with exactly those bytes, so a server that does not play along costs nothing.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Extent, PartialNote, PartialState } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import { nowMs } from '../common/threads/board';
import { shownUrl } from '../common/model/http-fields';
import { LONGEST_TIMER_MS } from '../common/model/units';
import { Extents, type Stretch } from './extents';
import { isStrongDate, isValidator, strongTag } from './validators';
import type { HttpClient } from './http';
import { ENOUGH, type Answer, type ExchangeTimes, type Receiver } from './http-exchange';
import { statusFailure } from './http-errors';
import type { HasherFactory } from '../files/hashers';
import type { PartialFile, PlaceWriter } from './partial-file';
import type { TaskContext } from './runtime';

/** Where there is no strong entity tag, so much of what comes before is fetched again and compared. */
const OVERLAP_BYTES = 64 * 1024;
/** Content that changes under our hands this often is not waited for. */
const MAX_RESTARTS = 2;
/** The first progress is told this long after the start: a short download never needs it. */
const FIRST_CHECKPOINT_MS = 100;
/** Of the time between two, at most a twentieth goes by for long downloads; at most 5 s. */
const CHECKPOINT_SHARE = 20;
const LONGEST_CHECKPOINT_MS = 5000;
/** A flush that takes its time is not asked for more often than this many times as long. */
const FLUSH_PATIENCE = 10;
/** Bytes per millisecond, and milliseconds. */
const FAST = 20_000;
const SOON_MS = 5000;
/** Not worth a row. */
const SMALLEST_EXTENT = 16 * 1024;
/** An extent longer than this is told in pieces: each is read whole when the download goes on. */
const LARGEST_EXTENT = 16 * 1024 * 1024;
/** Another connection joins when this much time is left at the present speed, and such a part for each. */
const WORTH_JOINING_MS = 2000;
const SMALLEST_SHARE = 1024 * 1024;
const JOIN_EVERY_MS = 500;

export interface TransferRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the request for the whole. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface TransferOptions {
  readonly client: HttpClient;
  readonly file: PartialFile;
  readonly request: TransferRequest;
  readonly earlier: PartialState | null;
  readonly context: TaskContext;
  /** Tells the host what is on disk; after the flush of what it speaks of. */
  readonly note: (note: PartialNote) => void;
  /** For the digests of stretches; short downloads never ask for it. */
  readonly hasher: () => Promise<HasherFactory>;
  /** Connections for this file. */
  readonly segments: number;
  readonly maxBytes: number | null;
  /** Called with the first good answer of a content, before its body: refuses, or says that the body is not wanted. */
  readonly accept: (answer: Answer) => boolean;
  /** @returns milliseconds to wait before the next bytes are taken */
  readonly throttle: (bytes: number) => number;
}

export interface Transferred {
  readonly status: number;
  readonly finalUrl: string;
  /** Those of {@link KEPT_HEADERS} that came with the content's first answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing but the connection's end said that this is all. */
  readonly untilClose: boolean;
  /** No strong validator ties its parts together; what was compared was equal. */
  readonly compared: boolean;
  readonly bytes: number;
  /** Bytes of earlier attempts that were not fetched again. */
  readonly kept: number;
  readonly firstByteMs: number | null;
  /** Of the first answer that was of use; `null`: everything was there already. */
  readonly times: ExchangeTimes | null;
  /** All headers of that answer. */
  readonly answerHeaders: Answer['headers'];
}

/** What a 206 need not say again (RFC 9110 §15.3.7) and is of use when the file is whole. */
const KEPT_HEADERS = [
  'content-disposition',
  'content-type',
  'last-modified',
  'etag',
  'repr-digest',
  'digest',
  'x-goog-hash',
  'x-goog-stored-content-encoding',
  'x-guploader-response-body-transformations',
] as const;
/** These speak of one message: of the whole content if that came in one. */
const MESSAGE_HEADERS = ['content-digest', 'content-md5'] as const;

/** The content is another one now: begin again. */
class Changed extends Error {}

/** Bytes that come again, against those that are there. */
class Comparison {
  #expected: Buffer;

  constructor(expected: Buffer) {
    this.#expected = expected;
  }

  /** Whether all of them came, and were the same. */
  get isOver(): boolean {
    return this.#expected.length === 0;
  }

  /** @returns what of `chunk` comes after them. @throws Changed */
  take(chunk: Buffer): Buffer {
    const length = Math.min(chunk.length, this.#expected.length);
    if (!chunk.subarray(0, length).equals(this.#expected.subarray(0, length))) throw new Changed();
    this.#expected = this.#expected.subarray(length);
    return chunk.subarray(length);
  }
}

/** What the server said of the content that the file holds. */
interface Content {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Whether Last-Modified may be used with If-Range. */
  readonly isDateStrong: () => boolean;
  readonly total: number | null;
  readonly headers: Readonly<Record<string, string>>;
}

interface Part {
  readonly writer: PlaceWriter;
  readonly start: number;
  /** The next byte that is awaited. */
  position: number;
  /** Where it is to stop; moved nearer when another connection takes the rest. */
  end: number;
  readonly startedAtMs: number;
}

export class Transfer {
  readonly #options: TransferOptions;
  readonly #have = new Extents();
  /** Flushed and told. */
  readonly #told = new Extents();
  readonly #parts = new Set<Part>();
  readonly #startedAtMs = nowMs();
  #content: Content | null = null;
  #answer: Answer | null = null;
  #kept = 0;
  #inOnePiece = true;
  #compared = false;
  #firstByteMs: number | null = null;
  #tellsReset = false;
  #checkpointing: Promise<void> | null = null;
  #nextCheckpointMs = FIRST_CHECKPOINT_MS;
  #joinFailed = false;
  /** What the speed limit asks for after the last bytes of a part. */
  #owedMs = 0;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** Whether there is something on disk that the next attempt can use. */
  get leaves(): boolean {
    return this.#told.covered > 0;
  }

  /** @returns `null` where {@link TransferOptions.accept} did not want the body; the file is closed neither way */
  async run(): Promise<Transferred | null> {
    if (this.#options.earlier !== null) await this.#restore(this.#options.earlier);
    try {
      for (let restarts = 0; ; restarts++) {
        try {
          const transferred = await this.#fetch();
          if (this.#owedMs > 0) await this.#payOff();
          return transferred;
        } catch (error) {
          if (!(error instanceof Changed)) throw error;
          if (restarts >= MAX_RESTARTS) {
            throw new HeddleError(
              'file-changed',
              'The file keeps changing on the server while it is fetched.',
              {
                retryable: true,
              },
            );
          }
          await this.#startOver();
        }
      }
    } catch (error) {
      await this.#tellLast();
      throw error;
    }
  }

  /** A file that came in one piece has taken its time from the limit too: who comes next must not find a debt. */
  async #payOff(): Promise<void> {
    const { signal } = this.#options.context;
    // It may be long, and the file is whole only after it.
    if (this.#owedMs >= FIRST_CHECKPOINT_MS) await this.#tellLast();
    await pause(Math.min(this.#owedMs, LONGEST_TIMER_MS), undefined, { signal });
    this.#owedMs = 0;
  }

  // What an earlier attempt left

  async #restore(earlier: PartialState): Promise<void> {
    const { file } = this.#options;
    if (!file.reopen()) {
      this.#tellsReset = true;
      return;
    }
    const hasher = await this.#options.hasher();
    for (const { start, end, digest } of earlier.extents) {
      // Others on this thread get their turn between two stretches.
      await nextTurn();
      this.#options.context.throwIfCancelled();
      if (file.digest(start, end, hasher) !== digest) continue;
      this.#have.add(start, end);
      this.#told.add(start, end);
    }
    const { etag, lastModified, total, headers } = earlier;
    this.#content = {
      etag: strongTag(etag ?? undefined),
      lastModified,
      // It is stored only where it was much older than its answer. Earlier versions stored what is no date, too.
      isDateStrong: () => lastModified !== null && isValidator(lastModified),
      total,
      headers,
    };
    this.#kept = this.#have.covered;
    if (this.#kept === 0) await this.#startOver();
    this.#options.context.setBytesTotal(total);
    this.#options.context.setBytesDone(this.#kept);
  }

  async #startOver(): Promise<void> {
    this.#tellsReset = true;
    await this.#checkpointing?.catch(() => undefined);
    this.#have.clear();
    this.#told.clear();
    this.#parts.clear();
    this.#content = null;
    this.#kept = 0;
    this.#inOnePiece = true;
    this.#compared = false;
    this.#joinFailed = false;
    await this.#options.file.empty();
    this.#options.context.setBytesDone(0);
  }

  // Fetching

  async #fetch(): Promise<Transferred | null> {
    if (this.#have.covered === 0) {
      const wanted = await this.#first();
      if (!wanted) return null;
    }
    for (;;) {
      const [gap] = this.#have.gaps(this.#content?.total ?? null);
      if (gap === undefined) break;
      const before = this.#have.covered;
      await this.#rest(gap.start, gap.end);
      // A part without a byte in it, framed as if it were whole: asking again would never end.
      if (this.#have.covered === before && this.#content?.total !== before) throw new Changed();
    }
    if (this.#checkpointing !== null) await this.#checkpointing;
    const answer = this.#answer;
    let headers = this.#content?.headers ?? {};
    if (this.#inOnePiece && answer !== null) headers = { ...headers, ...pick(answer, MESSAGE_HEADERS) };
    return {
      status: answer?.status ?? 200,
      finalUrl: shownUrl(answer?.url ?? this.#options.request.url),
      headers,
      untilClose: this.#inOnePiece && answer?.untilClose === true,
      compared: this.#compared,
      bytes: this.#have.covered,
      kept: this.#kept,
      firstByteMs: this.#firstByteMs,
      times: answer?.times ?? null,
      answerHeaders: answer?.headers ?? {},
    };
  }

  /** The whole content in one request; others may join. @returns whether it was wanted */
  async #first(): Promise<boolean> {
    const { client, request, context } = this.#options;
    let stopJoining = null as (() => void) | null;
    // Callbacks set it.
    let part = null as Part | null;
    let wanted = true as boolean;
    let joining = null as Promise<void> | null;
    const receiver: Receiver = {
      begin: (answer) => {
        this.#sawAnswer();
        if (
          answer.status === 200 ||
          (request.method !== 'GET' && answer.status >= 200 && answer.status < 300)
        ) {
          wanted = this.#options.accept(answer);
          if (!wanted) return false;
          this.#learn(answer);
          part = this.#open(0, this.#content?.total ?? Infinity);
          if (this.#canJoin()) {
            const controller = new AbortController();
            stopJoining = () => {
              controller.abort();
            };
            joining = this.#join(controller.signal);
            // Its failure is looked at when the first part has ended.
            joining.catch(() => undefined);
          }
          return request.method !== 'HEAD';
        }
        if (answer.status === 304) wanted = this.#options.accept(answer);
        return false;
      },
      write: (chunk) => (part === null ? null : this.#take(part, chunk)),
    };
    try {
      const answer = await client.send({ ...request, range: null, ifRange: null }, receiver, context);
      if (part === null && wanted)
        throw statusFailure(answer.status, request.url, answer.headers['retry-after']);
      if (part !== null) this.#parts.delete(part);
      // A body of unknown length that came to its end.
      if (part !== null && this.#content?.total === null) {
        this.#content = { ...this.#content, total: this.#have.covered };
      }
      // Nobody joins any more; those that have are waited for.
      stopJoining?.();
      if (joining !== null) await joining;
    } finally {
      stopJoining?.();
      if (joining !== null) await joining.catch(() => undefined);
    }
    return wanted;
  }

  /** From `start` on what is missing up to `end`, by range; `end` is `Infinity` where the length is not known. */
  async #rest(start: number, end: number): Promise<void> {
    const content = this.#content;
    if (content === null) throw new Changed();
    this.#inOnePiece = false;
    if (content.etag === null && !content.isDateStrong() && !this.#compared) {
      this.#compared = true;
      await this.#compareBeginning(content);
    }
    const overlap = content.etag === null ? Math.min(OVERLAP_BYTES, start) : 0;
    // What is compared must be there: the stretch before the gap may be shorter.
    const before = this.#have.stretches.find((stretch) => stretch.end === start);
    const from = Math.max(start - overlap, before?.start ?? start);
    const { client, request, context } = this.#options;
    // Callbacks set it.
    let part = null as Part | null;
    const comparison = await this.#comparison(from, start);
    const answer = await client.send(
      {
        ...request,
        conditions: {},
        range: `bytes=${from}-${end === Infinity ? '' : end - 1}`,
        ifRange: content.etag ?? (content.isDateStrong() ? content.lastModified : null),
      },
      {
        begin: (found) => {
          this.#sawAnswer();
          // A server that sends the whole, or nothing fitting: the body of a 200 would be good, but from 0 on.
          if (found.status === 200 || found.status === 416) throw new Changed();
          if (found.status !== 206) return false;
          const range = this.#fit(found, content, from);
          this.#answer ??= found;
          part = this.#open(start, Math.min(end, range.end));
          return true;
        },
        write: (chunk) => {
          const rest = comparison.take(chunk);
          return part === null || rest.length === 0 ? null : this.#take(part, rest);
        },
      },
      context,
    );
    if (part === null) throw statusFailure(answer.status, request.url, answer.headers['retry-after']);
    this.#parts.delete(part);
  }

  /**
   * Where no strong validator ties the parts together, the beginning is fetched again too: what is made anew
   * (archives, images, databases) differs there, be its end the same.
   */
  async #compareBeginning(content: Content): Promise<void> {
    const [first] = this.#have.stretches;
    // Without it nothing says that the rest is of the same content.
    if (first?.start !== 0) throw new Changed();
    const { client, request, context } = this.#options;
    const end = Math.min(OVERLAP_BYTES, first.end);
    const comparison = await this.#comparison(0, end);
    const answer = await client.send(
      { ...request, conditions: {}, range: `bytes=0-${end - 1}`, ifRange: null },
      {
        begin: (found) => {
          if (found.status === 200 || found.status === 416) throw new Changed();
          if (found.status !== 206) return false;
          if (this.#fit(found, content, 0).end !== end) throw new Changed();
          return true;
        },
        write: (chunk) => (comparison.take(chunk), null),
      },
      context,
    );
    if (answer.status !== 206) throw statusFailure(answer.status, request.url, answer.headers['retry-after']);
    if (!comparison.isOver) throw new Changed();
  }

  /** What the file has from `start` to `end`, to be fetched again. */
  async #comparison(start: number, end: number): Promise<Comparison> {
    const expected = Buffer.alloc(end - start);
    if (end > start) {
      // What the part before brought last may still be in memory.
      await this.#options.file.handOver();
      if (this.#options.file.read(expected, start) !== expected.length) throw new Changed();
    }
    return new Comparison(expected);
  }

  #canJoin(): boolean {
    const { segments, request } = this.#options;
    const { etag, total } = this.#content ?? { etag: null, total: null };
    return (
      segments > 1 &&
      request.method === 'GET' &&
      etag !== null &&
      total !== null &&
      total >= 4 * SMALLEST_SHARE
    );
  }

  /** Connections that join the first one, for as long as it pays. */
  async #join(signal: AbortSignal): Promise<void> {
    const content = this.#content;
    if (content === null) return;
    const { segments } = this.#options;
    const helpers = new Set<Promise<void>>();
    try {
      while (!signal.aborted && !this.#joinFailed) {
        try {
          await pause(JOIN_EVERY_MS, undefined, { signal });
        } catch {
          break;
        }
        if (helpers.size >= segments - 1) continue;
        const slowest = this.#slowest();
        if (slowest === null) continue;
        const helper: Promise<void> = this.#takeOver(slowest, content).finally(() => helpers.delete(helper));
        helper.catch(() => undefined);
        helpers.add(helper);
      }
    } finally {
      // What they have begun they end: nobody else fetches it.
      await Promise.allSettled(helpers);
    }
  }

  #slowest(): Part | null {
    let slowest: Part | null = null;
    let longest = WORTH_JOINING_MS;
    for (const part of this.#parts) {
      const left = part.end - part.position;
      if (left < 2 * SMALLEST_SHARE || part.position === part.start) continue;
      const speed = (part.position - part.start) / Math.max(1, nowMs() - part.startedAtMs);
      const leftMs = left / speed;
      if (leftMs > longest) {
        longest = leftMs;
        slowest = part;
      }
    }
    return slowest;
  }

  /** Half of what `other` still has to fetch. Whatever goes wrong here, `other` or {@link #rest} fetches it. */
  async #takeOver(other: Part, content: Content): Promise<void> {
    const { client, request, context } = this.#options;
    const start = other.position + Math.ceil((other.end - other.position) / 2);
    const { end } = other;
    // Callbacks set it.
    let part = null as Part | null;
    try {
      await client.send(
        { ...request, conditions: {}, range: `bytes=${start}-${end - 1}`, ifRange: content.etag },
        {
          begin: (answer) => {
            if (answer.status !== 206) return false;
            const range = this.#fit(answer, content, start);
            // Meanwhile the other one may have come here, or have given away a part of this.
            if (range.end !== end || other.end !== end || other.position >= start) return false;
            other.end = start;
            this.#inOnePiece = false;
            part = this.#open(start, end);
            return true;
          },
          write: (chunk) => (part === null ? null : this.#take(part, chunk)),
        },
        context,
      );
    } catch (error) {
      if (error instanceof Changed) throw error;
    } finally {
      if (part === null) this.#joinFailed = true;
      else this.#parts.delete(part);
    }
  }

  #sawAnswer(): void {
    this.#firstByteMs ??= nowMs() - this.#startedAtMs;
  }

  /** Keeps what a 200 says of its content. */
  #learn(answer: Answer): void {
    this.#answer = answer;
    const { etag, date, 'last-modified': lastModified } = answer.headers;
    this.#content = {
      etag: strongTag(etag),
      lastModified: typeof lastModified === 'string' ? lastModified : null,
      isDateStrong: () => isStrongDate(lastModified, date),
      total: answer.length,
      headers: pick(answer, KEPT_HEADERS),
    };
    this.#tellsReset = true;
    this.#checkSize(answer.length ?? 0);
    this.#options.context.setBytesTotal(answer.length);
  }

  /**
   * Whether a 206 is exactly what was asked for, of the same content (RFC 9110 §14.4, §15.3.7).
   * @throws Changed
   */
  #fit(answer: Answer, content: Content, start: number): { readonly end: number } {
    const field = answer.headers['content-range'];
    const found =
      typeof field === 'string' ? /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/iu.exec(field.trim()) : null;
    if (found === null || /^\s*multipart\//iu.test(String(answer.headers['content-type'] ?? ''))) {
      throw new Changed();
    }
    const [first, last, total] = found.slice(1).map(Number) as [number, number, number];
    const end = last + 1;
    const fits =
      first === start &&
      end > start &&
      end <= total &&
      (content.total === null || total === content.total) &&
      (answer.length === null || answer.length === end - start) &&
      saysTheSame(content, answer);
    if (!fits) throw new Changed();
    if (content.total === null) {
      this.#content = { ...content, total };
      this.#checkSize(total);
    }
    return { end };
  }

  #checkSize(bytes: number): void {
    const { maxBytes } = this.#options;
    if (maxBytes !== null && bytes > maxBytes) {
      throw new HeddleError('too-large', `The file has ${bytes} bytes or more; ${maxBytes} are allowed.`);
    }
  }

  #open(start: number, end: number): Part {
    const part: Part = {
      writer: this.#options.file.writer(start),
      start,
      position: start,
      end,
      startedAtMs: nowMs(),
    };
    this.#parts.add(part);
    return part;
  }

  #take(part: Part, chunk: Buffer): Promise<void> | null | typeof ENOUGH {
    const room = part.end - part.position;
    const bytes = chunk.length > room ? chunk.subarray(0, room) : chunk;
    if (bytes.length > 0) {
      const wait = part.writer.write(bytes);
      this.#have.add(part.position, part.position + bytes.length);
      part.position += bytes.length;
      const covered = this.#have.covered;
      this.#options.context.setBytesDone(covered);
      if (this.#content?.total == null) this.#checkSize(covered);
      this.#checkpointWhenDue();
      const throttled = this.#options.throttle(bytes.length);
      if (part.position >= part.end) this.#owedMs = Math.max(this.#owedMs, throttled);
      else {
        if (throttled <= 0) return wait;
        const slowed = pause(Math.min(throttled, LONGEST_TIMER_MS), undefined, {
          signal: this.#options.context.signal,
        });
        return wait === null ? slowed : Promise.all([wait, slowed]).then(() => undefined);
      }
    }
    // The end that the server itself gave is reached by its own framing, which says whether it was whole.
    return part.end === this.#content?.total || part.end === Infinity ? null : ENOUGH;
  }

  // Telling what is on disk

  #checkpointWhenDue(): void {
    this.#options.file.throwIfFlushFailed();
    if (this.#checkpointing !== null) return;
    const elapsed = nowMs() - this.#startedAtMs;
    if (elapsed < this.#nextCheckpointMs || this.#endsSoon(elapsed)) return;
    this.#checkpointing = this.#checkpoint()
      // The next bytes, or the file's end, meet a disk that refuses.
      .catch(() => undefined)
      .finally(() => {
        this.#checkpointing = null;
      });
  }

  /** What is all there is flushed anyway, and the rest of a fast download is fetched again sooner than it is told. */
  #endsSoon(elapsedMs: number): boolean {
    const total = this.#content?.total ?? null;
    if (total === this.#have.covered) return true;
    const fetched = this.#have.covered - this.#kept;
    const speed = fetched / elapsedMs;
    return total !== null && speed > FAST && (total - this.#have.covered) / speed < SOON_MS;
  }

  /** What is there, was not told, and is worth it: telling takes a flush and a digest. Only a GET is gone on with. */
  #untold(): Stretch[] {
    if (this.#options.request.method !== 'GET') return [];
    return this.#have.stretches
      .flatMap(({ start, end }) => this.#told.missing(start, end))
      .filter(({ start, end }) => end - start >= SMALLEST_EXTENT);
  }

  async #checkpoint(): Promise<void> {
    const { file } = this.#options;
    const content = this.#content;
    const stretches = this.#untold();
    if (content === null || stretches.length === 0) return;
    const startedAtMs = nowMs();
    const hasher = await this.#options.hasher();
    await file.flushData();
    // It may have started over meanwhile.
    if (this.#content?.etag !== content.etag || this.#have.covered === 0) return;
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
      FIRST_CHECKPOINT_MS,
      (now - this.#startedAtMs) / CHECKPOINT_SHARE,
      (now - startedAtMs) * FLUSH_PATIENCE,
    );
    this.#nextCheckpointMs = now - this.#startedAtMs + Math.min(LONGEST_CHECKPOINT_MS, wait);
    if (extents.length === 0) return;
    for (const { start, end } of extents) this.#told.add(start, end);
    this.#options.note({
      url: shownUrl(this.#options.request.url),
      etag: content.etag,
      lastModified: content.isDateStrong() ? content.lastModified : null,
      total: content.total,
      headers: content.headers,
      extents,
      reset: this.#tellsReset,
    });
    this.#tellsReset = false;
  }

  /** What is there is left to the next attempt, or process, if this one goes no further. */
  async #tellLast(): Promise<void> {
    try {
      await this.#checkpointing;
      await this.#checkpoint();
    } catch {
      // Then the next attempt has what was told before.
    }
  }
}

/**
 * Whether a 206 has the tag and the date that the content came with, weak ones too: a weak one that is the same
 * proves little, but another one proves that the content is another. Beside a strong tag the date need not be said
 * again (RFC 9110 §15.3.7).
 */
function saysTheSame(content: Content, answer: Answer): boolean {
  const { etag, 'last-modified': lastModified } = answer.headers;
  if (etag !== content.headers['etag']) return false;
  if (lastModified === undefined && content.etag !== null) return true;
  return lastModified === content.headers['last-modified'];
}

function pick(answer: Answer, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = answer.headers[name];
    if (value !== undefined) picked[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return picked;
}
