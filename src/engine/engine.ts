/** Jobs from asking to ending: the one door that the window and the terminal share. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';
import type { CopyPolicy, FirstCopied } from '../common/model/copy-options';
import type { CheckAlgorithm } from '../common/model/digests';
import type { ListPreview } from '../common/model/download';
import type { DuplicateFormat, DuplicatePage } from '../common/model/duplicates';
import { HeddleError, fromErrorData, toErrorData, type ErrorData } from '../common/model/errors';
import { FRAME_INTERVAL_MS, type JobFrame, type JobSnapshot } from '../common/model/frames';
import type { Events, JobList, TaskPage, TaskPageQuery, UntoldFailures } from '../common/ipc';
import {
  MAX_WORKERS,
  copyRequestSchema,
  type CopyJobRequest,
  type JobRequest,
} from '../common/model/job-request';
import { isEnded, type JobKind, type JobSummary, type WorkerStatistics } from '../common/model/jobs';
import {
  totalTasks,
  type ExpectedFile,
  type FindingCounts,
  type SettledTask,
  type TaskRow,
} from '../common/model/tasks';
import type { ManifestFormat } from '../common/model/digests';
import { displayPath, joinPath, type FsPath } from '../common/model/paths';
import { WORK_DIRECTORY_PREFIX } from '../common/threads/walk';
import { RateLimit } from '../common/threads/rate-limit';
import type { ExportFormat, FailedAttempt, HostState, ResponseSummary } from '../common/model/responses';
import type { Settings, SettingsPatch } from '../common/model/settings';
import { nowMs } from '../common/threads/board';
import { formatCount } from '../common/model/units';
import { Experiments } from './experiments/experiments';
import { JobMonitor } from './jobs/monitor';
import { previewList } from './formats/list-preview';
import { formatByName } from './formats/download-list';
import { copyRoots } from './jobs/copy-roots';
import { ownLists, noNumbersInMirrors, prepareJob } from './jobs/create-job';
import { automaticWorkers, threadsOf } from './jobs/defaults';
import { firstCopied } from './jobs/first-copied';
import { JobRunner, type StopReason } from './jobs/job-runner';
import {
  manifestLines,
  ownManifest,
  type ManifestContent,
  prepareOwnManifest,
  usualFormat,
  withOwnManifest,
  writeOver,
  writeOwnManifest,
} from './jobs/manifest';
import { native, parentPath } from '../files/entries';
import type { JobSpec } from './jobs/job-spec';
import type { RetryPolicy } from './jobs/retry-policy';
import {
  duplicateLines,
  duplicateList,
  type DuplicateListing,
  duplicatePage,
  groupPaths,
  type GroupPath,
} from './jobs/duplicate-results';
import { exportLines } from './jobs/export';
import { withheldText } from './jobs/withheld';
import { realCopy } from './jobs/real-copy';
import { storedRequest } from './jobs/stored-request';
import { summarizeResponses } from './jobs/responses';
import { untoldFailures } from './jobs/untold-failures';
import { understood } from './understood';
import { TaskSearch } from './jobs/task-search';
import type { Threads } from './pool';
import { Checkpointer } from './store/checkpointer';
import { openDatabase, type Database } from './store/database';
import { ExperimentRepository } from './store/experiment-repository';
import { InstanceLock } from './store/instance-lock';
import { JobRepository, type RestState, type StoredJob } from './store/job-repository';
import { SettingsRepository } from './store/settings-repository';
import { TaskRepository } from './store/task-repository';
import { Vault } from './store/vault';

/** Jobs that run at once; later ones wait their turn. */
const JOBS_AT_ONCE = 4;
const FOREIGN_POLL_MS = 1000;
const ROWS_AT_ONCE = 500;
/** Short jobs end before they would need one. */
const FRAMES_PER_CHECKPOINT = 20;
/** Ended jobs whose last frame is kept, for who looks at them next. */
const KEPT_SNAPSHOTS = 10;

export interface CreateOptions {
  readonly start?: boolean;
  /** Where a download's manifest goes. */
  readonly manifest?: FsPath | null;
  /** The manifest of a verification that names none. */
  readonly input?: AsyncIterable<Uint8Array> | null;
}

export interface EngineOptions {
  readonly dataDirectory: string;
  /** Told the worker's script by the host: the engine imports no worker. */
  readonly threads: Threads;
  readonly retryPolicy?: RetryPolicy;
}

export type EngineEvents = Events & {
  /** Once they are in the database. */
  readonly 'tasks-settled': { readonly jobId: number; readonly tasks: readonly SettledTask[] };
};

interface Active {
  readonly runner: JobRunner;
  readonly monitor: JobMonitor;
}

/** A job from being told to start to standing still: it waits for its turn, then it has it. */
interface Run {
  hasTurn: boolean;
  /** Failed and cancelled tasks go back to the queue first. */
  retry: boolean;
  /** Why it is to stop, once somebody said so. */
  stopping: StopReason | null;
  /** It makes room for an experiment, and waits for its turn again when it has stopped. */
  held: boolean;
  readonly ended: Promise<void>;
  /** Takes the job off the list of runs. */
  readonly leave: () => void;
}

type Listener = (payload: never) => void;

export class Engine {
  readonly settings: { get(): Settings; set(patch: SettingsPatch): Settings };
  readonly cores = availableParallelism();
  readonly experiments: Experiments;
  readonly #options: EngineOptions;
  readonly #database: Database;
  readonly #lock: InstanceLock;
  readonly #vault: Vault;
  readonly #checkpointer: Checkpointer;
  readonly #jobs: JobRepository;
  readonly #tasks: TaskRepository;
  readonly #search: TaskSearch;
  readonly #active = new Map<number, Active>();
  readonly #runs = new Map<number, Run>();
  /** The speed limit of all downloads of this process. */
  readonly #sharedRate = new RateLimit();
  readonly #turns = new PQueue({ concurrency: JOBS_AT_ONCE });
  readonly #snapshots = new Map<number, JobSnapshot>();
  readonly #listeners = new Map<keyof EngineEvents, Set<Listener>>();
  readonly #waiters = new Map<number, ((job: JobSummary) => void)[]>();
  #watched: number | null = null;
  #frameTimer: NodeJS.Timeout | null = null;
  #frames = 0;
  #foreignTimer: NodeJS.Timeout | null = null;
  #changedJobs = new Set<number>();
  #closing: Promise<void> | null = null;

  /** @throws HeddleError `data-directory`, `database-newer` or `database-corrupt` */
  static async open(options: EngineOptions): Promise<Engine> {
    await Promise.resolve();
    const engine = new Engine(options);
    await engine.experiments.endOrphans();
    return engine;
  }

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#database = openDatabase(options.dataDirectory);
    this.#lock = new InstanceLock(options.dataDirectory);
    this.#vault = new Vault(options.dataDirectory);
    this.#checkpointer = new Checkpointer(this.#database, options.threads);
    this.#jobs = new JobRepository(
      this.#database,
      (owner) => owner !== null && owner !== this.#lock.id && this.#lock.isAlive(owner),
    );
    this.#tasks = new TaskRepository(this.#database);
    this.#search = new TaskSearch(this.#tasks);
    const settings = new SettingsRepository(this.#database, this.#vault);
    this.settings = {
      get: () => settings.get(),
      set: (patch) => {
        const stored = settings.set(patch);
        this.#sharedRate.set(stored.limitRate);
        this.#emit('settings-changed', stored);
        return stored;
      },
    };
    this.#sharedRate.set(settings.get().limitRate);
    this.#interruptOrphans();
    this.experiments = new Experiments({
      dataDirectory: options.dataDirectory,
      threads: options.threads,
      repository: new ExperimentRepository(this.#database, this.#vault),
      owner: this.#lock.id,
      isDead: (owner) => !this.#lock.isAlive(owner),
      settings: () => this.settings.get(),
      setSettings: (patch) => this.settings.set(patch),
      sharedRate: this.#sharedRate,
      ...(options.retryPolicy === undefined ? {} : { retryPolicy: options.retryPolicy }),
      emit: (name, payload) => {
        this.#guard(() => {
          // The compiler does not see that each of these events is one of ours with the same payload.
          this.#emit(name, payload as never);
        });
      },
      holdJobs: () => this.#holdJobs(),
      hasForeignJobs: () => this.#jobs.owned().some(({ summary }) => summary.foreign),
      assertOpen: () => {
        this.#assertOpen();
      },
    });
    this.#foreignTimer = setInterval(() => {
      this.#guard(() => {
        this.#pollForeign();
      });
    }, FOREIGN_POLL_MS);
    this.#foreignTimer.unref();
  }

  get sqliteVersion(): string {
    const row = this.#database.prepare<[], { version: string }>('SELECT sqlite_version() AS version').get();
    return row?.version ?? 'unknown';
  }

  automaticWorkers(kind: JobKind): number {
    return automaticWorkers(kind, this.settings.get().bestWorkers);
  }

  /** Threads that a job runs on, or would. */
  workersOf(id: number): number {
    const { mode, workers, kind } = this.job(id);
    return threadsOf(mode, workers ?? this.automaticWorkers(kind));
  }

  // Asking

  /**
   * Stores the job, then starts it unless told otherwise.
   * @param manifest absolute path of a manifest of what a download job downloads, written when it is done
   */
  async createJob(
    request: JobRequest,
    { start = true, manifest = null, input = null }: CreateOptions = {},
  ): Promise<JobSummary> {
    this.#assertOpen();
    // The folder of a manifest is made as that of the downloads is, and a name that is taken is told before the work.
    if (manifest !== null) prepareOwnManifest(manifest);
    const plain = await prepareJob(request, this.#options.dataDirectory, this.#vault, input);
    const prepared = manifest === null ? plain : withOwnManifest(plain, manifest);
    // Reading a long list takes its time, and meanwhile somebody may have closed.
    if (this.#closing !== null)
      for (const path of ownLists(prepared.spec)) await rm(native(path), { force: true });
    this.#assertOpen();
    const id = this.#jobs.insert(prepared);
    if (start) this.#start(id);
    const job = this.job(id);
    this.#emit('jobs-changed', [job]);
    return job;
  }

  /** What a list holds, before anything starts. @throws HeddleError when the file cannot be read */
  async previewList({ text, file }: { text: string | null; file: string | null }): Promise<ListPreview> {
    try {
      return await previewList(
        () => (file === null ? [Buffer.from(text ?? '')] : createReadStream(file)),
        file === null ? null : formatByName(file),
      );
    } catch (error) {
      throw fromErrorData(toErrorData(error, file ?? undefined));
    }
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

  /** `null`: there is none of this id. */
  task(id: number): TaskRow | null {
    return this.#tasks.row(id);
  }

  /** Failures of an ended job that no finding tells of. */
  /** What a mirror did not delete, in a sentence; `null`: nothing. */
  withheldText(id: number): string | null {
    const { copyOptions } = this.job(id);
    const count = this.findings(id).withheld ?? 0;
    const code = this.#tasks.reasonOf(id, 'withheld');
    return count === 0 || code === null ? null : withheldText(count, code, copyOptions?.dryRun === true);
  }

  untoldFailures(id: number): Promise<UntoldFailures> {
    return untoldFailures(this.#tasks, this.#stored(id).summary.id);
  }

  expected(taskId: number): ExpectedFile | null {
    return this.#tasks.expected(taskId);
  }

  /** The first file that a copy would make, found without making a job. @throws HeddleError as {@link createJob} does */
  async firstCopied(request: CopyJobRequest): Promise<FirstCopied | null> {
    const checked = understood(copyRequestSchema, request, 'The copy');
    const { roots } = await copyRoots(checked, 'preview');
    return firstCopied(roots, checked.rules, this.#options.threads);
  }

  /** Of a stored copy. */
  firstOf(id: number): Promise<FirstCopied | null> {
    const { spec } = this.#stored(id);
    if (spec.kind !== 'copy') return Promise.resolve(null);
    return firstCopied(spec.roots, spec.rules, this.#options.threads);
  }

  /** Starts for real what an ended dry run has shown. @throws HeddleError where it was none, or saw less than all */
  runDry(id: number): Promise<JobSummary> {
    return this.createJob(realCopy(this.#stored(id)));
  }

  /** The work of a job, to do it another time. @throws HeddleError where it cannot be handed out */
  requestOf(id: number): Promise<JobRequest> {
    return storedRequest(this.#stored(id), this.#vault);
  }

  failedAttempts(taskId: number): readonly FailedAttempt[] {
    return this.#tasks.failedAttempts(taskId);
  }

  /** How many tasks have each finding. */
  findings(id: number): FindingCounts {
    return this.#tasks.findings(id);
  }

  /** What the servers answered; reads every task of the job. */
  responses(id: number): Promise<ResponseSummary> {
    return summarizeResponses(this.#tasks, id, totalTasks(this.job(id).counts));
  }

  /** Of a download that runs in this process; of others none. */
  hosts(id: number): readonly HostState[] {
    return this.#active.get(id)?.runner.hosts() ?? [];
  }

  exportLines(id: number, format: ExportFormat): AsyncGenerator<string, void, undefined> {
    return exportLines(this.#tasks, this.#stored(id).summary.id, format);
  }

  /** Of a job that looked for duplicates: most space to win first, of each group the first paths. */
  duplicateGroups(id: number, offset: number, limit: number): Promise<DuplicatePage> {
    return duplicatePage(this.#tasks, this.#stored(id).summary.id, offset, limit);
  }

  /** Paths of one group as the system knows them, one for each file, then more names of these files. */
  duplicatePaths(id: number, groupId: number): AsyncGenerator<GroupPath, void, undefined> {
    return groupPaths(this.#tasks, this.#stored(id).summary.id, groupId);
  }

  exportDuplicates(id: number, format: DuplicateFormat): AsyncGenerator<string, void, undefined> {
    return duplicateLines(this.#tasks, this.#stored(id).summary.id, format);
  }

  /** Paths, those of one group together, an empty one between groups. */
  listDuplicates(id: number, listing: DuplicateListing): AsyncGenerator<Uint8Array, void, undefined> {
    return duplicateList(this.#tasks, this.#stored(id).summary.id, listing);
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeDuplicates(id: number, format: DuplicateFormat, path: FsPath): Promise<void> {
    await writeOver(this.exportDuplicates(id, format), path);
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeExport(id: number, format: ExportFormat, path: FsPath): Promise<void> {
    await writeOver(this.exportLines(id, format), path);
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
    return taskId === null ? summary.folder : this.#tasks.path(jobId, taskId);
  }

  /** Resolves when the job next stands still: ended, paused or interrupted. */
  ended(id: number): Promise<JobSummary> {
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(id) ?? [];
      waiting.push(resolve);
      this.#waiters.set(id, waiting);
    });
  }

  /**
   * For standard output: names as seen from `base`.
   * @param format `null`: the one that the job was made with, or the usual one for its digests
   */
  manifestLines(
    id: number,
    {
      base = process.cwd(),
      format = null,
      zero = false,
    }: { base?: FsPath; format?: ManifestFormat | null; zero?: boolean } = {},
  ): AsyncGenerator<string | Uint8Array, void, undefined> {
    const content = this.#manifestContent(id);
    return manifestLines(this.#tasks, id, { ...content, format: format ?? content.format, base, zero });
  }

  /** What a job's manifest lacks; `null`: nothing. @param path of the manifest, where it has one */
  manifestGap(id: number, path: string | null = null): ErrorData | null {
    const { state, planned } = this.job(id);
    const lacking = this.#tasks.unlisted(id);
    const isPlanned = planned || state === 'done';
    if (lacking === 0 && isPlanned) return null;
    const manifest = path ?? `The manifest of job ${id}`;
    const files =
      lacking === 1 ? '1 file that failed or is' : `${formatCount(lacking)} files that failed or are`;
    const message = isPlanned
      ? `${manifest} lacks ${files} still to be done.`
      : `${manifest} lacks what is still to be done: the job is not over.`;
    return { code: 'manifest-incomplete', message, retryable: false };
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeManifest(id: number, path: FsPath, format: ManifestFormat | null = null): Promise<void> {
    await writeOver(this.manifestLines(id, { base: parentPath(path), format }), path);
  }

  // Telling

  pause(id: number): Promise<void> {
    return this.#stop(id, 'pause', 'paused');
  }

  async cancel(id: number): Promise<void> {
    // A run that was pausing already may end as paused: then there is one more step.
    while (!isEnded(this.job(id).state)) await this.#stop(id, 'cancel', 'cancelled');
  }

  /** Goes on with a job that waits, was paused, or whose process is gone. @throws HeddleError `job-elsewhere` */
  async resume(id: number): Promise<void> {
    this.#assertOpen();
    const { state, foreign, counts } = this.job(id);
    if (foreign) throw elsewhere(id);
    // A job that failed as a whole (its results could not be stored, say) may have tasks left.
    const goesOn = !isEnded(state) || (state === 'failed' && counts.queued > 0);
    if (!goesOn) {
      this.#wake(id);
      return;
    }
    const run = this.#runs.get(id);
    if (run !== undefined) {
      if (run.stopping === null) return;
      await run.ended;
      this.#assertOpen();
      if (isEnded(this.job(id).state)) return;
    }
    this.#start(id);
  }

  /** Failed and cancelled tasks run again. */
  async retry(id: number): Promise<void> {
    this.#assertOpen();
    if (this.job(id).foreign) throw elsewhere(id);
    const run = this.#runs.get(id);
    if (run?.hasTurn === true) {
      throw new HeddleError('job-running', 'This job still runs. Retry its failed tasks when it has ended.');
    }
    if (run === undefined) this.#start(id, { retry: true });
    else run.retry = true;
    await Promise.resolve();
  }

  /** Of a copy that has ended: what is done with targets that exist. Those that were left for it run again. */
  async settleExisting(id: number, policy: CopyPolicy): Promise<void> {
    const { kind, state, copyOptions } = this.job(id);
    if (kind !== 'copy') throw new HeddleError('bad-request', 'Only copies have targets that exist.');
    if (copyOptions?.mirror === true && policy === 'number') throw noNumbersInMirrors();
    if (!isEnded(state)) {
      throw new HeddleError('job-running', 'This job still runs. What exists is settled when it has ended.');
    }
    this.#jobs.setExisting(id, policy);
    await this.retry(id);
  }

  async resize(id: number, workers: number): Promise<void> {
    if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
      throw new HeddleError('bad-request', `The number of workers goes from 1 to ${MAX_WORKERS}.`);
    }
    if (this.job(id).foreign) throw elsewhere(id);
    this.#jobs.setWorkers(id, workers);
    await this.#active.get(id)?.runner.resize(workers);
    this.#changed(id);
  }

  /** Bytes per second; `null`: no limit. Holds at once, and when the job goes on later. */
  limitRate(id: number, rate: number | null): void {
    const { kind, foreign } = this.job(id);
    if (kind !== 'download') throw new HeddleError('bad-request', 'Only downloads have a speed limit.');
    if (foreign) throw elsewhere(id);
    this.#jobs.setLimitRate(id, rate);
    this.#active.get(id)?.runner.limitRate(rate);
    this.#changed(id);
  }

  /** Forgets an ended job and its tasks; files stay. */
  async remove(id: number): Promise<void> {
    const { summary, spec } = this.#stored(id);
    if (this.#runs.has(id) || summary.foreign) {
      throw new HeddleError('job-running', 'This job still runs. Cancel it first.');
    }
    // Whatever happens on the way, nobody goes on with a job that is half gone.
    this.#jobs.rest(id, 'cancelled');
    await this.#removeWorkDirectories(id);
    this.#tasks.forgetPartials(id);
    while (this.#tasks.duplicates.removeSome(id, ROWS_AT_ONCE) > 0) await turn();
    while (this.#tasks.removeSome(id, ROWS_AT_ONCE) > 0) await turn();
    this.#jobs.remove(id);
    for (const path of ownLists(spec)) await rm(native(path), { force: true });
    this.#snapshots.delete(id);
    this.#emit('job-removed', { jobId: id });
  }

  /** Running jobs stop cleanly and can go on later. Idempotent. */
  close({ interrupt = true }: { interrupt?: boolean } = {}): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#foreignTimer !== null) clearInterval(this.#foreignTimer);
      this.#turns.clear();
      await this.experiments.close();
      for (const [id, run] of this.#runs) {
        if (run.hasTurn) {
          if (interrupt) this.#stopRun(id, run, 'interrupt');
        } else {
          // The next start finds it as it finds those that ran.
          this.#jobs.rest(id, 'interrupted');
          run.leave();
        }
      }
      await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
      if (this.#frameTimer !== null) clearInterval(this.#frameTimer);
      for (const id of [...this.#waiters.keys()]) this.#wake(id);
      await this.#options.threads.close();
      await this.#checkpointer.close();
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

  /** @throws HeddleError `job-elsewhere` */
  #start(id: number, { retry = false, first = false } = {}): void {
    if (this.#runs.has(id)) return;
    if (!this.#jobs.enqueue(id, this.#lock.id)) throw elsewhere(id);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const run: Run = {
      hasTurn: false,
      retry,
      stopping: null,
      held: false,
      ended,
      leave: () => {
        if (this.#runs.get(id) === run) {
          this.#runs.delete(id);
          this.#changed(id);
          this.#wake(id);
        }
        resolve();
      },
    };
    this.#runs.set(id, run);
    void this.#turns.add(
      async () => {
        // It may have been told to stand still before its turn came.
        if (this.#runs.get(id) !== run) return;
        run.hasTurn = true;
        try {
          await this.#run(id, run);
        } catch (error) {
          this.#giveUp(id, toErrorData(error));
        } finally {
          this.#active.delete(id);
          this.#stopFrames();
          if (run.held) this.#startAgain(id, run);
          run.leave();
        }
      },
      { priority: first ? 1 : 0 },
    );
    this.#changed(id);
  }

  /** A job that made room for an experiment comes before those that have not begun. */
  #startAgain(id: number, run: Run): void {
    if (this.#closing !== null || this.job(id).state !== 'interrupted') return;
    if (this.#runs.get(id) === run) this.#runs.delete(id);
    this.#start(id, { first: true });
  }

  /** @returns what lets them go on */
  async #holdJobs(): Promise<() => void> {
    this.#turns.pause();
    const running = [...this.#runs].filter(([, run]) => run.hasTurn && run.stopping === null);
    for (const [id, run] of running) {
      run.held = true;
      this.#stopRun(id, run, 'interrupt');
    }
    await Promise.all(running.map(([, { ended }]) => ended));
    return () => {
      if (this.#closing === null) this.#turns.start();
    };
  }

  /** What cannot be stored any more (a full disk, say) ends the job; its tasks are as they were last stored. */
  #giveUp(id: number, error: ErrorData): void {
    this.#emit('notice', error);
    this.#guard(() => {
      this.#jobs.rest(id, 'failed', error);
    });
  }

  #stopRun(id: number, run: Run, reason: StopReason): void {
    if (run.stopping === null || reason === 'cancel') run.stopping = reason;
    this.#active.get(id)?.runner.stop(reason);
  }

  async #run(id: number, run: Run): Promise<void> {
    if (!this.#jobs.begin(id, this.#lock.id)) return;
    if (run.retry) {
      await this.#moveAll(id, 'failed', 'queued');
      await this.#moveAll(id, 'cancelled', 'queued');
      while (this.#tasks.resumeWithheld(id, ROWS_AT_ONCE) > 0) await turn();
    }
    const job = this.#stored(id);
    const runner = new JobRunner({
      job,
      tasks: this.#tasks,
      threads: this.#options.threads,
      vault: this.#vault,
      settings: this.settings.get(),
      sharedRate: this.#sharedRate,
      ...(this.#options.retryPolicy === undefined ? {} : { retryPolicy: this.#options.retryPolicy }),
      onRecorded: (tasks) => {
        if (tasks.length > 0) this.#emit('tasks-settled', { jobId: id, tasks });
      },
      onWorkDirectory: (path) => {
        this.#jobs.addWorkDirectory(id, path);
      },
      onNotice: (notice) => {
        this.#emit('notice', notice);
      },
      onProgress: () => {
        this.#changedJobs.add(id);
      },
    });
    const monitor = new JobMonitor(runner, id, job.summary.elapsedMs);
    this.#active.set(id, { runner, monitor });
    this.#startFrames();
    this.#changed(id);
    if (run.stopping !== null) runner.stop(run.stopping);
    let { state, error } = await runner.run();
    // What ended since the frame before is told too, also of a job that was shorter than the time between two frames.
    runner.strips.end();
    this.#guard(() => {
      this.#sendFrame();
    });
    const elapsedMs = monitor.elapsedMs;
    if (state === 'cancelled') await this.#moveAll(id, 'queued', 'cancelled');
    if (isEnded(state)) {
      const failure = await this.#writeOwnManifest(job, state);
      if (failure !== null) {
        state = 'failed';
        error = failure;
      }
      await this.#removeWorkDirectories(id);
      this.#tasks.forgetPartials(id);
    }
    this.#keepSnapshot(id, monitor.snapshot(), state);
    this.#jobs.saveStatistics(
      id,
      runner.executor
        .measures()
        .workers.map((measure) => ({ ...measure, bytes: runner.bytesByWorker.get(measure.worker) ?? 0 })),
    );
    this.#jobs.setElapsed(id, elapsedMs);
    this.#jobs.rest(id, state, error);
  }

  async #writeOwnManifest({ summary, spec, token }: StoredJob, state: RestState): Promise<ErrorData | null> {
    const path = ownManifest(spec);
    if (path === null || state !== 'done') return null;
    try {
      await writeOwnManifest(this.manifestLines(summary.id, { base: parentPath(path) }), path, {
        workDirectory: joinPath(parentPath(path), WORK_DIRECTORY_PREFIX + token),
        identity: this.#jobs.manifestIdentity(summary.id),
        remember: (identity) => {
          this.#jobs.setManifestIdentity(summary.id, identity);
        },
      });
      const gap = this.manifestGap(summary.id, displayPath(path));
      if (gap !== null) this.#emit('notice', gap);
      return null;
    } catch (error) {
      return toErrorData(error, displayPath(path));
    }
  }

  async #stop(id: number, reason: StopReason, state: 'paused' | 'cancelled'): Promise<void> {
    const job = this.job(id);
    if (isEnded(job.state)) return;
    const run = this.#runs.get(id);
    if (run?.hasTurn === true) {
      if (run.held) {
        // It is stopping already, and must not wait for another turn.
        run.held = false;
        await run.ended;
        await this.#stop(id, reason, state);
        return;
      }
      this.#stopRun(id, run, reason);
      await run.ended;
      return;
    }
    // It waits for its turn, or stands still already.
    if (!this.#jobs.rest(id, state)) throw elsewhere(id);
    run?.leave();
    if (state === 'cancelled') {
      await this.#moveAll(id, 'queued', 'cancelled');
      await this.#removeWorkDirectories(id);
      this.#tasks.forgetPartials(id);
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
      await rm(native(path), { recursive: true, force: true }).catch((error: unknown) => {
        this.#emit('notice', toErrorData(error, displayPath(path)));
      });
    }
  }

  /** Jobs whose process is gone can go on; what ran there counts as queued already. */
  #interruptOrphans(): number[] {
    return this.#jobs.interruptOrphans((owner) => owner !== this.#lock.id && !this.#lock.isAlive(owner));
  }

  // News

  #startFrames(): void {
    this.#frameTimer ??= setInterval(() => {
      this.#guard(() => {
        this.#sendFrame();
      });
    }, FRAME_INTERVAL_MS);
  }

  #stopFrames(): void {
    if (this.#active.size > 0 || this.#frameTimer === null) return;
    clearInterval(this.#frameTimer);
    this.#frameTimer = null;
  }

  #sendFrame(): void {
    this.#frames += 1;
    if (this.#frames % FRAMES_PER_CHECKPOINT === 0) this.#checkpointer.request();
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

  #keepSnapshot(id: number, { frame, throughput }: JobSnapshot, state: RestState): void {
    this.#snapshots.delete(id);
    this.#snapshots.set(id, { frame: { ...frame, state }, throughput });
    for (const oldest of this.#snapshots.keys()) {
      if (this.#snapshots.size <= KEPT_SNAPSHOTS) break;
      this.#snapshots.delete(oldest);
    }
  }

  /** What other processes do with their jobs is seen in the database alone. */
  #pollForeign(): void {
    const news = new Set(this.#interruptOrphans());
    this.experiments.endOrphans().catch((error: unknown) => {
      this.#emit('notice', toErrorData(error));
    });
    const foreign = this.#jobs.owned().filter(({ summary }) => summary.foreign);
    for (const { summary } of foreign) news.add(summary.id);
    for (const id of this.#foreignJobs) news.add(id);
    this.#foreignJobs = new Set(foreign.map(({ summary }) => summary.id));
    const jobs = [...news].flatMap((id) => {
      const stored = this.#jobs.get(id);
      return stored === null ? [] : [this.#live(stored.summary)];
    });
    if (jobs.length > 0) this.#emit('jobs-changed', jobs);
  }

  /** For timers: nobody would catch what they throw. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      const data = toErrorData(error);
      if (data.message === this.#lastGuarded) return;
      this.#lastGuarded = data.message;
      this.#emit('notice', data);
    }
  }

  /** The same trouble ten times a second is told once. */
  #lastGuarded = '';
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

  #manifestContent(id: number): Omit<ManifestContent, 'base'> {
    const { spec } = this.#stored(id);
    const own = spec.kind === 'hash' || spec.kind === 'copy' ? spec.manifest : null;
    const algorithms = algorithmsOf(spec);
    if (algorithms.length === 0)
      throw new HeddleError('bad-request', 'A manifest needs digests, and this job computed none.');
    return { algorithms, format: own?.format ?? usualFormat(algorithms, ownManifest(spec)) };
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new HeddleError('closing', 'Heddle is closing and starts nothing new.');
  }
}

/** Of the digests that a job computes, those that its manifest has. */
function algorithmsOf(spec: JobSpec): readonly CheckAlgorithm[] {
  switch (spec.kind) {
    // The first one that was asked for: of the others the manifest would not say where they come from.
    case 'download':
      return spec.options.digests.slice(0, 1);
    case 'verify':
      return [];
    case 'hash':
      return spec.algorithms;
    // A dry run keeps them for the real one.
    case 'copy':
      return spec.options.dryRun ? [] : spec.algorithms;
  }
}

function elsewhere(id: number): HeddleError {
  return new HeddleError('job-elsewhere', `Job ${id} runs in another Heddle. Stop it there first.`);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
