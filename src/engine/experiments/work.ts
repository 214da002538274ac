/** What is compared: some work that can be done again and again, under any mode. */
import type { Contender } from '../../common/experiments/experiment';
import type { ServingFrame } from '../../common/model/frames';
import type { JobKind } from '../../common/model/jobs';
import type { Measurement } from './measurement';

/** What came of one task, in a text that is equal in every run. */
export interface TaskResult {
  readonly name: string;
  readonly failed: boolean;
  readonly result: string;
}

export interface RunOutput {
  /** In an order that is the same in every run. */
  readonly results: readonly TaskResult[];
  readonly bytes: number;
}

export interface Work {
  /** `null`: it is no job. */
  readonly kind: JobKind | null;
  /** Folder whose file system counts. */
  readonly location: string;
  /** Files and folders that it reads. */
  readonly sources: readonly string[];
  /** @param tasks `null`: not known yet */
  title(tasks: number | null): string;
  /** Makes what the work needs. @throws what `signal` was aborted with */
  prepare(signal: AbortSignal): Promise<void>;
  /**
   * Does it once, and starts and stops the clock on its way. Resolves and rejects when every thread of it has ended.
   * @param note something about the run that readers must know, as a sentence
   */
  run(
    contender: Contender,
    measurement: Measurement,
    signal: AbortSignal,
    note: (sentence: string) => void,
  ): Promise<RunOutput>;
  /** What the threads of its server do, with what is new since it was asked last; missing where it has none. */
  readonly serving?: () => ServingFrame | null;
  /** Lets go of all that is not a file in its folders. Idempotent. */
  close(): Promise<void>;
}

export function cancelledError(): DOMException {
  return new DOMException('The experiment was cancelled.', 'AbortError');
}

export function throwIfCancelled({ aborted }: AbortSignal): void {
  if (aborted) throw cancelledError();
}

/** What `promise` becomes. @throws AbortError as soon as `signal` is aborted, whatever becomes of the promise then */
export async function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const cancelled = Promise.withResolvers<never>();
  const stop = (): void => {
    cancelled.reject(cancelledError());
  };
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    return await Promise.race([promise, cancelled.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
