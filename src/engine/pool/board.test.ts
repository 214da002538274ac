import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_TASKS, ProgressBoard } from '../../common/threads/board';
import { buildWorker } from '../testing/build-worker';
import type { TakerData } from './test-taker';

/** Of those rounds in which both sides got some. */
const CONTESTED = 12;

test('of two threads that take from both ends at once, each number goes to exactly one', async () => {
  const script = await buildWorker(fileURLToPath(new URL('./test-taker.ts', import.meta.url)));
  const shape = { lanes: 1, tickets: 1 };
  const board = new ProgressBoard(shape);
  const round = new Int32Array(new SharedArrayBuffer(4));
  const workerData: TakerData = { shape, board: board.buffer, round };
  const worker = new Worker(script, { workerData });
  let contested = 0;
  try {
    for (let number = 1; contested < CONTESTED; number++) {
      board.give(0, MOST_TASKS);
      const answered = once(worker, 'message');
      worker.postMessage(number);
      while (Atomics.load(round, 0) !== number);
      const back: number[] = [];
      let end = MOST_TASKS;
      // A little at a time, so that both are at it for long.
      for (;;) {
        const from = board.takeBack(0, (left) => Math.min(left, 3));
        if (from === null) break;
        for (let task = end - 1; task >= from; task--) back.push(task);
        end = from;
      }
      const [taken] = (await answered) as [number[]];
      if (taken.length > 0 && back.length > 0) contested += 1;
      expect([...taken, ...back.reverse()]).toEqual(Array.from({ length: MOST_TASKS }, (_, task) => task));
      expect(board.unbegun(0)).toBe(0);
      expect(board.take(0)).toBeNull();
    }
  } finally {
    await worker.terminate();
  }
});

test('tickets are given out, taken from and taken back as a list would be', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('give' as const),
      ticket: fc.nat(2),
      count: fc.integer({ min: 1, max: 40 }),
    }),
    fc.record({ do: fc.constant('take' as const), ticket: fc.nat(2) }),
    fc.record({ do: fc.constant('back' as const), ticket: fc.nat(2), most: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ do: fc.constant('cancel' as const), ticket: fc.nat(2) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const board = new ProgressBoard({ lanes: 2, tickets: 3 });
      const lists: number[][] = [[], [], []];
      const cancelled = [false, false, false];
      for (const { ticket, ...step } of steps) {
        const list = lists[ticket] ?? [];
        if (step.do === 'give') {
          board.give(ticket, step.count);
          lists[ticket] = Array.from({ length: step.count }, (_, task) => task);
          cancelled[ticket] = false;
        } else if (step.do === 'take') {
          expect(board.take(ticket)).toBe(list.shift() ?? null);
        } else if (step.do === 'back') {
          const count = Math.min(step.most, list.length);
          const from = board.takeBack(ticket, (left) => {
            expect(left).toBe(list.length);
            return Math.min(left, step.most);
          });
          expect(from).toBe(count === 0 ? null : list.at(-count));
          list.splice(list.length - count, count);
        } else {
          board.cancel(ticket);
          cancelled[ticket] = true;
        }
        expect([0, 1, 2].map((each) => board.unbegun(each))).toEqual(lists.map(({ length }) => length));
        expect([0, 1, 2].map((each) => board.isCancelled(each))).toEqual(cancelled);
      }
    }),
  );
});

test('what runs is read with its figures, and none of what ran there before', () => {
  const board = new ProgressBoard({ lanes: 3, tickets: 4 });
  const seen = new ProgressBoard(board.shape, board.buffer);
  expect(seen.read()).toEqual([]);
  board.begin(1, 3, 32_766, 1234.5);
  const fresh = { bytesDone: 0, bytesTotal: null, bytesRead: null, bytesWritten: null };
  const first = { lane: 1, ticket: 3, task: 32_766, startedAtMs: 1234.5 };
  expect(seen.read()).toEqual([{ ...first, ...fresh }]);
  board.setBytesDone(1, 2 ** 40);
  board.setBytesTotal(1, 2 ** 41);
  board.setStages(1, 7, 5);
  board.begin(0, 0, 0, 1);
  expect(seen.read()).toEqual([
    { lane: 0, ticket: 0, task: 0, startedAtMs: 1, ...fresh },
    { ...first, bytesDone: 2 ** 40, bytesTotal: 2 ** 41, bytesRead: 7, bytesWritten: 5 },
  ]);
  board.setBytesTotal(1, null);
  board.end(0);
  expect(seen.read()).toMatchObject([{ lane: 1, bytesTotal: null }]);
  board.end(1);
  board.begin(1, 2, 1, 9);
  expect(seen.read()).toEqual([{ lane: 1, ticket: 2, task: 1, startedAtMs: 9, ...fresh }]);
});
