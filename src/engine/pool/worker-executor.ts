/**
 * The executor behind all four modes. They differ in three numbers alone: how
 * many threads, how many lanes on each, and whether a thread lives for one task.
 *
 * What always holds: a task is in exactly one place (waiting, in one thread's
 * hands, or settled); a task settles once; a place has at most one thread
 * alive; no thread outlives `shutdown({ wait: true })`.
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
  PacketHandle,
  ShutdownOptions,
  Submission,
  TimedEnds,
  WorkerReading,
} from './executor';
import { IdleReasons } from './idle-reasons';
import { CANCELLED, crashOf, type Packet, type Unanswered } from './packet';
import { Tallies } from './tallies';
import { Thread } from './thread';

const DEFAULT_GRACE_MS = 3000;
/** Threads that die in a row with nothing running: the script itself does not work. */
const MAX_IDLE_DEATHS = 3;

type PacketThread<Body, Results> = Thread<unknown, Body, Results, Packet<Body, Results>>;

interface Place<Body, Results> {
  /** 1-based; free numbers are given out again. */
  readonly worker: number;
  thread: PacketThread<Body, Results> | null;
  /** Leaves when its thread has ended. */
  retiring: boolean;
}

export class WorkerExecutor<Options, Body, Results> implements Executor<Body, Results> {
  readonly mode: Mode;
  readonly started: Promise<void>;
  readonly #options: ExecutorOptions<Options>;
  readonly #lanes: number;
  readonly #graceMs: number;
  readonly #reasons: IdleReasons;
  /** Packets of which some tasks wait. */
  #queue: Packet<Body, Results>[] = [];
  #places: Place<Body, Results>[] = [];
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
    const leaving = this.#places.filter((place) => !place.retiring).slice(size);
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
    return this.#places.map(({ worker, thread }) => ({
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
      (worker) => this.#places.find((place) => place.worker === worker)?.thread ?? null,
    );
  }

  // Threads

  /** A thread that leaves has its place until it is gone: never are there more than there may be. */
  #fillPlaces(): void {
    while (this.#places.length < this.#size) {
      const taken = new Set(this.#places.map((place) => place.worker));
      let worker = 1;
      while (taken.has(worker)) worker += 1;
      const place: Place<Body, Results> = { worker, thread: null, retiring: false };
      this.#places.push(place);
      this.#places.sort((left, right) => left.worker - right.worker);
      if (!this.#makesThreadPerTask) this.#startThread(place);
    }
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
          if (this.#places.every((other) => other.thread?.ready === true)) this.#allReady.resolve();
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
    this.#tallies.threadStarted(place.worker);
  }

  #retire(place: Place<Body, Results>): Promise<void> {
    place.retiring = true;
    if (place.thread === null) {
      this.#removePlace(place);
      return Promise.resolve();
    }
    place.thread.close();
    for (const { packet, tasks } of place.thread.takeBackAll()) {
      this.#putBack(packet, tasks);
      if (packet.cancelled) this.#settleWaiting(packet, CANCELLED);
    }
    return place.thread.exited;
  }

  #removePlace(place: Place<Body, Results>): void {
    this.#places = this.#places.filter((other) => other !== place);
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
      this.#removePlace(place);
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
      this.#removePlace(place);
      if (!this.#closed) this.#fillPlaces();
    } else if (!this.#makesThreadPerTask && !(this.#closed && this.#isIdle)) this.#startThread(place);
    this.#planDispatch();
    this.#closeWhenIdle();
  }

  /** The initialiser failed, or the script cannot run: nothing will ever run here. */
  #break(error: ErrorData): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    const reason = this.#brokenError(error);
    this.#allReady.reject(reason);
    const inHand = this.#places.flatMap(({ thread }) => thread?.hands.map((hand) => hand?.packet) ?? []);
    for (const packet of new Set([...this.#queue.splice(0), ...inHand])) {
      if (packet === undefined) continue;
      if (packet.graceTimer !== null) clearTimeout(packet.graceTimer);
      packet.reject(reason);
    }
    for (const { thread } of this.#places) thread?.terminate();
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
    if (this.#makesThreadPerTask) this.#startThreadsForQueue();
    while (this.#giveNext() || this.#shareOut());
  }

  /** @returns whether some tasks went to a thread */
  #giveNext(): boolean {
    const [packet] = this.#queue;
    if (packet === undefined) return false;
    const threads = this.#openThreads();
    const total = threads.reduce((sum, { tasksInHand }) => sum + tasksInHand, this.#waiting);
    const fair = Math.ceil(total / threads.length);
    let best: PacketThread<Body, Results> | null = null;
    let tasks = 0;
    for (const thread of threads) {
      if (!this.#hasRoom(thread) || (best !== null && thread.tasksInHand >= best.tasksInHand)) continue;
      const share = this.#isNeededElsewhere(thread, threads) ? fair - thread.tasksInHand : Infinity;
      if (share <= 0) continue;
      best = thread;
      tasks = this.#makesThreadPerTask ? 1 : Math.min(share, packet.waiting.length);
    }
    if (best === null) return false;
    best.give(packet, packet.waiting.slice(0, tasks));
    packet.waiting = packet.waiting.slice(tasks);
    if (packet.waiting.length === 0) this.#queue.shift();
    return true;
  }

  #openThreads(): PacketThread<Body, Results>[] {
    return this.#places.flatMap(({ thread, retiring }) =>
      thread === null || retiring || thread.closing ? [] : [thread],
    );
  }

  #hasRoom(thread: PacketThread<Body, Results>): boolean {
    return this.#makesThreadPerTask ? thread.isOpen && thread.tasksInHand === 0 : thread.hasRoom;
  }

  /** Another thread has free lanes, or is about to be there. */
  #isNeededElsewhere(
    thread: PacketThread<Body, Results>,
    threads: readonly PacketThread<Body, Results>[],
  ): boolean {
    return threads.some((other) => other !== thread && other.tasksInHand < this.#lanes);
  }

  get #waiting(): number {
    return this.#queue.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** A thread with nothing to do gets half of what another one has not begun. @returns whether it did */
  #shareOut(): boolean {
    if (this.#makesThreadPerTask || this.#queue.length > 0) return false;
    const threads = this.#openThreads();
    const idle = threads.find((thread) => thread.isOpen && thread.tasksInHand === 0);
    if (idle === undefined) return false;
    const from = threads.reduce((best, thread) => (thread.spare > best.spare ? thread : best), idle);
    const taken = from.takeBack();
    if (taken === null) return false;
    const { packet, tasks } = taken;
    // The thread it is taken from was told, and another one would not know.
    if (packet.cancelled) this.#settleUnanswered(packet, tasks, CANCELLED, null);
    else idle.give(packet, tasks);
    return true;
  }

  #startThreadsForQueue(): void {
    const staying = this.#places.filter((place) => !place.retiring);
    // Threads that were made and have no task yet will take the first ones.
    const idle = staying.filter(({ thread }) => thread?.tasksInHand === 0 && !thread.closing).length;
    const empty = staying.filter(({ thread }) => thread === null);
    for (const place of empty.slice(0, Math.max(0, this.#waiting - idle))) this.#startThread(place);
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
    const threads = this.#places.flatMap(({ thread }) =>
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
    return this.#queue.length === 0 && this.#places.every(({ thread }) => (thread?.tasksInHand ?? 0) === 0);
  }

  #closeWhenIdle(): void {
    if (!this.#closed && this.#broken === null) return;
    if (this.#broken === null && !this.#isIdle) return;
    const threads = this.#places.flatMap(({ thread }) => (thread === null ? [] : [thread]));
    if (threads.length === 0) {
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
