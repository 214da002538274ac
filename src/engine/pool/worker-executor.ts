/**
 * The executor behind all four modes. They differ in three numbers alone: how
 * many threads, how many lanes on each, and whether a thread lives for one task.
 *
 * What always holds: a task is in exactly one place (waiting, in one thread's
 * hands, or settled); a task settles once; a place has at most one thread
 * alive, and no more places have one than the allowance says; no thread
 * outlives `shutdown({ wait: true })`.
 */
import { MOST_TASKS, nowMs } from '../../common/threads/board';
import { endsNow } from '../../common/threads/ends';
import { HeddleError, fromErrorData, type ErrorData } from '../../common/model/errors';
import type { Mode } from '../../common/model/jobs';
import type { Answer } from '../../common/threads/protocol';
import type {
  Executor,
  ExecutorMeasures,
  ExecutorOptions,
  FewerThreads,
  PacketHandle,
  ShutdownOptions,
  Submission,
  TimedEnds,
  WorkerReading,
} from './executor';
import { Allowance } from './allowance';
import { IdleReasons } from './idle-reasons';
import { nextThread, takeForIdle, type PacketThread } from './handing-out';
import { CANCELLED, crashOf, type Packet, type Unanswered } from './packet';
import { Places, type Place } from './places';
import { Tallies } from './tallies';
import { Thread } from './thread';

const DEFAULT_GRACE_MS = 3000;
/** Threads that die in a row with nothing running: the script itself does not work. */
const MAX_IDLE_DEATHS = 3;

export class WorkerExecutor<Options, Body, Results> implements Executor<Body, Results> {
  readonly mode: Mode;
  readonly started: Promise<void>;
  readonly #options: ExecutorOptions<Options>;
  readonly #lanes: number;
  readonly #graceMs: number;
  readonly #reasons: IdleReasons;
  readonly #allowance: Allowance;
  /** Packets of which some tasks wait. */
  #queue: Packet<Body, Results>[] = [];
  readonly #places = new Places<Body, Results>();
  #size: number;
  readonly #tallies = new Tallies();
  #idleDeaths = 0;
  #dispatchPlanned = false;
  #closed = false;
  #broken: ErrorData | null = null;
  readonly #drained = Promise.withResolvers<void>();
  readonly #allReady = Promise.withResolvers<void>();

  constructor(options: ExecutorOptions<Options>) {
    if (!Number.isInteger(options.size) || options.size < 1) {
      throw new RangeError(`an executor's size is a whole number from 1, not ${options.size}`);
    }
    this.mode = options.mode;
    this.#options = options;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#reasons = options.idleReasons ?? new IdleReasons();
    const oneThread = options.mode === 'sequential' || options.mode === 'event-loop';
    this.#size = oneThread ? 1 : options.size;
    this.#lanes =
      options.mode === 'event-loop'
        ? options.size
        : options.mode === 'pool'
          ? (options.tasksPerWorker ?? 1)
          : 1;
    this.started = this.#allReady.promise;
    // Whoever never looks at it learns of a broken pool from submit.
    this.started.catch(() => undefined);
    if (this.#makesThreadPerTask) this.#allReady.resolve();
    this.#allowance = new Allowance({
      budget: options.threads.budget,
      size: this.#size,
      isExact: options.isExact ?? false,
      ...(options.restAfterMs === undefined ? {} : { restAfterMs: options.restAfterMs }),
      onChange: () => {
        this.#fitThreads();
        this.#planDispatch();
      },
    });
    this.#fillPlaces();
  }

  get #makesThreadPerTask(): boolean {
    return this.mode === 'thread-per-task';
  }

  get size(): number {
    return this.#size;
  }

  get concurrency(): number {
    return this.#size * this.#lanes;
  }

  get fewer(): FewerThreads | null {
    return this.#allowance.fewer;
  }

  submit(submission: Submission<Body, Results>): PacketHandle {
    if (this.#broken !== null) throw this.#brokenError(this.#broken);
    if (this.#closed) {
      throw new HeddleError('executor-shut-down', 'This executor was shut down and takes no more tasks.');
    }
    const { body, count } = submission;
    if (count < 1 || count > MOST_TASKS)
      throw new RangeError(`a packet has 1 to ${MOST_TASKS} tasks, not ${count}`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const packet: Packet<Body, Results> = {
      body,
      submission,
      submittedAtMs: nowMs(),
      handle: {
        promise,
        cancel: () => {
          this.#cancel(packet);
        },
      },
      resolve,
      reject,
      settled: new Uint8Array(count),
      left: count,
      waiting: Array.from({ length: count }, (_, task) => task),
      cancelled: false,
      graceTimer: null,
    };
    this.#queue.push(packet);
    this.#planDispatch();
    return packet.handle;
  }

  async resize(size: number): Promise<void> {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`an executor's size is a whole number from 1, not ${size}`);
    }
    if (this.mode === 'sequential' || this.mode === 'event-loop' || this.#closed || this.#broken) return;
    this.#size = size;
    this.#allowance.resize(size);
    const leaving = this.#places.all.filter((place) => !place.retiring).slice(size);
    const ends = leaving.map((place) => this.#retire(place));
    this.#fillPlaces();
    this.#planDispatch();
    await Promise.all(ends);
  }

  async shutdown({ wait = true, cancelQueued = false }: ShutdownOptions = {}): Promise<void> {
    this.#closed = true;
    if (cancelQueued) for (const packet of this.#queue.splice(0)) this.#settleWaiting(packet, CANCELLED);
    this.#closeWhenIdle();
    if (wait) await this.#drained.promise;
  }

  read(): WorkerReading[] {
    const begun = this.#places.all.filter((place) => place.begun);
    return begun.map(({ worker, thread }) => ({
      worker,
      alive: thread !== null,
      lanes: this.#lanes,
      running:
        thread === null
          ? []
          : thread.board.read().flatMap((reading) => {
              const packet = thread.hands[reading.ticket]?.packet;
              return packet === undefined ? [] : [{ ...reading, handle: packet.handle }];
            }),
    }));
  }

  measures(): ExecutorMeasures {
    return this.#tallies.measures(
      (worker) => this.#places.all.find((place) => place.worker === worker)?.thread ?? null,
    );
  }

  // Threads

  #fillPlaces(): void {
    this.#places.fill(this.#size);
    this.#fitThreads();
  }

  /** As many threads as there may be: first come the places with the lowest numbers, and last they let theirs go. */
  #fitThreads(): void {
    if (this.#broken !== null) return;
    const { threads } = this.#allowance;
    const open = this.#places.all.filter(({ thread, retiring }) => thread?.closing === false && !retiring);
    for (const { thread } of open.slice(threads)) if (thread !== null) this.#letGo(thread);
    if (this.#makesThreadPerTask || (this.#closed && this.#isIdle)) return;
    for (const place of this.#places.free().slice(0, this.#room)) this.#startThread(place);
  }

  /** How many more threads there may be. One that closes counts until it is gone. */
  get #room(): number {
    return Math.max(0, this.#allowance.threads - this.#places.threads().length);
  }

  #startThread(place: Place<Body, Results>): void {
    const { threads, workerOptions } = this.#options;
    const thread: PacketThread<Body, Results> = new Thread(
      threads,
      workerOptions,
      this.#lanes,
      this.#reasons,
      {
        onReady: () => {
          if (this.#room === 0 && this.#places.openThreads().every(({ ready }) => ready))
            this.#allReady.resolve();
          this.#dispatch();
        },
        onBroken: (error) => {
          this.#break(error);
        },
        onNote: (ticket, task, note) => {
          thread.hands[ticket]?.packet.submission.onNote?.(task, note);
        },
        onAnswers: (answers) => {
          this.#onAnswers(place, thread, answers);
        },
        onExit: (crash) => {
          this.#onExit(place, thread, crash);
        },
      },
    );
    place.thread = thread;
    place.begun = true;
    this.#tallies.threadStarted(place.worker);
  }

  #retire(place: Place<Body, Results>): Promise<void> {
    place.retiring = true;
    if (place.thread === null) {
      this.#places.remove(place);
      return Promise.resolve();
    }
    this.#letGo(place.thread);
    return place.thread.exited;
  }

  /** It ends what it runs; others get the rest. */
  #letGo(thread: PacketThread<Body, Results>): void {
    thread.close();
    for (const { packet, tasks } of thread.takeBackAll()) {
      this.#putBack(packet, tasks);
      if (packet.cancelled) this.#settleWaiting(packet, CANCELLED);
    }
  }

  #onExit(place: Place<Body, Results>, thread: PacketThread<Body, Results>, crash: ErrorData | null): void {
    this.#tallies.threadEnded(place.worker, thread);
    place.thread = null;
    const running = thread.board.read();
    // A thread that was terminated for one packet's sake harms none of the others.
    const forced = thread.hands.some(
      (hand) => hand?.packet.cancelled === true && hand.packet.graceTimer === null,
    );
    for (const [ticket, hand] of thread.hands.entries()) {
      if (hand === null) continue;
      const { packet } = hand;
      const open = hand.tasks.filter((task) => packet.settled[task] === 0);
      thread.settled(ticket, hand.left);
      if (this.#broken !== null) continue;
      const ran = new Set(running.filter((each) => each.ticket === ticket).map(({ task }) => task));
      const crashed = packet.cancelled || forced ? [] : open.filter((task) => ran.has(task));
      this.#putBack(packet, crashed.length === 0 ? open : open.filter((task) => !ran.has(task)));
      if (packet.cancelled) this.#settleWaiting(packet, CANCELLED);
      if (crashed.length > 0) this.#settleUnanswered(packet, crashed, crashOf(crash), place.worker);
    }
    if (this.#broken !== null) {
      this.#places.remove(place);
      this.#closeWhenIdle();
      return;
    }
    const wanted = thread.closing || running.length > 0;
    this.#idleDeaths = wanted ? 0 : this.#idleDeaths + 1;
    if (!thread.ready && crash !== null) {
      this.#break(crash);
      return;
    }
    if (this.#idleDeaths >= MAX_IDLE_DEATHS) {
      this.#break(
        crash ?? {
          code: 'worker-exited',
          message: 'Worker threads end as soon as they are made.',
          retryable: false,
        },
      );
      return;
    }
    if (place.retiring) {
      this.#places.remove(place);
      if (!this.#closed) this.#fillPlaces();
    }
    this.#fitThreads();
    this.#planDispatch();
    this.#closeWhenIdle();
  }

  /** The initialiser failed, or the script cannot run: nothing will ever run here. */
  #break(error: ErrorData): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    const reason = this.#brokenError(error);
    this.#allReady.reject(reason);
    const inHand = this.#places.all.flatMap(({ thread }) => thread?.hands.map((hand) => hand?.packet) ?? []);
    for (const packet of new Set([...this.#queue.splice(0), ...inHand])) {
      if (packet === undefined) continue;
      if (packet.graceTimer !== null) clearTimeout(packet.graceTimer);
      packet.reject(reason);
    }
    for (const { thread } of this.#places.all) thread?.terminate();
    this.#closeWhenIdle();
  }

  #brokenError(error: ErrorData): HeddleError {
    return new HeddleError('executor-broken', `The workers could not be started: ${error.message}`, {
      cause: fromErrorData(error),
    });
  }

  // Tasks

  #planDispatch(): void {
    if (this.#dispatchPlanned) return;
    this.#dispatchPlanned = true;
    // Everything submitted in one turn goes out together, in batches.
    queueMicrotask(() => {
      this.#dispatchPlanned = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#broken !== null) return;
    this.#tellNeed();
    if (this.#makesThreadPerTask) this.#startThreadsForQueue();
    while (this.#giveNext() || this.#shareOut());
    this.#tellNeed();
  }

  #tellNeed(): void {
    const threads = this.#places.openThreads();
    const areBusy = this.#room === 0 && threads.every(({ ready, tasksInHand }) => ready && tasksInHand > 0);
    const waits = this.#queue.length > 0 || threads.some(({ spare }) => spare > 0);
    this.#allowance.look({ threads: threads.length, isIdle: this.#isIdle, isShort: areBusy && waits });
  }

  /** @returns whether some tasks went to a thread */
  #giveNext(): boolean {
    const [packet] = this.#queue;
    if (packet === undefined) return false;
    const { waiting } = packet;
    const choice = nextThread(this.#places.openThreads(), {
      waiting: this.#waiting,
      lanes: this.#lanes,
      isSingle: this.#makesThreadPerTask,
    });
    if (choice === null) return false;
    const count = Math.min(choice.most, waiting.length);
    choice.thread.give(packet, waiting.slice(0, count));
    packet.waiting = waiting.slice(count);
    if (packet.waiting.length === 0) this.#queue.shift();
    return true;
  }

  get #waiting(): number {
    return this.#queue.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** A thread with nothing to do gets half of what another one has not begun. @returns whether it did */
  #shareOut(): boolean {
    if (this.#makesThreadPerTask || this.#queue.length > 0) return false;
    const shared = takeForIdle(this.#places.openThreads());
    if (shared === null) return false;
    const { idle, packet, tasks } = shared;
    // The thread it is taken from was told, and another one would not know.
    if (packet.cancelled) this.#settleUnanswered(packet, tasks, CANCELLED, null);
    else idle.give(packet, tasks);
    return true;
  }

  #startThreadsForQueue(): void {
    const staying = this.#places.all.filter((place) => !place.retiring);
    // Threads that were made and have no task yet will take the first ones.
    const idle = staying.filter(({ thread }) => thread?.tasksInHand === 0 && !thread.closing).length;
    const wanted = Math.min(this.#room, Math.max(0, this.#waiting - idle));
    for (const place of this.#places.free().slice(0, wanted)) this.#startThread(place);
  }

  #onAnswers(
    place: Place<Body, Results>,
    thread: PacketThread<Body, Results>,
    answers: readonly Answer<Results>[],
  ): void {
    // Who submitted has been told that nothing more settles.
    if (this.#broken !== null) return;
    for (const { ticket, ...ends } of answers) {
      const packet = thread.hands[ticket]?.packet;
      if (packet === undefined) continue;
      thread.settled(ticket, ends.tasks.length);
      this.#tallies.ran(place.worker, ends, packet.submittedAtMs);
      this.#settle(packet, { ...ends, worker: place.worker, submittedAtMs: packet.submittedAtMs });
    }
    if (this.#makesThreadPerTask) thread.close();
    this.#dispatch();
    this.#closeWhenIdle();
  }

  #cancel(packet: Packet<Body, Results>): void {
    if (packet.left === 0 || packet.cancelled) return;
    packet.cancelled = true;
    const threads = this.#places.all.flatMap(({ thread }) =>
      thread?.hands.some((hand) => hand?.packet === packet) === true ? [thread] : [],
    );
    for (const thread of threads) thread.cancel(packet);
    if (threads.length > 0) {
      packet.graceTimer = setTimeout(() => {
        packet.graceTimer = null;
        for (const thread of threads)
          if (thread.hands.some((hand) => hand?.packet === packet)) thread.terminate();
      }, this.#graceMs);
    }
    this.#settleWaiting(packet, CANCELLED);
    this.#closeWhenIdle();
  }

  /** They run before all others. */
  #putBack(packet: Packet<Body, Results>, tasks: readonly number[]): void {
    if (tasks.length === 0) return;
    packet.waiting = [...tasks, ...packet.waiting];
    this.#queue = [packet, ...this.#queue.filter((other) => other !== packet)];
  }

  #settle(packet: Packet<Body, Results>, ends: TimedEnds<Results>): void {
    for (const task of ends.tasks) packet.settled[task] = 1;
    packet.left -= ends.tasks.length;
    this.#tallies.settled(ends.worker, ends.tasks.length, ends.errors.length);
    packet.submission.onEnds(ends);
    if (packet.left > 0) return;
    if (packet.graceTimer !== null) clearTimeout(packet.graceTimer);
    packet.resolve();
  }

  /** Of tasks that no thread has. */
  #settleWaiting(packet: Packet<Body, Results>, end: Unanswered): void {
    const { waiting } = packet;
    packet.waiting = [];
    this.#queue = this.#queue.filter((other) => other !== packet);
    if (waiting.length > 0) this.#settleUnanswered(packet, waiting, end, null);
  }

  /** Of tasks that no thread will tell of. */
  #settleUnanswered(
    packet: Packet<Body, Results>,
    tasks: readonly number[],
    end: Unanswered,
    worker: number | null,
  ): void {
    const { submittedAtMs } = packet;
    this.#settle(packet, { ...endsNow<Results>(tasks, end), worker, submittedAtMs });
  }

  // The end

  get #isIdle(): boolean {
    return (
      this.#queue.length === 0 && this.#places.all.every(({ thread }) => (thread?.tasksInHand ?? 0) === 0)
    );
  }

  #closeWhenIdle(): void {
    if (!this.#closed && this.#broken === null) return;
    if (this.#broken === null && !this.#isIdle) return;
    const threads = this.#places.threads();
    if (threads.length === 0) {
      this.#allowance.leave();
      this.#drained.resolve();
      return;
    }
    for (const thread of threads) {
      if (thread.closing) continue;
      thread.close();
      const force = setTimeout(() => {
        thread.terminate();
      }, this.#graceMs);
      void thread.exited.then(() => {
        clearTimeout(force);
      });
    }
  }
}
