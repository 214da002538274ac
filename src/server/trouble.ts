/** What makes a server on this machine like one far away. */
import type { FileServerOptions } from '../common/threads/serve';

/**
 * How long an answer waits: uniformly distributed over `latencyMs` ± `jitterMs`. Where that begins below 0, what would
 * be less waits not at all.
 * @param random from 0 up to 1
 * @returns milliseconds
 */
export function answerDelay(
  { latencyMs, jitterMs }: Pick<FileServerOptions, 'latencyMs' | 'jitterMs'>,
  random: () => number,
): number {
  return jitterMs === 0 ? latencyMs : Math.max(0, latencyMs + (2 * random() - 1) * jitterMs);
}

/** Whether a request is one of the share that fails. */
export function isUnlucky(
  { errorShare }: Pick<FileServerOptions, 'errorShare'>,
  random: () => number,
): boolean {
  return errorShare > 0 && random() < errorShare;
}
