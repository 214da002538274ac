/**
 * The bytes of one URL into one partial file. What an earlier attempt left is used as far as it is proved: each
 * stretch is read again and must have the digest that was stored after it had been flushed, and the server must say
 * (RFC 9110 §13.1.5) that what it sends now belongs to the same content. In doubt the file starts over.
 *
 * A large file is fetched over several connections where the server can and it pays: the first request's body is
 * used from its beginning, and further connections (further-connections.ts) take over parts of what is left (parts.ts).
 * Their bytes count once the server has answered with exactly those of the same content, so a server that does not
 * play along costs nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { PartialState } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import { shownUrl } from '../common/model/http-fields';
import { LONGEST_TIMER_MS } from '../common/model/units';
import { nowMs } from '../common/threads/board';
import {
  Changed,
  contentOf,
  earlierContent,
  ifRange,
  messageHeaders,
  rangeOf,
  tiesParts,
  type Content,
} from './content';
import { Growth, Line } from './connection-growth';
import { compareBeginning, comparisonWith, OVERLAP_BYTES } from './comparison';
import { Cut, RequestCut } from './cut';
import { Extents } from './extents';
import { FurtherConnections, isOfConnection, type Asked } from './further-connections';
import { ENOUGH, type Answer, type Receiver } from './http/client';
import { statusFailure } from './http-errors';
import { Parts, type Part } from './parts';
import { FIRST_NOTE_MS, ResumeNotes } from './resume-notes';
import type { TransferOptions, Transferred } from './transfer-options';

/** Answers that bring less than this of what was asked for, and how many of them are borne. */
const SMALL_BYTES = 64 * 1024;
const MOST_SMALL = 8;
/** Smaller files are not worth more than one connection. */
const LEAST_BYTES = 1024 * 1024;
/** For so long after it had to wait for a speed limit a file gets no more connections. */
const SLOWED_MS = 1000;
/** Content that changes under our hands this often is not waited for. */
const MAX_RESTARTS = 2;

export class Transfer {
  readonly #options: TransferOptions;
  readonly #have = new Extents();
  readonly #notes: ResumeNotes;
  readonly #parts = new Parts(this.#have);
  readonly #startedAtMs = nowMs();
  #content: Content | null = null;
  #answer: Answer | null = null;
  #kept = 0;
  #inOnePiece = true;
  #compared = false;
  #firstByteMs: number | null = null;
  /** What the speed limit asks for after the last bytes of a part. */
  #owedMs = 0;
  #slowedUntilMs = 0;
  #further: FurtherConnections | null = null;
  #firstLine: Line | null = null;
  #smallAnswers = 0;

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
    try {
      if (this.#have.covered > 0) await this.#fetchRest(null);
      else {
        let failure = null as HeddleError | null;
        try {
          if (!(await this.#first())) return null;
        } catch (error) {
          failure = this.#orThrow(error);
        }
        await this.#fetchRest(failure);
      }
    } finally {
      await this.#further?.close();
      this.#further = null;
    }
    await this.#notes.settled();
    const answer = this.#answer;
    let headers = this.#content?.headers ?? {};
    if (this.#inOnePiece && answer !== null) headers = { ...headers, ...messageHeaders(answer) };
    return {
      status: answer?.status ?? 200,
      url: answer?.url ?? this.#options.request.url,
      isUrlRaw: answer?.isUrlRaw === true,
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

  /**
   * What is missing, until nothing is.
   * @param failure why the first connection is not there any more; `null`: it is
   */
  async #fetchRest(failure: HeddleError | null): Promise<void> {
    for (;;) {
      const total = this.#content?.total ?? null;
      if (total !== null && this.#have.covered === total) return;
      const part = failure === null ? this.#claim(total) : null;
      if (part !== null) {
        const before = this.#have.covered;
        try {
          const came = await this.#rest(part);
          // A part without a byte in it, framed as if it were whole: asking again would never end.
          if (came && this.#have.covered === before && this.#content?.total !== before) throw new Changed();
        } catch (error) {
          const isBorne = this.#have.covered > before && this.#further?.broke(part) === true;
          if (!isBorne || !isOfConnection(error)) failure = this.#orThrow(error);
        }
        continue;
      }
      const further = this.#further;
      if (further === null || (failure !== null && !further.goOn)) throw failure ?? new Changed();
      await further.change();
      this.#options.context.throwIfCancelled();
    }
  }

  /** What this connection is to fetch next; `null`: others fetch it. */
  #claim(total: number | null): Part | null {
    const now = nowMs();
    if (total !== null && this.#further !== null) return this.#parts.claim(total, now);
    const [gap] = this.#have.gaps(total);
    return gap === undefined ? null : this.#parts.add(gap.start, gap.end, now);
  }

  /** @returns a failure of the first connection that others make up for. @throws any other one */
  #orThrow(error: unknown): HeddleError {
    this.#options.context.throwIfCancelled();
    if (!isOfConnection(error) || this.#further?.goOnAlone() !== true) throw error;
    return error;
  }

  /** The whole content in one request; others may join. @returns whether it was wanted */
  async #first(): Promise<boolean> {
    const { client, request, context } = this.#options;
    const cut = new Cut(context);
    // Callbacks set it.
    let part = null as Part | null;
    let wanted = true as boolean;
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
          part = this.#parts.add(0, this.#content?.total ?? Infinity, nowMs());
          this.#begun(part, cut);
          return request.method !== 'HEAD';
        }
        if (answer.status === 304) wanted = this.#options.accept(answer);
        return false;
      },
      write: (chunk) => (part === null ? null : this.#take(part, chunk)),
    };
    try {
      const answer = await client.send({ ...request, range: null, ifRange: null }, receiver, cut);
      if (part === null && wanted)
        throw statusFailure(answer.status, request.url, answer.headers['retry-after']);
      // A body of unknown length that came to its end.
      if (part !== null && this.#content?.total === null) {
        this.#content = { ...this.#content, total: this.#have.covered };
      }
    } catch (error) {
      if (!cut.isCut && part?.isWaiting !== true) throw error;
    } finally {
      if (part !== null) this.#parts.close(part);
    }
    return wanted;
  }

  /** The first connection has its answer. */
  #begun(part: Part, cut: Cut): void {
    part.hasBegun = true;
    part.cut = () => {
      cut.cut();
    };
    if (this.#further === null && this.#canJoin()) {
      this.#firstLine = new Line(nowMs());
      this.#further = new FurtherConnections({
        growth: this.#options.growth?.(this.#firstLine) ?? new Growth(this.#firstLine),
        parts: this.#parts,
        total: this.#content?.total ?? 0,
        most: this.#options.segments,
        places: this.#options.places,
        ask: (other) => this.#ask(other),
        got: () => this.#have.covered,
        isHeldBack: () => nowMs() < this.#slowedUntilMs,
      });
    }
    part.line = this.#firstLine;
    part.isKept = this.#further !== null;
  }

  /** The first connection is at its end, and not given up before what others bring is there. @throws RequestCut then */
  async #wait(part: Part, further: FurtherConnections): Promise<void> {
    part.isWaiting = true;
    while (this.#parts.open.has(part)) {
      const goesOn = further.isProved ? null : this.#parts.goOn(part, further.hope, nowMs());
      if (goesOn === null) {
        part.cut();
        throw new RequestCut();
      }
      if (goesOn) break;
      await further.change();
    }
    part.isWaiting = false;
  }

  /** A part by range; its end is `Infinity` where the length is not known. @returns whether it came by this request */
  async #rest(part: Part): Promise<boolean> {
    const content = this.#content;
    if (content === null) throw new Changed();
    const { client, request, context, file } = this.#options;
    const cut = new Cut(context);
    part.cut = () => {
      cut.cut();
    };
    try {
      this.#inOnePiece = false;
      if (ifRange(content) === null && !this.#compared) {
        this.#compared = true;
        await compareBeginning(this.#options, content, this.#have.stretches[0]);
      }
      const { start, end } = part;
      const overlap = content.etag === null ? Math.min(OVERLAP_BYTES, start) : 0;
      // What is compared must be there: the stretch before the gap may be shorter.
      const before = this.#have.stretches.find((stretch) => stretch.end === start);
      const from = Math.max(start - overlap, before?.start ?? start);
      const comparison = await comparisonWith(file, from, start);
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
            this.#bound(part, this.#fit(found, content, from).end);
            this.#answer ??= found;
            this.#begun(part, cut);
            return true;
          },
          write: (chunk) => {
            const rest = comparison.take(chunk);
            return rest.length === 0 ? null : this.#take(part, rest);
          },
        },
        cut,
      );
      if (!part.hasBegun) throw statusFailure(answer.status, request.url, answer.headers['retry-after']);
      if (
        isSmall(part, Math.min(end, content.total ?? end)) &&
        !cut.isCut &&
        ++this.#smallAnswers > MOST_SMALL
      ) {
        throw new HeddleError(
          'length-mismatch',
          `The server sends ever less than it is asked for: ${part.position - start} bytes of ${end - start}.`,
          { retryable: true },
        );
      }
      return true;
    } catch (error) {
      if (!cut.isCut && !part.isWaiting) throw error;
      return false;
    } finally {
      this.#parts.close(part);
    }
  }

  /** A part over a further connection. Whatever goes wrong here, as chunks that end too early, another one fetches it. */
  async #ask(part: Part): Promise<Asked> {
    const content = this.#content;
    if (content === null) return 'no';
    const { client, request, context } = this.#options;
    const cut = new Cut(context);
    part.cut = () => {
      cut.cut();
    };
    const { end } = part;
    try {
      const answer = await client.send(
        {
          ...request,
          conditions: {},
          range: `bytes=${part.start}-${end - 1}`,
          ifRange: ifRange(content),
          apart: true,
        },
        {
          begin: (found) => {
            if (found.status !== 206) return false;
            this.#bound(part, this.#fit(found, content, part.start).end);
            part.hasBegun = true;
            this.#inOnePiece = false;
            return true;
          },
          write: (chunk) => this.#take(part, chunk),
        },
        cut,
      );
      if (part.hasBegun) {
        return !cut.isCut && (part.position < part.end || isSmall(part, end)) ? 'broken' : 'whole';
      }
      return answer.status === 429 || answer.status === 503 ? 'busy' : 'no';
    } catch (error) {
      if (cut.isCut) return 'cut';
      if (part.hasBegun) return 'broken';
      return isOfConnection(error) ? 'busy' : 'no';
    } finally {
      this.#parts.close(part);
    }
  }

  /** Its answer ends there; it may be shorter than was asked for. */
  #bound(part: Part, end: number): void {
    part.reach = end;
    part.end = Math.min(part.end, end);
  }

  #canJoin(): boolean {
    const { segments, request } = this.#options;
    const content = this.#content;
    if (segments === 1 || request.method !== 'GET' || content === null) return false;
    return (content.total ?? 0) >= LEAST_BYTES && tiesParts(content);
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

  #take(part: Part, chunk: Buffer): Promise<void> | null | typeof ENOUGH {
    const from = part.position;
    // Chunks may bring more than Content-Range promises, without an end.
    if (from + chunk.length > part.reach) throw new Changed();
    const now = nowMs();
    const fresh = this.#parts.advance(part, chunk.length, now);
    const came = part.position - from;
    part.line?.came(came, now);
    let wait: Promise<void> | null = null;
    for (const { start, end } of fresh) {
      // Of what others have brought before it takes no notice.
      if (part.writer?.next !== start) part.writer = this.#options.file.writer(start);
      const writing = part.writer.write(chunk.subarray(start - from, end - from));
      wait = wait === null || writing === null ? (wait ?? writing) : both(wait, writing);
    }
    if (came > 0) {
      const covered = this.#have.covered;
      this.#options.context.setBytesDone(covered);
      if (this.#content?.total == null) this.#checkSize(covered);
      this.#notes.tellWhenDue(this.#content);
      const throttled = this.#options.throttle(came);
      if (throttled > 0) this.#slowedUntilMs = now + throttled + SLOWED_MS;
      if (part.position >= part.end) this.#owedMs = Math.max(this.#owedMs, throttled);
      else {
        if (throttled <= 0) return wait;
        const slowed = pause(Math.min(throttled, LONGEST_TIMER_MS), undefined, {
          signal: this.#options.context.signal,
        });
        return wait === null ? slowed : both(wait, slowed);
      }
    }
    // The end that the server itself gave is reached by its own framing, which says whether it was whole.
    if (part.end === part.reach) return null;
    const further = this.#further;
    return part.isKept && further !== null ? this.#wait(part, further) : ENOUGH;
  }
}

/** @param asked where it was to end. @returns whether its answer ended long before */
function isSmall({ start, position, end, reach }: Part, asked: number): boolean {
  return position - start < SMALL_BYTES && (reach < asked || position < end);
}

const both = (...waits: Promise<void>[]): Promise<void> => Promise.all(waits).then(() => undefined);
