/** One run of a job, from when its turn comes until it stands still. */
import { isEnded, type JobKind, type WorkerStatistics } from '../../common/model/jobs';
import type { Ranges } from '../../common/model/ranges';
import type { Settings } from '../../common/model/settings';
import type { RateLimit } from '../../common/threads/rate-limit';
import type { News } from '../news';
import type { Threads } from '../pool';
import { onceUnlocked } from '../store/database';
import type { Vault } from '../store/vault';
import type { ActiveJobs } from './active-jobs';
import type { Hosts } from './hosts';
import { writeJobManifest } from './job-manifest';
import { ownManifest } from './manifest';
import { JobRunner } from './job-runner';
import type { StopReason } from './runner-options';
import { cancelQueued, queueAgain, removeLeftovers, type JobStores } from './leftovers';
import { parentPath } from '../../files/entries';
import { JobMonitor } from './monitor';
import type { RetryPolicy } from './retry-policy';
import { isDatabaseFull, lackOfRoomFor } from './room';
import { billOf } from './thread-bill';

export interface RunParts {
  readonly stores: JobStores & { readonly vault: Vault };
  readonly threads: Threads;
  readonly settings: () => Settings;
  /** The speed limit of all downloads of this process. */
  readonly sharedRate: RateLimit;
  /** Hosts as all jobs of this process know them. */
  readonly hosts: Hosts;
  readonly retryPolicy?: RetryPolicy;
  /** Whether jobs wait for room on a disk and for the network. */
  readonly waits: boolean;
  readonly dataDirectory: string;
  readonly active: ActiveJobs;
  readonly news: News;
}

/** What was asked of a run before it had a runner. */
export interface RunOrder {
  /** Places in the job of failed and cancelled tasks that go back to the queue first; `null`: none. */
  readonly retry: Ranges | null;
  /** Why it is to stop, once somebody said so. */
  readonly stopping: StopReason | null;
}

/** The caller takes the job off the active ones, whatever comes of this. */
export async function runJob(parts: RunParts, id: number, order: RunOrder): Promise<void> {
  const { stores, active, news } = parts;
  const { jobs, tasks } = stores;
  if (order.retry !== null) await queueAgain(tasks, id, order.retry);
  const job = jobs.get(id);
  if (job === null) return;
  const runner = new JobRunner({
    job,
    tasks,
    threads: parts.threads,
    vault: stores.vault,
    settings: parts.settings(),
    sharedRate: parts.sharedRate,
    hosts: parts.hosts,
    waits: parts.waits,
    ...(parts.retryPolicy === undefined ? {} : { retryPolicy: parts.retryPolicy }),
    onRecorded: (recorded) => {
      if (recorded.length > 0) news.emit('tasks-settled', { jobId: id, tasks: recorded });
    },
    onWorkDirectory: (path) => {
      jobs.addWorkDirectory(id, path);
    },
    onNotice: (notice) => {
      news.emit('notice', notice);
    },
    onProgress: () => {
      news.progressed(id);
    },
  });
  const monitor = new JobMonitor(runner, id, job.summary.elapsedMs);
  active.add(id, { runner, monitor });
  news.startFrames();
  news.changed(id);
  if (order.stopping !== null) runner.stop(order.stopping);
  let { state, error } = await runner.run();
  // What ended since the frame before is told too, also of a job that was shorter than the time between two frames.
  runner.tally.strips.end();
  news.guard(() => {
    news.sendFrame();
  });
  const elapsedMs = monitor.elapsedMs;
  if (state === 'cancelled') await cancelQueued(tasks, id);
  if (state === 'done') {
    const { failure, gap } = await writeJobManifest(stores, job, () => active.live(job.summary));
    if (gap !== null) news.emit('notice', gap);
    const isFull = parts.waits && failure?.code === 'disk-full';
    const path = isFull ? ownManifest(job.spec) : null;
    if (failure !== null) [state, error] = ['failed', failure];
    if (path !== null) [state, error] = ['paused', lackOfRoomFor(parentPath(path))];
  }
  if (parts.waits && error !== null && isDatabaseFull(error))
    [state, error] = ['paused', lackOfRoomFor(parts.dataDirectory)];
  if (isEnded(state)) await removeLeftovers(stores, id, news);
  active.keepSnapshot(id, monitor.snapshot(), state);
  const statistics = statisticsOf(runner, job.summary.kind, elapsedMs - job.summary.elapsedMs);
  await onceUnlocked(() => {
    jobs.saveStatistics(id, statistics);
  });
  await onceUnlocked(() => {
    jobs.setElapsed(id, elapsedMs);
    jobs.rest(id, state, error);
  });
}

/** @param wallMs of this run */
function statisticsOf({ executor, tally }: JobRunner, kind: JobKind, wallMs: number): WorkerStatistics[] {
  return executor.measures().workers.map(({ times, ...measure }) => ({
    ...measure,
    ...tally.settledBy(measure.worker),
    bill: billOf(times, kind, wallMs),
  }));
}
