/**
 * A limit of bytes per second that all threads keep together: shared memory with the rate and the time until which it
 * is spent. Whoever takes bytes pays at once and waits as long as it is told, so everybody's turn comes.
 */
const RATE = 0;
const SPENT_UNTIL = 1;
/** What was not used is kept for so long. */
const BURST_US = 50_000n;

export class RateLimit {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
  }

  /** Bytes per second; `null`: no limit. May be changed at any time. */
  set(rate: number | null): void {
    Atomics.store(this.#cells, RATE, BigInt(rate ?? 0));
    Atomics.store(this.#cells, SPENT_UNTIL, 0n);
  }

  get rate(): number | null {
    return Number(Atomics.load(this.#cells, RATE)) || null;
  }

  /** @returns milliseconds to wait after these bytes */
  take(bytes: number): number {
    const rate = Atomics.load(this.#cells, RATE);
    if (rate === 0n) return 0;
    const cost = (BigInt(bytes) * 1_000_000n) / rate;
    const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000));
    for (;;) {
      const spent = Atomics.load(this.#cells, SPENT_UNTIL);
      const from = spent > now - BURST_US ? spent : now - BURST_US;
      if (Atomics.compareExchange(this.#cells, SPENT_UNTIL, spent, from + cost) !== spent) continue;
      return Math.max(0, Number(from + cost - now) / 1000);
    }
  }
}
