/**
 * On Windows a file that another program has open (a virus scanner, an indexer, a viewer) can be neither renamed over
 * nor removed, for as long as that takes: mostly a moment. Elsewhere nothing is in the way, and nothing is waited for.
 */
import { setTimeout } from 'node:timers/promises';
import { errorCode } from './error-code';
import { IS_WINDOWS } from './windows-paths';

/** EPERM and EACCES may also mean that it is not allowed; the system does not tell. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
const PATIENCE_MS = 4000;
/** Where waiting was in vain, others are likely to be as well: a folder may not be written to, say. */
const SHORT_PATIENCE_MS = 200;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
const nothing = new Int32Array(new SharedArrayBuffer(4));

let patienceMs = PATIENCE_MS;

/** How long one call has waited. */
class Patience {
  #waitedMs = 0;
  #pauseMs = FIRST_PAUSE_MS;

  /**
   * @returns for how many milliseconds to wait before it is tried again
   * @throws the error, where that is in vain
   */
  after(error: unknown): number {
    if (!IN_THE_WAY.has(errorCode(error) ?? '')) throw error;
    if (this.#waitedMs >= patienceMs) {
      patienceMs = SHORT_PATIENCE_MS;
      throw error;
    }
    const pauseMs = this.#pauseMs;
    this.#waitedMs += pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    return pauseMs;
  }

  done<T>(result: T): T {
    if (this.#waitedMs > 0) patienceMs = PATIENCE_MS;
    return result;
  }
}

/**
 * Does `action` again for some seconds while something is in its way. It must be harmless to do again.
 * @throws what it failed with at last
 */
export function patiently<T>(action: () => T, isWindows = IS_WINDOWS): T {
  if (!isWindows) return action();
  const patience = new Patience();
  for (;;) {
    try {
      return patience.done(action());
    } catch (error) {
      Atomics.wait(nothing, 0, 0, patience.after(error));
    }
  }
}

/** As {@link patiently}, where the thread has other things to do. */
export async function patientlyAsync<T>(action: () => Promise<T>, isWindows = IS_WINDOWS): Promise<T> {
  if (!isWindows) return action();
  const patience = new Patience();
  for (;;) {
    try {
      return patience.done(await action());
    } catch (error) {
      await setTimeout(patience.after(error));
    }
  }
}

/** What `rm` takes to remove a folder with all that is in it. */
export const WHOLE = { recursive: true, force: true, maxRetries: IS_WINDOWS ? 8 : 0 } as const;
