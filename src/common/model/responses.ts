/** What the servers of a job answered, and how long it took them. */

/** Milliseconds; each is right to a hundredth of itself. */
export interface Percentiles {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

export interface ResponseSummary {
  /** By HTTP status; `null`: no answer came. Most frequent first. */
  readonly statuses: readonly { readonly status: number | null; readonly tasks: number }[];
  /** From the attempt's start to the answer's first byte, of tasks that were done; `null`: none was. */
  readonly firstByteMs: Percentiles | null;
  /** From the attempt's start to its end. */
  readonly totalMs: Percentiles | null;
}

/** One host of a download job. */
export interface HostState {
  readonly host: string;
  /** Requests under way, and how many there may be at this moment. */
  readonly inFlight: number;
  readonly limit: number;
  /** It asked to be left alone until then (milliseconds since the epoch); `null`: it did not. */
  readonly heldUntilMs: number | null;
  /** Since the job last began to run. */
  readonly answered: number;
  /** Times that it said "too much", or a connection to it failed. */
  readonly refused: number;
  /** Why, the last time. */
  readonly lastError: string | null;
}

/** An attempt at a task that failed. Times are milliseconds since the epoch. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly worker: number | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number;
  readonly error: { readonly code: string; readonly message: string };
}

/** `failed-urls`: the sources of failed tasks, a line each. */
export const EXPORT_FORMATS = ['csv', 'jsonl', 'failed-urls'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
