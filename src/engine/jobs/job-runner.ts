/**
 * Runs one job: plans it, draws its queued tasks into a p-queue, hands them to
 * the executor, records what came of them. The queue decides *when* a task may
 * start, the executor *where* it runs. A place in the queue is free again only
 * when the task has truly ended.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import PQueue from 'p-queue';
import { nowMs } from '../../common/threads/board';
import { isIdempotent } from '../../common/model/http-fields';
import type { FsPath } from '../../common/model/paths';
import { RateLimit } from '../../common/threads/rate-limit';
import { LONGEST_TIMER_MS } from '../../common/model/units';
import {
  plainEntry,
  type DownloadEntry,
  type DownloadFacts,
  type KnownFile,
  type PartialNote,
} from '../../common/model/download';
import { expectedFileName } from '../../files/file-name';
import type { DownloadOptions } from '../../common/model/download-options';
import type { Lost, WorkDirectoryNote } from '../../common/model/copy-options';
import { HeddleError, toErrorData, type ErrorData } from '../../common/model/errors';
import { withheldBy } from './withheld';
import type { HostState } from '../../common/model/responses';
import {
  FINDINGS,
  NO_TASKS,
  type ExpectedFile,
  type Finding,
  type SettledState,
  type SettledTask,
  type TaskCounts,
  type TaskOrder,
  type TaskOutcome,
  type TaskState,
} from '../../common/model/tasks';
import type { Digests } from '../../common/model/digests';
import type { WorkerOptions } from '../../common/threads/worker-options';
import {
  SMALL_TASK_BYTES,
  Slots,
  createExecutor,
  type Executor,
  type TaskHandle,
  type TaskTiming,
  type Threads,
} from '../pool';
import { displayPath, joinPath, samePath } from '../../common/model/paths';
import { isOneEntry } from '../../files/folded-names';
import type { Settings } from '../../common/model/settings';
import type { RestState, StoredJob } from '../store/job-repository';
import type { Vault } from '../store/vault';
import type { DrawnTask, TaskChange, TaskRepository } from '../store/task-repository';
import { Admission, type HostSign } from './admission';
import { automaticWorkers, tasksPerWorker } from './defaults';
import { openRequest, planJob } from './planners';
import type { SecretOption } from './job-spec';
import { mirrorObstacles } from './mirror-obstacles';
import { COPY_PHASES, type Phases } from './phases';
import { phasesOf } from './phases-of-job';
import { Recorder } from './recorder';
import { DEFAULT_RETRY_POLICY, retryDelayMs, type RetryPolicy } from './retry-policy';
import { Strips } from './strips';

/** Small files take a place in the queue together. */
const FILES_IN_BATCH = 32;
/**
 * Places in the queue for each thread, so that none waits for the next batch. A thread that hangs in one file has at most
 * 128 more in hand: these are more than half of seven batches.
 */
const BATCHES_IN_HAND = 8;
/** Queued tasks beyond which planning takes its time: it competes with the tasks for the same thread. */
const ENOUGH_PLANNED = 4000;
const PLAN_PAUSE_MS = 6;
/** Handed to a thread beyond its lanes, so that it need not wait for a message between two small files. */
const DOWNLOADS_AHEAD = 8;

export type StopReason = 'pause' | 'cancel' | 'interrupt';

export interface RunnerOptions {
  readonly job: StoredJob;
  readonly tasks: TaskRepository;
  readonly threads: Threads;
  readonly vault: Vault;
  readonly settings: Settings;
  /** The speed limit of all jobs together. */
  readonly sharedRate: RateLimit;
  readonly retryPolicy?: RetryPolicy;
  readonly onRecorded: (settled: readonly SettledTask[]) => void;
  /** A folder that is to be removed when the job ends. */
  readonly onWorkDirectory: (path: FsPath) => void;
  /** Something that concerns the whole job, and is told once. */
  readonly onNotice: (notice: ErrorData) => void;
  /** The plan or a count changed. */
  readonly onProgress: () => void;
  readonly measuring?: {
    /** No more tasks are in flight than the mode has threads or lanes, whatever is usual for the kind. */
    readonly isBounded: boolean;
    /** Of each attempt that has ended. */
    readonly onTask: (name: string, timing: TaskTiming, failed: boolean) => void;
    /** Every task has settled and is stored; the threads are still there. */
    readonly onSettled: () => void;
  };
}

export interface RunResult {
  readonly state: RestState;
  readonly error: ErrorData | null;
}

interface Running {
  readonly task: DrawnTask;
  handle: TaskHandle<TaskOutcome> | null;
}

export class JobRunner {
  readonly executor: Executor<TaskOrder, TaskOutcome>;
  readonly strips = new Strips();
  readonly startedAtMs = nowMs();
  /** Bytes of settled tasks by worker, for the statistics. */
  readonly bytesByWorker = new Map<number, number>();
  readonly #options: RunnerOptions;
  readonly #jobId: number;
  readonly #queue: PQueue;
  readonly #admission: Admission<DrawnTask>;
  readonly #recorder: Recorder;
  readonly #running = new Slots<Running>();
  /** Tasks that something is on disk of. */
  readonly #partials: Set<number>;
  /** The speed limit of this job. */
  readonly #rate = new RateLimit();
  /** What the database will say once the recorder has flushed. */
  #counts: Record<TaskState, number>;
  #bytesDone: number;
  #bytesKnown: number;
  #planned: boolean;
  #phase = 0;
  #stop: StopReason | null = null;
  #failure: ErrorData | null = null;
  #wakeTimer: NodeJS.Timeout | null = null;
  #drawPlanned = false;
  #drawComes = false;
  #waitingUntilMs: number | null = null;
  #settled = Promise.withResolvers<void>();
  readonly #phases: Phases;
  /** Why a mirror deletes nothing. */
  #withheld: ErrorData | null = null;
  /** What was told to be lost. */
  readonly #lost = new Set<Lost>();

  constructor(options: RunnerOptions) {
    const { summary, spec } = options.job;
    this.#options = options;
    this.#jobId = summary.id;
    this.#counts = { ...NO_TASKS, ...summary.counts };
    this.#bytesDone = summary.bytesDone;
    this.#bytesKnown = summary.bytesKnown;
    this.#planned = summary.planned;
    this.#phases = phasesOf(spec);
    this.#partials = new Set(options.tasks.partialIds(this.#jobId));
    if (spec.kind === 'download') this.#rate.set(spec.options.limitRate);
    this.executor = createExecutor<WorkerOptions, TaskOrder, TaskOutcome>({
      mode: summary.mode,
      size: summary.workers ?? automaticWorkers(summary.kind, options.settings.bestWorkers),
      tasksPerWorker: this.#isBounded ? 1 : tasksPerWorker(summary.kind),
      tasksAhead: summary.kind === 'download' && !this.#isBounded ? DOWNLOADS_AHEAD : 0,
      threads: options.threads,
      workerOptions: this.#workerOptions(),
    });
    this.#queue = new PQueue({ concurrency: this.#concurrency });
    this.#admission = new Admission<DrawnTask>({
      limitPerHost:
        spec.kind === 'download' && !this.#isBounded
          ? (spec.options.connectionsPerHost ?? options.settings.connectionsPerHost)
          : Infinity,
      draw: (host, after, limit) => options.tasks.draw(this.#jobId, this.#phase, host, after, limit),
    });
    this.#recorder = new Recorder(options.tasks, this.#jobId, options.onRecorded, (error) => {
      this.#fail(toErrorData(error));
    });
  }

  get counts(): TaskCounts {
    return this.#counts;
  }

  get bytesDone(): number {
    return this.#bytesDone;
  }

  get bytesKnown(): number {
    return this.#bytesKnown;
  }

  get planned(): boolean {
    return this.#planned;
  }

  /** When the next retry or held host is due, if nothing else can run until then. */
  get waitingUntilMs(): number | null {
    return this.#running.size === 0 ? this.#waitingUntilMs : null;
  }

  /** Runs until every task is settled or {@link stop} is called. @throws when the last results cannot be stored */
  async run(): Promise<RunResult> {
    let planning = Promise.resolve();
    try {
      if (!this.#planned) planning = this.#plan();
      // Nothing runs until then: tasks are announced as their phase begins.
      if (this.#phases.afterPlanning) await planning;
      for (; this.#phase < this.#phases.count && this.#goesOn; this.#phase++) {
        await Promise.all([this.#runPhase(), planning]);
      }
      if (this.#goesOn) await this.#prepare(this.#phases.count);
    } catch (error) {
      this.#failure ??= toErrorData(error);
    }
    // Stopped before its first phase, it may still be listing folders on a thread of its own.
    await planning.catch(() => undefined);
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    await this.#queue.onIdle();
    if (this.#isBounded) this.#recorder.flush();
    this.#options.measuring?.onSettled();
    await this.executor.shutdown({ cancelQueued: true });
    await this.#recorder.finish();
    if (this.#failure !== null) return { state: 'failed', error: this.#failure };
    switch (this.#stop) {
      case 'pause':
        return { state: 'paused', error: null };
      case 'interrupt':
        return { state: 'interrupted', error: null };
      case 'cancel':
        return { state: 'cancelled', error: null };
      case null:
        return { state: 'done', error: null };
    }
  }

  /** Running tasks end as soon as they notice; they go back to the queue unless the job is cancelled. */
  stop(reason: StopReason): void {
    if (this.#stop !== null && reason !== 'cancel') return;
    this.#stop = reason;
    for (const { handle } of this.#running.values()) handle?.cancel();
    this.#checkSettled();
  }

  /** Bytes per second of this job; `null`: no limit. */
  limitRate(rate: number | null): void {
    this.#rate.set(rate);
  }

  hosts(): readonly HostState[] {
    return this.#admission.hosts();
  }

  async resize(workers: number): Promise<void> {
    const resized = this.executor.resize(workers);
    this.#queue.concurrency = this.#concurrency;
    this.#planDraw();
    await resized;
  }

  get #concurrency(): number {
    const { mode, concurrency, size } = this.executor;
    if (mode === 'thread-per-task') return concurrency;
    if (this.#options.job.summary.kind !== 'download') return concurrency * BATCHES_IN_HAND;
    return concurrency + (mode === 'pool' && !this.#isBounded ? size * DOWNLOADS_AHEAD : 0);
  }

  get #isBounded(): boolean {
    return this.#options.measuring?.isBounded === true;
  }

  async #plan(): Promise<void> {
    const { job, tasks, threads, vault, onWorkDirectory } = this.#options;
    let ordinal = tasks.nextOrdinal(this.#jobId);
    for await (const chunk of planJob(job.spec, job.planCursor, {
      threads,
      vault,
      tasks,
      jobId: this.#jobId,
      onWorkDirectory,
    })) {
      if (this.#stop !== null || this.#failure !== null) return;
      const { settled, added, bytesKnown, bytesDone } = tasks.insert(
        this.#jobId,
        ordinal,
        chunk.tasks,
        chunk.cursor,
      );
      ordinal += chunk.tasks.length;
      for (const state of ['queued', 'done', 'failed', 'skipped'] as const)
        this.#counts[state] += added[state];
      this.#bytesKnown += bytesKnown;
      this.#bytesDone += bytesDone;
      const hosts = new Set<string>();
      for (const task of chunk.tasks)
        if (task.settled === null && task.phase === this.#phase) hosts.add(task.host);
      const runsMeanwhile = !this.#phases.afterPlanning;
      if (runsMeanwhile) for (const host of hosts) this.#admission.announce(host);
      // What planning settled (no URL, no regular file) is news like any other task that settles.
      this.#options.onRecorded(settled);
      this.#options.onProgress();
      this.#planDraw();
      // Others get their turn between chunks; with much to do already there is no hurry.
      await pause(runsMeanwhile && this.#counts.queued > ENOUGH_PLANNED ? PLAN_PAUSE_MS : 0);
    }
    tasks.markPlanned(this.#jobId);
    this.#planned = true;
    this.#options.onProgress();
    this.#checkSettled();
  }

  get #goesOn(): boolean {
    return this.#stop === null && this.#failure === null;
  }

  /** Runs the tasks of the phase that it is in. Those of the first may still be planned. */
  async #runPhase(): Promise<void> {
    await this.#prepare(this.#phase);
    if (!this.#goesOn) return;
    this.#settled = Promise.withResolvers();
    this.#admission.startOver();
    for (const host of this.#options.tasks.hosts(this.#jobId, this.#phase)) this.#admission.announce(host);
    this.#planDraw();
    await this.#settled.promise;
  }

  /** What the phases before have left to the next one, once all of it is stored. */
  async #prepare(phase: number): Promise<void> {
    this.#recorder.flush();
    await this.#phases.prepare(phase, this.#options.tasks, this.#jobId, {
      onSettled: this.#options.onRecorded,
      goesOn: () => this.#goesOn,
    });
    const { counts, bytesDone, bytesKnown } = this.#options.tasks.counts(this.#jobId);
    this.#counts = { ...counts };
    this.#bytesDone = bytesDone;
    this.#bytesKnown = bytesKnown;
    const { spec } = this.#options.job;
    if (spec.kind === 'copy' && spec.options.mirror && phase === COPY_PHASES.extras) {
      this.#withheld = withheldBy(await mirrorObstacles(this.#options.tasks, this.#jobId));
    }
  }

  #planDraw(): void {
    if (this.#drawPlanned) return;
    this.#drawPlanned = true;
    queueMicrotask(() => {
      this.#drawPlanned = false;
      try {
        this.#draw();
      } catch (error) {
        this.#fail(toErrorData(error));
      }
    });
  }

  /** Fills the queue up to its concurrency: what waits, waits in the database. */
  #draw(): void {
    while (this.#goesOn) {
      if (this.#queue.size + this.#queue.pending >= this.#queue.concurrency) return;
      const tasks = this.#nextTasks();
      if (tasks.length === 0) break;
      void this.#queue
        .add(() => this.#attemptAll(tasks))
        .catch((error: unknown) => {
          this.#fail(toErrorData(error));
        });
    }
    const wake = this.#admission.nextWakeMs();
    this.#waitingUntilMs = wake;
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    this.#wakeTimer =
      wake === null || this.#stop !== null
        ? null
        : setTimeout(
            () => {
              this.#planDraw();
            },
            Math.min(Math.max(1, wake - Date.now()), LONGEST_TIMER_MS),
          );
    this.#checkSettled();
  }

  /** What takes one place in the queue: small files many at once. */
  #nextTasks(): DrawnTask[] {
    const isSingle =
      this.executor.mode === 'thread-per-task' || this.#options.job.summary.kind === 'download';
    const most = isSingle ? 1 : FILES_IN_BATCH;
    const tasks: DrawnTask[] = [];
    while (tasks.length < most) {
      const task = this.#admission.next();
      if (task === null) break;
      tasks.push(task);
      if (task.size === null || task.size > SMALL_TASK_BYTES) break;
    }
    return tasks;
  }

  #checkSettled(): void {
    if (this.#running.size > 0 || this.#queue.size > 0) return;
    const over = this.#stop !== null || this.#failure !== null;
    if (over || (this.#planned && this.#admission.isEmpty && this.#admission.inFlight === 0)) {
      this.#settled.resolve();
    }
  }

  #fail(error: ErrorData): void {
    this.#failure ??= error;
    for (const { handle } of this.#running.values()) handle?.cancel();
    this.#checkSettled();
  }

  /** Ends, and leaves its place, when half of them have ended: one that hangs must not hold up those behind it. */
  #attemptAll(tasks: readonly DrawnTask[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let left = tasks.length;
    const few = Math.floor(left / 2);
    const onEnd = (): void => {
      left -= 1;
      if (left <= few) resolve();
    };
    for (const task of tasks) this.#attempt(task).then(onEnd, reject);
    return promise;
  }

  async #attempt(task: DrawnTask): Promise<void> {
    const running: Running = { task, handle: null };
    if (this.#stop !== null || this.#failure !== null) {
      this.#release(task);
      return;
    }
    const attempt = task.attempts + 1;
    const { spec } = this.#options.job;
    const order: TaskOrder = {
      id: task.id,
      type: task.type,
      source: task.source,
      target: task.target,
      size: task.size,
      root: task.root,
      attempt,
      ...(task.grouping === null ? {} : { grouping: task.grouping }),
      ...this.#expectedOrder(task),
      ...(spec.kind === 'copy' ? this.#copyOrder(task) : this.#downloadOrder(task)),
    };
    let timing: TaskTiming | null = null;
    let sign: HostSign | null = null;
    let trouble: string | null = null;
    const slot = this.#running.add(running);
    this.#move('queued', 'running');
    try {
      if (task.type === 'extra' && this.#withheld !== null) {
        const withheld = {
          bytes: 0,
          target: task.target,
          finding: 'withheld',
          reason: this.#withheld,
        } as const;
        this.#settle(task, attempt, null, 'skipped', { state: 'skipped', ...withheld });
        return;
      }
      running.handle = this.executor.submit(order, {
        weight: task.type === 'url' ? null : task.size,
        onNote: (note) => {
          this.#onNote(task, note as PartialNote | WorkDirectoryNote);
        },
        onTiming: (measured) => {
          timing = measured;
        },
      });
      const outcome = await running.handle.promise;
      sign = 'answered';
      if (outcome.next === undefined) this.#settle(task, attempt, timing, outcome.state, outcome);
      else this.#goOn(task, timing, outcome, outcome.next);
    } catch (error) {
      sign = signOf(error);
      trouble = error instanceof HeddleError ? error.message : null;
      this.#onFailure(task, attempt, timing, error);
    } finally {
      this.#running.take(slot);
      this.#release(task, sign, trouble);
    }
  }

  #onNote(task: DrawnTask, note: PartialNote | WorkDirectoryNote): void {
    if ('workDirectory' in note) {
      this.#options.onWorkDirectory(note.workDirectory);
      return;
    }
    this.#partials.add(task.id);
    this.#recorder.note(task.id, note);
  }

  /** The first name of a file with several, and what is on the device of a large one. */
  #copyOrder(task: DrawnTask): Pick<TaskOrder, 'linkTo' | 'partial'> {
    const { tasks } = this.#options;
    const hasPartial = this.#partials.has(task.id);
    if (hasPartial) this.#recorder.flush();
    const first =
      task.type === 'hardlink' && task.inode !== null ? tasks.firstOfInode(this.#jobId, task.inode) : null;
    // What was left at the target has another content.
    const isThere = first?.state === 'done' || first?.finding === 'unchanged';
    return {
      ...(hasPartial ? { partial: tasks.partial(task.id) } : {}),
      ...(isThere && first.target !== null ? { linkTo: first.target } : {}),
    };
  }

  /** What a file system cannot keep is told once for a job, not for each file. */
  #tellLost(lost: readonly Lost[]): void {
    for (const what of lost) {
      if (this.#lost.has(what)) continue;
      this.#lost.add(what);
      this.#options.onNotice(lostNotice(what, this.#options.job.summary.folder));
    }
  }

  #expectedOrder(task: DrawnTask): Pick<TaskOrder, 'expected'> {
    if (this.#options.job.spec.kind !== 'verify' || typeof task.request !== 'string') return {};
    return { expected: JSON.parse(task.request) as ExpectedFile };
  }

  #downloadOrder(task: DrawnTask): Pick<TaskOrder, 'download'> {
    if (task.type !== 'url') return {};
    const known = this.#whatIsKnown(task);
    if (task.request === null && known === null && !this.#partials.has(task.id)) return {};
    // What it told last may not be stored yet.
    if (this.#partials.has(task.id)) this.#recorder.flush();
    const { tasks, vault } = this.#options;
    return {
      download: {
        entry: task.request === null ? null : openRequest(task.request, vault),
        partial: this.#partials.has(task.id) ? tasks.partial(task.id) : null,
        ...known,
      },
    };
  }

  /** Where only newer files are wanted: what the entry became before, and whose its name is. */
  #whatIsKnown(task: DrawnTask): { readonly known: KnownFile | null; readonly isForeign: boolean } | null {
    const { job, tasks, vault } = this.#options;
    if (job.spec.kind !== 'download' || job.spec.options.existing !== 'newer') return null;
    const { directory } = job.spec;
    const entry = entryOf(task, vault);
    const key = keyOf(entry);
    const target = expectedTarget(entry, directory);
    const isForeign = tasks
      .knownOfOthers(target, key)
      .some((other) => samePath(other, target) || isOneEntry(other, target));
    return { known: tasks.knownFile(key, directory), isForeign };
  }

  #nowKnown(task: DrawnTask, file: KnownFile | undefined): Pick<TaskChange, 'known'> {
    const { job, vault } = this.#options;
    if (file === undefined || job.spec.kind !== 'download') return {};
    return { known: { key: keyOf(entryOf(task, vault)), directory: job.spec.directory, file } };
  }

  #release(task: DrawnTask, sign: HostSign | null = null, trouble: string | null = null): void {
    this.#admission.release(task.host, sign, trouble);
    // Only after this function has returned is its place in the queue free. One draw serves all that end in a turn.
    if (this.#drawComes) return;
    this.#drawComes = true;
    setImmediate(() => {
      this.#drawComes = false;
      this.#planDraw();
    });
  }

  #onFailure(task: DrawnTask, attempt: number, timing: TaskTiming | null, thrown: unknown): void {
    const aborted = thrown instanceof DOMException && thrown.name === 'AbortError';
    const error = aborted ? null : toErrorData(thrown);
    if (error?.code === 'executor-broken') {
      this.#move('running', 'queued');
      this.#fail(error);
      return;
    }
    if (aborted || (this.#stop !== null && error?.retryable === true)) {
      if (this.#stop === 'cancel') this.#settle(task, attempt, timing, 'cancelled', null);
      else this.#move('running', 'queued');
      return;
    }
    if (error === null) return;
    const delay = retryDelayMs(error, attempt, this.#retryPolicy(task));
    if (delay === null) {
      this.#settle(task, attempt, timing, 'failed', null, error);
      return;
    }
    const notBeforeMs = Date.now() + delay;
    if (error.retryAfterMs !== undefined) this.#admission.hold(task.host, Date.now() + error.retryAfterMs);
    this.#drawStrip(task, timing, 'failed');
    this.#move('running', 'queued');
    this.#recorder.record({
      ...this.#change(task, attempt, timing),
      to: 'queued',
      notBeforeMs,
      error,
      failedAttempt: true,
    });
    this.#admission.retry({ ...task, attempts: attempt, notBeforeMs });
  }

  /** It is not at its end: a later phase goes on with it. */
  #goOn(
    task: DrawnTask,
    timing: TaskTiming | null,
    outcome: TaskOutcome,
    next: NonNullable<TaskOutcome['next']>,
  ): void {
    this.#drawStrip(task, timing, 'done');
    this.#move('running', 'queued');
    this.#recorder.record({
      ...this.#change(task, 0, timing),
      endedAtMs: null,
      digests: outcome.digests ?? this.#knownDigests(outcome),
      grouping: next.grouping ?? null,
      next,
    });
  }

  /** What need not be read when the task goes on. */
  #knownDigests({ identity }: TaskOutcome): Digests | null {
    if (identity === undefined) return null;
    return this.#options.tasks.digestCache.known([identity], ['blake3']).get(identity) ?? null;
  }

  #settle(
    task: DrawnTask,
    attempt: number,
    timing: TaskTiming | null,
    state: SettledState,
    outcome: TaskOutcome | null,
    error: ErrorData | null = null,
  ): void {
    this.#tellLost(outcome?.lost ?? []);
    const bytes = outcome?.bytes ?? 0;
    // Of what was brought up to date no byte was copied.
    const size = state === 'done' && outcome?.finding !== 'updated' ? bytes : null;
    this.#drawStrip(task, timing, state);
    this.#move('running', state);
    if (state === 'done') {
      this.#bytesDone += bytes;
      if (size !== null) this.#bytesKnown += bytes - (task.size ?? 0);
      if (timing !== null) {
        this.bytesByWorker.set(timing.worker, (this.bytesByWorker.get(timing.worker) ?? 0) + bytes);
      }
    }
    this.#recorder.record(
      {
        ...this.#change(task, attempt, timing),
        to: state,
        bytes,
        size,
        target: outcome?.target ?? null,
        digests: outcome?.digests ?? error?.found ?? null,
        facts: withQueueTime(outcome?.facts ?? null, timing),
        copied: outcome?.copied ?? null,
        finding: outcome?.finding ?? this.#findingOf(error),
        identity: outcome?.identity ?? null,
        grouping: outcome?.grouping ?? null,
        error: error ?? outcome?.reason ?? null,
        failedAttempt: error !== null,
        ...this.#nowKnown(task, outcome?.known),
      },
      outcome?.release,
    );
  }

  /** Of a task that failed: its error's code says what was found; what could not be checked is `unreadable`. */
  #findingOf(error: ErrorData | null): Finding | null {
    if (error === null) return null;
    if (KNOWN_FINDINGS.has(error.code)) return error.code as Finding;
    return this.#options.job.spec.kind === 'verify' ? 'unreadable' : null;
  }

  #change(task: DrawnTask, attempt: number, timing: TaskTiming | null): TaskChange {
    return {
      id: task.id,
      // A task that runs is `queued` in the database: if this process dies, it is.
      from: 'queued',
      to: 'queued',
      attempts: attempt,
      worker: timing?.worker ?? null,
      startedAtMs: timing?.startedAtMs ?? null,
      endedAtMs: timing?.endedAtMs ?? nowMs(),
      notBeforeMs: null,
      bytes: 0,
      knownSize: task.size,
      size: null,
      target: null,
      digests: null,
      facts: null,
      copied: null,
      finding: null,
      identity: null,
      error: null,
      failedAttempt: false,
    };
  }

  #drawStrip(task: DrawnTask, timing: TaskTiming | null, outcome: SettledState): void {
    if (timing === null) return;
    this.#options.measuring?.onTask(task.name, timing, outcome === 'failed');
    this.strips.add(timing.worker, timing.lane, timing.startedAtMs, timing.endedAtMs, outcome, task.name);
  }

  #move(from: TaskState, to: TaskState): void {
    this.#counts[from] -= 1;
    this.#counts[to] += 1;
  }

  /** Of a task that the executor has; '' for others. */
  taskName(id: number): string {
    return this.#running.values().find(({ task }) => task.id === id)?.task.name ?? '';
  }

  /** Ids of the tasks that run at this moment; those that wait for a thread do not. */
  runningIds(): number[] {
    return this.executor.read().flatMap(({ running }) => running.map(({ input }) => input.id));
  }

  #retryPolicy(task: DrawnTask): RetryPolicy {
    const { retryPolicy, job, vault } = this.#options;
    const policy = retryPolicy ?? DEFAULT_RETRY_POLICY;
    if (job.spec.kind !== 'download') return policy;
    const { retries, retryBaseMs, retryAll } = job.spec.options;
    const { method } = task.request === null ? { method: 'GET' } : openRequest(task.request, vault);
    // RFC 9110 §9.2.2: the call may have had its effect although its answer did not come.
    if (!retryAll && !isIdempotent(method)) return { ...policy, maxAttempts: 1 };
    return retryPolicy ?? { ...policy, maxAttempts: retries + 1, baseMs: retryBaseMs };
  }

  #workerOptions(): WorkerOptions {
    const { job, vault, settings } = this.#options;
    const { spec } = job;
    switch (spec.kind) {
      case 'download': {
        const secrets = JSON.parse(vault.open(Buffer.from(spec.secrets, 'base64'))) as Pick<
          DownloadOptions,
          SecretOption
        >;
        return {
          kind: 'download',
          directory: spec.directory,
          workDirectory: spec.workDirectory,
          options: {
            ...spec.options,
            ...secrets,
            proxy: secrets.proxy ?? settings.proxy,
            caFile: spec.options.caFile ?? settings.caFile,
          },
          rates: [this.#rate.buffer, this.#options.sharedRate.buffer],
        };
      }
      case 'hash':
        return {
          kind: 'hash',
          algorithms: spec.algorithms,
          cache: spec.cache,
          duplicates: spec.duplicates,
        };
      case 'verify':
        return { kind: 'verify', folders: spec.folders };
      case 'copy':
        return {
          kind: 'copy',
          roots: spec.roots,
          options: spec.options,
          rules: spec.rules,
          algorithms: spec.algorithms,
        };
      default:
        throw new HeddleError('bad-request', 'This kind of job is not known.');
    }
  }
}

function entryOf(task: DrawnTask, vault: Vault): DownloadEntry {
  return task.request === null ? plainEntry(displayPath(task.source)) : openRequest(task.request, vault);
}

/** Of all that an entry asks: another header may bring another file. */
function keyOf(entry: DownloadEntry): string {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex');
}

/** Where the file goes if the answer gives it no other name. */
function expectedTarget({ urls, fileName, directory }: DownloadEntry, root: FsPath): FsPath {
  const name = expectedFileName(fileName, new URL(urls[0] ?? ''));
  return joinPath(directory === null ? root : joinPath(root, directory), name);
}

/** What the worker cannot know: how long the task waited for it. */
function withQueueTime(facts: DownloadFacts | null, timing: TaskTiming | null): DownloadFacts | null {
  if (facts === null || timing === null) return facts;
  const queueMs = Math.max(0, timing.startedAtMs - timing.submittedAtMs);
  return { ...facts, times: { ...facts.times, queueMs } };
}

const LOST_SENTENCES: Readonly<Record<Lost, string>> = {
  owner: 'Owners and groups',
  mode: 'Permissions',
  attributes: 'Some extended attributes or access control lists',
  times: 'Times',
};

function lostNotice(what: Lost, place: string): ErrorData {
  return {
    code: `${what}-not-kept`,
    message: `${LOST_SENTENCES[what]} could not be kept in ${place}. Everything else of the files is copied.`,
    retryable: false,
  };
}

const KNOWN_FINDINGS: ReadonlySet<string> = new Set(FINDINGS);

/** What a failure says of the host: 404 is an answer like any other. */
function signOf(error: unknown): HostSign | null {
  if (!(error instanceof HeddleError)) return null;
  if (/^(?:http-(?:429|503)|connection-|timeout-)/u.test(error.code)) return 'refused';
  return error.code.startsWith('http-') ? 'answered' : null;
}
