import type { Worker } from 'node:worker_threads';
import { Threads } from '../pool';

/** Threads that can be counted. Those that write the database back live as long as the engine and do not count. */
export class TrackedThreads extends Threads {
  readonly alive = new Set<Worker>();
  made = 0;
  /** Of these, how many had slept until then. */
  woken = 0;

  override start(data: object): Worker {
    const { spares } = this;
    const worker = super.start(data);
    if ('role' in data && data.role === 'checkpoint') return worker;
    this.made += 1;
    if (this.spares < spares) this.woken += 1;
    this.alive.add(worker);
    worker.once('exit', () => this.alive.delete(worker));
    return worker;
  }
}
