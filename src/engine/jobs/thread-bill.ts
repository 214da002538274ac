/** Makes the bill of a worker's time out of what its threads and their executor have measured. */
import type { JobKind } from '../../common/model/jobs';
import type { ThreadBill } from '../../common/model/thread-bill';
import type { PlaceTimes } from '../pool';

/**
 * The time in which a thread had tasks is work, waiting for a core, and waiting for something else. The last is told
 * apart by two things: whether the thread stood still in a call (only files make it) or its event loop waited; and, of
 * the latter, what its tasks waited for, in proportion, where several waited at once.
 *
 * @param wallMs how long the job ran: what is not accounted for, the thread was not there
 */
export function billOf(times: PlaceTimes, kind: JobKind, wallMs: number): ThreadBill {
  const { activeMs, hostLimit, queue, mainThread } = times;
  const work = Math.min(activeMs, times.cpuMs);
  const core = Math.min(activeMs - work, times.coreMs);
  const waited = activeMs - work - core;
  const rests = { hostLimit, queue, mainThread };
  const absent = Math.max(0, wallMs - activeMs - hostLimit - queue - mainThread);
  if (kind !== 'download') return { work, core, network: 0, disk: waited, speedLimit: 0, ...rests, absent };
  const stoodStill = Math.max(0, waited - times.loopIdleMs);
  const asleep = waited - stoodStill;
  const forNetwork = Math.max(0, times.taskMs - times.diskMs - times.speedLimitMs - work - core);
  const all = forNetwork + times.diskMs + times.speedLimitMs;
  const share = (ms: number): number => (all === 0 ? 0 : (asleep * ms) / all);
  return {
    work,
    core,
    network: all === 0 ? asleep : share(forNetwork),
    disk: stoodStill + share(times.diskMs),
    speedLimit: share(times.speedLimitMs),
    ...rests,
    absent,
  };
}
