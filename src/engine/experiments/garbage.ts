/** Collects this thread's garbage, so that the next run does not pay for that of the last one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null | undefined;

export function collectGarbage(): void {
  if (collect === undefined) {
    try {
      setFlagsFromString('--expose-gc');
      const exposed: unknown = runInNewContext('gc');
      collect = typeof exposed === 'function' ? (exposed as () => void) : null;
    } catch {
      collect = null;
    }
  }
  collect?.();
}
