/**
 * How many connections one file gets finds itself: they double while each new one brings about as much as the first did.
 *
 * Connections are compared by what each brought in its own first moments, so that the slow start of TCP counts for none
 * of them, nor does a server that sends in bursts; where those say no, the file's whole speed is looked at. It is looked
 * at again, over longer times, after a rest: networks change.
 */
/** A connection's first moments. */
const WINDOW_MS = 100;
/** A file that will be there so soon needs no more. */
const ENDS_SOON_MS = 1000;
/** Two connections that share what one alone had bring half of it each. */
const ALIKE = 0.65;
/** Of twice as many: this much more in all is worth it, seen over a moment, and over {@link TRIAL_MS}. */
const GAIN_AT_ONCE = 1.5;
const GAIN = 1.15;
const TRIAL_MS = 1000;
const REST_MS = 2000;
/** A new connection that brings nothing for so long is judged all the same. */
const PATIENCE_MS = 3000;
/** A thread that is busy for more of its time than this is itself what the bytes wait for. */
const BUSY = 0.7;

/** One connection, as long as it works for the file. */
export class Line {
  readonly openedAtMs: number;
  /** When its first byte came. */
  sinceMs: number | null = null;
  /** Bytes in its first moments. */
  early = 0;

  constructor(openedAtMs: number) {
    this.openedAtMs = openedAtMs;
  }

  came(bytes: number, now: number): void {
    this.sinceMs ??= now;
    if (now - this.sinceMs <= WINDOW_MS) this.early += bytes;
  }
}

export interface Look {
  readonly now: number;
  /** Bytes that came so far. */
  readonly got: number;
  readonly left: number;
  /** Connections at most. */
  readonly most: number;
}

export class Growth {
  #target = 1;
  #state: 'growing' | 'resting' | 'trying' | 'fixed' = 'growing';
  /** The connections that were opened last, and when. */
  #youngest: readonly Line[];
  #openedAtMs: number;
  /** What one brought in its first moments when there was no other. */
  #usual: number | null = null;
  #before = 0;
  #restMs = REST_MS;
  #restUntilMs = 0;
  #loop = performance.eventLoopUtilization();
  #samples: { readonly atMs: number; readonly got: number }[] = [];

  constructor(first: Line) {
    this.#youngest = [first];
    this.#openedAtMs = first.openedAtMs;
  }

  /** Connections that the file has, or is to have. */
  get target(): number {
    return this.#target;
  }

  /** Since it was asked last. */
  isThreadBusy(): boolean {
    const before = this.#loop;
    this.#loop = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(this.#loop, before).utilization > BUSY;
  }

  /** @returns how many connections are to be opened now, or with a minus given up */
  look(look: Look): number {
    const { now, got, left, most } = look;
    const [first] = this.#samples;
    if (first !== undefined && now - first.atMs > 2 * TRIAL_MS) this.#samples.shift();
    this.#samples.push({ atMs: now, got });
    if (this.#state === 'trying') return this.#judgeTrial(now);
    if (this.#state === 'fixed' || this.#target >= most) return 0;
    if (left < this.#meanRate(now) * ENDS_SOON_MS) return 0;
    const more = Math.min(most, 2 * this.#target) - this.#target;
    if (this.#state === 'growing') {
      if (!this.#hasShown(WINDOW_MS, now)) return 0;
      if (this.#brings(now)) return more;
      this.#rest(now);
      return 0;
    }
    return now < this.#restUntilMs ? 0 : more;
  }

  /** As many as {@link look} asked for, or as many of them as there may be. */
  opened(lines: readonly Line[], now: number): void {
    if (lines.length === 0) return;
    if (this.#state === 'resting') {
      this.#state = 'trying';
      this.#before = this.#rate(TRIAL_MS, now);
    } else this.#before = this.#rate(WINDOW_MS, now);
    if (this.#target === 1) this.#usual = average(this.#youngest);
    this.#target += lines.length;
    this.#youngest = lines;
    this.#openedAtMs = now;
  }

  /** The server lets the file have no more than these. */
  fix(connections: number): void {
    this.#target = Math.max(1, Math.min(this.#target, connections));
    this.#state = 'fixed';
  }

  /** One broke off in the middle of its bytes: there are half as many until it is tried again, after ever longer rests. */
  broke(now: number): void {
    this.#target = Math.max(1, Math.floor(this.#target / 2));
    if (this.#state === 'fixed') return;
    this.#rest(now);
    this.#restMs *= 2;
  }

  /** Others need them. */
  giveUp(connections: number, now: number): void {
    this.#target = Math.max(1, this.#target - connections);
    if (this.#state !== 'fixed') this.#rest(now);
  }

  #rest(now: number): void {
    this.#state = 'resting';
    this.#restUntilMs = now + this.#restMs;
  }

  #judgeTrial(now: number): number {
    if (!this.#hasShown(TRIAL_MS, now)) return 0;
    this.#state = 'resting';
    if (this.#rate(TRIAL_MS, now) >= GAIN * this.#before) {
      this.#restMs = REST_MS;
      this.#restUntilMs = now;
      return 0;
    }
    this.#restMs *= 2;
    this.#restUntilMs = now + this.#restMs;
    this.#target -= this.#youngest.length;
    return -this.#youngest.length;
  }

  /** Whether each of the youngest has had its time. */
  #hasShown(ms: number, now: number): boolean {
    if (now - this.#openedAtMs >= PATIENCE_MS) return true;
    return this.#youngest.every(({ sinceMs }) => sinceMs !== null && now - sinceMs > ms);
  }

  #brings(now: number): boolean {
    if (this.#usual === null) return true;
    if (average(this.#youngest) >= ALIKE * this.#usual) return true;
    return this.#rate(WINDOW_MS, now) >= GAIN_AT_ONCE * this.#before;
  }

  /** Bytes per millisecond of the file in the last so many milliseconds. */
  #rate(ms: number, now: number): number {
    const from = this.#samples.findLast(({ atMs }) => now - atMs >= ms) ?? this.#samples[0];
    const got = this.#samples.at(-1)?.got ?? 0;
    return from === undefined || now === from.atMs ? 0 : (got - from.got) / (now - from.atMs);
  }

  /** Of the last seconds. */
  #meanRate(now: number): number {
    const [first] = this.#samples;
    const got = this.#samples.at(-1)?.got ?? 0;
    return first === undefined ? 0 : (got - first.got) / Math.max(1, now - first.atMs);
  }
}

function average(lines: readonly Line[]): number {
  return lines.reduce((sum, { early }) => sum + early, 0) / Math.max(1, lines.length);
}
