import { expect, test } from 'vitest';
import { DEFAULT_COPY_OPTIONS } from './copy-options';
import { NO_TASKS } from './tasks';
import { gainText } from './job-gain';

const worker = (runMs: number, busyMs: number, threads = 1) => ({
  worker: 1,
  tasks: 1,
  failed: 0,
  bytes: 0,
  busyMs,
  aliveMs: 24_800,
  threads,
  runMs,
  bill: null,
});

const job = {
  bytesDone: 41_900_000_000,
  copyOptions: null,
  counts: { ...NO_TASKS, done: 312 },
  elapsedMs: 24_800,
};

test('one line says what a job did, how busy its threads were and how much overlapped', () => {
  expect(gainText(job, [worker(23_600, 24_056), worker(23_600, 24_056)])).toBe(
    '41.9 GB in 24.8 s on 2 threads, 97 % busy; the tasks together took 47.2 s, so 1.9 × overlapped',
  );
  expect(gainText(job, [worker(24_100, 24_100)])).toBe(
    '41.9 GB in 24.8 s on 1 thread, 97 % busy; the tasks together took 24.1 s, nothing overlapped',
  );
  expect(gainText({ ...job, bytesDone: 0 }, [worker(24_800 * 1200, 24_800, 300)])).toBe(
    '312 tasks in 24.8 s on 300 threads, at most 1 at once, 100 % busy; the tasks together took 8 h 16 min, so 1,200 × overlapped',
  );
});

test('a dry run is counted in tasks: it moves no bytes', () => {
  const dry = { ...job, copyOptions: { ...DEFAULT_COPY_OPTIONS, dryRun: true } };
  expect(gainText(dry, [worker(24_800, 24_800)])).toBe(
    '312 tasks in 24.8 s on 1 thread, 100 % busy; the tasks together took 24.8 s, nothing overlapped',
  );
});

test('nothing is said where nothing is known: no thread ran, or an older version kept no times', () => {
  expect(gainText(job, [])).toBeNull();
  expect(gainText(job, [worker(0, 24_056)])).toBeNull();
});
