/**
 * Places for the connections that files have beside their first one. Which of them there are is decided in threads, how
 * many there may be on the host's side, so both look at one memory: of each host, and of each job, a few numbers.
 *
 * A file's first connection is its task and is counted where tasks are. What is here counts the others.
 */
const CELLS = 3;
/** How many there may be. */
const ROOM = 0;
/** How many there are. */
const TAKEN = 1;
/** What a file was left with when the server refused it one more; 0: it did not. */
const REFUSED_AT = 2;

/** What a file asks for its connections. */
export interface Places {
  /** @returns whether there was one */
  take(): boolean;
  give(): void;
  /** How many are to be given back: others need them. */
  wanted(): number;
  /** The server lets a file have no more than so many connections now. */
  refused(connections: number): void;
}

/** As many as a file likes. */
export const FREE_PLACES: Places = {
  take: () => true,
  give: () => undefined,
  wanted: () => 0,
  refused: () => undefined,
};

/** None but the first. */
export const NO_PLACES: Places = { ...FREE_PLACES, take: () => false };

/** @param count of hosts and jobs that can have places at once */
export function placeMemory(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * CELLS * 4);
}

/** Those of one host or job. */
export class PlaceGroup {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer, index: number) {
    this.#cells = new Int32Array(memory, index * CELLS * 4, CELLS);
  }

  get taken(): number {
    return Atomics.load(this.#cells, TAKEN);
  }

  /** May be less than what is taken: then that many are to come back. */
  set room(room: number) {
    Atomics.store(this.#cells, ROOM, Math.max(0, room));
  }

  /** Nobody has any: also what a thread that crashed had is free. */
  reset(): void {
    this.#cells.fill(0);
  }

  /** The fewest that a file was left with since this was asked last; `null`: no file was refused any. */
  takeRefusal(): number | null {
    return Atomics.exchange(this.#cells, REFUSED_AT, 0) || null;
  }

  take(): boolean {
    for (;;) {
      const taken = Atomics.load(this.#cells, TAKEN);
      if (taken >= Atomics.load(this.#cells, ROOM)) return false;
      if (Atomics.compareExchange(this.#cells, TAKEN, taken, taken + 1) === taken) return true;
    }
  }

  give(): void {
    Atomics.sub(this.#cells, TAKEN, 1);
  }

  get wanted(): number {
    return Math.max(0, this.taken - Atomics.load(this.#cells, ROOM));
  }

  refused(connections: number): void {
    for (;;) {
      const before = Atomics.load(this.#cells, REFUSED_AT);
      if (before !== 0 && before <= connections) return;
      if (Atomics.compareExchange(this.#cells, REFUSED_AT, before, connections) === before) return;
    }
  }
}

/** What a file of one host and one job asks: both must have a place. */
export class SharedPlaces implements Places {
  readonly #host: PlaceGroup;
  readonly #job: PlaceGroup;

  constructor(memory: SharedArrayBuffer, host: number, job: number) {
    this.#host = new PlaceGroup(memory, host);
    this.#job = new PlaceGroup(memory, job);
  }

  take(): boolean {
    if (!this.#host.take()) return false;
    if (this.#job.take()) return true;
    this.#host.give();
    return false;
  }

  give(): void {
    this.#host.give();
    this.#job.give();
  }

  wanted(): number {
    return Math.max(this.#host.wanted, this.#job.wanted);
  }

  refused(connections: number): void {
    this.#host.refused(connections);
  }
}
