/**
 * How many requests one host gets at once finds itself. It doubles while the host answers more for it, as TCP's slow
 * start does; it halves when the host says "too much" or fails, and then grows by one for each round. What the user
 * allows is the ceiling.
 *
 * Of small files it is the answers that are counted. Files that take longer are looked at on their way: those that were
 * begun last bring about as much in their first moments as the first ones did, or the host is at its best.
 */
export const FIRST_LIMIT = 16;
/** A round that brings less than this much more than the one before shows that the host, or this machine, is at its best. */
const WORTHWHILE_GROWTH = 1.05;
/** So long a round lasts at least: shorter ones measure chance. */
const SHORTEST_ROUND_MS = 100;
/** After this many rounds without growth it is tried again. */
const ROUNDS_UNTIL_TRIED_AGAIN = 50;
/** Files that share what others had alone bring half of it each. */
const ALIKE = 0.65;
/** Several failures of one moment are one sign. */
const HALVE_EVERY_MS = 1000;

/** Of files that were begun last, one with another. */
interface FirstMoments {
  readonly bytes: number;
  readonly bytesPerMs: number;
}

export class HostPace {
  #ceiling: number;
  #limit: number;
  #growing: 'doubling' | 'adding' | 'resting' = 'doubling';
  #roundStartedAtMs: number | null = null;
  #roundAnswers = 0;
  /** Answers per millisecond of the best round at a smaller limit. */
  #lastRate = 0;
  #restingRounds = 0;
  #halvedAtMs = -Infinity;

  #isRefused = false;
  readonly #known: number | null;
  /** When the limit last changed: what began since then is new. */
  #steppedAtMs = -Infinity;
  /** What a file brought in its first moments when there were fewer. */
  #usual: FirstMoments | null = null;

  /**
   * @param first how many it gets to begin with
   * @param known more than so many it refused lately
   */
  constructor(ceiling: number, first = FIRST_LIMIT, known: number | null = null) {
    this.#ceiling = ceiling;
    this.#known = known;
    this.#limit = Math.min(first, ceiling, known ?? Infinity);
    if (known === null) return;
    this.#isRefused = true;
    this.#growing = 'adding';
  }

  /** A job lets it have so many at once: the most that any allows is the ceiling. @param first as for a new host */
  allow(ceiling: number, first = FIRST_LIMIT): void {
    this.#ceiling = Math.max(this.#ceiling, ceiling);
    if (!this.#isRefused) this.#limit = Math.max(this.#limit, Math.min(first, ceiling));
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** It takes more than it was known to. */
  get isBeyondKnown(): boolean {
    return this.#known !== null && this.limit > this.#known;
  }

  /** Whether {@link flowing} is to be asked from time to time. */
  get isDoubling(): boolean {
    return this.#growing === 'doubling' && this.limit < this.#ceiling;
  }

  /** What runs on this host at this moment. @returns whether it may have more now */
  flowing(
    nowMs: number,
    running: readonly { readonly startedAtMs: number; readonly bytesDone: number }[],
  ): boolean {
    // Where answers come and go it is them that are counted, and a limit that nobody reaches says nothing.
    if (!this.isDoubling || running.length < this.limit || this.#roundAnswers >= this.limit) return false;
    if (running.some(({ bytesDone }) => bytesDone === 0)) return false;
    const young = running.filter(({ startedAtMs }) => startedAtMs >= this.#steppedAtMs);
    const youngest = Math.max(...young.map(({ startedAtMs }) => startedAtMs));
    if (young.length === 0 || nowMs - youngest < SHORTEST_ROUND_MS) return false;
    const bytes = young.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
    const ages = young.reduce((sum, { startedAtMs }) => sum + nowMs - startedAtMs, 0);
    const each = { bytes: bytes / young.length, bytesPerMs: bytes / ages };
    if (this.#usual !== null && isLess(each, this.#usual)) {
      this.#growing = 'resting';
      this.#restingRounds = 0;
      return false;
    }
    this.#usual ??= each;
    this.#steppedAtMs = nowMs;
    this.#limit = Math.min(this.#ceiling, this.#limit * 2);
    return true;
  }

  /** It lets this machine have so many and no more. */
  settle(connections: number): void {
    this.#isRefused = true;
    this.#limit = Math.max(1, Math.min(this.#limit, connections));
    this.#growing = 'adding';
  }

  /** One request was answered well. @param inFlight requests of this host at that moment */
  answered(nowMs: number, inFlight: number): void {
    this.#roundStartedAtMs ??= nowMs;
    this.#roundAnswers += 1;
    const elapsed = nowMs - this.#roundStartedAtMs;
    if (this.#roundAnswers < this.limit || elapsed < SHORTEST_ROUND_MS) return;
    const rate = this.#roundAnswers / elapsed;
    this.#roundStartedAtMs = nowMs;
    this.#roundAnswers = 0;
    // A limit that nobody reaches says nothing.
    if (inFlight + 1 < this.limit) return;
    this.#endRound(rate);
  }

  /**
   * The host said "later", or failed: 429, 503, a connection that broke.
   * @param inFlight requests at that moment
   * @returns whether it gets fewer now
   */
  refused(nowMs: number, inFlight = Infinity): boolean {
    // That there was one says nothing of how many there may be.
    if (inFlight <= 1 || nowMs - this.#halvedAtMs < HALVE_EVERY_MS) return false;
    this.#halvedAtMs = nowMs;
    this.#isRefused = true;
    this.#limit = Math.max(1, this.limit / 2);
    this.#growing = 'adding';
    this.#lastRate = 0;
    this.#roundStartedAtMs = null;
    this.#roundAnswers = 0;
    return true;
  }

  #endRound(rate: number): void {
    if (this.#growing === 'resting') {
      this.#restingRounds += 1;
      if (this.#restingRounds < ROUNDS_UNTIL_TRIED_AGAIN) return;
      this.#growing = 'adding';
      this.#lastRate = 0;
    } else if (rate < this.#lastRate * WORTHWHILE_GROWTH) {
      this.#growing = 'resting';
      this.#restingRounds = 0;
      return;
    }
    this.#lastRate = rate;
    this.#steppedAtMs = this.#roundStartedAtMs ?? this.#steppedAtMs;
    this.#limit = Math.min(this.#ceiling, this.#growing === 'doubling' ? this.#limit * 2 : this.#limit + 1);
  }
}

/** Looks come earlier or later, and some files bring all that they will at once: less it is by both measures. */
function isLess({ bytes, bytesPerMs }: FirstMoments, usual: FirstMoments): boolean {
  return bytes < ALIKE * usual.bytes && bytesPerMs < ALIKE * usual.bytesPerMs;
}
