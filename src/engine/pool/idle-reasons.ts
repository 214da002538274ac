/** Why threads have nothing to do, over time: whoever hands out tasks says it, and rests are looked up here. */
import { nowMs } from '../../common/threads/board';

/** Of a rest that nothing was handed out for. The names are those of a bill's parts. */
export type IdleReason = 'hostLimit' | 'queue' | 'mainThread';

/** More changes than fit into the longest rest that is told exactly. */
const MOST_CHANGES = 8192;

export class IdleReasons {
  /** In order; each holds until the next one. */
  #changes: { readonly atMs: number; readonly reason: IdleReason }[] = [];

  /** @param atMs now, unless said otherwise */
  set(reason: IdleReason, atMs?: number): void {
    if (this.#changes.at(-1)?.reason === reason) return;
    this.#changes.push({ atMs: atMs ?? nowMs(), reason });
    if (this.#changes.length > MOST_CHANGES) this.#changes = this.#changes.slice(MOST_CHANGES / 2);
  }

  /** How much of a time each reason held, in milliseconds. Before the first one nothing was queued yet. */
  within(fromMs: number, untilMs: number): Record<IdleReason, number> {
    const sums = { hostLimit: 0, queue: 0, mainThread: 0 };
    let until = untilMs;
    for (let at = this.#changes.length - 1; at >= 0 && until > fromMs; at--) {
      const change = this.#changes[at];
      if (change === undefined || change.atMs >= until) continue;
      const from = Math.max(fromMs, change.atMs);
      sums[change.reason] += until - from;
      until = from;
    }
    sums.queue += Math.max(0, until - fromMs);
    return sums;
  }
}
