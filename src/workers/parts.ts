/**
 * The parts of one file that are on their way, each over a connection of its own. The first request's body is used from
 * its beginning; connections that join take over half of the slowest remainder, for as long as it pays.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { nowMs } from '../common/threads/board';
import type { PlaceWriter } from './partial-file';

/** Another connection joins when this much time is left at the present speed, and such a part for each. */
const WORTH_JOINING_MS = 2000;
const SMALLEST_SHARE = 1024 * 1024;
const JOIN_EVERY_MS = 500;

export interface Part {
  readonly writer: PlaceWriter;
  readonly start: number;
  /** The next byte that is awaited. */
  position: number;
  /** Where it is to stop, exclusive; moved nearer when another connection takes the rest. */
  end: number;
  readonly startedAtMs: number;
}

/** Whether a file of so many bytes is worth several connections. */
export function isWorthJoining(total: number): boolean {
  return total >= 4 * SMALLEST_SHARE;
}

export class Parts {
  readonly #open = new Set<Part>();

  open(writer: PlaceWriter, start: number, end: number): Part {
    const part: Part = { writer, start, position: start, end, startedAtMs: nowMs() };
    this.#open.add(part);
    return part;
  }

  close(part: Part): void {
    this.#open.delete(part);
  }

  clear(): void {
    this.#open.clear();
  }

  /** The one that would take longest by itself; `null` where none takes long enough. @param now as {@link nowMs} says it */
  slowest(now = nowMs()): Part | null {
    let slowest: Part | null = null;
    let longest = WORTH_JOINING_MS;
    for (const part of this.#open) {
      const left = part.end - part.position;
      if (left < 2 * SMALLEST_SHARE || part.position === part.start) continue;
      const speed = (part.position - part.start) / Math.max(1, now - part.startedAtMs);
      const leftMs = left / speed;
      if (leftMs > longest) {
        longest = leftMs;
        slowest = part;
      }
    }
    return slowest;
  }

  /**
   * Lets connections join, until the signal says that nobody should any more, or one could not.
   * @param most at once
   * @param takeOver fetches a half of what is left of a part. @returns whether it could
   */
  async join(
    most: number,
    takeOver: (slowest: Part) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void> {
    const joined = new Set<Promise<void>>();
    // Set while it waits.
    let refused = false as boolean;
    try {
      for (;;) {
        try {
          await pause(JOIN_EVERY_MS, undefined, { signal });
        } catch {
          break;
        }
        if (refused) break;
        if (joined.size >= most) continue;
        const slowest = this.slowest();
        if (slowest === null) continue;
        const one: Promise<void> = takeOver(slowest)
          .then((could) => {
            refused ||= !could;
          })
          .finally(() => joined.delete(one));
        one.catch(() => undefined);
        joined.add(one);
      }
    } finally {
      // What they have begun they end: nobody else fetches it.
      await Promise.allSettled(joined);
    }
  }
}

/** Where the half begins that another connection takes over. */
export function halfOf(part: Part): number {
  return part.position + Math.ceil((part.end - part.position) / 2);
}
