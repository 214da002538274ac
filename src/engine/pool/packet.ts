/** A packet as the executor keeps it, and how its tasks end that no thread tells of. */
import type { ErrorData } from '../../common/model/errors';
import type { PacketHandle, Submission } from './executor';

/** A packet until its last task has settled. */
export interface Packet<Body, Results> {
  readonly body: Body;
  readonly submission: Submission<Body, Results>;
  readonly submittedAtMs: number;
  readonly handle: PacketHandle;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** 1 for each task that has settled. */
  readonly settled: Uint8Array;
  /** Tasks that have not settled. */
  left: number;
  /** Tasks that no thread has. */
  waiting: readonly number[];
  cancelled: boolean;
  graceTimer: NodeJS.Timeout | null;
}

export type Unanswered =
  { readonly how: 'cancelled' } | { readonly how: 'failed'; readonly error: ErrorData };

export const CANCELLED: Unanswered = { how: 'cancelled' };

export function crashOf(cause: ErrorData | null): Unanswered {
  const message = 'The worker thread that ran this task crashed.';
  const error = { code: 'worker-crashed', message, retryable: true, ...(cause === null ? {} : { cause }) };
  return { how: 'failed', error };
}
