/** Jobs that have not ended, in the order in which they go on. */
import { text } from '../../common/text/text';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { request } from '../bridge';
import { jobsStore, type Jobs } from './jobs';
import { notifyError, toast } from './notices';
import { useStore } from './store';

const RANKS = { running: 0, queued: 1, paused: 2, interrupted: 2 } as const;

function rankOf({ state }: JobSummary): number {
  return state in RANKS ? RANKS[state as keyof typeof RANKS] : 3;
}

/** Those that run, then those that wait for their turn, the next one first, then those that stand still. */
export function queueOf({ byId }: Pick<Jobs, 'byId'>): JobSummary[] {
  return [...byId.values()]
    .filter(({ state }) => !isEnded(state))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.placeInQueue - b.placeInQueue);
}

/** Those that wait for their turn here. */
function waiting(): number[] {
  return queueOf(jobsStore.get()).flatMap(({ id, state, foreign }) =>
    state === 'queued' && !foreign ? [id] : [],
  );
}

/** 1 for the job whose turn is next; `null` for one that does not wait. */
export function useQueuePlace(id: number): number | null {
  return useStore(jobsStore, ({ byId }) => {
    const job = byId.get(id);
    if (job?.state !== 'queued') return null;
    let place = 1;
    for (const other of byId.values())
      if (other.state === 'queued' && other.placeInQueue < job.placeInQueue) place += 1;
    return place;
  });
}

/** @param before `null`: after all others */
export function moveBefore(jobId: number, before: number | null): void {
  request('jobs:move', { jobId, before }).catch(notifyError);
}

/** @param by -1: its turn comes sooner, 1: later */
export function moveInQueue(jobId: number, by: -1 | 1): void {
  const ids = waiting();
  const at = ids.indexOf(jobId);
  const to = at + by;
  if (at < 0 || to < 0 || to >= ids.length) return;
  moveBefore(jobId, ids[by < 0 ? to : to + 1] ?? null);
}

export function canMove(jobId: number, by: -1 | 1): boolean {
  const ids = waiting();
  const at = ids.indexOf(jobId);
  return at >= 0 && at + by >= 0 && at + by < ids.length;
}

export function pauseAll(): void {
  request('jobs:pause-all', undefined).then(() => {
    toast(text('told.paused-all'));
  }, notifyError);
}

export function resumeAll(): void {
  request('jobs:resume-all', undefined).catch(notifyError);
}

/** @param atMs since the epoch; `null`: when it is resumed */
export function startAt(jobId: number, atMs: number | null): void {
  request('jobs:start-at', { jobId, atMs }).catch(notifyError);
}
