/** What a job leaves besides its results, and how it goes: in small steps, between which others have their turn. */
import { rm } from 'node:fs/promises';
import { toErrorData } from '../../common/model/errors';
import { displayPath } from '../../common/model/paths';
import { native } from '../../files/entries';
import type { News } from '../news';
import type { JobRepository, StoredJob } from '../store/job-repository';
import type { TaskStore } from '../store/task-store';
import { ownLists, removeOwnLists } from './own-list';

const ROWS_AT_ONCE = 500;

export interface JobStores {
  readonly jobs: JobRepository;
  readonly tasks: TaskStore;
}

/** Of a job that was cancelled: what had not begun. */
export function cancelQueued(tasks: TaskStore, id: number): Promise<void> {
  return whileSome(() => tasks.writes.cancelSome(id, ROWS_AT_ONCE));
}

/** Failed and cancelled tasks, and what a mirror did not delete, go back to the queue. */
export async function queueAgain({ writes }: TaskStore, id: number): Promise<void> {
  await whileSome(() => writes.requeueSome(id, 'failed', ROWS_AT_ONCE));
  await whileSome(() => writes.requeueSome(id, 'cancelled', ROWS_AT_ONCE));
  await whileSome(() => writes.resumeWithheld(id, ROWS_AT_ONCE));
}

/** Of a job that has ended: what it would need to go on. */
export async function removeLeftovers({ jobs, tasks }: JobStores, id: number, news: News): Promise<void> {
  for (const path of jobs.workDirectories(id)) {
    await rm(native(path), { recursive: true, force: true }).catch((error: unknown) => {
      news.emit('notice', toErrorData(error, displayPath(path)));
    });
  }
  tasks.partials.forget(id);
}

/** The job itself, with all its rows. */
export async function removeJob(stores: JobStores, { summary, spec }: StoredJob, news: News): Promise<void> {
  const { jobs, tasks } = stores;
  const { id } = summary;
  // Whatever happens on the way, nobody goes on with a job that is half gone.
  jobs.rest(id, 'cancelled');
  await removeLeftovers(stores, id, news);
  await whileSome(() => tasks.duplicates.removeSome(id, ROWS_AT_ONCE));
  await whileSome(() => tasks.writes.removeSome(id, ROWS_AT_ONCE));
  jobs.remove(id);
  await removeOwnLists(ownLists(spec));
}

async function whileSome(step: () => number): Promise<void> {
  while (step() > 0) await new Promise((resolve) => setImmediate(resolve));
}
