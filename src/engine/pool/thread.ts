/** One worker thread as its host sees it: its board, what it has in hand, and its end. */
import type { Worker } from 'node:worker_threads';
import { ProgressBoard, nowMs } from '../../common/threads/board';
import type { FromWorker, Settlement, ToWorker, WorkerData } from '../../common/threads/protocol';
import type { ErrorData } from '../../common/model/errors';
import { toErrorData } from '../../common/model/errors';
import type { LoopTime } from './executor';
import { Slots } from './slots';
import type { Threads } from './threads';

/** A worker is handed small tasks ahead, up to this many and this many bytes, so that it never waits for a message. */
export const IN_HAND_TASKS = 128;
export const IN_HAND_BYTES = 2 * 1024 * 1024;
/** Larger tasks, and those of unknown size, are handed out one for each free lane. */
export const SMALL_TASK_BYTES = 64 * 1024;

export interface ThreadEvents<Output> {
  onReady(): void;
  onBroken(error: ErrorData): void;
  onNote(ticket: number, note: unknown): void;
  onSettled(settlements: readonly Settlement<Output>[]): void;
  /** Once, last. `crash` is the uncaught error, if one ended the thread. */
  onExit(crash: ErrorData | null): void;
}

export interface InHand<Input> {
  readonly input: Input;
  readonly weight: number | null;
}

export class Thread<Options, Input, Output, Entry extends InHand<Input>> {
  readonly board: ProgressBoard;
  /** By ticket. */
  readonly inHand = new Slots<Entry>();
  readonly startedAtMs = nowMs();
  /** Resolves when the thread has truly ended. */
  readonly exited: Promise<void>;
  ready = false;
  /** Takes no more tasks: it is being retired. */
  closing = false;
  busyMs = 0;
  #loop: LoopTime = { activeMs: 0, idleMs: 0 };
  readonly #worker: Worker;
  #bytesInHand = 0;
  #largeInHand = 0;
  #outbox: { ticket: number; input: Input }[] = [];
  #crash: ErrorData | null = null;
  /** Tasks of unknown size that may wait here beside those that run. */
  readonly #ahead: number;

  constructor(
    threads: Threads,
    options: Options,
    lanes: number,
    ahead: number,
    events: ThreadEvents<Output>,
  ) {
    this.#ahead = ahead;
    const shape = { lanes, tickets: Math.max(IN_HAND_TASKS, lanes) };
    this.board = new ProgressBoard(shape);
    const data: WorkerData<Options> = { role: 'task', options, shape, board: this.board.buffer };
    this.#worker = threads.start(data);
    this.#worker.on('message', (message: FromWorker<Output>) => {
      if (message.type === 'ready') {
        this.ready = true;
        events.onReady();
      } else if (message.type === 'broken') {
        events.onBroken(message.error);
      } else if (message.type === 'note') {
        events.onNote(message.ticket, message.note);
      } else {
        this.busyMs = message.busyMs;
        events.onSettled(message.settlements);
      }
    });
    this.#worker.on('error', (error) => {
      this.#crash = toErrorData(error);
    });
    this.exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        resolve();
        events.onExit(this.#crash);
      });
    });
  }

  /** What its event loop did so far; of a thread that has ended, until it was told to. */
  get loop(): LoopTime {
    this.#readLoop();
    return this.#loop;
  }

  #readLoop(): void {
    const { active, idle } = this.#worker.performance.eventLoopUtilization();
    // A thread that has ended says nothing, and so does one that is still coming up.
    if (active + idle > 0) this.#loop = { activeMs: active, idleMs: Math.max(0, idle) };
  }

  /** Whether another task of this weight may be handed over now. */
  hasRoomFor(weight: number | null): boolean {
    if (!this.ready || this.closing) return false;
    if (this.inHand.size < this.board.shape.lanes) return true;
    if (weight === null) return this.inHand.size < this.board.shape.lanes + this.#ahead;
    return (
      weight <= SMALL_TASK_BYTES &&
      this.#largeInHand === 0 &&
      this.inHand.size < IN_HAND_TASKS &&
      this.#bytesInHand + weight <= IN_HAND_BYTES
    );
  }

  /** Puts a task into the next batch; {@link send} sends it. @returns its ticket */
  assign(entry: Entry): number {
    if (this.inHand.size >= this.board.shape.tickets)
      throw new Error('no ticket is free: ask hasRoomFor first');
    const ticket = this.inHand.add(entry);
    this.board.clearCancel(ticket);
    if (isLarge(entry.weight)) this.#largeInHand += 1;
    else this.#bytesInHand += entry.weight ?? 0;
    this.#outbox.push({ ticket, input: entry.input });
    return ticket;
  }

  send(): void {
    if (this.#outbox.length === 0) return;
    this.#post({ type: 'run', assignments: this.#outbox });
    this.#outbox = [];
  }

  /** Takes a settled task out of the worker's hands. */
  take(ticket: number): Entry | undefined {
    const entry = this.inHand.take(ticket);
    if (entry === undefined) return undefined;
    if (isLarge(entry.weight)) this.#largeInHand -= 1;
    else this.#bytesInHand -= entry.weight ?? 0;
    return entry;
  }

  cancel(ticket: number): void {
    this.board.cancel(ticket);
    this.#post({ type: 'cancel' });
  }

  /** The thread finishes what it has and exits. */
  close(): void {
    if (this.closing) return;
    this.closing = true;
    this.#readLoop();
    this.#post({ type: 'close' });
  }

  terminate(): void {
    this.closing = true;
    void this.#worker.terminate();
  }

  #post(message: ToWorker<Input>): void {
    this.#worker.postMessage(message);
  }
}

function isLarge(weight: number | null): boolean {
  return weight === null || weight > SMALL_TASK_BYTES;
}
