/** What becomes of a task whose attempt has ended: it settles, is tried again, or waits for what is lacking. */
import type { OutcomeColumns } from '../../common/model/answer';
import type { PartialState } from '../../common/model/download';
import type { ErrorData } from '../../common/model/errors';
import { valueAt, type Packet } from '../../common/model/packet';
import { nowMs } from '../../common/threads/board';
import type { TimedEnds } from '../pool';
import type { Becomes } from '../store/task-writes';
import type { Network } from './network';
import { retryDelayMs, type RetryPolicy } from './retry-policy';
import type { Room } from './room';
import type { StopReason } from './runner-options';

export interface EndRules {
  /** `null`: what finds no room fails. */
  readonly room: Room | null;
  /** `null`: what finds no network fails. */
  readonly network: Network | null;
  readonly retryPolicy: (packet: Packet, task: number) => RetryPolicy;
  /** What is on disk of a task. */
  readonly partial: (id: number) => PartialState | null;
}

export interface AttemptEnd {
  readonly to: Becomes;
  /** When it is tried again, in milliseconds since the epoch; `null`: it is not. */
  readonly retryAtMs: number | null;
  /** It is tried again when there is a network. */
  readonly isWithoutNetwork: boolean;
}

/** @param at place in the ends @param stop why the job stops, if it does */
export function attemptEnd(
  { room, network, retryPolicy, partial }: EndRules,
  packet: Packet,
  ends: TimedEnds<OutcomeColumns>,
  at: number,
  error: ErrorData | null,
  stop: StopReason | null,
): AttemptEnd {
  const end = (to: Becomes, retryAtMs: number | null = null, isWithoutNetwork = false): AttemptEnd => ({
    to,
    retryAtMs,
    isWithoutNetwork,
  });
  const task = ends.tasks[at] ?? 0;
  const id = packet.ids[task] ?? 0;
  if (error === null) {
    const to = endOf(ends, at, stop);
    if (to === 'done') room?.fits();
    if (to !== null) network?.ended(id, packet.host, null);
    return end(to);
  }
  const isFull = error.code === 'disk-full' && room !== null;
  if (stop !== null)
    return end(!error.retryable && !isFull ? 'failed' : stop === 'cancel' ? 'cancelled' : null);
  if (isFull) {
    room.setAside(error.neededBytes ?? neededBytes(partial(id), valueAt(packet.sizes, task)));
    return end(null);
  }
  if (network?.ended(id, packet.host, error) === true) return end(null, null, true);
  const attempts = valueAt(packet.attempts, task) + 1 - (network?.uncounted(id) ?? 0);
  const delay = retryDelayMs(error, attempts, retryPolicy(packet, task));
  return delay === null ? end('failed') : end('queued', nowMs() + delay);
}

function endOf({ ends, results }: TimedEnds<OutcomeColumns>, at: number, stop: StopReason | null): Becomes {
  if (valueAt(ends, at) === 'cancelled' || results === null) return stop === 'cancel' ? 'cancelled' : null;
  // It may not be at its end: a later phase goes on with it.
  return valueAt(results.rest, at)?.next === undefined ? valueAt(results.states, at) : 'queued';
}

/** What is still to be written of a file; `null`: not known. */
function neededBytes(left: PartialState | null, size: number | null): number | null {
  const total = left?.total ?? size;
  if (total === null) return null;
  return total - (left?.extents.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0);
}
