/** The numbered places of an executor's threads: W1, W2… A place outlives the threads that it has one after another. */
import type { PacketThread } from './handing-out';

export interface Place<Body, Results> {
  /** 1-based; free numbers are given out again. */
  readonly worker: number;
  thread: PacketThread<Body, Results> | null;
  /** Leaves when its thread has ended. */
  retiring: boolean;
  /** It has had a thread. */
  begun: boolean;
}

export class Places<Body, Results> {
  /** By their numbers. */
  #all: Place<Body, Results>[] = [];

  get all(): readonly Place<Body, Results>[] {
    return this.#all;
  }

  /** A thread that leaves has its place until it is gone: never are there more than there may be. */
  fill(size: number): void {
    while (this.#all.length < size) {
      const taken = new Set(this.#all.map((place) => place.worker));
      let worker = 1;
      while (taken.has(worker)) worker += 1;
      this.#all.push({ worker, thread: null, retiring: false, begun: false });
      this.#all.sort((left, right) => left.worker - right.worker);
    }
  }

  remove(place: Place<Body, Results>): void {
    this.#all = this.#all.filter((other) => other !== place);
  }

  /** Places that could have a thread. */
  free(): Place<Body, Results>[] {
    return this.#all.filter(({ thread, retiring }) => thread === null && !retiring);
  }

  /** Those that are alive. */
  threads(): PacketThread<Body, Results>[] {
    return this.#all.flatMap(({ thread }) => (thread === null ? [] : [thread]));
  }

  /** Those that take tasks, or will when they are up. */
  openThreads(): PacketThread<Body, Results>[] {
    return this.#all.flatMap(({ thread, retiring }) =>
      thread === null || retiring || thread.closing ? [] : [thread],
    );
  }
}
