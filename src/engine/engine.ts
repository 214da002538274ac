/** Jobs from asking to ending: the one door that the window and the terminal share. */
import { availableParallelism } from 'node:os';
import { type CopyPolicy, type FirstCopied } from '../common/model/copy-options';
import type { DuplicatesSettled } from '../common/model/duplicates';
import type { ListFormat, ListPreview } from '../common/model/download';
import { MOST_CONNECTIONS } from '../common/model/download-options';
import { HeddleError, fromErrorData, toErrorData, type ErrorData } from '../common/model/errors';
import {
  MAX_WORKERS,
  copyRequestSchema,
  type CopyJobRequest,
  type JobRequest,
} from '../common/model/job-request';
import { isEnded, type JobKind, type JobSummary } from '../common/model/jobs';
import { ALL_PLACES } from '../common/model/packet';
import type { FsPath } from '../common/model/paths';
import type { Ranges } from '../common/model/ranges';
import type { Settings, SettingsPatch } from '../common/model/settings';
import { RateLimit } from '../common/threads/rate-limit';
import { Experiments } from './experiments/experiments';
import { formatByName } from './formats/detect-format';
import { listFile, previewList } from './formats/list-preview';
import { utf8Pieces } from './formats/text-lines';
import { JobReader, type ReaderParts } from './job-reader';
import { ActiveJobs } from './jobs/active-jobs';
import { copyRoots } from './jobs/copy-roots';
import { noNumbersInMirrors, prepareJob } from './jobs/create-job';
import { automaticWorkers, threadsOf } from './jobs/defaults';
import { firstCopied } from './jobs/first-copied';
import { Clock } from './jobs/clock';
import { cancelTask, removeJob } from './jobs/leftovers';
import { DuplicateOrders, type DuplicateOrder } from './jobs/settle-duplicates';
import { ownLists, removeOwnLists, sweepHalfLists } from './jobs/own-list';
import { prepareOwnManifest, withOwnManifest } from './jobs/manifest';
import { realCopy } from './jobs/real-copy';
import type { RetryPolicy } from './jobs/retry-policy';
import { runJob } from './jobs/run-job';
import { Hosts } from './jobs/hosts';
import { Turns, elsewhere } from './jobs/turns';
import { lackOf } from './jobs/waiting-for-room';
import { News, type EngineEvents } from './news';
import { OtherProcesses } from './other-processes';
import { Checkpointer } from './store/checkpointer';
import { openStores, type Stores } from './store/open-stores';
import { understood } from './understood';

/** Short jobs end before they would need one. */
const FRAMES_PER_CHECKPOINT = 20;

export type { EngineEvents } from './news';

export interface CreateOptions {
  readonly start?: boolean;
  /** Where a download's manifest goes. */
  readonly manifest?: FsPath | null;
  /** The manifest of a verification that names none. */
  readonly input?: AsyncIterable<Uint8Array> | null;
}

/** A text, or a file by its path. */
export interface ListToPreview {
  readonly text: string | null;
  readonly file: string | null;
  /** `null`: told by its beginning. */
  readonly format: ListFormat | null;
}

export interface EngineOptions extends Omit<ReaderParts, 'stores' | 'active'> {
  readonly retryPolicy?: RetryPolicy;
  /** Jobs wait for room on a full disk and for the network, as somebody is there to be told; otherwise what needs them fails. */
  readonly waits?: boolean;
  /** Has threads lie ready for the next job when one has ended. */
  readonly keepsThreads?: boolean;
}

export class Engine extends JobReader {
  readonly settings: { get(): Settings; set(patch: SettingsPatch): Settings };
  readonly cores = availableParallelism();
  readonly experiments: Experiments;
  /** What the user has to know of how the data folder was found. */
  readonly openingNotice: ErrorData | null;
  /** Whoever goes on has been told what the data folder lost. */
  readonly forgetLoss: () => void;
  readonly #options: EngineOptions;
  readonly #stores: Stores;
  readonly #checkpointer: Checkpointer;
  readonly #active: ActiveJobs;
  readonly #news: News;
  readonly #turns: Turns;
  readonly #clock: Clock;
  readonly #others: OtherProcesses;
  readonly #duplicates: DuplicateOrders;
  /** The speed limit of all downloads of this process. */
  readonly #sharedRate = new RateLimit();
  #frames = 0;
  /** Jobs that are being made. */
  readonly #storing = new Set<Promise<number>>();
  #closing: Promise<void> | null = null;

  /** @throws HeddleError `data-directory` or `database-newer` */
  static async open(options: EngineOptions): Promise<Engine> {
    await Promise.resolve();
    const engine = new Engine(options, openStores(options.dataDirectory), new ActiveJobs());
    await engine.experiments.endOrphans();
    await sweepHalfLists(options.dataDirectory);
    return engine;
  }

  private constructor(options: EngineOptions, stores: Stores, active: ActiveJobs) {
    super({ ...options, stores, active });
    const { jobs, lock } = stores;
    const { threads, dataDirectory } = options;
    this.openingNotice = stores.notice;
    this.forgetLoss = stores.forgetLoss;
    this.#options = options;
    this.#stores = stores;
    this.#active = active;
    this.#checkpointer = new Checkpointer(stores.database, threads);
    const job = (id: number): JobSummary | null => {
      const stored = jobs.get(id);
      return stored === null ? null : active.live(stored.summary);
    };
    const news = new News({
      active,
      job,
      onFrame: () => {
        this.#frames += 1;
        if (this.#frames % FRAMES_PER_CHECKPOINT === 0) this.#checkpointer.request();
      },
    });
    this.#news = news;
    this.settings = {
      get: () => stores.settings.get(),
      set: (patch) => {
        const stored = stores.settings.set(patch);
        this.#clock.settingsChanged();
        this.#turns.fill();
        news.emit('settings-changed', stored);
        return stored;
      },
    };
    const running = {
      threads,
      settings: () => this.settings.get(),
      sharedRate: this.#sharedRate,
      hosts: new Hosts(stores.hostLimits),
      ...(options.retryPolicy === undefined ? {} : { retryPolicy: options.retryPolicy }),
      waits: options.waits === true,
      dataDirectory,
    };
    this.#duplicates = new DuplicateOrders(stores.tasks);
    this.#turns = new Turns({
      stores,
      owner: lock.id,
      active,
      news,
      job: (id) => this.job(id),
      atOnce: () => this.settings.get().jobsAtOnce,
      waitsIn: options.waits === true ? dataDirectory : null,
      run: async (id, order) => {
        await runJob({ ...running, stores, active, news }, id, order);
        if (options.keepsThreads === true) this.prepareThreads(this.job(id).kind);
      },
    });
    this.#clock = new Clock({
      jobs,
      settings: () => this.settings.get(),
      sharedRate: this.#sharedRate,
      start: (id) => {
        if (!this.#turns.isClosing) this.#turns.start(id);
      },
      guard: (act) => {
        news.guard(act);
      },
    });
    this.#others = new OtherProcesses({
      jobs,
      lock,
      news,
      job,
      endExperiments: () => this.experiments.endOrphans(),
    });
    this.experiments = new Experiments({
      ...running,
      dataDirectory,
      repository: stores.experiments,
      owner: lock.id,
      isDead: (owner) => !lock.isAlive(owner),
      setSettings: (patch) => this.settings.set(patch),
      emit: (name, payload) => {
        news.guard(() => {
          // The compiler does not see that each of these events is one of ours with the same payload.
          news.emit(name, payload as never);
        });
      },
      holdJobs: async () => {
        const release = await this.#turns.hold();
        // Making threads is part of what is measured.
        threads.letGo();
        return release;
      },
      hasForeignJobs: () => this.#others.hasJobs(),
      assertOpen: () => {
        this.#turns.assertOpen();
      },
    });
  }

  automaticWorkers(kind: JobKind): number {
    return automaticWorkers(kind, this.settings.get().bestWorkers);
  }

  /** Threads that a job runs on, or would. */
  workersOf(id: number): number {
    const { mode, workers, kind } = this.job(id);
    return threadsOf(mode, workers ?? this.automaticWorkers(kind));
  }

  /** A job of this kind is likely to be made soon: its threads come up, and wait for it for some minutes. */
  prepareThreads(kind: JobKind): void {
    if (this.#turns.isClosing || this.#turns.areHeld) return;
    const { mode, workers } = this.settings.get()[kind === 'verify' ? 'hash' : kind];
    this.#options.threads.prepare(kind, threadsOf(mode, workers ?? this.automaticWorkers(kind)));
  }

  /** What a list holds, before anything starts. @throws HeddleError when the file cannot be read */
  async previewList({ text, file, format }: ListToPreview): Promise<ListPreview> {
    try {
      return await previewList(() => (file === null ? utf8Pieces(text ?? '') : listFile(file)), {
        format,
        hint: file === null ? null : formatByName(file),
      });
    } catch (error) {
      throw fromErrorData(toErrorData(error, file ?? undefined));
    }
  }

  /** The first file that a copy would make, found without making a job. @throws HeddleError as {@link createJob} does */
  async firstCopied(request: CopyJobRequest): Promise<FirstCopied | null> {
    const checked = understood(copyRequestSchema, request, 'The copy');
    const { roots } = await copyRoots(checked, 'preview');
    try {
      return await firstCopied(roots, checked.rules, this.#options.threads);
    } finally {
      // It took one of those that wait for the job.
      if (this.#options.keepsThreads === true) this.prepareThreads('copy');
    }
  }

  /**
   * Stores the job, then starts it unless told otherwise.
   * @param manifest absolute path of a manifest of what a download job downloads, written when it is done
   */
  async createJob(
    request: JobRequest,
    { start = true, manifest = null, input = null }: CreateOptions = {},
  ): Promise<JobSummary> {
    this.#turns.assertOpen();
    // The folder of a manifest is made as that of the downloads is, and a name that is taken is told before the work.
    if (manifest !== null) prepareOwnManifest(manifest);
    const storing = this.#store(request, manifest, input);
    this.#storing.add(storing);
    const id = await storing.finally(() => this.#storing.delete(storing));
    if (start) this.#turns.start(id);
    const job = this.job(id);
    this.#news.emit('jobs-changed', [job]);
    return job;
  }

  async #store(
    request: JobRequest,
    manifest: FsPath | null,
    input: AsyncIterable<Uint8Array> | null,
  ): Promise<number> {
    const { closing } = this.#turns;
    const { vault, jobs } = this.#stores;
    const plain = await prepareJob(request, this.#options.dataDirectory, vault, { input, signal: closing });
    try {
      const prepared = manifest === null ? plain : withOwnManifest(plain, manifest);
      // Reading a long list takes its time, and meanwhile somebody may have closed.
      this.#turns.assertOpen();
      this.forgetLoss();
      return jobs.insert(prepared);
    } catch (error) {
      await removeOwnLists(ownLists(plain.spec));
      throw error;
    }
  }

  /** Starts for real what an ended dry run has shown. @throws HeddleError where it was none, or saw less than all */
  runDry(id: number): Promise<JobSummary> {
    return this.createJob(realCopy(this.stored(id)));
  }

  /** Jobs of this process that run, or wait for their turn. */
  get runningJobs(): number {
    return this.#turns.count;
  }

  pause(id: number): Promise<void> {
    return this.#turns.pause(id);
  }

  cancel(id: number): Promise<void> {
    return this.#turns.cancel(id);
  }

  /** Goes on with a job that waits, was paused, or whose process is gone. @throws HeddleError `job-elsewhere` */
  resume(id: number): Promise<void> {
    return this.#turns.resume(id);
  }

  /** Failed and cancelled tasks run again. @param places in the job, of those that are meant */
  async retry(id: number, places: Ranges = ALL_PLACES): Promise<void> {
    this.#turns.retry(id, places);
    await Promise.resolve();
  }

  /** What becomes of copies of one file, of a job that looked for them and has ended. @param trash moves a file there */
  settleDuplicates(
    order: DuplicateOrder,
    trash: (path: FsPath) => Promise<void>,
  ): Promise<DuplicatesSettled> {
    if (!isEnded(this.job(order.jobId).state))
      throw new HeddleError('job-running', 'This job is still running. Its groups are not known yet.');
    return this.#duplicates.settle(order, trash);
  }

  /** Of a copy that has ended: what is done with targets that exist. Those that were left for it run again. */
  async settleExisting(id: number, policy: CopyPolicy): Promise<void> {
    const { kind, state, copyOptions } = this.job(id);
    if (kind !== 'copy') throw new HeddleError('bad-request', 'Only copies have targets that exist.');
    if (copyOptions?.mirror === true && policy === 'number') throw noNumbersInMirrors();
    if (!isEnded(state)) {
      throw new HeddleError(
        'job-running',
        'This job is still running. Decide about existing files when it has finished.',
      );
    }
    this.#stores.jobs.setExisting(id, policy);
    await this.retry(id);
  }

  /** Of fewer threads those that go end first what they have begun, which is not waited for. */
  resize(id: number, workers: number): void {
    if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
      throw new HeddleError('bad-request', `The number of workers must be from 1 to ${MAX_WORKERS}.`);
    }
    if (this.job(id).foreign) throw elsewhere(id);
    this.#stores.jobs.setWorkers(id, workers);
    void this.#active
      .runner(id)
      ?.resize(workers)
      .then(() => {
        this.#news.changed(id);
      });
    this.#news.changed(id);
  }

  /** Gives a job, be it running or ended, another name. @throws HeddleError where it would have none */
  rename(id: number, label: string): void {
    const name = label.trim();
    if (name === '') throw new HeddleError('bad-request', 'A job needs a name.');
    const { summary } = this.stored(id);
    this.#stores.jobs.setLabel(summary.id, name);
    this.#news.changed(id);
  }

  /** Connections that a download has, or would have, at once. */
  connectionsOf(id: number): number {
    const { spec } = this.stored(id);
    const own = spec.kind === 'download' ? spec.options.connections : null;
    // Older jobs have none in their options.
    return own ?? this.settings.get().connections;
  }

  /** How many connections a download has at once; holds at once, and when the job goes on later. */
  async connect(id: number, connections: number): Promise<void> {
    const { kind, foreign } = this.job(id);
    if (kind !== 'download') throw new HeddleError('bad-request', 'Only downloads have connections.');
    if (!Number.isInteger(connections) || connections < 1 || connections > MOST_CONNECTIONS) {
      throw new HeddleError(
        'bad-request',
        `The number of connections must be from 1 to ${MOST_CONNECTIONS}.`,
      );
    }
    if (foreign) throw elsewhere(id);
    this.#stores.jobs.setConnections(id, connections);
    await this.#active.runner(id)?.connect(connections);
    this.#news.changed(id);
  }

  /** Bytes per second; `null`: no limit. Holds at once, and when the job goes on later. */
  limitRate(id: number, rate: number | null): void {
    const { kind, foreign } = this.job(id);
    if (kind !== 'download') throw new HeddleError('bad-request', 'Only downloads have a speed limit.');
    if (foreign) throw elsewhere(id);
    this.#stores.jobs.setLimitRate(id, rate);
    this.#active.runner(id)?.limitRate(rate);
    this.#news.changed(id);
  }

  /** Forgets an ended job and its tasks; files stay. */
  async remove(id: number): Promise<void> {
    const job = this.stored(id);
    if (this.#turns.has(id) || job.summary.foreign) {
      throw new HeddleError('job-running', 'This job is still running. Cancel it first.');
    }
    await this.removeOrders(id);
    await removeJob(this.#stores, job, this.#news);
    this.#active.forget(id);
    this.#news.emit('job-removed', { jobId: id });
  }

  /** Of a job that stands still: one of its tasks is not done. @returns whether it was there, and had not settled */
  dropTask(id: number, place: number): boolean {
    return cancelTask(this.#stores.tasks, id, place);
  }

  /** Whether it stands still for want of room, and will go on by itself. */
  waitsForRoom(job: JobSummary): boolean {
    return this.#options.waits === true && !this.#turns.isClosing && lackOf(job) !== null;
  }

  /** Jobs that waited for room or for a time when Heddle was closed wait for it again. */
  keepWaiting(): void {
    for (const id of this.#stores.jobs.withoutRoom()) this.#turns.waitForRoom(id);
    this.#clock.startJobs();
  }

  /** Of a job that waits for its turn: it comes right before another's. @param before `null`: after all others */
  move(id: number, before: number | null): void {
    this.#turns.move(id, before);
  }

  /** A job that has not ended stands still until a time. @param atMs since the epoch; `null`: until somebody resumes it */
  async startAt(id: number, atMs: number | null): Promise<void> {
    const job = this.job(id);
    const { state } = job;
    if (isEnded(state))
      throw new HeddleError('bad-request', 'This job has ended. Retry what failed, or start it anew.');
    if (state === 'running' || state === 'queued' || this.waitsForRoom(job)) await this.pause(id);
    this.#stores.jobs.setStartAt(id, atMs);
    this.#clock.jobsChanged();
    this.#news.changed(id);
  }

  /** All jobs that run or wait here, for room too. */
  async pauseAll(): Promise<void> {
    const jobs = this.unfinished().filter(({ foreign }) => !foreign);
    // Those that wait first: else their turn would come.
    for (const job of jobs) if (job.state === 'queued' || this.waitsForRoom(job)) await this.pause(job.id);
    const running = jobs.filter(({ state }) => state === 'running');
    await Promise.all(running.map(({ id }) => this.pause(id)));
  }

  /** All jobs that stand still and wait for nothing, in their order. */
  async resumeAll(): Promise<void> {
    for (const { id, state, foreign, startAtMs } of this.unfinished())
      if (!foreign && startAtMs === null && (state === 'paused' || state === 'interrupted'))
        await this.resume(id);
  }

  /** Resolves when the job next stands still: ended, paused or interrupted. */
  ended(id: number): Promise<JobSummary> {
    return this.#news.standsStill(id);
  }

  /** Frames carry this job's workers from now on. @param watcher each of them watches one job at a time */
  watch(id: number | null, watcher?: object): void {
    this.#active.watch(id, watcher);
  }

  on<Name extends keyof EngineEvents>(
    name: Name,
    listener: (payload: EngineEvents[Name]) => void,
  ): () => void {
    return this.#news.on(name, listener);
  }

  /** Running jobs stop cleanly and can go on later. Idempotent. */
  close({ interrupt = true }: { interrupt?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#close(interrupt);
    return this.#closing;
  }

  async #close(interrupt: boolean): Promise<void> {
    this.#others.close();
    this.#clock.close();
    this.#turns.close();
    await this.#duplicates.close();
    await Promise.allSettled(this.#storing);
    await this.experiments.close();
    await this.#turns.end(interrupt);
    this.#news.close();
    await Promise.all([this.#options.threads.close(), this.closeOrders()]);
    await this.#checkpointer.close();
    this.#stores.close();
  }
}
