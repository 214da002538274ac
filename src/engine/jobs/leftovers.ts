/** What a job leaves besides its results, and how it goes: in small steps, between which others have their turn. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { toErrorData } from '../../common/model/errors';
import type { OutcomeColumns } from '../../common/model/answer';
import { ALL_PLACES } from '../../common/model/packet';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import type { Ranges } from '../../common/model/ranges';
import { endsNow } from '../../common/threads/ends';
import { errorCode, native } from '../../files/entries';
import { WHOLE } from '../../files/patience';
import type { News } from '../news';
import { onceUnlocked } from '../store/database';
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

/** Of a job that stands still: one task is not done. @returns whether it was there, and had not settled */
export function cancelTask({ writes, packets }: TaskStore, id: number, place: number): boolean {
  if (writes.cancelSome(id, 1, [place, place]) > 0) return true;
  const packet = packets.at(id, place);
  if (packet === null) return false;
  const ends = { ...endsNow<OutcomeColumns>([0], { how: 'cancelled' }), worker: null };
  writes.record(id, [{ packet, ends, becomes: ['cancelled'], findingOf: () => null }]);
  return true;
}

/**
 * Failed and cancelled tasks, and what a mirror did not delete, go back to the queue. So does what gives folders their
 * times, before them: each file that is made in a folder changes its time, and a kill may come in between.
 */
export async function queueAgain({ writes }: TaskStore, id: number, places: Ranges): Promise<void> {
  await whileSome(() => writes.requeueFolders(id, ROWS_AT_ONCE));
  for (const range of places) {
    await whileSome(() => writes.requeueSome(id, 'failed', ROWS_AT_ONCE, range));
    await whileSome(() => writes.requeueSome(id, 'cancelled', ROWS_AT_ONCE, range));
  }
  if (places === ALL_PLACES) await whileSome(() => writes.resumeWithheld(id, ROWS_AT_ONCE));
}

/**
 * Of a job that has ended: what it would need to go on. A finished file whose process was killed before it could
 * record it stays a second link here: only that tells a retry that the file is its own.
 */
export function removeLeftovers(stores: JobStores, id: number, news: News): Promise<void> {
  const isDone = (task: number): boolean => stores.tasks.rows.row(task)?.state === 'done';
  return emptyWorkDirectories(stores, id, news, (path) => removeUnnamed(path, isDone));
}

async function emptyWorkDirectories(
  { jobs, tasks }: JobStores,
  id: number,
  news: News,
  remove: (path: FsPath) => Promise<void>,
): Promise<void> {
  for (const path of jobs.workDirectories(id)) {
    await remove(path).catch((error: unknown) => {
      news.emit('notice', toErrorData(error, displayPath(path)));
    });
  }
  tasks.partials.forget(id);
}

function removeAll(path: FsPath): Promise<void> {
  return rm(native(path), WHOLE);
}

/** All but files of tasks that are not done and have their final name. */
async function removeUnnamed(directory: FsPath, isDone: (task: number) => boolean): Promise<void> {
  let names: Buffer[];
  try {
    names = await readdir(native(directory), { encoding: 'buffer' });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  let isEmpty = true;
  for (const name of names.map(String)) {
    const path = joinPath(directory, name);
    const isNamed = /^\d+$/u.test(name) && (await lstat(native(path))).nlink > 1;
    if (isNamed && !isDone(Number(name))) isEmpty = false;
    else await removeAll(path);
  }
  if (isEmpty) await removeAll(directory);
}

/** The job itself, with all its rows. */
export async function removeJob(stores: JobStores, { summary, spec }: StoredJob, news: News): Promise<void> {
  const { jobs, tasks } = stores;
  const { id } = summary;
  // Whatever happens on the way, nobody goes on with a job that is half gone.
  jobs.rest(id, 'cancelled');
  await emptyWorkDirectories(stores, id, news, removeAll);
  await whileSome(() => tasks.duplicates.removeSome(id, ROWS_AT_ONCE));
  await whileSome(() => tasks.writes.removeSome(id, ROWS_AT_ONCE));
  jobs.remove(id);
  await removeOwnLists(ownLists(spec));
}

async function whileSome(step: () => number): Promise<void> {
  while ((await onceUnlocked(step)) > 0) await new Promise((resolve) => setImmediate(resolve));
}
