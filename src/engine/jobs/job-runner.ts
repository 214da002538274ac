/**
 * Runs one job: plans it, draws its queued tasks by the packet into a p-queue,
 * hands them to the executor, records what came of them. The queue decides
 * *when* a packet may start, the executor *where* it runs. A place in the queue
 * is free again only when the work has truly ended, or half of a packet's has.
 */
import PQueue from 'p-queue';
import type { OutcomeColumns } from '../../common/model/answer';
import { toErrorData, type ErrorData } from '../../common/model/errors';
import { packetOrder, pickTasks, valueAt, type Packet, type PacketOrder } from '../../common/model/packet';
import type { JobFrame } from '../../common/model/frames';
import type { HostState } from '../../common/model/responses';
import { LONGEST_TIMER_MS } from '../../common/model/units';
import { nowMs } from '../../common/threads/board';
import { endsNow } from '../../common/threads/ends';
import { RateLimit } from '../../common/threads/rate-limit';
import type { WorkerOptions } from '../../common/threads/worker-options';
import { createExecutor, IdleReasons, type Executor, type PacketHandle, type TimedEnds } from '../pool';
import { onceUnlocked } from '../store/database';
import type { DrawCursor, Drawn } from '../store/packet-store';
import type { TaskStore } from '../store/task-store';
import type { Becomes } from '../store/task-writes';
import { Admission, signOf } from './admission';
import { attemptEnd, type EndRules } from './attempt-ends';
import { Capacity } from './capacity';
import { JobTally } from './job-tally';
import { kindOf, type Kind } from './kinds';
import { Network } from './network';
import { PlanTurns } from './plan-turns';
import { Recorder } from './recorder';
import { Room } from './room';
import { DEFAULT_RETRY_POLICY } from './retry-policy';
import { STOPPED_STATES, type RunnerOptions, type RunResult, type StopReason } from './runner-options';
import { runningNow, type WorkerNow } from './running-now';
import type { PlacesGroup } from './hosts';
import { FlowWatch } from './flow-watch';

export class JobRunner {
  readonly executor: Executor<PacketOrder, OutcomeColumns>;
  readonly tally: JobTally;
  readonly rules: EndRules;
  readonly startedAtMs = nowMs();
  readonly #options: RunnerOptions;
  readonly #jobId: number;
  readonly #kind: Kind;
  readonly #queue: PQueue;
  readonly #admission: Admission;
  readonly #flow: FlowWatch;
  readonly #idleReasons = new IdleReasons();
  readonly #recorder: Recorder;
  readonly #capacity: Capacity;
  /** Where further connections of its files are counted. */
  readonly #places: PlacesGroup | null;
  readonly #running = new Map<PacketHandle, Packet>();
  /** Tasks that something is on disk of. */
  readonly #partials: Set<number>;
  /** Tasks whose rows this phase has written although they are queued: they are not drawn once more. */
  readonly #retried = new Set<number>();
  /** The speed limit of this job. */
  readonly #rate = new RateLimit();
  #planned: boolean;
  #phase = 0;
  #stop: StopReason | null = null;
  #failure: ErrorData | null = null;
  #wakeTimer: NodeJS.Timeout | null = null;
  #drawPlanned = false;
  #waitingUntilMs: number | null = null;
  #settled = Promise.withResolvers<void>();

  constructor(options: RunnerOptions) {
    const { tasks, threads, settings, sharedRate, hosts } = options;
    const { summary, spec } = options.job;
    this.#options = options;
    this.#jobId = summary.id;
    this.tally = new JobTally(summary, options.measuring?.onTask ?? null);
    this.#planned = summary.planned;
    this.#partials = new Set(tasks.partials.ids(this.#jobId));
    if (spec.kind === 'download') this.#rate.set(spec.options.limitRate);
    this.#places = spec.kind === 'download' && !this.#isBounded ? hosts.takeGroup() : null;
    this.#kind = kindOf({
      ...options,
      places: { memory: hosts.memory, job: this.#places?.index ?? -1 },
      rates: [this.#rate, sharedRate],
      partial: (id) => this.#partial(id),
    });
    const { writesTo } = this.#kind;
    const waits = options.waits === true;
    this.rules = {
      room: waits && writesTo !== null ? new Room(writesTo) : null,
      network: waits && spec.kind === 'download' ? new Network() : null,
      retryPolicy: (packet, task) =>
        this.#kind.retryPolicy(packet, task, options.retryPolicy ?? DEFAULT_RETRY_POLICY),
      partial: (id) => this.#partial(id),
    };
    this.#capacity = new Capacity(summary, this.#kind, settings, this.#isBounded);
    this.executor = createExecutor<WorkerOptions, PacketOrder, OutcomeColumns>({
      mode: summary.mode,
      size: this.#capacity.size,
      tasksPerWorker: this.#capacity.lanes,
      threads,
      workerOptions: this.#kind.workerOptions(),
      idleReasons: this.#idleReasons,
      isExact: options.measuring !== undefined,
    });
    this.#queue = new PQueue({ concurrency: this.#capacity.queueConcurrency(this.executor) });
    this.#admission = new Admission({
      limitPerHost: this.#isBounded ? Infinity : this.#kind.limitPerHost,
      firstPerHost: this.#kind.firstPerHost,
      hosts,
      places: this.#places?.group ?? null,
      connections: () => this.#capacity.connections ?? Infinity,
      lanes: () => ({ count: this.executor.concurrency, ahead: this.#capacity.ahead(this.executor) }),
      draw: (host, after) => this.#drawStored(host, after),
      idleReasons: this.#idleReasons,
      onRoom: () => {
        this.#planDraw();
      },
    });
    this.#flow = new FlowWatch(
      this.#admission,
      () => this.executor.read(),
      (handle) => this.#running.get(handle)?.host ?? '',
      () => {
        this.#planDraw();
      },
    );
    this.#recorder = new Recorder(
      tasks,
      this.#jobId,
      (settled) => {
        if (this.#retried.size > 0) for (const { id } of settled) this.#retried.delete(id);
        options.onRecorded(settled);
      },
      (error) => {
        this.#fail(toErrorData(error));
      },
    );
  }

  get planned(): boolean {
    return this.#planned;
  }

  get rowWrites(): number {
    return this.#recorder.writes;
  }

  /** When the next retry or held host is due, if nothing else can run until then. */
  get waitingUntilMs(): number | null {
    return this.#running.size === 0 ? this.#waitingUntilMs : null;
  }

  /** The host whose pause is over first, of those that asked for one, and why. */
  get heldHost(): { readonly name: string; readonly lastError: string | null } | null {
    return this.#admission.heldHost;
  }

  /** Runs until every task is settled or {@link stop} is called. @throws when the last results cannot be stored */
  async run(): Promise<RunResult> {
    const { phases } = this.#kind;
    const planning = this.#planned ? Promise.resolve() : this.#plan();
    try {
      // Nothing runs until then: tasks are announced as their phase begins.
      if (phases.afterPlanning) await planning;
      for (; this.#phase < phases.count && this.#goesOn; this.#phase++) {
        await Promise.all([this.#runPhase(), planning]);
        // The next phase is for when all of this one has settled.
        if (this.rules.room?.isLacking === true) break;
      }
      if (this.#phase === phases.count && this.#goesOn) await this.#prepare(phases.count);
    } catch (error) {
      this.#failure ??= toErrorData(error);
    }
    // Stopped before its first phase, it may still be listing folders on a thread of its own.
    await planning.catch(() => undefined);
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    this.#flow.stop();
    await this.#queue.onIdle();
    if (this.#isBounded) this.#recorder.flush();
    this.#options.measuring?.onSettled();
    await this.executor.shutdown({ cancelQueued: true });
    this.#admission.close();
    if (this.#places !== null) this.#options.hosts.giveGroup(this.#places.index);
    await this.#recorder.finish();
    if (this.#failure !== null) return { state: 'failed', error: this.#failure };
    if (this.#stop !== null) return { state: STOPPED_STATES[this.#stop], error: null };
    if (this.rules.room?.isLacking === true) return { state: 'paused', error: this.rules.room.lack() };
    return { state: 'done', error: null };
  }

  /** Running tasks end as soon as they notice; they go back to the queue unless the job is cancelled. */
  stop(reason: StopReason): void {
    if (this.#stop !== null && reason !== 'cancel') return;
    this.#stop = reason;
    for (const handle of this.#running.keys()) handle.cancel();
    this.#checkSettled();
  }

  /** Bytes per second of this job; `null`: no limit. */
  limitRate(rate: number | null): void {
    this.#rate.set(rate);
  }

  hosts(): readonly HostState[] {
    const running = new Map<string, number>();
    for (const { handle } of this.executor.read().flatMap((worker) => worker.running)) {
      const host = this.#running.get(handle)?.host;
      if (host !== undefined) running.set(host, (running.get(host) ?? 0) + 1);
    }
    return this.#admission.hosts(running);
  }

  async resize(workers: number): Promise<void> {
    const resized = this.executor.resize(workers);
    this.#queue.concurrency = this.#capacity.queueConcurrency(this.executor);
    this.#planDraw();
    await resized;
  }

  /** Changes how many connections it has at once. */
  async connect(connections: number): Promise<void> {
    this.#capacity.connections = connections;
    this.#admission.expect(connections);
    await this.resize(this.#capacity.threadsFor(connections, this.executor));
  }

  /** Connections under way, and how many there may be; `null`: it needs none. @param running tasks */
  connections(running: number): JobFrame['connections'] {
    const { connections: most } = this.#capacity;
    return most === null ? null : { open: running + this.#further, most };
  }

  /** Connections of files beside their first ones. */
  get #further(): number {
    return this.#places?.group.taken ?? 0;
  }

  /** What runs at this moment, by worker; tasks that wait for a thread do not. */
  runningNow(): WorkerNow[] {
    return runningNow(this.executor.read(), this.#running);
  }

  /** Tasks that have ended, of which the database does not know yet. */
  unwritten(): readonly number[] {
    return this.#recorder.unwritten();
  }

  get #isBounded(): boolean {
    return this.#options.measuring?.isBounded === true;
  }

  get #goesOn(): boolean {
    return this.#stop === null && this.#failure === null && this.rules.room?.isUsedUp !== true;
  }

  async #plan(): Promise<void> {
    const { job, tasks } = this.#options;
    const runsMeanwhile = !this.#kind.phases.afterPlanning;
    let ordinal = tasks.packets.nextOrdinal(this.#jobId);
    const turns = new PlanTurns();
    for await (const chunk of this.#kind.plan(job.planCursor)) {
      if (!this.#goesOn) return;
      const planned = await onceUnlocked(() => tasks.packets.add(this.#jobId, ordinal, chunk));
      ordinal += chunk.count;
      this.tally.planned(planned);
      if (runsMeanwhile)
        for (const { phase, host } of planned.hosts)
          if (phase === this.#phase) this.#admission.announce(host);
      // What planning settled (no URL, no regular file) is news like any other task that settles.
      this.#options.onRecorded(planned.settled);
      this.#options.onProgress();
      this.#planDraw();
      await turns.giveOne(runsMeanwhile ? this.tally.counts.queued : 0);
    }
    await onceUnlocked(() => {
      tasks.packets.markPlanned(this.#jobId);
    });
    this.#planned = true;
    this.#options.onProgress();
    this.#checkSettled();
  }

  /** Runs the tasks of the phase that it is in. Those of the first may still be planned. */
  async #runPhase(): Promise<void> {
    await this.#prepare(this.#phase);
    if (!this.#goesOn) return;
    this.#settled = Promise.withResolvers();
    // Some of them go on in this phase.
    this.#retried.clear();
    this.#admission.startOver();
    const { packets } = this.#options.tasks;
    for (const host of packets.hosts(this.#jobId, this.#phase)) this.#admission.announce(host);
    for (const [host, until] of packets.holds(this.#jobId, this.#phase)) this.#admission.hold(host, until);
    this.#planDraw();
    await this.#settled.promise;
  }

  /** What the phases before have left to the next one, once all of it is stored. */
  async #prepare(phase: number): Promise<void> {
    const { tasks, onRecorded } = this.#options;
    this.#idleReasons.set('mainThread');
    this.#recorder.flush();
    await this.#kind.phases.prepare(phase, tasks, this.#jobId, {
      onSettled: onRecorded,
      goesOn: () => this.#goesOn,
    });
    this.tally.reset(tasks.rows.counts(this.#jobId));
    await this.#kind.beginPhase?.(phase);
  }

  #planDraw(): void {
    if (this.#drawPlanned) return;
    this.#drawPlanned = true;
    // All that ends in one turn is followed by one draw, when the places of what has ended are free.
    setImmediate(() => {
      this.#drawPlanned = false;
      this.#guard(() => {
        this.#draw();
      });
    });
  }

  /** The database may refuse whatever is asked of it (a full disk, say): that ends the job, and nothing else. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(toErrorData(error));
    }
  }

  /** Fills the queue up to its concurrency: what waits, waits in the database. */
  #draw(): void {
    const isSingle = this.executor.mode === 'thread-per-task';
    const { network } = this.rules;
    while (this.#goesOn) {
      const further = this.#further;
      const room = this.#capacity.mostTasks(this.executor) - this.tally.counts.running - further;
      // The next one that ends is followed by a draw; while enough lies ready there is no hurry.
      const isFull =
        room <= this.#capacity.ahead(this.executor) / 2 ||
        this.#queue.size + this.#queue.pending >= this.#queue.concurrency;
      if (isFull) this.#idleReasons.set('mainThread');
      if (isFull && further === 0) return;
      const most = isSingle ? 1 : Math.min(this.#kind.tasksInPacket, room);
      const begun = this.#queue.size + this.#running.size;
      const packet = isFull ? null : this.#admission.next(network?.room(most, begun) ?? most);
      if (packet === null) break;
      void this.#queue
        .add(() => this.#attempt(packet))
        .catch((error: unknown) => {
          this.#fail(toErrorData(error));
        });
    }
    const wake = (this.#waitingUntilMs = network?.nextLookMs ?? this.#admission.nextWakeMs());
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    this.#flow.lookSoon();
    if (wake !== null && this.#goesOn) {
      const waitMs = Math.min(Math.max(1, wake - nowMs()), LONGEST_TIMER_MS);
      this.#wakeTimer = setTimeout(() => {
        this.#planDraw();
      }, waitMs);
    }
    this.#checkSettled();
  }

  #drawStored(host: string, after: DrawCursor): Drawn | null {
    const drawn = this.#options.tasks.packets.draw(this.#jobId, this.#phase, host, after);
    if (drawn === null || this.#retried.size === 0 || drawn.packet.stored !== null) return drawn;
    const { packet, cursor } = drawn;
    const fresh = packet.ids.flatMap((id, task) => (this.#retried.has(id) ? [] : [task]));
    return { packet: pickTasks(packet, fresh), cursor };
  }

  #checkSettled(): void {
    if (this.#running.size > 0 || this.#queue.size > 0) return;
    if (!this.#goesOn || (this.#planned && this.#admission.isEmpty && this.#admission.inFlight === 0)) {
      this.#settled.resolve();
    }
  }

  #fail(error: ErrorData): void {
    this.#failure ??= error;
    for (const handle of this.#running.keys()) handle.cancel();
    this.#checkSettled();
  }

  /** Ends, and leaves its place, when half of the packet has ended: a task that hangs must not hold up those behind it. */
  async #attempt(packet: Packet): Promise<void> {
    const count = packet.ids.length;
    if (!this.#goesOn) {
      this.#giveBack(packet, count);
      return;
    }
    this.tally.move('queued', 'running', count);
    const results = this.#kind.withheld?.(packet) ?? null;
    if (results !== null) {
      const ends = endsNow([...packet.ids.keys()], { how: 'done', results });
      this.#onEnds(packet, { ...ends, worker: null, submittedAtMs: nowMs() });
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = count;
    // The pool is broken: what has not settled never will.
    const abandon = (error: unknown): void => {
      this.tally.move('running', 'queued', left);
      this.#giveBack(packet, left);
      this.#fail(toErrorData(error));
      resolve();
    };
    try {
      const handle = this.executor.submit({
        body: packetOrder(packet, this.#kind.details(packet), nowMs(), this.#admission.placesOf(packet.host)),
        count,
        onEnds: (ends) => {
          left -= ends.tasks.length;
          if (left === 0) this.#running.delete(handle);
          this.#guard(() => {
            this.#onEnds(packet, ends);
          });
          if (left <= Math.floor(count / 2)) resolve();
        },
        onNote: (task, told) => {
          this.#guard(() => {
            this.#onNote(packet.ids[task] ?? 0, told);
          });
        },
      });
      this.#running.set(handle, packet);
      handle.promise.catch((error: unknown) => {
        this.#running.delete(handle);
        abandon(error);
      });
    } catch (error) {
      abandon(error);
    }
    await promise;
  }

  /** Tasks that were admitted and do not run. */
  #giveBack({ host }: Packet, count: number): void {
    for (let task = 0; task < count; task++) this.#admission.release(host);
    this.#planDraw();
  }

  #onNote(id: number, told: unknown): void {
    const note = this.#kind.partialIn?.(told) ?? null;
    if (note === null) return;
    this.#partials.add(id);
    this.#recorder.note(id, note);
  }

  #onEnds(packet: Packet, ends: TimedEnds<OutcomeColumns>): void {
    const errors = new Map(ends.errors);
    const notBefores = new Map<number, number>();
    const again: number[] = [];
    const becomes = ends.tasks.map((task, at): Becomes => {
      const error = errors.get(at) ?? null;
      const { to, retryAtMs, isWithoutNetwork } = attemptEnd(this.rules, packet, ends, at, error, this.#stop);
      if (retryAtMs !== null) notBefores.set(at, retryAtMs);
      if (isWithoutNetwork) again.push(task);
      if (retryAtMs !== null && error?.retryAfterMs !== undefined)
        this.#admission.hold(packet.host, nowMs() + error.retryAfterMs);
      this.tally.ended({ packet, task, ends, at, error }, to);
      const sign = to === null || to === 'cancelled' ? null : signOf(error);
      this.#admission.release(packet.host, sign, error);
      return to;
    });
    if (ends.results !== null) this.#kind.onResults?.(ends.results);
    this.#recorder.record({
      packet,
      ends,
      becomes,
      notBefores,
      findingOf: this.#kind.findingOf,
      ...(this.#kind.knownOf === undefined ? {} : { knownOf: this.#kind.knownOf }),
    });
    for (const [at, notBeforeMs] of notBefores) {
      const task = ends.tasks[at] ?? 0;
      this.#retried.add(packet.ids[task] ?? 0);
      // Its row is written before it is tried again.
      this.#again(packet, task, { stored: null, notBefores: notBeforeMs });
    }
    for (const task of again) this.#again(packet, task, { notBefores: null });
    this.#planDraw();
  }

  #again(packet: Packet, task: number, changed: Partial<Packet>): void {
    const attempts = valueAt(packet.attempts, task) + 1;
    this.#admission.retry({ ...pickTasks(packet, [task]), attempts, ...changed });
  }

  #partial(id: number): ReturnType<TaskStore['partials']['get']> {
    if (!this.#partials.has(id)) return null;
    // What it told last may not be stored yet.
    this.#recorder.flush();
    return this.#options.tasks.partials.get(id);
  }
}
