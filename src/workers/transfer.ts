/**
 * The bytes of one URL into one partial file. What an earlier attempt left is used as far as it is proved: each
 * stretch is read again and must have the digest that was stored after it had been flushed, and the server must say
 * (RFC 9110 §13.1.5) that what it sends now belongs to the same content. In doubt the file starts over.
 *
 * A large file is fetched over several connections where the server can and it pays: the first request's body is
 * used from its beginning, and connections that join take over half of the slowest remainder. They take it only
 * once the server has answered with exactly those bytes, so a server that does not play along costs nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { PartialNote, PartialState } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import { shownUrl } from '../common/model/http-fields';
import { LONGEST_TIMER_MS } from '../common/model/units';
import { nowMs } from '../common/threads/board';
import {
  Changed,
  Comparison,
  contentOf,
  earlierContent,
  ifRange,
  messageHeaders,
  rangeOf,
  type Content,
} from './content';
import { Extents } from './extents';
import {
  ENOUGH,
  type Answer,
  type ExchangeTimes,
  type HttpClient,
  type Receiver,
  type Request,
} from './http/client';
import { statusFailure } from './http-errors';
import type { HasherFactory } from '../files/hashers';
import type { PartialFile } from './partial-file';
import { Parts, halfOf, isWorthJoining, type Part } from './parts';
import { FIRST_NOTE_MS, ResumeNotes } from './resume-notes';
import type { TaskContext } from './runtime';

/** Where there is no strong entity tag, so much of what comes before is fetched again and compared. */
const OVERLAP_BYTES = 64 * 1024;
/** Content that changes under our hands this often is not waited for. */
const MAX_RESTARTS = 2;
/** Its conditions are those of the request for the whole. */
export type TransferRequest = Omit<Request, 'range' | 'ifRange'>;

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
  /** Those that are of use when the file is whole, as they came with the content's first answer. */
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

export class Transfer {
  readonly #options: TransferOptions;
  readonly #have = new Extents();
  readonly #notes: ResumeNotes;
  readonly #parts = new Parts();
  readonly #startedAtMs = nowMs();
  #content: Content | null = null;
  #answer: Answer | null = null;
  #kept = 0;
  #inOnePiece = true;
  #compared = false;
  #firstByteMs: number | null = null;
  /** What the speed limit asks for after the last bytes of a part. */
  #owedMs = 0;

  constructor(options: TransferOptions) {
    this.#options = options;
    const { file, note, hasher, request } = options;
    const url = shownUrl(request.url);
    this.#notes = new ResumeNotes(this.#have, { file, url, canGoOn: request.method === 'GET', note, hasher });
  }

  /** Whether there is something on disk that the next attempt can use. */
  get leaves(): boolean {
    return this.#notes.leaves;
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
              { retryable: true },
            );
          }
          await this.#startOver();
        }
      }
    } catch (error) {
      await this.#notes.tellLast(this.#content);
      throw error;
    }
  }

  /** A file that came in one piece has taken its time from the limit too: who comes next must not find a debt. */
  async #payOff(): Promise<void> {
    const { signal } = this.#options.context;
    // It may be long, and the file is whole only after it.
    if (this.#owedMs >= FIRST_NOTE_MS) await this.#notes.tellLast(this.#content);
    await pause(Math.min(this.#owedMs, LONGEST_TIMER_MS), undefined, { signal });
    this.#owedMs = 0;
  }

  // What an earlier attempt left

  async #restore(earlier: PartialState): Promise<void> {
    const { file, context } = this.#options;
    if (!file.reopen()) {
      this.#notes.reset();
      return;
    }
    this.#kept = await this.#notes.restore(earlier, context);
    this.#content = earlierContent(earlier);
    if (this.#kept === 0) await this.#startOver();
    context.setBytesTotal(earlier.total);
    context.setBytesDone(this.#kept);
  }

  async #startOver(): Promise<void> {
    await this.#notes.startOver();
    this.#have.clear();
    this.#parts.clear();
    this.#content = null;
    this.#kept = 0;
    this.#inOnePiece = true;
    this.#compared = false;
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
    await this.#notes.settled();
    const answer = this.#answer;
    let headers = this.#content?.headers ?? {};
    if (this.#inOnePiece && answer !== null) headers = { ...headers, ...messageHeaders(answer) };
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
            joining = this.#parts.join(
              this.#options.segments - 1,
              (slowest) => this.#takeOver(slowest),
              controller.signal,
            );
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
      if (part !== null) this.#parts.close(part);
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
    if (ifRange(content) === null && !this.#compared) {
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
        ifRange: ifRange(content),
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
    this.#parts.close(part);
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
      segments > 1 && request.method === 'GET' && etag !== null && total !== null && isWorthJoining(total)
    );
  }

  /**
   * Half of what `other` still has to fetch. Whatever goes wrong here, `other` or {@link #rest} fetches it.
   * @returns whether the server played along
   */
  async #takeOver(other: Part): Promise<boolean> {
    const content = this.#content;
    if (content === null) return false;
    const { client, request, context } = this.#options;
    const start = halfOf(other);
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
    } catch {
      // What is missing then is fetched all the same.
    } finally {
      if (part !== null) this.#parts.close(part);
    }
    return part !== null;
  }

  #sawAnswer(): void {
    this.#firstByteMs ??= nowMs() - this.#startedAtMs;
  }

  /** Keeps what a 200 says of its content. */
  #learn(answer: Answer): void {
    this.#answer = answer;
    this.#content = contentOf(answer);
    this.#notes.reset();
    this.#checkSize(answer.length ?? 0);
    this.#options.context.setBytesTotal(answer.length);
  }

  /** As {@link rangeOf}; how long the whole is may be known only now. */
  #fit(answer: Answer, content: Content, start: number): { readonly end: number } {
    const { end, total } = rangeOf(answer, content, start);
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
    return this.#parts.open(this.#options.file.writer(start), start, end);
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
      this.#notes.tellWhenDue(this.#content);
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
}
