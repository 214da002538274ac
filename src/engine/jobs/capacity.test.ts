import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../common/model/settings';
import { Capacity } from './capacity';

const DOWNLOADS = { connections: 64, tasksInPacket: 32, tasksAhead: 32 };
const FILES = { connections: null, tasksInPacket: Infinity, tasksAhead: 0 };
const JOB = { mode: 'pool', kind: 'download', workers: 2 } as const;

function of(capacity: Capacity) {
  const { size, lanes } = capacity;
  return { mode: 'pool', size, concurrency: size * lanes } as const;
}

test.each([
  { connections: 64, workers: 2, lanes: 32, most: 64 + 64 },
  { connections: 64, workers: 8, lanes: 8, most: 64 + 256 },
  { connections: 256, workers: 1, lanes: 256, most: 256 + 32 },
  // There are more lanes than connections: nothing may lie ready there, or it would run.
  { connections: 3, workers: 2, lanes: 4, most: 3 },
  { connections: 7, workers: 1, lanes: 7, most: 7 + 32 },
  { connections: 9, workers: 2, lanes: 5, most: 9 },
])('$connections connections on $workers threads', ({ connections, workers, lanes, most }) => {
  const capacity = new Capacity({ ...JOB, workers }, { ...DOWNLOADS, connections }, DEFAULT_SETTINGS, false);
  expect(capacity).toMatchObject({ size: workers, lanes });
  expect(capacity.mostTasks(of(capacity))).toBe(most);
  expect(capacity.queueConcurrency(of(capacity))).toBe(most);
});

test('without a number of threads `event-loop` has as many in flight as there are connections', () => {
  const kind = { ...DOWNLOADS, connections: 20 };
  expect(
    new Capacity({ ...JOB, mode: 'event-loop', workers: null }, kind, DEFAULT_SETTINGS, false).size,
  ).toBe(20);
  expect(new Capacity({ ...JOB, mode: 'event-loop', workers: 3 }, kind, DEFAULT_SETTINGS, false).size).toBe(
    3,
  );
});

test('more connections need more threads once every lane is taken, and fewer need no fewer', () => {
  const capacity = new Capacity(JOB, { ...DOWNLOADS, connections: 8 }, DEFAULT_SETTINGS, false);
  expect(capacity.lanes).toBe(4);
  expect(capacity.threadsFor(8, of(capacity))).toBe(2);
  expect(capacity.threadsFor(1, of(capacity))).toBe(2);
  expect(capacity.threadsFor(30, of(capacity))).toBe(8);
  expect(capacity.threadsFor(256, of(capacity))).toBe(64);
});

test('a thread that works on files has one at once, and two packets; so has a run that is measured', () => {
  const files = new Capacity({ ...JOB, kind: 'hash' }, FILES, DEFAULT_SETTINGS, false);
  expect(files.lanes).toBe(1);
  expect(files.mostTasks(of(files))).toBe(Infinity);
  expect(files.queueConcurrency(of(files))).toBe(4);
  const measured = new Capacity(JOB, DOWNLOADS, DEFAULT_SETTINGS, true);
  expect(measured.lanes).toBe(1);
  expect(measured.mostTasks(of(measured))).toBe(2);
});
