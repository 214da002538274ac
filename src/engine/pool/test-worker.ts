/** A worker with toy tasks, for the tests of the executors. */
import { workerData } from 'node:worker_threads';
import { ProgressBoard } from '../../common/threads/board';
import { HeddleError } from '../../common/model/errors';
import type { WorkerData } from '../../common/threads/protocol';
import { Later, serveTasks, type RunTogether, type TaskContext } from '../../workers/runtime';

export type ToyTask =
  | { readonly do: 'echo' }
  /** Waits, and notices when it is cancelled. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Computes without ever looking up: only its thread's end stops it. */
  | { readonly do: 'spin'; readonly ms: number }
  | { readonly do: 'fail'; readonly code: string }
  /** Ends the thread with an uncaught error. */
  | { readonly do: 'crash' }
  /** Does its part, and ends with others: as soon as three of them are there, or nothing else is to be done. */
  | { readonly do: 'later' }
  /** Tells something before it is done. */
  | { readonly do: 'note'; readonly note: string };

export interface ToyBody {
  /** The result of each task is this and its index. */
  readonly value: number;
  readonly tasks: readonly ToyTask[];
  /** How often each task was begun. Int32, in memory that all threads share. */
  readonly begun: SharedArrayBuffer;
  /** How many tasks run at once, and the most that ever did. Two Int32. */
  readonly atOnce: SharedArrayBuffer;
}

export interface ToyOptions {
  readonly brokenBecause?: string;
  /** The first ticket is given out again as soon as so many tasks are answered, as by a host that is quicker than any. */
  readonly givenAgainAt?: number;
}

interface Toy {
  readonly task: ToyTask;
  readonly value: number;
  readonly body: ToyBody;
  readonly index: number;
}

const TOGETHER = 3;

function initialise(options: ToyOptions): RunTogether<Toy, number> {
  if (options.brokenBecause !== undefined) throw new HeddleError('toy-broken', options.brokenBecause);
  let pending: (() => void)[] = [];
  const finish = (): void => {
    const due = pending;
    pending = [];
    for (const resolve of due) resolve();
  };

  function play({ task, value }: Toy, context: TaskContext): number | Promise<number> | Later<number> {
    switch (task.do) {
      case 'echo':
        return value;
      case 'wait':
        return wait(task.ms, context.signal).then(() => value);
      case 'spin': {
        const until = performance.now() + task.ms;
        while (performance.now() < until);
        return value;
      }
      case 'fail':
        throw new HeddleError(task.code, `failed as told: ${task.code}`);
      case 'crash':
        return new Promise<number>(() => {
          setImmediate(() => {
            throw new Error('crashed as told');
          });
        });
      case 'later': {
        const outcome = new Promise<void>((resolve) => {
          pending.push(resolve);
        });
        if (pending.length >= TOGETHER) finish();
        return new Later(outcome.then(() => value));
      }
      case 'note':
        context.note(task.note);
        return value;
    }
  }

  function run(toy: Toy, context: TaskContext): number | Promise<number> | Later<number> {
    Atomics.add(new Int32Array(toy.body.begun), toy.index, 1);
    const atOnce = new Int32Array(toy.body.atOnce);
    const now = Atomics.add(atOnce, 0, 1) + 1;
    for (let most = Atomics.load(atOnce, 1); now > most; most = Atomics.load(atOnce, 1)) {
      Atomics.compareExchange(atOnce, 1, most, now);
    }
    let isPending = false;
    try {
      const result = play(toy, context);
      if (!(result instanceof Promise)) return result;
      isPending = true;
      return result.finally(() => Atomics.sub(atOnce, 0, 1));
    } finally {
      if (!isPending) Atomics.sub(atOnce, 0, 1);
    }
  }

  return Object.assign(run, { finish });
}

const data = workerData as WorkerData<ToyOptions>;
let answered = 0;

function pack(outputs: readonly (number | null)[]): readonly (number | null)[] {
  answered += outputs.length;
  if (answered === data.options.givenAgainAt) new ProgressBoard(data.shape, data.board).give(0, answered);
  return outputs;
}

serveTasks<ToyOptions, ToyBody, Toy, number, readonly (number | null)[]>(data, {
  initialise,
  open: (body, index) => ({
    task: body.tasks[index] ?? { do: 'fail', code: 'no-such-task' },
    value: body.value + index,
    body,
    index,
  }),
  pack,
  takesLong: ({ task }) => task.do === 'spin',
});

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('stopped'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
