/**
 * Makes worker threads, some of them ahead. A new thread takes some 40 ms of a core to come up. Where it is likely
 * that some will be needed soon, they come up meanwhile and sleep until they are taken; those that nobody takes are
 * let go after a while.
 */
import { Worker } from 'node:worker_threads';
import type { JobKind } from '../../common/model/jobs';
import type { SpareData } from '../../common/threads/protocol';
import { endWhereErrorsCannotBeFlushed, loadKoffi } from '../../files/koffi';
import { ThreadBudget } from './thread-budget';

/** What sleeps takes some 10 MB each. */
const KEEP_MS = 3 * 60_000;
/** With more of them the start of a job would wait for the threads, not for the work. */
const MOST_WORKERS = 8;
/** Kinds whose jobs list folders, on a thread beside their workers. */
const WALKING_KINDS: ReadonlySet<JobKind> = new Set(['hash', 'copy']);

interface Spare {
  readonly kind: JobKind;
  readonly worker: Worker;
  /** One Int32: 0 while the thread is to sleep. */
  readonly signal: Int32Array;
  /** Hears of its end until it is taken. */
  readonly forget: () => void;
}

/**
 * Left alone, V8 lets the objects of each thread take as much memory as they find: 180 MB for the youngest, and five
 * times what is needed for the others. Hardly any are needed for long. With bounds it collects them while they are
 * in the processor's cache, and a list of a million URLs takes 230 MB in all instead of 620.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 512 };

export class Threads {
  /** What the executors of this process may have. */
  readonly budget: ThreadBudget;
  readonly #script: string | URL;
  readonly #keepMs: number;
  #spares: Spare[] = [];
  /** Ends that were asked for and have not come yet. */
  readonly #leaving = new Set<Promise<unknown>>();
  #letGoTimer: NodeJS.Timeout | null = null;
  #closed = false;

  /**
   * @param script what every thread runs; what for is said by its data's `role`
   * @param keepMs how long threads that nobody takes are kept
   */
  constructor(script: string | URL, { keepMs = KEEP_MS, budget = new ThreadBudget() } = {}) {
    this.#script = script;
    this.budget = budget;
    this.#keepMs = keepMs;
  }

  /** Threads that sleep. */
  get spares(): number {
    return this.#spares.length;
  }

  /**
   * Has as many threads sleep as the next job of this kind takes, each with what it needs loaded, and no others. They
   * do not keep the process alive.
   * @param workers of that job
   */
  prepare(kind: JobKind, workers: number): void {
    if (this.#closed) return;
    const count = Math.min(workers, MOST_WORKERS) + (WALKING_KINDS.has(kind) ? 1 : 0);
    const wanted = this.#spares.filter((spare) => spare.kind === kind).slice(0, count);
    for (const spare of this.#spares) if (!wanted.includes(spare)) this.#end(spare);
    this.#spares = wanted;
    while (this.#spares.length < count) this.#spares.push(this.#make(kind));
    this.#letGoTimer ??= setTimeout(() => {
      this.letGo();
    }, this.#keepMs).unref();
    this.#letGoTimer.refresh();
  }

  /** A thread with this data, as if it had been made with it. */
  start(data: object): Worker {
    holdLibraries();
    const spare = this.#spares.shift();
    if (spare === undefined) return new Worker(this.#script, { workerData: data, resourceLimits: LIMITS });
    const { worker, signal, forget } = spare;
    worker.off('error', forget).off('exit', forget);
    worker.ref();
    worker.postMessage(data);
    wake(signal);
    return worker;
  }

  /** Ends the threads that nobody took. */
  letGo(): void {
    if (this.#letGoTimer !== null) clearTimeout(this.#letGoTimer);
    this.#letGoTimer = null;
    for (const spare of this.#spares.splice(0)) this.#end(spare);
  }

  /** Resolves when no thread sleeps any more; none is made ahead from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.letGo();
    await Promise.all(this.#leaving);
  }

  #make(kind: JobKind): Spare {
    holdLibraries();
    const signal = new Int32Array(new SharedArrayBuffer(4));
    const workerData: SpareData = { role: 'spare', kind, signal };
    const worker = new Worker(this.#script, { workerData, resourceLimits: LIMITS });
    const forget = (): void => {
      this.#spares = this.#spares.filter((other) => other.worker !== worker);
    };
    worker.on('error', forget).on('exit', forget);
    worker.unref();
    return { kind, worker, signal, forget };
  }

  #end({ worker }: Spare): void {
    const ended = worker.terminate().finally(() => this.#leaving.delete(ended));
    this.#leaving.add(ended);
  }
}

let areHeld = false;

/**
 * Node unloads a native library with the last thread that has loaded it, and what that thread's end still calls in it is
 * gone then: the process dies. The main thread has SQLite loaded anyway, and BLAKE3 stays by itself; koffi is loaded here,
 * while the first thread comes up.
 */
function holdLibraries(): void {
  if (areHeld) return;
  areHeld = true;
  setImmediate(() => {
    try {
      endWhereErrorsCannotBeFlushed(loadKoffi());
    } catch {
      // There is none for this system, and so none that is unloaded.
    }
  });
}

function wake(signal: Int32Array): void {
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}
