/** Helpers of the tests in this folder: a task's context without a pool around it. */
import type { PartialNote } from '../common/model/download';
import type { TaskOrder } from '../common/model/tasks';
import { Later, TaskCancelled, type RunTogether, type TaskContext } from './runtime';

export class FakeContext implements TaskContext {
  readonly lane: number;
  readonly exclusive: boolean;
  bytesDone = 0;
  bytesTotal: number | null = null;
  bytesRead: number | null = null;
  bytesWritten: number | null = null;
  readonly notes: PartialNote[] = [];
  /** Called on every progress report. */
  onProgress: (bytes: number) => void = () => undefined;
  readonly #controller = new AbortController();
  #cancelled = false;

  constructor(options: { readonly exclusive?: boolean; readonly lane?: number } = {}) {
    this.exclusive = options.exclusive ?? true;
    this.lane = options.lane ?? 0;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#controller.abort(new TaskCancelled());
  }

  /** Sets the flag alone, as it is seen by code that never yields to the event loop. */
  cancelSilently(): void {
    this.#cancelled = true;
  }

  throwIfCancelled(): void {
    if (this.#cancelled) throw new TaskCancelled();
  }

  setBytesDone(bytes: number): void {
    this.bytesDone = bytes;
    this.onProgress(bytes);
  }

  setBytesTotal(bytes: number | null): void {
    this.bytesTotal = bytes;
  }

  setStages(read: number, written: number): void {
    this.bytesRead = read;
    this.bytesWritten = written;
    this.onProgress(written);
  }

  note(note: unknown): void {
    this.notes.push(note as PartialNote);
  }

  waited(): void {
    // Nobody keeps its thread's times.
  }
}

export function order(fields: Partial<TaskOrder> & Pick<TaskOrder, 'source'>): TaskOrder {
  return { id: 1, type: 'file', target: null, size: null, root: 0, attempt: 1, submittedAtMs: 0, ...fields };
}

/** Runs one task to its end, also one whose end comes with that of others. */
export async function runToEnd<Input, Output>(
  run: RunTogether<Input, Output>,
  input: Input,
  context: TaskContext,
): Promise<Output> {
  const value = await run(input, context);
  if (!(value instanceof Later)) return value;
  run.finish();
  return await value.outcome;
}
