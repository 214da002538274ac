/** What threads cost here: made by hand, one for each task, and by a pool with an executor. Measured, not looked up. */

export interface ThreadCosts {
  /** Of each measurement; the figures are medians of them. */
  readonly runs: number;
  readonly cores: number;
  /** Tasks of the two comparisons below. */
  readonly tasks: number;
  readonly making: {
    /** Milliseconds to make a thread, have it do next to nothing, and see it end. */
    readonly threadMs: number;
    /** Threads of the pool that was made, and milliseconds until all of them were ready. */
    readonly poolSize: number;
    readonly poolMs: number;
  };
  /** A thread for each task, all at once. */
  readonly byHand: CostOfTasks;
  /** A pool, the other tasks waiting in its queue. */
  readonly pool: CostOfTasks & { readonly size: number };
  /** Fewer tasks than {@link MOST_AT_ONCE}: there is not enough memory for as many threads. */
  readonly isReduced: boolean;
}

export interface CostOfTasks {
  /** From before the first thread is made until the last one has ended. */
  readonly ms: number;
  /** Memory of the process at its most, less what it had before. */
  readonly bytes: number;
  readonly threads: number;
}

export const MOST_AT_ONCE = 300;

/** A piece of code that was measured, to be shown. */
export interface CodeSample {
  /** As it is in the source, without what is not about threads. */
  readonly code: string;
  /** Lines that are neither empty nor comments. */
  readonly lines: number;
}

export interface CodeSamples {
  readonly byHand: CodeSample;
  readonly pool: CodeSample;
}

export interface CostProgress {
  readonly done: number;
  readonly total: number;
}
