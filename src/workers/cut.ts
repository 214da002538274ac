/** One request of a task that can be ended by itself, while the task goes on. */
import type { Cancellable } from './http/client';

/** Nothing more is wanted of this request. */
export class RequestCut extends Error {}

export class Cut implements Cancellable {
  isCut = false;
  readonly #task: Cancellable;

  /** @param task ends it, too */
  constructor(task: Cancellable) {
    this.#task = task;
  }

  throwIfCancelled(): void {
    this.#task.throwIfCancelled();
    if (this.isCut) throw new RequestCut();
  }

  cut(): void {
    this.isCut = true;
  }
}
