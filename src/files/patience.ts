/**
 * On Windows a file that another program has open (a virus scanner, an indexer, a viewer) can be neither renamed over
 * nor removed, for as long as that takes: mostly a moment. Elsewhere nothing is in the way, and nothing is waited for.
 */
import { setTimeout } from 'node:timers/promises';
import { errorCode } from './error-code';
import { IS_WINDOWS } from './windows-paths';

/** EPERM and EACCES may also mean that it is not allowed; the system does not tell. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
const nothing = new Int32Array(new SharedArrayBuffer(4));

export function isInTheWay(error: unknown): boolean {
  return IN_THE_WAY.has(errorCode(error) ?? '');
}

/** How long is waited. */
export class Patience {
  readonly #longMs: number;
  readonly #shortMs: number;
  #mostMs: number;

  /** @param shortMs where waiting was in vain, others are likely to be as well: a folder may not be written to, say */
  constructor(longMs = 4000, shortMs = 200) {
    this.#longMs = longMs;
    this.#shortMs = shortMs;
    this.#mostMs = longMs;
  }

  /**
   * @param waitedMs so far, for one thing
   * @returns for how many milliseconds to wait before it is tried again
   * @throws the error, where that is in vain
   */
  pauseAfter(error: unknown, waitedMs: number): number {
    if (!isInTheWay(error)) throw error;
    if (waitedMs >= this.#mostMs) {
      this.#mostMs = this.#shortMs;
      throw error;
    }
    return Math.min(FIRST_PAUSE_MS + waitedMs, LONGEST_PAUSE_MS);
  }

  worked(waitedMs: number): void {
    if (waitedMs > 0) this.#mostMs = this.#longMs;
  }
}

const PATIENCE = new Patience();

/**
 * Does `action` again for some seconds while something is in its way. It must be harmless to do again.
 * @throws what it failed with at last
 */
export function patiently<T>(action: () => T, isWindows = IS_WINDOWS, patience = PATIENCE): T {
  if (!isWindows) return action();
  for (let waitedMs = 0; ;) {
    try {
      const result = action();
      patience.worked(waitedMs);
      return result;
    } catch (error) {
      const pauseMs = patience.pauseAfter(error, waitedMs);
      Atomics.wait(nothing, 0, 0, pauseMs);
      waitedMs += pauseMs;
    }
  }
}

/** As {@link patiently}, where the thread has other things to do. */
export async function patientlyAsync<T>(
  action: () => Promise<T>,
  isWindows = IS_WINDOWS,
  patience = PATIENCE,
): Promise<T> {
  if (!isWindows) return action();
  for (let waitedMs = 0; ;) {
    try {
      const result = await action();
      patience.worked(waitedMs);
      return result;
    } catch (error) {
      const pauseMs = patience.pauseAfter(error, waitedMs);
      await setTimeout(pauseMs);
      waitedMs += pauseMs;
    }
  }
}

/** What `rm` takes to remove a folder with all that is in it. */
export const WHOLE = { recursive: true, force: true, maxRetries: IS_WINDOWS ? 8 : 0 } as const;
