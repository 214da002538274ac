/**
 * Percentiles of any number of durations in little memory: each is counted in a bucket that reaches a hundredth
 * further than the one before (as HdrHistogram and DDSketch do), so what is read out is right to a hundredth.
 */
import type { Percentiles } from '../../common/model/responses';

/** Milliseconds. */
const SMALLEST = 0.01;
const GROWTH = Math.log(1.01);

export class DurationHistogram {
  readonly #buckets = new Map<number, number>();
  #total = 0;
  #most = 0;

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, SMALLEST) / SMALLEST) / GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#total += 1;
    this.#most = Math.max(this.#most, ms);
  }

  /** `null`: nothing was added. */
  percentiles(): Percentiles | null {
    if (this.#total === 0) return null;
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    const at = (share: number): number => {
      // Nearest rank: the smallest value that at least this share does not exceed.
      const rank = Math.ceil(share * this.#total);
      let seen = 0;
      for (const [bucket, count] of sorted) {
        seen += count;
        if (seen >= rank) return Math.min(this.#most, SMALLEST * Math.exp(bucket * GROWTH));
      }
      return this.#most;
    };
    return { median: at(0.5), p95: at(0.95), p99: at(0.99), most: this.#most };
  }
}
