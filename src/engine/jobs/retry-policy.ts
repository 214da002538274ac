/** Whether and when a failed attempt is followed by another. */
import type { ErrorData } from '../../common/model/errors';

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  baseMs: 500,
  capMs: 30_000,
  random: Math.random,
};

/** A task that takes its thread down with it may have been unlucky once, hardly three times. */
const MAX_CRASHES = 3;

/**
 * Exponential back-off with full jitter; what the server asked for (`Retry-After`,
 * RFC 9110 §10.2.3) comes on top and is never shortened.
 * @param attempts how many there were, this one included
 * @returns milliseconds to wait, or `null` when the task has failed for good
 */
export function retryDelayMs(error: ErrorData, attempts: number, policy: RetryPolicy): number | null {
  const most =
    error.code === 'worker-crashed' ? Math.min(MAX_CRASHES, policy.maxAttempts) : policy.maxAttempts;
  if (!error.retryable || attempts >= most) return null;
  const backOff = Math.min(policy.capMs, policy.baseMs * 2 ** (attempts - 1));
  return (error.retryAfterMs ?? 0) + Math.ceil(policy.random() * backOff);
}
