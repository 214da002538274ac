/**
 * The worker's side of every executor: takes batches, runs their tasks on as
 * many lanes as the board has, writes progress into the board and answers with
 * batches of settlements. It knows nothing of downloads, hashes or copies.
 */
import { parentPort } from 'node:worker_threads';
import { ProgressBoard, nowMs } from '../common/threads/board';
import { assertNever, toErrorData } from '../common/model/errors';
import type { Assignment, FromWorker, Settlement, ToWorker, WorkerData } from '../common/threads/protocol';

/** Results of short tasks wait at most this long for company. */
const FLUSH_AFTER_MS = 40;
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
}

/** Runs one task; synchronously where it can. What it throws becomes the task's failure. */
export type RunTask<Input, Output, Note = unknown> = (
  input: Input,
  context: TaskContext<Note>,
) => Output | Promise<Output>;

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
  readonly #board: ProgressBoard;
  readonly #post: (ticket: number, note: unknown) => void;
  #controller: AbortController | null = null;

  constructor(
    board: ProgressBoard,
    lane: number,
    ticket: number,
    post: (ticket: number, note: unknown) => void,
  ) {
    this.#board = board;
    this.#post = post;
    this.lane = lane;
    this.ticket = ticket;
    this.exclusive = board.shape.lanes === 1;
  }

  get cancelled(): boolean {
    return this.#board.isCancelled(this.ticket);
  }

  // Made on demand: most tasks of a batch never look at it.
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
    this.#post(this.ticket, note);
  }
}

/**
 * Serves tasks until the host says `close`. Call it once per worker thread.
 * @param data what the host gave this thread
 * @param initialise makes the function that runs tasks; if it throws, the whole pool is broken
 * @param describe what a task is about, to begin the sentences of system errors with
 */
export function serveTasks<Options, Input, Output>(
  data: WorkerData<Options>,
  initialise: (options: Options) => RunTask<Input, Output> | Promise<RunTask<Input, Output>>,
  describe?: (input: Input) => string,
): void {
  const port = parentPort;
  if (port === null) throw new Error('serveTasks runs in a worker thread');
  const board = new ProgressBoard(data.shape, data.board);
  const post = (message: FromWorker<Output>): void => {
    port.postMessage(message);
  };

  const postNote = (ticket: number, note: unknown): void => {
    post({ type: 'note', ticket, note });
  };

  let run: RunTask<Input, Output> | null = null;
  const pending: Assignment<Input>[] = [];
  let next = 0;
  const freeLanes = Array.from({ length: data.shape.lanes }, (_, lane) => data.shape.lanes - 1 - lane);
  const active = new Set<LaneContext>();
  let settlements: Settlement<Output>[] = [];
  let lastFlushMs = nowMs();
  let busyMs = 0;
  let busySinceMs = 0;
  let closing = false;
  let flushing: NodeJS.Immediate | null = null;
  let waiting: NodeJS.Timeout | null = null;

  function flush(): void {
    if (waiting !== null) clearTimeout(waiting);
    waiting = null;
    if (settlements.length === 0) return;
    const running = active.size > 0 ? nowMs() - busySinceMs : 0;
    post({ type: 'settled', settlements, busyMs: busyMs + running });
    settlements = [];
    lastFlushMs = nowMs();
  }

  function flushLater(): void {
    if (settlements.length === 0) return;
    waiting ??= setTimeout(flush, COMPANY_MS);
  }

  /** What settles in one turn of the event loop goes in one message. */
  function flushSoon(): void {
    flushing ??= setImmediate(() => {
      flushing = null;
      flush();
    });
  }

  function settle(context: LaneContext, startedAtMs: number, result: Settlement<Output>['result']): void {
    const endedAtMs = nowMs();
    active.delete(context);
    if (active.size === 0) busyMs += endedAtMs - busySinceMs;
    board.end(context.lane);
    freeLanes.push(context.lane);
    settlements.push({ ticket: context.ticket, lane: context.lane, startedAtMs, endedAtMs, result });
    if (endedAtMs - lastFlushMs > FLUSH_AFTER_MS) flush();
  }

  function failure(context: LaneContext, input: Input, error: unknown): Settlement<Output>['result'] {
    if (context.cancelled) return { ok: false, cancelled: true };
    return { ok: false, error: toErrorData(error, describe?.(input)) };
  }

  function start(task: RunTask<Input, Output>, { ticket, input }: Assignment<Input>, lane: number): void {
    const context = new LaneContext(board, lane, ticket, postNote);
    const startedAtMs = nowMs();
    if (active.size === 0) busySinceMs = startedAtMs;
    active.add(context);
    board.begin(lane, ticket, startedAtMs);
    try {
      context.throwIfCancelled();
      const value = task(input, context);
      if (value instanceof Promise) {
        void value
          .then(
            (result) => {
              settle(context, startedAtMs, { ok: true, value: result });
            },
            (error: unknown) => {
              settle(context, startedAtMs, failure(context, input, error));
            },
          )
          .then(pump);
      } else {
        settle(context, startedAtMs, { ok: true, value });
      }
    } catch (error) {
      settle(context, startedAtMs, failure(context, input, error));
    }
  }

  function pump(): void {
    if (run === null) return;
    while (next < pending.length) {
      const lane = freeLanes.pop();
      if (lane === undefined) break;
      const assignment = pending[next];
      next += 1;
      if (assignment !== undefined) start(run, assignment, lane);
    }
    if (next < pending.length) {
      // Every lane is taken, and there is more to do here: what has settled may wait for company, but not with them.
      if (settlements.length >= pending.length - next) flushSoon();
      else flushLater();
      return;
    }
    pending.length = 0;
    next = 0;
    if (active.size > 0) flushSoon();
    else flush();
    // Sockets kept alive would hold the thread; nothing of the job is left in it.
    if (closing && active.size === 0) process.exit(0);
  }

  port.on('message', (message: ToWorker<Input>) => {
    switch (message.type) {
      case 'run':
        for (const assignment of message.assignments) pending.push(assignment);
        pump();
        break;
      case 'cancel':
        for (const context of active) if (context.cancelled) context.abort();
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
      post({ type: 'ready' });
      pump();
    })
    .catch((error: unknown) => {
      post({ type: 'broken', error: toErrorData(error) });
    });
}
