/**
 * Makes worker threads, some of them ahead. A new thread takes some 60 ms of a core to come up. A process that knows
 * that it will need some, and is itself still loading, has them come up meanwhile: they sleep until they are taken.
 */
import { Worker } from 'node:worker_threads';
import type { JobKind } from '../../common/model/jobs';
import type { SpareData } from '../../common/threads/protocol';

interface Spare {
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
const LIMITS = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 512 };

export class Threads {
  readonly #script: string | URL;
  #spares: Spare[] = [];

  /** @param script what every thread runs; what for is said by its data's `role` */
  constructor(script: string | URL) {
    this.#script = script;
  }

  /** Makes `count` threads that load what tasks of this kind need, then sleep. They do not keep the process alive. */
  prepare(kind: JobKind, count: number): void {
    for (let made = 0; made < count; made++) {
      const signal = new Int32Array(new SharedArrayBuffer(4));
      const workerData: SpareData = { role: 'spare', kind, signal };
      const worker = new Worker(this.#script, { workerData, resourceLimits: LIMITS });
      const forget = (): void => {
        this.#spares = this.#spares.filter((other) => other.worker !== worker);
      };
      worker.on('error', forget).on('exit', forget);
      worker.unref();
      this.#spares.push({ worker, signal, forget });
    }
  }

  /** A thread with this data, as if it had been made with it. */
  start(data: object): Worker {
    const spare = this.#spares.shift();
    if (spare === undefined) return new Worker(this.#script, { workerData: data, resourceLimits: LIMITS });
    const { worker, signal, forget } = spare;
    worker.off('error', forget).off('exit', forget);
    worker.ref();
    worker.postMessage(data);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
    return worker;
  }

  /** Ends the threads that nobody took. */
  async close(): Promise<void> {
    const spares = this.#spares;
    this.#spares = [];
    await Promise.all(spares.map(({ worker }) => worker.terminate()));
  }
}
