/**
 * How many threads an executor may have at this moment. The first ones come up at once. Further ones follow while all
 * have work, more waits, and the processors have time left: threads that wait for disks or servers are worth more of
 * them, threads that compute are not. An executor that has had nothing to do for a while gives its threads back.
 */
import { availableParallelism } from 'node:os';
import type { FewerThreads } from './executor';
import type { BudgetShare, ThreadBudget } from './thread-budget';

/** Of a job that is alone. They come up at once, however busy the processors are. */
export const FIRST_THREADS = Math.max(8, availableParallelism());
/** Of a job beside many others. */
const LEAST_THREADS = 2;
/** The share of those that are there by which they grow at a time. */
const GROWTH = 0.25;
/** How long the processors are looked at before there are more. */
const LOOK_MS = 200;
const REST_AFTER_MS = 10_000;

export interface AllowanceOptions {
  readonly budget: ThreadBudget;
  readonly size: number;
  /** All threads from the start, and to the end: what is measured must be what was asked for. */
  readonly isExact: boolean;
  readonly restAfterMs?: number;
  /** There may be more threads than before, or there have to be fewer. */
  readonly onChange: () => void;
}

/** What an executor is at. */
export interface Need {
  readonly threads: number;
  /** Nothing is queued, and no thread has a task. */
  readonly isIdle: boolean;
  /** All threads are up and have tasks, and more tasks wait. */
  readonly isShort: boolean;
}

export class Allowance {
  readonly #options: AllowanceOptions;
  readonly #share: BudgetShare;
  #size: number;
  #grown: number;
  #rests = false;
  #need: Need = { threads: 0, isIdle: true, isShort: false };
  #growTimer: NodeJS.Timeout | null = null;
  #restTimer: NodeJS.Timeout | null = null;
  #wasBusy = false;

  constructor(options: AllowanceOptions) {
    this.#options = options;
    this.#size = options.size;
    this.#share = options.budget.join(options.size, options.onChange);
    this.#grown = options.isExact ? Infinity : this.#first;
  }

  /** Threads that there may be. */
  get threads(): number {
    return this.#rests ? 0 : Math.min(this.#size, this.#share.threads, this.#grown);
  }

  /** `null`: there are, or soon will be, as many as were asked for or as there is work for. */
  get fewer(): FewerThreads | null {
    const { jobs, threads } = this.#share;
    const rest = { threads: this.threads, jobs, total: this.#options.budget.total };
    if (this.#rests || threads === 0) return null;
    if (threads < this.#size && this.#grown >= threads) return { reason: 'shared', ...rest };
    return this.#need.isShort && this.#wasBusy && this.threads < this.#size
      ? { reason: 'busy', ...rest }
      : null;
  }

  /** How many come up at once: fewer where other jobs have theirs. */
  get #first(): number {
    return Math.max(LEAST_THREADS, Math.floor(FIRST_THREADS / this.#share.jobs));
  }

  resize(size: number): void {
    this.#size = size;
    if (!this.#rests) this.#share.want(size);
  }

  /** Call it whenever that may have changed. */
  look(need: Need): void {
    this.#need = need;
    if (this.#options.isExact) return;
    if (need.isIdle) this.#restLater();
    else this.#wake();
    if (need.isShort && need.threads < Math.min(this.#size, this.#share.threads)) this.#growLater();
  }

  leave(): void {
    if (this.#growTimer !== null) clearTimeout(this.#growTimer);
    if (this.#restTimer !== null) clearTimeout(this.#restTimer);
    this.#share.leave();
  }

  #growLater(): void {
    if (this.#growTimer !== null) return;
    const wereBusy = this.#options.budget.watchProcessors();
    this.#growTimer = setTimeout(() => {
      this.#growTimer = null;
      const { threads, isShort } = this.#need;
      if (!isShort) return;
      this.#wasBusy = wereBusy();
      if (this.#wasBusy) {
        this.#growLater();
        return;
      }
      this.#grown = Math.max(this.#grown, threads + Math.max(1, Math.floor(threads * GROWTH)));
      this.#options.onChange();
    }, LOOK_MS).unref();
  }

  #restLater(): void {
    if (this.#rests || this.#restTimer !== null) return;
    this.#restTimer = setTimeout(() => {
      this.#restTimer = null;
      this.#rests = true;
      this.#share.want(0);
      this.#options.onChange();
    }, this.#options.restAfterMs ?? REST_AFTER_MS).unref();
  }

  #wake(): void {
    if (this.#restTimer !== null) clearTimeout(this.#restTimer);
    this.#restTimer = null;
    if (!this.#rests) return;
    this.#rests = false;
    this.#share.want(this.#size);
    this.#grown = this.#first;
    this.#options.onChange();
  }
}
