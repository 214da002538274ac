import { expect, test } from 'vitest';
import type { TaskRow } from '../../common/model/tasks';
import { replayOf, stateAt, stepAt, timeOf } from './replay';

const row = (name: string, worker: number | null, startedAtMs: number | null, endedAtMs: number | null) =>
  ({ name, worker, startedAtMs, endedAtMs }) as TaskRow;

const replay = replayOf([
  row('b', 2, 1010, 1050),
  row('a', 1, 1000, 1040),
  row('c', 1, 1040, 1100),
  row('no URL', null, null, 1000),
]);

test('tasks are told from the first one on, in the order in which they began', () => {
  expect(replay.tasks.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(replay).toMatchObject({ workers: [1, 2], durationMs: 100, steps: [0, 10, 40, 50, 100] });
});

test('at a time, a task waits, runs or is done', () => {
  const names = (atMs: number) =>
    stateAt(replay, atMs).workers.map(({ running }) => running.map(({ name }) => name).join());
  expect(stateAt(replay, -1)).toMatchObject({ waiting: 3, done: 0 });
  expect(names(-1)).toEqual(['', '']);
  expect(stateAt(replay, 20)).toMatchObject({
    waiting: 1,
    done: 0,
    workers: [{ running: [{ name: 'a', share: 0.5 }] }, { running: [{ name: 'b', share: 0.25 }] }],
  });
  // One has ended, and its thread has taken the next at once.
  expect(names(40)).toEqual(['c', 'b']);
  expect(stateAt(replay, 40)).toMatchObject({ waiting: 0, done: 1 });
  expect(stateAt(replay, 100)).toMatchObject({ waiting: 0, done: 3 });
  expect(names(100)).toEqual(['', '']);
});

test('steps and times belong together', () => {
  expect([-1, 0, 9, 10, 45, 100, 500].map((atMs) => stepAt(replay, atMs))).toEqual([0, 1, 1, 2, 3, 5, 5]);
  for (let step = 0; step <= 5; step++) expect(stepAt(replay, timeOf(replay, step))).toBe(step);
  expect(timeOf(replay, 9)).toBe(100);
});

test('of a job that ran nothing there is nothing to show', () => {
  expect(replayOf([])).toEqual({ tasks: [], workers: [], durationMs: 0, steps: [] });
});
