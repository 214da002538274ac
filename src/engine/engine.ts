/** Jobs from asking to ending: the one door that the window and the terminal share. */
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import PQueue from 'p-queue';
import { HeddleError, toErrorData } from '../common/errors';
import { FRAME_INTERVAL_MS, type JobFrame, type JobSnapshot } from '../common/frames';
import type { Events, JobList, TaskPage, TaskPageQuery } from '../common/ipc';
import type { JobRequest } from '../common/job-request';
import {
  isEnded,
  type JobKind,
  type JobSummary,
  type ManifestFormat,
  type TaskRow,
  type WorkerStatistics,
} from '../common/model';
import type { FsPath } from '../common/paths';
import type { Settings, SettingsPatch } from '../common/settings';
import { nowMs } from '../common/board';
import { JobMonitor } from './jobs/broadcaster';
import { prepareJob } from './jobs/create-job';
import { automaticWorkers, threadsOf } from './jobs/defaults';
import { JobRunner, type StopReason } from './jobs/job-runner';
import { manifestLines, writeManifest } from './jobs/manifest';
import type { RetryPolicy } from './jobs/retry-policy';
import { TaskSearch } from './jobs/task-search';
import { openDatabase, type Database } from './store/database';
import { InstanceLock } from './store/instance-lock';
import { JobRepository, type StoredJob } from './store/job-repository';
import { SettingsRepository } from './store/settings-repository';
import { TaskRepository } from './store/task-repository';

/** Jobs that run at once; later ones wait their turn. */
const JOBS_AT_ONCE = 4;
const FOREIGN_POLL_MS = 1000;
const ROWS_AT_ONCE = 500;
/** Ended jobs whose last frame is kept, for who looks at them next. */
const KEPT_SNAPSHOTS = 10;

export interface EngineOptions {
  readonly dataDirectory: string;
  /** The worker's script; the engine imports no worker. */
  readonly workerUrl: string | URL;
  readonly retryPolicy?: RetryPolicy;
}

export type EngineEvents = Events & {
  readonly 'task-settled': { readonly jobId: number; readonly task: TaskRow };
};

interface Active {
  readonly runner: JobRunner;
  readonly monitor: JobMonitor;
}

type Listener = (payload: never) => void;

export class Engine {
  readonly settings: { get(): Settings; set(patch: SettingsPatch): Settings };
  readonly cores = availableParallelism();
  readonly #options: EngineOptions;
  readonly #database: Database;
  readonly #lock: InstanceLock;
  readonly #jobs: JobRepository;
  readonly #tasks: TaskRepository;
  readonly #search: TaskSearch;
  readonly #active = new Map<number, Active>();
  /** Runs that were asked for, from asking to their end. */
  readonly #runs = new Map<number, Promise<void>>();
  readonly #turns = new PQueue({ concurrency: JOBS_AT_ONCE });
  readonly #snapshots = new Map<number, JobSnapshot>();
  readonly #listeners = new Map<keyof EngineEvents, Set<Listener>>();
  readonly #waiters = new Map<number, ((job: JobSummary) => void)[]>();
  #watched: number | null = null;
  #frameTimer: NodeJS.Timeout | null = null;
  #foreignTimer: NodeJS.Timeout | null = null;
  #changedJobs = new Set<number>();
  #closing: Promise<void> | null = null;

  /** @throws HeddleError `data-directory`, `database-newer` or `database-corrupt` */
  static open(options: EngineOptions): Promise<Engine> {
    return Promise.resolve().then(() => new Engine(options));
  }

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#database = openDatabase(options.dataDirectory);
    this.#lock = new InstanceLock(options.dataDirectory);
    this.#jobs = new JobRepository(
      this.#database,
      (owner) => owner !== null && owner !== this.#lock.id && this.#lock.isAlive(owner),
    );
    this.#tasks = new TaskRepository(this.#database);
    this.#search = new TaskSearch(this.#tasks);
    const settings = new SettingsRepository(this.#database);
    this.settings = {
      get: () => settings.get(),
      set: (patch) => {
        const stored = settings.set(patch);
        this.#emit('settings-changed', stored);
        return stored;
      },
    };
    this.#recoverInterrupted();
    this.#foreignTimer = setInterval(() => {
      this.#pollForeign();
    }, FOREIGN_POLL_MS);
    this.#foreignTimer.unref();
  }

  get sqliteVersion(): string {
    const row = this.#database.prepare<[], { version: string }>('SELECT sqlite_version() AS version').get();
    return row?.version ?? 'unknown';
  }

  automaticWorkers(kind: JobKind): number {
    return automaticWorkers(kind);
  }

  /** Threads that a job runs on, or would. */
  workersOf(id: number): number {
    const { mode, workers, kind } = this.job(id);
    return threadsOf(mode, workers ?? automaticWorkers(kind));
  }

  // Asking

  /** Stores the job, then starts it unless told otherwise. */
  async createJob(request: JobRequest, { start = true } = {}): Promise<JobSummary> {
    this.#assertOpen();
    const id = this.#jobs.insert(await prepareJob(request, this.#options.dataDirectory));
    if (start) this.#start(id);
    const job = this.job(id);
    this.#emit('jobs-changed', [job]);
    return job;
  }

  listJobs(query: { kind: JobKind | null; offset: number; limit: number }): JobList {
    const { total, jobs } = this.#jobs.list(query.kind, query.offset, query.limit);
    return { total, jobs: jobs.map((job) => this.#live(job)) };
  }

  /** @throws HeddleError `no-such-job` */
  job(id: number): JobSummary {
    return this.#live(this.#stored(id).summary);
  }

  async tasksPage(query: TaskPageQuery): Promise<TaskPage> {
    const { counts } = this.job(query.jobId);
    return this.#search.page(query, counts, this.#active.get(query.jobId)?.runner.runningIds() ?? []);
  }

  statistics(id: number): readonly WorkerStatistics[] {
    return this.#jobs.statistics(id);
  }

  snapshot(id: number): JobSnapshot | null {
    return this.#active.get(id)?.monitor.snapshot() ?? this.#snapshots.get(id) ?? null;
  }

  /** Frames carry this job's workers from now on. */
  watch(id: number | null): void {
    this.#watched = id;
  }

  /** The file of a task, or the folder of a job; `null` where there is none yet. */
  taskPath(jobId: number, taskId: number | null): FsPath | null {
    const { summary } = this.#stored(jobId);
    return taskId === null ? summary.place : this.#tasks.path(jobId, taskId);
  }

  /** Resolves when the job next stands still: ended, paused or interrupted. */
  ended(id: number): Promise<JobSummary> {
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(id) ?? [];
      waiting.push(resolve);
      this.#waiters.set(id, waiting);
    });
  }

  /** Lines for standard output: names as seen from `base`. */
  manifestLines(id: number, base = process.cwd()): AsyncGenerator<string | Uint8Array, void, undefined> {
    return manifestLines(this.#tasks, id, this.#algorithm(id), base);
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeManifest(id: number, path: string, _format: ManifestFormat): Promise<void> {
    await writeManifest(this.manifestLines(id, dirname(path)), path, true);
  }

  // Telling

  pause(id: number): Promise<void> {
    return this.#stop(id, 'pause', 'paused');
  }

  async cancel(id: number): Promise<void> {
    if (isEnded(this.job(id).state)) return;
    await this.#stop(id, 'cancel', 'cancelled');
  }

  /** Goes on with a job that waits, was paused, or whose process is gone. @throws HeddleError `job-elsewhere` */
  async resume(id: number): Promise<void> {
    this.#assertOpen();
    const { state, foreign } = this.job(id);
    if (foreign) throw elsewhere(id);
    if (isEnded(state)) {
      this.#wake(id);
      return;
    }
    if (this.#active.has(id)) return;
    await this.#runs.get(id);
    this.#start(id);
  }

  /** Failed and cancelled tasks run again. */
  async retry(id: number): Promise<void> {
    this.#assertOpen();
    if (this.job(id).foreign) throw elsewhere(id);
    if (this.#active.has(id)) {
      throw new HeddleError('job-running', 'This job still runs. Retry its failed tasks when it has ended.');
    }
    await this.#moveAll(id, 'failed', 'queued');
    await this.#moveAll(id, 'cancelled', 'queued');
    this.#jobs.setState(id, 'queued');
    this.#start(id);
  }

  async resize(id: number, workers: number): Promise<void> {
    this.#jobs.setWorkers(id, workers);
    await this.#active.get(id)?.runner.resize(workers);
    this.#changed(id);
  }

  /** Forgets an ended job and its tasks; files stay. */
  async remove(id: number): Promise<void> {
    const { summary, spec } = this.#stored(id);
    if (this.#runs.has(id) || summary.foreign) {
      throw new HeddleError('job-running', 'This job still runs. Cancel it first.');
    }
    await this.#removeWorkDirectories(id);
    while (this.#tasks.removeSome(id, ROWS_AT_ONCE) > 0) await turn();
    this.#jobs.remove(id);
    if (spec.kind === 'download') await rm(spec.list, { force: true });
    this.#snapshots.delete(id);
    this.#emit('job-removed', { jobId: id });
  }

  /** Running jobs stop cleanly and can go on later. Idempotent. */
  close({ interrupt = true }: { interrupt?: boolean } = {}): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#foreignTimer !== null) clearInterval(this.#foreignTimer);
      this.#turns.clear();
      if (interrupt) for (const { runner } of this.#active.values()) runner.stop('interrupt');
      await Promise.all(this.#runs.values());
      if (this.#frameTimer !== null) clearInterval(this.#frameTimer);
      for (const id of [...this.#waiters.keys()]) this.#wake(id);
      this.#lock.release();
      this.#database.close();
    })();
    return this.#closing;
  }

  on<Name extends keyof EngineEvents>(
    name: Name,
    listener: (payload: EngineEvents[Name]) => void,
  ): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  // Running

  #start(id: number): void {
    if (this.#runs.has(id)) return;
    this.#jobs.setState(id, 'queued');
    let began = false;
    const run = new Promise<void>((resolve) => {
      const leave = (): void => {
        if (!began) resolve();
      };
      void this.#turns
        .add(async () => {
          began = true;
          if (this.#closing === null && this.job(id).state === 'queued') await this.#run(id);
        })
        .catch((error: unknown) => {
          this.#emit('notice', toErrorData(error));
        })
        .finally(resolve);
      this.#leaveQueue.set(id, leave);
    }).finally(() => {
      this.#runs.delete(id);
      this.#leaveQueue.delete(id);
      if (this.#closing === null) this.#changed(id);
      this.#wake(id);
    });
    this.#runs.set(id, run);
    this.#changed(id);
  }

  /** Jobs that wait for their turn, and how to let go of them. */
  readonly #leaveQueue = new Map<number, () => void>();

  async #run(id: number): Promise<void> {
    if (!this.#jobs.claim(id, this.#lock.id)) return;
    this.#jobs.setState(id, 'running');
    const job = this.#stored(id);
    const runner = new JobRunner({
      job,
      tasks: this.#tasks,
      workerUrl: this.#options.workerUrl,
      connectionsPerHost: this.settings.get().connectionsPerHost,
      ...(this.#options.retryPolicy === undefined ? {} : { retryPolicy: this.#options.retryPolicy }),
      onRecorded: (ids) => {
        this.#onRecorded(id, ids);
      },
      onProgress: () => {
        this.#changedJobs.add(id);
      },
    });
    const monitor = new JobMonitor(runner, id, job.summary.elapsedMs);
    this.#active.set(id, { runner, monitor });
    this.#startFrames();
    this.#changed(id);
    let { state, error } = await runner.run();
    const elapsedMs = monitor.elapsedMs;
    if (state === 'cancelled') await this.#moveAll(id, 'queued', 'cancelled');
    if (isEnded(state)) {
      await this.#removeWorkDirectories(id);
      const failure = await this.#writeOwnManifest(job, state);
      if (failure !== null) {
        state = 'failed';
        error = failure;
      }
    }
    this.#keepSnapshot(id, monitor);
    this.#jobs.saveStatistics(
      id,
      runner.executor
        .measures()
        .workers.map((measure) => ({ ...measure, bytes: runner.bytesByWorker.get(measure.worker) ?? 0 })),
    );
    this.#jobs.setElapsed(id, elapsedMs);
    this.#jobs.setState(id, state, error);
    this.#active.delete(id);
    this.#stopFrames();
  }

  async #writeOwnManifest(
    { summary, spec }: StoredJob,
    state: JobSummary['state'],
  ): Promise<JobSummary['error']> {
    if (spec.kind !== 'hash' || spec.manifest === null || state !== 'done') return null;
    const { path } = spec.manifest;
    try {
      await writeManifest(this.manifestLines(summary.id, dirname(path)), path, false);
      return null;
    } catch (error) {
      return toErrorData(error, path);
    }
  }

  async #stop(id: number, reason: StopReason, state: 'paused' | 'cancelled'): Promise<void> {
    const job = this.job(id);
    if (job.foreign) throw elsewhere(id);
    if (isEnded(job.state)) return;
    const active = this.#active.get(id);
    if (active !== undefined) {
      active.runner.stop(reason);
      await this.#runs.get(id);
      return;
    }
    // It waits for its turn, or stands still already.
    this.#jobs.setState(id, state);
    this.#leaveQueue.get(id)?.();
    if (state === 'cancelled') {
      await this.#moveAll(id, 'queued', 'cancelled');
      await this.#removeWorkDirectories(id);
    }
    this.#changed(id);
    this.#wake(id);
  }

  async #moveAll(
    id: number,
    from: 'queued' | 'failed' | 'cancelled',
    to: 'queued' | 'cancelled',
  ): Promise<void> {
    while (this.#tasks.move(id, from, to, ROWS_AT_ONCE) > 0) await turn();
  }

  async #removeWorkDirectories(id: number): Promise<void> {
    for (const path of this.#jobs.workDirectories(id)) {
      await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
        this.#emit('notice', toErrorData(error, path));
      });
    }
  }

  /** Jobs whose process is gone; their running tasks count as queued already. */
  #recoverInterrupted(): void {
    for (const { summary } of this.#jobs.running()) {
      if (!summary.foreign) this.#jobs.setState(summary.id, 'interrupted');
    }
  }

  // News

  #startFrames(): void {
    this.#frameTimer ??= setInterval(() => {
      this.#sendFrame();
    }, FRAME_INTERVAL_MS);
  }

  #stopFrames(): void {
    if (this.#active.size > 0 || this.#frameTimer === null) return;
    clearInterval(this.#frameTimer);
    this.#frameTimer = null;
  }

  #sendFrame(): void {
    const jobs: JobFrame[] = [];
    for (const [id, { monitor }] of this.#active) jobs.push(monitor.sample(id === this.#watched));
    this.#emit('frame', { atMs: nowMs(), jobs });
    const changed = [...this.#changedJobs];
    this.#changedJobs.clear();
    if (changed.length > 0)
      this.#emit(
        'jobs-changed',
        changed.map((id) => this.job(id)),
      );
  }

  #onRecorded(jobId: number, ids: readonly number[]): void {
    if ((this.#listeners.get('task-settled')?.size ?? 0) === 0) return;
    for (const id of ids) {
      const task = this.#tasks.row(id);
      if (task !== null) this.#emit('task-settled', { jobId, task });
    }
  }

  #keepSnapshot(id: number, monitor: JobMonitor): void {
    this.#snapshots.delete(id);
    this.#snapshots.set(id, monitor.snapshot());
    for (const oldest of this.#snapshots.keys()) {
      if (this.#snapshots.size <= KEPT_SNAPSHOTS) break;
      this.#snapshots.delete(oldest);
    }
  }

  #pollForeign(): void {
    const foreign = this.#jobs.running().filter(({ summary }) => !this.#active.has(summary.id));
    for (const { summary } of foreign) {
      if (!summary.foreign) this.#jobs.setState(summary.id, 'interrupted');
    }
    const news = foreign.map(({ summary }) => this.job(summary.id));
    const gone = [...this.#foreignJobs].filter((id) => !news.some((job) => job.id === id));
    this.#foreignJobs = new Set(news.filter((job) => job.foreign).map((job) => job.id));
    for (const id of gone) {
      const stored = this.#jobs.get(id);
      if (stored !== null) news.push(this.#live(stored.summary));
    }
    if (news.length > 0) this.#emit('jobs-changed', news);
  }

  #foreignJobs = new Set<number>();

  #changed(id: number): void {
    const stored = this.#jobs.get(id);
    if (stored !== null) this.#emit('jobs-changed', [this.#live(stored.summary)]);
  }

  #wake(id: number): void {
    const waiting = this.#waiters.get(id);
    if (waiting === undefined) return;
    const job = this.job(id);
    if (this.#closing === null && (job.state === 'running' || job.state === 'queued') && this.#runs.has(id))
      return;
    this.#waiters.delete(id);
    for (const resolve of waiting) resolve(job);
  }

  #emit<Name extends keyof EngineEvents>(name: Name, payload: EngineEvents[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      (listener as (payload: EngineEvents[Name]) => void)(payload);
    }
  }

  #stored(id: number): StoredJob {
    const stored = this.#jobs.get(id);
    if (stored === null) throw new HeddleError('no-such-job', `There is no job ${id}. See: heddle jobs`);
    return stored;
  }

  /** What the runner knows is newer than what is stored. */
  #live(job: JobSummary): JobSummary {
    const active = this.#active.get(job.id);
    if (active === undefined) return job;
    const { runner, monitor } = active;
    return {
      ...job,
      counts: { ...runner.counts },
      bytesDone: runner.bytesDone,
      bytesKnown: runner.bytesKnown,
      planned: runner.planned,
      elapsedMs: monitor.elapsedMs,
    };
  }

  #algorithm(id: number): JobSummary['algorithms'][number] {
    const [algorithm, ...others] = this.job(id).algorithms;
    if (algorithm === undefined) throw new HeddleError('bad-request', 'Only hash jobs have a manifest.');
    if (others.length > 0) {
      throw new HeddleError(
        'manifest-one-algorithm',
        'A GNU manifest holds one algorithm; this job has several.',
      );
    }
    return algorithm;
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new HeddleError('closing', 'Heddle is closing and starts nothing new.');
  }
}

function elsewhere(id: number): HeddleError {
  return new HeddleError('job-elsewhere', `Job ${id} runs in another Heddle. Stop it there first.`);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
