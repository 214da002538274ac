import { expect, test } from 'vitest';
import type { WorkerStatistics } from '../common/model/jobs';
import { NO_TIME, type ThreadBill } from '../common/model/thread-bill';
import { billLines } from './tell-job';

const worker = (number: number, bill: ThreadBill | null): WorkerStatistics => ({
  worker: number,
  tasks: 1,
  failed: 0,
  bytes: 0,
  busyMs: 0,
  aliveMs: 0,
  threads: 1,
  runMs: 0,
  bill,
});

test('a row for each thread and one for all, a column for each part that any has', () => {
  const bills = [
    { ...NO_TIME, work: 1500, network: 200 },
    { ...NO_TIME, work: 900, queue: 800 },
  ];
  expect(billLines(bills.map((bill, index) => worker(index + 1, bill)))).toEqual([
    '            Work     Network  Nothing queued',
    'W1        1.50 s      200 ms               –',
    'W2        900 ms           –          800 ms',
    'all       2.40 s      200 ms          800 ms',
  ]);
  expect(billLines([worker(1, { ...NO_TIME, work: 20 })])).toEqual(['            Work', 'W1         20 ms']);
});

test('of jobs of older versions nothing is known', () => {
  expect(billLines([worker(1, null)])).toEqual([]);
  expect(billLines([])).toEqual([]);
});
