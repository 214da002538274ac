/**
 * The progress board: shared memory in which one worker writes how far it is,
 * so that progress costs no message. One board per worker, made by the host.
 *
 * Layout, all fields 8 bytes (BigInt64, atomic):
 * ```
 * lane 0: ticket+1 | bytesDone | bytesTotal+1 (0: unknown) | startedAt (µs since the epoch) | bytesRead+1 | bytesWritten+1
 * lane 1: …
 * ```
 * then one Int32 per ticket: the cancel flags. A *ticket* is a small number
 * that names a task while it is in a worker's hands; the host gives it out and
 * takes it back when the task settles.
 */
const LANE_FIELDS = 6;
const TICKET = 0;
const BYTES_DONE = 1;
const BYTES_TOTAL = 2;
const STARTED_AT = 3;
/** 0: this kind of task has no such stage. */
const BYTES_READ = 4;
const BYTES_WRITTEN = 5;

export interface BoardShape {
  readonly lanes: number;
  readonly tickets: number;
}

export interface LaneReading {
  readonly lane: number;
  readonly ticket: number;
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
  readonly #lanes: BigInt64Array;
  readonly #cancel: Int32Array;

  constructor(shape: BoardShape, buffer?: SharedArrayBuffer) {
    const laneBytes = shape.lanes * LANE_FIELDS * 8;
    this.shape = shape;
    this.buffer = buffer ?? new SharedArrayBuffer(laneBytes + shape.tickets * 4);
    this.#lanes = new BigInt64Array(this.buffer, 0, shape.lanes * LANE_FIELDS);
    this.#cancel = new Int32Array(this.buffer, laneBytes, shape.tickets);
  }

  // Worker side

  begin(lane: number, ticket: number, startedAtMs: number): void {
    const at = lane * LANE_FIELDS;
    Atomics.store(this.#lanes, at + BYTES_DONE, 0n);
    Atomics.store(this.#lanes, at + BYTES_TOTAL, 0n);
    Atomics.store(this.#lanes, at + BYTES_READ, 0n);
    Atomics.store(this.#lanes, at + BYTES_WRITTEN, 0n);
    Atomics.store(this.#lanes, at + STARTED_AT, BigInt(Math.round(startedAtMs * 1000)));
    // The ticket last: whoever sees it sees fresh figures.
    Atomics.store(this.#lanes, at + TICKET, BigInt(ticket + 1));
  }

  setBytesDone(lane: number, bytes: number): void {
    Atomics.store(this.#lanes, lane * LANE_FIELDS + BYTES_DONE, BigInt(bytes));
  }

  setBytesTotal(lane: number, bytes: number | null): void {
    Atomics.store(this.#lanes, lane * LANE_FIELDS + BYTES_TOTAL, bytes === null ? 0n : BigInt(bytes) + 1n);
  }

  /** How far a task's bytes were read and written, where that is not all that is to be done with them. */
  setStages(lane: number, read: number, written: number): void {
    const at = lane * LANE_FIELDS;
    Atomics.store(this.#lanes, at + BYTES_READ, BigInt(read) + 1n);
    Atomics.store(this.#lanes, at + BYTES_WRITTEN, BigInt(written) + 1n);
  }

  end(lane: number): void {
    Atomics.store(this.#lanes, lane * LANE_FIELDS + TICKET, 0n);
  }

  isCancelled(ticket: number): boolean {
    return Atomics.load(this.#cancel, ticket) !== 0;
  }

  // Host side

  cancel(ticket: number): void {
    Atomics.store(this.#cancel, ticket, 1);
  }

  clearCancel(ticket: number): void {
    Atomics.store(this.#cancel, ticket, 0);
  }

  /** The tasks that run at this moment. */
  read(): LaneReading[] {
    const readings: LaneReading[] = [];
    for (let lane = 0; lane < this.shape.lanes; lane++) {
      const at = lane * LANE_FIELDS;
      const ticket = Number(Atomics.load(this.#lanes, at + TICKET)) - 1;
      if (ticket < 0) continue;
      const total = Number(Atomics.load(this.#lanes, at + BYTES_TOTAL));
      readings.push({
        lane,
        ticket,
        bytesDone: Number(Atomics.load(this.#lanes, at + BYTES_DONE)),
        bytesTotal: total === 0 ? null : total - 1,
        bytesRead: this.#stage(at + BYTES_READ),
        bytesWritten: this.#stage(at + BYTES_WRITTEN),
        startedAtMs: Number(Atomics.load(this.#lanes, at + STARTED_AT)) / 1000,
      });
    }
    return readings;
  }

  #stage(at: number): number | null {
    const bytes = Number(Atomics.load(this.#lanes, at));
    return bytes === 0 ? null : bytes - 1;
  }
}

/** Node asks the system each time; it does not change. */
const { timeOrigin } = performance;

/** Milliseconds since the epoch with sub-millisecond parts; the same clock in every thread. */
export function nowMs(): number {
  return timeOrigin + performance.now();
}
