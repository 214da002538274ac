/** The workers' side, told by hand what to do. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { ProgressBoard, nowMs } from '../../common/threads/board';
import type { Answer, FromWorker, ToWorker, WorkerData } from '../../common/threads/protocol';
import { ThreadTimes } from '../../common/threads/thread-times';
import { buildWorker } from '../testing/build-worker';
import { repeat, type ToyResults } from './test-packets';
import type { ToyBody, ToyOptions, ToyTask } from './test-worker';

let workerUrl: string;
beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('./test-worker.ts', import.meta.url)));
});

interface Served {
  readonly answers: readonly Answer<ToyResults>[];
  /** How often each task was begun. */
  readonly begun: readonly number[];
}

/** One ticket is served, all of its tasks are answered, and the thread ends. */
async function serve(tasks: readonly ToyTask[], lanes: number, options: ToyOptions): Promise<Served> {
  const shape = { lanes, tickets: 2 };
  const board = new ProgressBoard(shape);
  const workerData: WorkerData<ToyOptions> = {
    role: 'task',
    options,
    shape,
    board: board.buffer,
    times: new ThreadTimes().buffer,
  };
  const worker = new Worker(workerUrl, { workerData });
  const ended = once(worker, 'exit');
  const tell = (message: ToWorker<ToyBody>): void => {
    worker.postMessage(message);
  };
  const begun = new SharedArrayBuffer(4 * tasks.length);
  const answers: Answer<ToyResults>[] = [];
  const all = Promise.withResolvers<void>();
  worker.on('message', (message: FromWorker<ToyResults>) => {
    if (message.type !== 'answers') return;
    answers.push(...message.answers);
    if (answers.reduce((sum, each) => sum + each.tasks.length, 0) >= tasks.length) all.resolve();
  });
  board.give(0, tasks.length);
  const body = { value: 0, tasks, begun, atOnce: new SharedArrayBuffer(8) };
  tell({ type: 'run', ticket: 0, body, tasks: tasks.map((_, task) => task), submittedAtMs: nowMs() });
  await all.promise;
  tell({ type: 'close' });
  await ended;
  return { answers, begun: [...new Int32Array(begun)] };
}

const SLOW = [
  // Longer than what has ended waits for the rest of its packet.
  ['one after another', repeat(3, { do: 'spin', ms: 45 }), 1],
  ['with waiting between', repeat(3, { do: 'wait', ms: 45 }), 1],
  ['on several lanes', [1, 20, 45, 90, 1, 45].map((ms): ToyTask => ({ do: 'wait', ms })), 2],
  ['that end together', [...repeat(2, { do: 'spin', ms: 45 }), ...repeat(5, { do: 'later' })], 1],
] as const satisfies readonly (readonly [string, readonly ToyTask[], number])[];

test.each(SLOW)(
  'tasks %s: nothing is taken from a ticket whose last task is answered',
  async (_, tasks, lanes) => {
    const { answers, begun } = await serve(tasks, lanes, { givenAgainAt: tasks.length });
    expect(begun).toEqual(tasks.map(() => 1));
    expect(answers.flatMap((answer) => answer.tasks).sort()).toEqual(tasks.map((_, task) => task));
  },
);

test('many quick tasks are answered with few messages, and slow ones soon after their ends', async () => {
  const quick = await serve(repeat(2000, { do: 'echo' }), 1, {});
  expect(quick.answers.length).toBeLessThan(50);
  const slow = await serve(repeat(4, { do: 'spin', ms: 60 }), 1, {});
  expect(slow.answers.map(({ tasks }) => tasks.length)).toEqual([1, 1, 1, 1]);
});
