/** One coarse clock for all that has time-outs on a thread: looking at it costs nothing. */
import { nowMs } from '../../common/threads/board';

/** So soon a task that was cancelled is stopped. */
const LONGEST_PERIOD_MS = 25;
const SHORTEST_PERIOD_MS = 5;
/** Of the shortest time-out. */
const PERIODS = 10;

export class Ticker {
  readonly periodMs: number;
  /**
   * Milliseconds in which this thread was able to hear of what happens, as of the last tick: while it is blocked, by a slow
   * disk say, nobody lets it wait.
   */
  elapsedMs = 0;
  readonly #onTick: (elapsedMs: number) => void;
  #lastMs = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param shortestMs the shortest time-out that is to be kept */
  constructor(shortestMs: number, onTick: (elapsedMs: number) => void) {
    this.periodMs = Math.max(SHORTEST_PERIOD_MS, Math.min(LONGEST_PERIOD_MS, shortestMs / PERIODS));
    this.#onTick = onTick;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#lastMs = nowMs();
    this.#timer = setInterval(() => {
      const now = nowMs();
      this.elapsedMs += Math.min(now - this.#lastMs, 2 * this.periodMs);
      this.#lastMs = now;
      this.#onTick(this.elapsedMs);
    }, this.periodMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
