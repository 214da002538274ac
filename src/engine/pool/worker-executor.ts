/**
 * The executor behind all four modes. They differ in three numbers alone: how
 * many threads, how many lanes on each, and whether a thread lives for one task.
 *
 * What always holds: an entry is in exactly one place (the queue, one thread's
 * hands, or settled); a promise settles once; a place has at most one thread
 * alive; no thread outlives `shutdown({ wait: true })`.
 */
import { nowMs } from '../../common/threads/board';
import { HeddleError, fromErrorData, type ErrorData } from '../../common/model/errors';
import type { Mode } from '../../common/model/jobs';
import type { Settlement } from '../../common/threads/protocol';
import type {
  Executor,
  ExecutorMeasures,
  ExecutorOptions,
  ShutdownOptions,
  SubmitOptions,
  TaskHandle,
  WorkerMeasure,
  WorkerReading,
} from './executor';
import { EntryQueue } from './entry-queue';
import { Thread, type InHand } from './thread';

const DEFAULT_GRACE_MS = 3000;
/** Threads that die in a row with nothing running: the script itself does not work. */
const MAX_IDLE_DEATHS = 3;

interface Entry<Input, Output> extends InHand<Input> {
  readonly submittedAtMs: number;
  readonly onNote: SubmitOptions['onNote'];
  readonly onTiming: SubmitOptions['onTiming'];
  readonly resolve: (value: Output) => void;
  readonly reject: (error: Error) => void;
  settled: boolean;
  cancelled: boolean;
  /** Where it is, once handed to a worker. */
  hand: { readonly place: Place<Input, Output>; readonly ticket: number } | null;
  graceTimer: NodeJS.Timeout | null;
}

interface Place<Input, Output> {
  /** 1-based; free numbers are given out again. */
  readonly worker: number;
  thread: Thread<unknown, Input, Output, Entry<Input, Output>> | null;
  /** Leaves when its thread has ended. */
  retiring: boolean;
}

interface Tally {
  tasks: number;
  failed: number;
  busyMs: number;
  aliveMs: number;
  threads: number;
  loopActiveMs: number;
  loopIdleMs: number;
}

function abortError(): DOMException {
  return new DOMException('The task was cancelled.', 'AbortError');
}

export class WorkerExecutor<Options, Input, Output> implements Executor<Input, Output> {
  readonly mode: Mode;
  readonly ready: Promise<void>;
  readonly started: Promise<void>;
  readonly #options: ExecutorOptions<Options>;
  readonly #lanes: number;
  readonly #graceMs: number;
  readonly #queue = new EntryQueue<Entry<Input, Output>>();
  #places: Place<Input, Output>[] = [];
  #size: number;
  readonly #tallies = new Map<number, Tally>();
  #settledTasks = 0;
  #waitMs = 0;
  #runMs = 0;
  #idleDeaths = 0;
  #dispatchPlanned = false;
  #closed = false;
  #broken: ErrorData | null = null;
  readonly #drained = Promise.withResolvers<void>();
  readonly #firstReady = Promise.withResolvers<void>();
  readonly #allReady = Promise.withResolvers<void>();

  constructor(options: ExecutorOptions<Options>) {
    if (!Number.isInteger(options.size) || options.size < 1) {
      throw new RangeError(`an executor's size is a whole number from 1, not ${options.size}`);
    }
    this.mode = options.mode;
    this.#options = options;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    const oneThread = options.mode === 'sequential' || options.mode === 'event-loop';
    this.#size = oneThread ? 1 : options.size;
    this.#lanes =
      options.mode === 'event-loop'
        ? options.size
        : options.mode === 'pool'
          ? (options.tasksPerWorker ?? 1)
          : 1;
    this.ready = this.#firstReady.promise;
    // Whoever never looks at `ready` learns of a broken pool from submit.
    this.ready.catch(() => undefined);
    this.started = this.#allReady.promise;
    this.started.catch(() => undefined);
    if (this.#makesThreadPerTask) {
      this.#firstReady.resolve();
      this.#allReady.resolve();
    }
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

  submit(input: Input, options: SubmitOptions = {}): TaskHandle<Output> {
    if (this.#broken !== null) throw this.#brokenError(this.#broken);
    if (this.#closed) {
      throw new HeddleError('executor-shut-down', 'This executor was shut down and takes no more tasks.');
    }
    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    const entry: Entry<Input, Output> = {
      input,
      weight: options.weight ?? null,
      submittedAtMs: nowMs(),
      onNote: options.onNote,
      onTiming: options.onTiming,
      resolve,
      reject,
      settled: false,
      cancelled: false,
      hand: null,
      graceTimer: null,
    };
    this.#queue.push(entry);
    this.#planDispatch();
    return {
      promise,
      cancel: () => {
        this.#cancel(entry);
      },
    };
  }

  async *map(inputs: Iterable<Input> | AsyncIterable<Input>): AsyncGenerator<Output, void, undefined> {
    const window: TaskHandle<Output>[] = [];
    try {
      for await (const input of inputs) {
        const handle = this.submit(input);
        // Its failure is reported in its turn; until then it is no unhandled rejection.
        handle.promise.catch(() => undefined);
        window.push(handle);
        if (window.length >= this.concurrency * 2) {
          const first = window.shift();
          if (first !== undefined) yield await first.promise;
        }
      }
      for (let first = window.shift(); first !== undefined; first = window.shift()) yield await first.promise;
    } finally {
      for (const handle of window) handle.cancel();
    }
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
    if (cancelQueued) for (const entry of this.#queue.drain()) this.#settleCancelled(entry);
    this.#closeWhenIdle();
    if (wait) await this.#drained.promise;
  }

  read(): WorkerReading<Input>[] {
    return this.#places.map(({ worker, thread }) => ({
      worker,
      alive: thread !== null,
      lanes: this.#lanes,
      running:
        thread === null
          ? []
          : thread.board.read().flatMap((reading) => {
              const entry = thread.inHand.get(reading.ticket);
              return entry === undefined ? [] : [{ ...reading, input: entry.input }];
            }),
    }));
  }

  measures(): ExecutorMeasures {
    const workers: WorkerMeasure[] = [...this.#tallies.entries()]
      .sort(([left], [right]) => left - right)
      .map(([worker, tally]) => {
        const thread = this.#places.find((place) => place.worker === worker)?.thread;
        return {
          worker,
          tasks: tally.tasks,
          failed: tally.failed,
          busyMs: tally.busyMs + (thread?.busyMs ?? 0),
          aliveMs: tally.aliveMs + (thread ? nowMs() - thread.startedAtMs : 0),
          threads: tally.threads,
          loop: {
            activeMs: tally.loopActiveMs + (thread?.loop.activeMs ?? 0),
            idleMs: tally.loopIdleMs + (thread?.loop.idleMs ?? 0),
          },
        };
      });
    return {
      workers,
      settled: this.#settledTasks,
      totalWaitMs: this.#waitMs,
      totalRunMs: this.#runMs,
      threadsMade: workers.reduce((sum, { threads }) => sum + threads, 0),
    };
  }

  // Threads

  #fillPlaces(): void {
    while (this.#places.filter((place) => !place.retiring).length < this.#size) {
      const taken = new Set(this.#places.map((place) => place.worker));
      let worker = 1;
      while (taken.has(worker)) worker += 1;
      const place: Place<Input, Output> = { worker, thread: null, retiring: false };
      this.#places.push(place);
      this.#places.sort((left, right) => left.worker - right.worker);
      if (!this.#makesThreadPerTask) this.#startThread(place);
    }
  }

  #tally(worker: number): Tally {
    let tally = this.#tallies.get(worker);
    if (tally === undefined) {
      tally = { tasks: 0, failed: 0, busyMs: 0, aliveMs: 0, threads: 0, loopActiveMs: 0, loopIdleMs: 0 };
      this.#tallies.set(worker, tally);
    }
    return tally;
  }

  #startThread(place: Place<Input, Output>): void {
    const { threads, workerOptions } = this.#options;
    const thread = new Thread<unknown, Input, Output, Entry<Input, Output>>(
      threads,
      workerOptions,
      this.#lanes,
      this.mode === 'pool' ? (this.#options.tasksAhead ?? 0) : 0,
      {
        onReady: () => {
          this.#firstReady.resolve();
          if (this.#places.every((other) => other.thread?.ready === true)) this.#allReady.resolve();
          this.#dispatch();
        },
        onBroken: (error) => {
          this.#break(error);
        },
        onNote: (ticket, note) => {
          thread.inHand.get(ticket)?.onNote?.(note);
        },
        onSettled: (settlements) => {
          this.#onSettled(place, thread, settlements);
        },
        onExit: (crash) => {
          this.#onExit(place, thread, crash);
        },
      },
    );
    place.thread = thread;
    this.#tally(place.worker).threads += 1;
  }

  #retire(place: Place<Input, Output>): Promise<void> {
    place.retiring = true;
    if (place.thread === null) {
      this.#removePlace(place);
      return Promise.resolve();
    }
    place.thread.close();
    return place.thread.exited;
  }

  #removePlace(place: Place<Input, Output>): void {
    this.#places = this.#places.filter((other) => other !== place);
  }

  #onExit(
    place: Place<Input, Output>,
    thread: Thread<unknown, Input, Output, Entry<Input, Output>>,
    crash: ErrorData | null,
  ): void {
    const tally = this.#tally(place.worker);
    tally.busyMs += thread.busyMs;
    tally.aliveMs += nowMs() - thread.startedAtMs;
    const { loop } = thread;
    tally.loopActiveMs += loop.activeMs;
    tally.loopIdleMs += loop.idleMs;
    place.thread = null;
    const running = new Set(thread.board.read().map(({ ticket }) => ticket));
    const unharmed: Entry<Input, Output>[] = [];
    // A thread that was terminated for one task's sake harms none of the others.
    const forced = thread.inHand.values().some((entry) => entry.graceTimer === null && entry.cancelled);
    for (const [ticket, entry] of thread.inHand.entries()) {
      thread.take(ticket);
      entry.hand = null;
      if (entry.cancelled) this.#settleCancelled(entry);
      else if (!running.has(ticket) || forced) unharmed.push(entry);
      else this.#settleCrashed(place, entry, crash);
    }
    this.#queue.putBack(unharmed);
    if (this.#broken !== null) {
      this.#removePlace(place);
      this.#closeWhenIdle();
      return;
    }
    const wanted = thread.closing || running.size > 0;
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
    if (place.retiring) this.#removePlace(place);
    else if (!this.#makesThreadPerTask && !(this.#closed && this.#isIdle)) this.#startThread(place);
    this.#planDispatch();
    this.#closeWhenIdle();
  }

  /** The initialiser failed, or the script cannot run: nothing will ever run here. */
  #break(error: ErrorData): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    const reason = this.#brokenError(error);
    this.#firstReady.reject(reason);
    this.#allReady.reject(reason);
    const inHand = this.#places.flatMap(({ thread }) => thread?.inHand.values() ?? []);
    for (const entry of [...this.#queue.drain(), ...inHand]) {
      this.#settle(entry, () => {
        entry.reject(reason);
      });
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
    const touched = new Set<Thread<unknown, Input, Output, Entry<Input, Output>>>();
    const share = this.#shareWhileStarting();
    for (let entry = this.#queue.peek(); entry !== undefined; entry = this.#queue.peek()) {
      const place = this.#placeFor(entry.weight, share);
      if (place?.thread == null) break;
      this.#queue.shift();
      entry.hand = { place, ticket: place.thread.assign(entry) };
      touched.add(place.thread);
    }
    for (const thread of touched) thread.send();
  }

  /** The first thread that is there leaves their part of a few tasks to those that are about to be. */
  #shareWhileStarting(): number {
    const threads = this.#places.flatMap(({ thread, retiring }) =>
      thread === null || retiring || thread.closing ? [] : [thread],
    );
    if (threads.every(({ ready }) => ready)) return Infinity;
    const tasks = threads.reduce((sum, { inHand }) => sum + inHand.size, this.#queue.length);
    return Math.ceil(tasks / threads.length);
  }

  #placeFor(weight: number | null, share: number): Place<Input, Output> | null {
    let best: Place<Input, Output> | null = null;
    let least = share;
    for (const place of this.#places) {
      const { thread } = place;
      if (place.retiring || thread === null || thread.inHand.size >= least) continue;
      const room = this.#makesThreadPerTask
        ? thread.ready && !thread.closing && thread.inHand.size === 0
        : thread.hasRoomFor(weight);
      if (!room) continue;
      best = place;
      least = thread.inHand.size;
    }
    return best;
  }

  #startThreadsForQueue(): void {
    const staying = this.#places.filter((place) => !place.retiring);
    // Threads that were made and have no task yet will take the first ones.
    const idle = staying.filter(({ thread }) => thread?.inHand.size === 0 && !thread.closing).length;
    const empty = staying.filter(({ thread }) => thread === null);
    for (const place of empty.slice(0, Math.max(0, this.#queue.length - idle))) this.#startThread(place);
  }

  #onSettled(
    place: Place<Input, Output>,
    thread: Thread<unknown, Input, Output, Entry<Input, Output>>,
    settlements: readonly Settlement<Output>[],
  ): void {
    const tally = this.#tally(place.worker);
    for (const { ticket, lane, startedAtMs, endedAtMs, result } of settlements) {
      const entry = thread.take(ticket);
      if (entry === undefined) continue;
      tally.tasks += 1;
      this.#waitMs += Math.max(0, startedAtMs - entry.submittedAtMs);
      this.#runMs += endedAtMs - startedAtMs;
      this.#settle(entry, () => {
        entry.onTiming?.({
          worker: place.worker,
          lane,
          submittedAtMs: entry.submittedAtMs,
          startedAtMs,
          endedAtMs,
        });
        if (result.ok) {
          entry.resolve(result.value);
        } else if ('error' in result) {
          tally.failed += 1;
          entry.reject(fromErrorData(result.error));
        } else {
          entry.reject(abortError());
        }
      });
    }
    if (this.#makesThreadPerTask) thread.close();
    this.#dispatch();
    this.#closeWhenIdle();
  }

  #cancel(entry: Entry<Input, Output>): void {
    if (entry.settled || entry.cancelled) return;
    entry.cancelled = true;
    if (entry.hand === null) {
      this.#queue.remove(entry);
      this.#settleCancelled(entry);
      this.#closeWhenIdle();
      return;
    }
    const { place, ticket } = entry.hand;
    const { thread } = place;
    if (thread === null) return;
    thread.cancel(ticket);
    entry.graceTimer = setTimeout(() => {
      entry.graceTimer = null;
      thread.terminate();
    }, this.#graceMs);
  }

  #settle(entry: Entry<Input, Output>, deliver: () => void): void {
    if (entry.settled) return;
    entry.settled = true;
    entry.hand = null;
    if (entry.graceTimer !== null) clearTimeout(entry.graceTimer);
    this.#settledTasks += 1;
    deliver();
  }

  #settleCancelled(entry: Entry<Input, Output>): void {
    this.#settle(entry, () => {
      entry.reject(abortError());
    });
  }

  #settleCrashed(place: Place<Input, Output>, entry: Entry<Input, Output>, crash: ErrorData | null): void {
    const tally = this.#tally(place.worker);
    tally.tasks += 1;
    tally.failed += 1;
    this.#settle(entry, () => {
      entry.reject(
        new HeddleError('worker-crashed', 'The worker thread that ran this task crashed.', {
          retryable: true,
          ...(crash === null ? {} : { cause: fromErrorData(crash) }),
        }),
      );
    });
  }

  // The end

  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#places.every(({ thread }) => (thread?.inHand.size ?? 0) === 0);
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
