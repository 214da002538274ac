/**
 * The progress board: shared memory in which one worker writes how far it is,
 * so that progress costs no message. One board per worker, made by the host.
 *
 * Layout: of each lane five Float64 (bytesDone, bytesTotal, startedAtMs, bytesRead, bytesWritten; -1: not known), then
 * one Int32 for what runs there (`ticket * 2^16 + task + 1`; 0: nothing), then of each ticket two Int32: its cancel flag,
 * and which of its tasks nobody has begun. Figures are written plainly: they are aligned, and a processor of 64 bits
 * writes 8 bytes at once. What runs is written last, atomically: whoever sees it sees its figures.
 *
 * A *ticket* is a small number that names the tasks of a packet that are in a worker's hands; the host gives it out,
 * and takes it back when all of them have settled. The worker takes its tasks from the front, one at a time; the host
 * may take some back from the end, for a thread that has nothing to do.
 */
const LANE_FIELDS = 5;
const BYTES_DONE = 0;
const BYTES_TOTAL = 1;
const STARTED_AT = 2;
const BYTES_READ = 3;
const BYTES_WRITTEN = 4;
const UNKNOWN = -1;

const TASKS_PER_TICKET = 65_536;
const TICKET_FIELDS = 2;
const CANCEL = 0;
/** The number of the next task to begin, and behind which the end is: `end * 2^16 + next`. */
const UNBEGUN = 1;
/** Of one ticket. */
export const MOST_TASKS = 32_767;

export interface BoardShape {
  readonly lanes: number;
  readonly tickets: number;
}

export interface LaneReading {
  readonly lane: number;
  readonly ticket: number;
  /** Index into the packet. */
  readonly task: number;
  readonly bytesDone: number;
  readonly bytesTotal: number | null;
  /** Of what passes through stages (read, written, then done): `null` for others. */
  readonly bytesRead: number | null;
  readonly bytesWritten: number | null;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
}

export class ProgressBoard {
  readonly buffer: SharedArrayBuffer;
  readonly shape: BoardShape;
  readonly #figures: Float64Array;
  readonly #running: Int32Array;
  readonly #tickets: Int32Array;

  constructor(shape: BoardShape, buffer?: SharedArrayBuffer) {
    const figures = shape.lanes * LANE_FIELDS;
    const tickets = shape.tickets * TICKET_FIELDS;
    this.shape = shape;
    this.buffer = buffer ?? new SharedArrayBuffer(figures * 8 + (shape.lanes + tickets) * 4);
    this.#figures = new Float64Array(this.buffer, 0, figures);
    this.#running = new Int32Array(this.buffer, figures * 8, shape.lanes);
    this.#tickets = new Int32Array(this.buffer, figures * 8 + shape.lanes * 4, tickets);
  }

  // Worker side

  /** The number of a ticket's next task, which is the worker's from now on; `null`: none is left. */
  take(ticket: number): number | null {
    const at = ticket * TICKET_FIELDS + UNBEGUN;
    for (;;) {
      const unbegun = Atomics.load(this.#tickets, at);
      const next = unbegun & 0xffff;
      if (next >= unbegun >>> 16) return null;
      if (Atomics.compareExchange(this.#tickets, at, unbegun, unbegun + 1) === unbegun) return next;
    }
  }

  /** @param task index into the ticket's packet */
  begin(lane: number, ticket: number, task: number, startedAtMs: number): void {
    const at = lane * LANE_FIELDS;
    this.#figures[at + BYTES_DONE] = 0;
    this.#figures[at + BYTES_TOTAL] = UNKNOWN;
    this.#figures[at + STARTED_AT] = startedAtMs;
    this.#figures[at + BYTES_READ] = UNKNOWN;
    this.#figures[at + BYTES_WRITTEN] = UNKNOWN;
    Atomics.store(this.#running, lane, ticket * TASKS_PER_TICKET + task + 1);
  }

  setBytesDone(lane: number, bytes: number): void {
    this.#figures[lane * LANE_FIELDS + BYTES_DONE] = bytes;
  }

  setBytesTotal(lane: number, bytes: number | null): void {
    this.#figures[lane * LANE_FIELDS + BYTES_TOTAL] = bytes ?? UNKNOWN;
  }

  /** How far a task's bytes were read and written, where that is not all that is to be done with them. */
  setStages(lane: number, read: number, written: number): void {
    const at = lane * LANE_FIELDS;
    this.#figures[at + BYTES_READ] = read;
    this.#figures[at + BYTES_WRITTEN] = written;
  }

  end(lane: number): void {
    Atomics.store(this.#running, lane, 0);
  }

  isCancelled(ticket: number): boolean {
    return Atomics.load(this.#tickets, ticket * TICKET_FIELDS + CANCEL) !== 0;
  }

  // Host side

  /** @param count of its tasks, at most {@link MOST_TASKS} */
  give(ticket: number, count: number): void {
    Atomics.store(this.#tickets, ticket * TICKET_FIELDS + CANCEL, 0);
    Atomics.store(this.#tickets, ticket * TICKET_FIELDS + UNBEGUN, count << 16);
  }

  /** How many tasks of a ticket nobody has begun. */
  unbegun(ticket: number): number {
    const unbegun = Atomics.load(this.#tickets, ticket * TICKET_FIELDS + UNBEGUN);
    return (unbegun >>> 16) - (unbegun & 0xffff);
  }

  /**
   * Takes back tasks that nobody has begun, from the end.
   * @param share how many, of so many that are left
   * @returns the number of the first one that was taken back; `null`: none was
   */
  takeBack(ticket: number, share: (left: number) => number): number | null {
    const at = ticket * TICKET_FIELDS + UNBEGUN;
    for (;;) {
      const unbegun = Atomics.load(this.#tickets, at);
      const end = unbegun >>> 16;
      const count = share(end - (unbegun & 0xffff));
      if (count <= 0) return null;
      if (Atomics.compareExchange(this.#tickets, at, unbegun, unbegun - (count << 16)) === unbegun)
        return end - count;
    }
  }

  cancel(ticket: number): void {
    Atomics.store(this.#tickets, ticket * TICKET_FIELDS + CANCEL, 1);
  }

  /** The tasks that run at this moment. */
  read(): LaneReading[] {
    const readings: LaneReading[] = [];
    for (let lane = 0; lane < this.shape.lanes; lane++) {
      const running = Atomics.load(this.#running, lane) - 1;
      if (running < 0) continue;
      const figure = (field: number): number => this.#figures[lane * LANE_FIELDS + field] ?? UNKNOWN;
      const known = (field: number): number | null => {
        const value = figure(field);
        return value === UNKNOWN ? null : value;
      };
      readings.push({
        lane,
        ticket: Math.floor(running / TASKS_PER_TICKET),
        task: running % TASKS_PER_TICKET,
        bytesDone: figure(BYTES_DONE),
        bytesTotal: known(BYTES_TOTAL),
        bytesRead: known(BYTES_READ),
        bytesWritten: known(BYTES_WRITTEN),
        startedAtMs: figure(STARTED_AT),
      });
    }
    return readings;
  }
}

/** Node asks the system each time; it does not change. */
const { timeOrigin } = performance;

/** Milliseconds since the epoch with sub-millisecond parts; the same clock in every thread. */
export function nowMs(): number {
  return timeOrigin + performance.now();
}
