/** One request of a task that can be ended by itself, while the task goes on. */
import type { Cancellable } from './http/client';

/** Nothing more is wanted of this request. */
export class RequestCut extends Error {}

export class Cut implements Cancellable {
  isCut = false;
  readonly #task: Cancellable;
  #controller: AbortController | null = null;
  #listenNoMore: (() => void) | null = null;

  /** @param task ends it, too */
  constructor(task: Cancellable) {
    this.#task = task;
  }

  // Made on demand: small files come without anybody looking at it.
  get signal(): AbortSignal {
    if (this.#controller !== null) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    const { signal } = this.#task;
    const stop = (): void => {
      controller.abort(signal.reason);
    };
    if (signal.aborted) stop();
    else if (this.isCut) controller.abort(new RequestCut());
    else {
      signal.addEventListener('abort', stop, { once: true });
      this.#listenNoMore = () => {
        signal.removeEventListener('abort', stop);
      };
    }
    return controller.signal;
  }

  throwIfCancelled(): void {
    this.#task.throwIfCancelled();
    if (this.isCut) throw new RequestCut();
  }

  cut(): void {
    this.isCut = true;
    this.#controller?.abort(new RequestCut());
    this.end();
  }

  /** The request is over. */
  end(): void {
    this.#listenNoMore?.();
    this.#listenNoMore = null;
  }
}
