/**
 * What one worker thread did with its time so far, in shared memory: the thread writes, its host reads, and no message
 * is needed. All figures are milliseconds; those that grow are sums over the thread's life.
 *
 * A thread is *active* from when it takes up a task after having had none until it has none again and has answered for
 * all of them. Between that it rests. The rests are told by messages, with what ended them: see `Rest`.
 */
const FIELDS = [
  /** When it could take its first task, since the epoch; 0: not yet. */
  'readyAtMs',
  /** When it last became active, or began to rest, since the epoch. */
  'sinceMs',
  /** 1 while it is active. */
  'isActive',
  /** Active, without the time since `sinceMs`. */
  'activeMs',
  /** On a core, while active. */
  'cpuMs',
  /** Ready to run, while all cores were taken. 0 where the system does not say. */
  'coreMs',
  /** While active, its event loop waited for something to happen. */
  'loopIdleMs',
  /** From begin to end, summed over the tasks that have ended. */
  'taskMs',
  /** Of that, waiting for a device. */
  'diskMs',
  /** Of that, held back by a speed limit. */
  'speedLimitMs',
] as const;

export type ThreadTime = (typeof FIELDS)[number];
/** A field for each figure. */
export type ThreadFigures = Readonly<Record<ThreadTime, number>>;

const PLACES = Object.fromEntries(FIELDS.map((field, place) => [field, place])) as Record<ThreadTime, number>;

export class ThreadTimes {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(FIELDS.length * 8)) {
    this.buffer = buffer;
    this.#cells = new Float64Array(buffer);
  }

  get(field: ThreadTime): number {
    return this.#cells[PLACES[field]] ?? 0;
  }

  set(field: ThreadTime, value: number): void {
    this.#cells[PLACES[field]] = value;
  }

  add(field: ThreadTime, ms: number): void {
    this.set(field, this.get(field) + ms);
  }

  read(): ThreadFigures {
    return Object.fromEntries(FIELDS.map((field) => [field, this.get(field)])) as Record<ThreadTime, number>;
  }
}

/** A rest that has ended: from when, until when, and when what ended it was given to the executor. Since the epoch. */
export type Rest = readonly [fromMs: number, untilMs: number, submittedAtMs: number];
