/**
 * The connections that fetch one file beside its first one: as many as pay, as the server lets it have, and as others
 * leave to it. None of them matters: whatever goes wrong with one is fetched by another.
 */
import { HeddleError } from '../common/model/errors';
import { nowMs } from '../common/threads/board';
import type { Places } from '../common/threads/places';
import { Line, type Growth } from './connection-growth';
import { STALLED_MS, type Part, type Parts } from './parts';

/** How often it is looked at how the connections do. */
const LOOK_MS = 50;
/** Connections that may break off before they have brought much, until there are no more. */
const MOST_BREAKS = 8;
/** Who has brought so much was of use, whatever becomes of it. */
const MUCH_BYTES = 1024 * 1024;

/**
 * What came of asking for a part. `busy`: the server, or what is before it, does not let this client have so much at
 * once; `no`: it does not play along; `broken`: in the middle of the bytes; `cut`: they were no longer wanted.
 */
export type Asked = 'whole' | 'busy' | 'no' | 'broken' | 'cut';

function hasBroughtMuch({ start, position }: Part): boolean {
  return position - start >= MUCH_BYTES;
}

/** Another connection may do better. */
export function isOfConnection(error: unknown): error is HeddleError {
  return (
    error instanceof HeddleError && /^(?:http-|connection-|refused|timeout-|length|body)/u.test(error.code)
  );
}

export interface FurtherOptions {
  readonly parts: Parts;
  /** Bytes of the file. */
  readonly total: number;
  /** Connections at most, the first one among them. */
  readonly most: number;
  readonly places: Places;
  /** Fetches a part; it is closed then. Never throws. */
  readonly ask: (part: Part) => Promise<Asked>;
  /** Bytes that the file has. */
  readonly got: () => number;
  readonly growth: Growth;
  /** A speed limit of our own holds it back. */
  readonly isHeldBack: () => boolean;
}

export class FurtherConnections {
  readonly #options: FurtherOptions;
  readonly #growth: Growth;
  /** What each fetches; the one that was opened last is last. */
  readonly #lines = new Map<Line, Part>();
  readonly #working = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #breaks = 0;
  #hasBroken = false;
  #mayAsk = true;
  #closed = false;
  /** The first one is not there any more. */
  #isAlone = false;
  /** The one that has its place, which is the task's own. */
  #successor: Line | null = null;
  /** The server has answered one with the bytes that it was asked for. */
  #hasServed = false;
  /** It has brought much of what one was asked for. */
  #hasProved = false;
  #news = Promise.withResolvers<void>();

  constructor(options: FurtherOptions) {
    this.#options = options;
    this.#growth = options.growth;
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_MS);
  }

  /** Whether any is there, or may still be opened. */
  get goOn(): boolean {
    return this.#lines.size > 0 || this.#mayAsk;
  }

  /** The first connection has failed. @returns whether others make up for it: some do, or have done */
  goOnAlone(): boolean {
    this.#isAlone = true;
    if (this.#lines.size === 0 && this.#hasServed) this.#open(nowMs());
    return this.#lines.size > 0;
  }

  /** Whether others than the first one may be asked for parts, and none has disappointed yet. */
  get hope(): boolean {
    return this.#mayAsk && !this.#hasBroken;
  }

  /** Whether what others are asked for comes, as far as one can know. */
  get isProved(): boolean {
    this.#hasProved ||= [...this.#lines.values()].some(hasBroughtMuch);
    return this.#hasProved && this.hope;
  }

  /** A connection broke off in the middle of its bytes, the first one too. @returns whether that is still borne */
  broke(part: Part): boolean {
    this.#hasBroken = true;
    if (!hasBroughtMuch(part)) this.#breaks += 1;
    this.#growth.broke(nowMs());
    if (this.#breaks < MOST_BREAKS) return true;
    this.#mayAsk = false;
    return false;
  }

  /** Resolves when something may have changed: a connection has ended, or time has passed. */
  change(): Promise<void> {
    return this.#news.promise;
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const part of this.#lines.values()) part.cut();
    this.#tell();
    await Promise.all(this.#working);
  }

  #look(): void {
    const { total, most, got, places, isHeldBack } = this.#options;
    const now = nowMs();
    const wanted = Math.min(this.#lines.size, places.wanted());
    if (wanted > 0) {
      this.#giveUp(wanted);
      this.#growth.giveUp(wanted, now);
    }
    while (this.#hasRoom(now) && this.#open(now) !== null);
    if (!this.#growth.isThreadBusy() && !isHeldBack() && this.#mayAsk) {
      const more = this.#growth.look({ now, got: got(), left: total - got(), most });
      if (more < 0) this.#giveUp(-more);
      const opened: Line[] = [];
      while (opened.length < more) {
        const line = this.#open(now);
        if (line === null) break;
        opened.push(line);
      }
      this.#growth.opened(opened, now);
    }
    this.#tell();
  }

  /** Whether one more may work for the file; those that have stalled do not count, nor does one that waits for others. */
  #hasRoom(now: number): boolean {
    const first = this.#isAlone ? 0 : 1;
    if (this.#lines.size + first >= this.#options.most) return false;
    let idle = 0;
    for (const { isWaiting, latestMs } of this.#options.parts.open)
      if (isWaiting || now - latestMs >= STALLED_MS) idle += 1;
    return this.#lines.size + first - idle < this.#growth.target;
  }

  /** @returns `null` where there is nothing for it to do, or no place */
  #open(now: number): Line | null {
    const { parts, total, places } = this.#options;
    const succeeds = this.#isAlone && this.#successor === null;
    if (!this.#mayAsk || this.#closed || (!succeeds && !places.take())) return null;
    const part = parts.claim(total, now);
    if (part === null) {
      if (!succeeds) places.give();
      return null;
    }
    const line = new Line(now);
    if (succeeds) this.#successor = line;
    const work = this.#work(line, part).finally(() => {
      this.#working.delete(work);
    });
    this.#working.add(work);
    return line;
  }

  async #work(line: Line, first: Part): Promise<void> {
    const { parts, total, ask, places } = this.#options;
    let part: Part | null = first;
    while (part !== null) {
      part.line = line;
      this.#lines.set(line, part);
      const asked = await ask(part);
      this.#hasServed ||= part.hasBegun;
      this.#hasProved ||= hasBroughtMuch(part);
      const mayGoOn: boolean = this.#took(asked, part) && this.#lines.has(line) && !this.#closed;
      part = mayGoOn ? parts.claim(total, nowMs()) : null;
    }
    this.#lines.delete(line);
    if (this.#successor === line) this.#successor = null;
    else places.give();
    this.#tell();
  }

  /** @returns whether this connection may ask for more */
  #took(asked: Asked, part: Part): boolean {
    // Another one was sooner there than one that had stalled.
    const hasFailed = asked === 'broken' || (asked === 'cut' && nowMs() - part.latestMs >= STALLED_MS);
    if (!hasFailed && (asked === 'whole' || asked === 'cut')) return true;
    const answered = [...this.#lines.values()].filter(({ hasBegun }) => hasBegun).length;
    const working = answered + (this.#isAlone ? 0 : 1);
    if (hasFailed) {
      this.broke(part);
      return false;
    }
    this.#growth.fix(working);
    if (asked === 'busy') this.#options.places.refused(Math.max(1, working));
    // Where nothing works any more it is not asked over and over.
    if (asked === 'no' || working === 0) this.#mayAsk = false;
    return false;
  }

  /** Those that were opened last end at once; others fetch what they were to bring. */
  #giveUp(count: number): void {
    for (const [line, part] of [...this.#lines].slice(-count)) {
      this.#lines.delete(line);
      part.cut();
    }
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
