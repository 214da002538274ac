/** What the threads at one worker's place did with their time. Milliseconds. */
import { ThreadTimes, type Rest } from '../../common/threads/thread-times';
import type { IdleReason, IdleReasons } from './idle-reasons';

/** Of all threads that were at the place. Active time and rests are all of the time in which one was ready. */
export interface PlaceTimes {
  readonly activeMs: number;
  readonly cpuMs: number;
  readonly coreMs: number;
  readonly loopIdleMs: number;
  /** Sum over tasks. */
  readonly taskMs: number;
  readonly diskMs: number;
  readonly speedLimitMs: number;
  /** Rests, by their reason. */
  readonly hostLimit: number;
  readonly queue: number;
  readonly mainThread: number;
}

export const NO_PLACE_TIMES: PlaceTimes = {
  activeMs: 0,
  cpuMs: 0,
  coreMs: 0,
  loopIdleMs: 0,
  taskMs: 0,
  diskMs: 0,
  speedLimitMs: 0,
  hostLimit: 0,
  queue: 0,
  mainThread: 0,
};

export function addTimes(left: PlaceTimes, right: PlaceTimes): PlaceTimes {
  const sum = { ...left } as Record<keyof PlaceTimes, number>;
  for (const key of Object.keys(sum) as (keyof PlaceTimes)[]) sum[key] += right[key];
  return sum;
}

const REASONS = ['hostLimit', 'queue', 'mainThread'] as const satisfies readonly IdleReason[];

/** Of one thread, as its host follows it. */
export class ThreadAccount {
  readonly times = new ThreadTimes();
  readonly #reasons: IdleReasons;
  readonly #rests = { hostLimit: 0, queue: 0, mainThread: 0 };

  constructor(reasons: IdleReasons) {
    this.#reasons = reasons;
  }

  /** Rests that have ended. */
  add(rests: readonly Rest[]): void {
    for (const [fromMs, untilMs, submittedAtMs] of rests) {
      // From then on there was something for it: it waited for the host to hand it over.
      const submitted = Math.max(fromMs, Math.min(untilMs, submittedAtMs));
      const within = this.#reasons.within(fromMs, submitted);
      for (const reason of REASONS) this.#rests[reason] += within[reason];
      this.#rests.mainThread += untilMs - submitted;
    }
  }

  /** @param atMs now, or when it ended */
  until(atMs: number): PlaceTimes {
    const { readyAtMs, sinceMs, isActive, activeMs, ...sums } = this.times.read();
    const sinceThen = readyAtMs === 0 ? 0 : Math.max(0, atMs - sinceMs);
    const open = this.#reasons.within(atMs - (isActive === 1 ? 0 : sinceThen), atMs);
    return {
      ...sums,
      activeMs: activeMs + (isActive === 1 ? sinceThen : 0),
      hostLimit: this.#rests.hostLimit + open.hostLimit,
      queue: this.#rests.queue + open.queue,
      mainThread: this.#rests.mainThread + open.mainThread,
    };
  }
}
