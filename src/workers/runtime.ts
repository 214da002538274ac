/**
 * The worker's side of every executor: takes packets, runs their tasks on as
 * many lanes as the board has, writes progress into the board and answers in
 * parts. It knows nothing of downloads, hashes or copies.
 */
import { parentPort } from 'node:worker_threads';
import { ProgressBoard, nowMs } from '../common/threads/board';
import { assertNever, toErrorData, type ErrorData } from '../common/model/errors';
import { toColumn } from '../common/model/packet';
import type { Answer, Assignment, FromWorker, ToWorker, WorkerData } from '../common/threads/protocol';
import { TimeKeeper, type Awaited } from './time-keeper';

/** What has ended waits at most this long for the rest of its packet. */
const ANSWER_AFTER_MS = 40;
/** So long where every lane is taken and more tasks lie ready: a message costs as much as a small file. */
const COMPANY_MS = 4;

/** @typeParam Note what a task may tell its host before it settles */
export interface TaskContext<Note = unknown> {
  /** Which of the worker's lanes the task runs on, from 0. */
  readonly lane: number;
  /** One task at a time on this thread: synchronous I/O is right, since there is nothing else to do. */
  readonly exclusive: boolean;
  /** Aborts when the task is cancelled; for asynchronous waits. */
  readonly signal: AbortSignal;
  /** Reads the shared cancel flag; cheap enough for every chunk. @throws TaskCancelled */
  throwIfCancelled(): void;
  setBytesDone(bytes: number): void;
  /** `null`: not known. */
  setBytesTotal(bytes: number | null): void;
  /** Bytes read and written so far, where they are done only later: on the device. */
  setStages(read: number, written: number): void;
  /** Tells the host something that must not wait for the task's end; plain data. */
  note(note: Note): void;
  /** It has waited so many milliseconds for something other than what tasks of its kind wait for as a rule. */
  waited(what: Awaited, ms: number): void;
}

/** Runs one task; synchronously where it can. What it throws becomes the task's failure. */
export type RunTask<Input, Output, Note = unknown> = (
  input: Input,
  context: TaskContext<Note>,
) => Output | Promise<Output>;

/** Runs tasks some of which end together. */
export interface RunTogether<Input, Output, Note = unknown> {
  (input: Input, context: TaskContext<Note>): Output | Promise<Output> | Later<Output>;
  /** Brings what comes {@link Later} to its end: the thread has nothing more to do. */
  readonly finish: () => void;
}

type Run<Input, Output> = RunTask<Input, Output> | RunTogether<Input, Output>;

/** The task has done its part; how it ends comes with that of others, and its lane is free for the next one. */
export class Later<Output> {
  readonly outcome: Promise<Output>;

  constructor(outcome: Promise<Output>) {
    this.outcome = outcome;
  }
}

/** Thrown by {@link TaskContext.throwIfCancelled}; whatever a cancelled task throws counts as this. */
export class TaskCancelled extends Error {
  constructor() {
    super('The task was cancelled.');
    this.name = 'AbortError';
  }
}

class LaneContext implements TaskContext {
  readonly lane: number;
  readonly exclusive: boolean;
  readonly ticket: number;
  readonly task: number;
  readonly startedAtMs: number;
  readonly #board: ProgressBoard;
  readonly #post: (ticket: number, task: number, note: unknown) => void;
  readonly #keeper: TimeKeeper;
  #controller: AbortController | null = null;

  constructor(
    board: ProgressBoard,
    lane: number,
    ticket: number,
    task: number,
    startedAtMs: number,
    post: (ticket: number, task: number, note: unknown) => void,
    keeper: TimeKeeper,
  ) {
    this.#keeper = keeper;
    this.startedAtMs = startedAtMs;
    this.#board = board;
    this.#post = post;
    this.lane = lane;
    this.ticket = ticket;
    this.task = task;
    this.exclusive = board.shape.lanes === 1;
  }

  get cancelled(): boolean {
    return this.#board.isCancelled(this.ticket);
  }

  // Made on demand: most tasks never look at it.
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.cancelled) this.abort();
    return this.#controller.signal;
  }

  abort(): void {
    if (this.#controller?.signal.aborted === false) this.#controller.abort(new TaskCancelled());
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw new TaskCancelled();
  }

  setBytesDone(bytes: number): void {
    this.#board.setBytesDone(this.lane, bytes);
  }

  setBytesTotal(bytes: number | null): void {
    this.#board.setBytesTotal(this.lane, bytes);
  }

  setStages(read: number, written: number): void {
    this.#board.setStages(this.lane, read, written);
  }

  note(note: unknown): void {
    this.#post(this.ticket, this.task, note);
  }

  waited(what: Awaited, ms: number): void {
    this.#keeper.waited(what, ms);
  }
}

/** What is known of the tasks of one job: how they are read out of a packet, run, and answered for. */
export interface Serving<Options, Body, Input, Output, Results> {
  /** Makes the function that runs tasks; if it throws, the whole pool is broken. */
  readonly initialise: (options: Options) => Run<Input, Output> | Promise<Run<Input, Output>>;
  /** One of a packet's tasks. */
  readonly open: (body: Body, task: number) => Input;
  /** @param outputs `null` where a task has none: it failed, or was cancelled */
  readonly pack: (outputs: readonly (Output | null)[]) => Results;
  /** Whether a task may keep its thread so long that what has ended before must not wait for it. */
  readonly takesLong?: (input: Input) => boolean;
  /** What a task is about, to begin the sentences of system errors with. */
  readonly describe?: (input: Input) => string;
}

/** Tasks of a packet that lie here. */
type Hand<Body> = Assignment<Body>;

/** How an attempt ended. */
type End<Output> =
  | { readonly how: 'done'; readonly output: Output }
  | { readonly how: 'failed'; readonly error: ErrorData }
  | { readonly how: 'cancelled' };

/** Attempts of one ticket that have ended and are not answered yet. */
class Ended<Output> {
  readonly tasks: number[] = [];
  readonly lanes: number[] = [];
  readonly startedAtMs: number[] = [];
  readonly endedAtMs: number[] = [];
  readonly ends: End<Output>['how'][] = [];
  readonly errors: [at: number, error: ErrorData][] = [];
  readonly outputs: (Output | null)[] = [];

  add({ task, lane, startedAtMs }: LaneContext, endedAtMs: number, end: End<Output>): void {
    if (end.how === 'failed') this.errors.push([this.tasks.length, end.error]);
    this.tasks.push(task);
    this.lanes.push(lane);
    this.startedAtMs.push(startedAtMs);
    this.endedAtMs.push(endedAtMs);
    this.ends.push(end.how);
    this.outputs.push(end.how === 'done' ? end.output : null);
  }

  answer<Results>(ticket: number, pack: (outputs: (Output | null)[]) => Results): Answer<Results> {
    const { tasks, lanes, startedAtMs, endedAtMs, ends, errors, outputs } = this;
    const results = outputs.some((output) => output !== null) ? pack(outputs) : null;
    return {
      ticket,
      tasks,
      lanes: toColumn(lanes),
      startedAtMs,
      endedAtMs,
      ends: toColumn(ends),
      errors,
      results,
    };
  }
}

/**
 * Serves tasks until the host says `close`. Call it once per worker thread.
 * @param data what the host gave this thread
 */
export function serveTasks<Options, Body, Input, Output, Results>(
  data: WorkerData<Options>,
  { initialise, open, pack, takesLong, describe }: Serving<Options, Body, Input, Output, Results>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('serveTasks runs in a worker thread');
  const board = new ProgressBoard(data.shape, data.board);
  const keeper = new TimeKeeper(data.times);
  const post = (message: FromWorker<Results>): void => {
    port.postMessage(message);
  };

  const postNote = (ticket: number, task: number, note: unknown): void => {
    post({ type: 'note', ticket, task, note });
  };

  let run: Run<Input, Output> | null = null;
  const hands: Hand<Body>[] = [];
  const freeLanes = Array.from({ length: data.shape.lanes }, (_, lane) => data.shape.lanes - 1 - lane);
  /** By lane. */
  const running: (LaneContext | null)[] = freeLanes.map(() => null);
  /** Tasks whose end comes later, and no lane any more. */
  let later = 0;
  let ended = new Map<number, Ended<Output>>();
  /** The time, as it was last looked at: it is asked for once for each task. */
  let latestMs = nowMs();
  let answeredAtMs = latestMs;
  let busyMs = 0;
  let busySinceMs = 0;
  let closing = false;
  let answering: NodeJS.Immediate | null = null;
  let waiting: NodeJS.Timeout | null = null;

  function isIdle(): boolean {
    return freeLanes.length === running.length;
  }

  function answer(): void {
    if (waiting !== null) clearTimeout(waiting);
    waiting = null;
    if (ended.size === 0) return;
    const answers = [...ended].map(([ticket, ends]) => ends.answer(ticket, pack));
    ended = new Map();
    answeredAtMs = nowMs();
    const sinceMs = isIdle() ? 0 : answeredAtMs - busySinceMs;
    const rests = keeper.takeRests();
    post({ type: 'answers', answers, busyMs: busyMs + sinceMs, ...(rests === undefined ? {} : { rests }) });
    latestMs = nowMs();
    keeper.writeSometimes(latestMs);
  }

  function answerLater(): void {
    if (ended.size > 0) waiting ??= setTimeout(answer, COMPANY_MS);
  }

  /** What ends in one turn of the event loop goes in one message. */
  function answerSoon(): void {
    answering ??= setImmediate(() => {
      answering = null;
      answer();
    });
  }

  function leaveLane(context: LaneContext): number {
    const { lane } = context;
    latestMs = nowMs();
    keeper.ended(latestMs - context.startedAtMs);
    running[lane] = null;
    board.end(lane);
    freeLanes.push(lane);
    if (isIdle()) busyMs += latestMs - busySinceMs;
    return latestMs;
  }

  function settle(context: LaneContext, endedAtMs: number, end: End<Output>): void {
    let ends = ended.get(context.ticket);
    if (ends === undefined) ended.set(context.ticket, (ends = new Ended()));
    ends.add(context, endedAtMs, end);
  }

  function failure(context: LaneContext, input: Input, error: unknown): End<Output> {
    if (context.cancelled) return { how: 'cancelled' };
    return { how: 'failed', error: toErrorData(error, describe?.(input)) };
  }

  function settleLater(context: LaneContext, input: Input, outcome: Promise<Output>): void {
    const endedAtMs = leaveLane(context);
    later += 1;
    void outcome
      .then(
        (output) => {
          settle(context, endedAtMs, { how: 'done', output });
        },
        (error: unknown) => {
          settle(context, endedAtMs, failure(context, input, error));
        },
      )
      .then(() => {
        later -= 1;
        pump();
      });
  }

  /** Begins a task at the time that was looked at last. */
  function start(
    task: Run<Input, Output>,
    input: Input,
    { ticket, index, lane }: { readonly ticket: number; readonly index: number; readonly lane: number },
  ): void {
    const context = new LaneContext(board, lane, ticket, index, latestMs, postNote, keeper);
    running[lane] = context;
    board.begin(lane, ticket, index, latestMs);
    try {
      context.throwIfCancelled();
      const value = task(input, context);
      if (value instanceof Later) {
        settleLater(context, input, value.outcome);
      } else if (value instanceof Promise) {
        latestMs = nowMs();
        void value
          .then(
            (output) => {
              settle(context, leaveLane(context), { how: 'done', output });
            },
            (error: unknown) => {
              settle(context, leaveLane(context), failure(context, input, error));
            },
          )
          .then(pump);
      } else {
        settle(context, leaveLane(context), { how: 'done', output: value });
      }
    } catch (error) {
      settle(context, leaveLane(context), failure(context, input, error));
    }
  }

  function pump(): void {
    if (run === null) return;
    latestMs = nowMs();
    for (let hand = hands[0]; hand !== undefined; hand = hands[0]) {
      const lane = freeLanes.at(-1);
      if (lane === undefined) {
        // Every lane is taken, and there may be more to do here: what has ended may wait for company, but not for them.
        answerLater();
        return;
      }
      const number = board.take(hand.ticket);
      if (number === null) {
        hands.shift();
        // The host gets what is whole while this thread goes on with the next packet.
        if (hands.length > 0 && isIdle()) answer();
        continue;
      }
      const index = hand.tasks[number] ?? 0;
      const input = open(hand.body, index);
      const isLong = takesLong?.(input) === true;
      if (isLong && later > 0 && 'finish' in run) run.finish();
      // Never of a hand's last task while the hand is here: the host gives its ticket out again.
      if (ended.size > 0 && (isLong || latestMs - answeredAtMs > ANSWER_AFTER_MS)) answer();
      if (isIdle()) {
        busySinceMs = latestMs;
        keeper.begin(latestMs, hand.submittedAtMs);
      }
      freeLanes.pop();
      start(run, input, { ticket: hand.ticket, index, lane });
    }
    if (!isIdle()) {
      answerSoon();
      return;
    }
    if (later > 0 && 'finish' in run) run.finish();
    answer();
    if (later === 0) keeper.rest(nowMs());
    // Sockets kept alive would hold the thread; nothing of the job is left in it.
    if (closing && later === 0) process.exit(0);
  }

  port.on('message', (message: ToWorker<Body>) => {
    switch (message.type) {
      case 'run':
        hands.push(message);
        pump();
        break;
      case 'cancel':
        for (const context of running) if (context?.cancelled === true) context.abort();
        break;
      case 'close':
        closing = true;
        pump();
        break;
      default:
        assertNever(message);
    }
  });

  Promise.resolve()
    .then(() => initialise(data.options))
    .then((task) => {
      run = task;
      keeper.ready(nowMs());
      post({ type: 'ready' });
      pump();
    })
    .catch((error: unknown) => {
      post({ type: 'broken', error: toErrorData(error) });
    });
}
