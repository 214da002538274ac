/** One worker thread as its host sees it: its board, what it has in hand, and its end. */
import type { Worker } from 'node:worker_threads';
import { ProgressBoard, nowMs } from '../../common/threads/board';
import type { Answer, FromWorker, ToWorker, WorkerData } from '../../common/threads/protocol';
import type { ErrorData } from '../../common/model/errors';
import { toErrorData } from '../../common/model/errors';
import type { LoopTime } from './executor';
import type { IdleReasons } from './idle-reasons';
import { ThreadAccount, type PlaceTimes } from './place-times';
import type { Threads } from './threads';

export interface ThreadEvents<Results> {
  onReady(): void;
  onBroken(error: ErrorData): void;
  onNote(ticket: number, task: number, note: unknown): void;
  onAnswers(answers: readonly Answer<Results>[]): void;
  /** Once, last. `crash` is the uncaught error, if one ended the thread. */
  onExit(crash: ErrorData | null): void;
}

/** Tasks of one packet in a thread's hands. */
export interface Hand<Packet> {
  readonly packet: Packet;
  /** Indices into the packet, in the order in which they run. Those at the end may be taken back. */
  tasks: readonly number[];
  /** Of these, how many have not settled. */
  left: number;
}

export interface TakenBack<Packet> {
  readonly packet: Packet;
  readonly tasks: readonly number[];
}

export class Thread<
  Options,
  Body,
  Results,
  Packet extends { readonly body: Body; readonly submittedAtMs: number },
> {
  readonly board: ProgressBoard;
  /** By ticket; a number is given out again when all tasks of the one before have settled. */
  readonly hands: (Hand<Packet> | null)[];
  readonly startedAtMs = nowMs();
  /** Resolves when the thread has truly ended. */
  readonly exited: Promise<void>;
  ready = false;
  /** Takes no more tasks: it is being retired. */
  closing = false;
  busyMs = 0;
  /** Tasks in hand that have not settled. */
  tasksInHand = 0;
  packetsInHand = 0;
  #loop: LoopTime = { activeMs: 0, idleMs: 0 };
  readonly #worker: Worker;
  #crash: ErrorData | null = null;

  readonly #account: ThreadAccount;

  /** @param reasons why it has nothing to do, where it has not */
  constructor(
    threads: Threads,
    options: Options,
    lanes: number,
    reasons: IdleReasons,
    events: ThreadEvents<Results>,
  ) {
    // A packet for each lane, and one ahead.
    const shape = { lanes, tickets: lanes + 1 };
    this.hands = Array<null>(shape.tickets).fill(null);
    this.board = new ProgressBoard(shape);
    this.#account = new ThreadAccount(reasons);
    const times = this.#account.times.buffer;
    const data: WorkerData<Options> = { role: 'task', options, shape, board: this.board.buffer, times };
    this.#worker = threads.start(data);
    this.#worker.on('message', (message: FromWorker<Results>) => {
      if (message.type === 'ready') {
        this.ready = true;
        events.onReady();
      } else if (message.type === 'broken') {
        events.onBroken(message.error);
      } else if (message.type === 'note') {
        events.onNote(message.ticket, message.task, message.note);
      } else {
        this.busyMs = message.busyMs;
        if (message.rests !== undefined) this.#account.add(message.rests);
        events.onAnswers(message.answers);
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

  /** What it did with its time so far. */
  get times(): PlaceTimes {
    return this.#account.until(nowMs());
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

  get isOpen(): boolean {
    return this.ready && !this.closing;
  }

  /** A lane is free; or else one more packet may lie ready, so that the thread never waits for a message. */
  get hasRoom(): boolean {
    if (!this.isOpen) return false;
    return this.tasksInHand < this.board.shape.lanes || this.packetsInHand < 2;
  }

  give(packet: Packet, tasks: readonly number[]): void {
    const ticket = this.hands.indexOf(null);
    if (ticket < 0) throw new Error('no ticket is free: ask hasRoom first');
    this.hands[ticket] = { packet, tasks, left: tasks.length };
    this.tasksInHand += tasks.length;
    this.packetsInHand += 1;
    this.board.give(ticket, tasks.length);
    const { body, submittedAtMs } = packet;
    this.#post({ type: 'run', ticket, body, tasks, submittedAtMs });
  }

  /**
   * How many of a hand's unbegun tasks a thread with nothing to do may get: about half of them. The hand's thread has to
   * see its end before its ticket is free. With one lane it does while a task of it is in that thread's hands, since it
   * comes back for the next one when that has ended; otherwise the hand's last task stays.
   */
  #share(hand: Hand<Packet>, unbegun: number): number {
    const seesItsEnd = this.board.shape.lanes === 1 && hand.left > unbegun;
    return seesItsEnd ? Math.ceil(unbegun / 2) : Math.floor(unbegun / 2);
  }

  /** The hand that most can be taken back of; `null`: there is nothing to share. */
  #fullest(): { readonly ticket: number; readonly share: number } | null {
    let best: { ticket: number; share: number } | null = null;
    this.hands.forEach((hand, ticket) => {
      const share = hand === null ? 0 : this.#share(hand, this.board.unbegun(ticket));
      if (share > (best?.share ?? 0)) best = { ticket, share };
    });
    return best;
  }

  /** Tasks that could be taken back. */
  get spare(): number {
    return this.#fullest()?.share ?? 0;
  }

  /** Takes back about half of what nobody has begun of its fullest hand. */
  takeBack(): TakenBack<Packet> | null {
    const fullest = this.#fullest();
    return fullest === null ? null : this.#takeBack(fullest.ticket, (hand, left) => this.#share(hand, left));
  }

  /** Takes back all that nobody has begun. Only of a thread that closes: it may still hold tickets that are free then. */
  takeBackAll(): TakenBack<Packet>[] {
    return this.hands.flatMap((_, ticket) => this.#takeBack(ticket, (_hand, left) => left) ?? []);
  }

  #takeBack(ticket: number, share: (hand: Hand<Packet>, left: number) => number): TakenBack<Packet> | null {
    const hand = this.hands[ticket];
    if (hand == null) return null;
    const from = this.board.takeBack(ticket, (left) => share(hand, left));
    if (from === null) return null;
    const { packet, tasks } = hand;
    hand.tasks = tasks.slice(0, from);
    this.settled(ticket, tasks.length - from);
    return { packet, tasks: tasks.slice(from) };
  }

  /** Some of a hand's tasks have settled, or are no longer its own. */
  settled(ticket: number, count: number): void {
    const hand = this.hands[ticket];
    if (hand == null) return;
    hand.left -= count;
    this.tasksInHand -= count;
    if (hand.left > 0) return;
    this.hands[ticket] = null;
    this.packetsInHand -= 1;
  }

  cancel(packet: Packet): void {
    this.hands.forEach((hand, ticket) => {
      if (hand?.packet === packet) this.board.cancel(ticket);
    });
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

  #post(message: ToWorker<Body>): void {
    this.#worker.postMessage(message);
  }
}
