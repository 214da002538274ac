/** What is told of a task's attempts when it is tried again: times, durations, which worker. */
import { beforeEach, expect, test } from 'vitest';
import { planChunk, type Packet } from '../../common/model/packet';
import type { TaskRow } from '../../common/model/tasks';
import { plannedUrl } from '../testing/packets';
import { failedOf } from '../testing/recorded';
import { folder, jobs, tasks, useTasks } from '../testing/test-tasks';
import type { Recorded } from './task-writes';

let id: number;

useTasks('attempts');

beforeEach(() => {
  id = jobs.insert({
    kind: 'download',
    mode: 'pool',
    workers: null,
    label: '',
    folder,
    token: `token-${Math.random()}`,
    spec: { kind: 'download' } as never,
    workDirectories: [],
  });
  tasks.packets.add(id, 0, planChunk([plannedUrl('a', 'h')], ''));
});

function draw(): Packet {
  const drawn = tasks.packets.draw(id, 0, 'h', { row: 0, packet: 0 });
  if (drawn === null) throw new Error('Nothing is queued.');
  return drawn.packet;
}

function fail(
  at: readonly [startedAtMs: number, endedAtMs: number],
  to: 'failed' | 'queued',
  worker = 1,
): void {
  const recorded: Recorded = failedOf(draw(), { to });
  const ends = { ...recorded.ends, startedAtMs: [at[0]], endedAtMs: [at[1]], worker };
  tasks.writes.record(id, [{ ...recorded, ends }]);
}

const row = (): TaskRow | undefined => tasks.rows.page(id, 0, 1)[0];

test('attempts of a retried task have their own times and workers, not those of the round before', () => {
  fail([1000, 1500], 'queued');
  fail([2000, 2500], 'failed');
  tasks.writes.requeueSome(id, 'failed', 10);
  fail([146_000, 146_434], 'failed', 2);
  expect(tasks.rows.failedAttempts(row()?.id ?? 0)).toMatchObject([
    { attempt: 1, startedAtMs: 146_000, endedAtMs: 146_434, worker: 2 },
  ]);
});

test('a task that is queued again has neither begun nor a worker, and none when it is cancelled then', () => {
  fail([1000, 1500], 'failed');
  tasks.writes.requeueSome(id, 'failed', 10);
  expect(row()).toMatchObject({ state: 'queued', startedAtMs: null, endedAtMs: null, worker: null });
  tasks.writes.cancelSome(id, 10);
  expect(row()).toMatchObject({ state: 'cancelled', startedAtMs: null, worker: null });
});

test('a task that is cancelled while it waits for its next attempt took as long as its last attempt', () => {
  fail([1000, 1500], 'queued');
  tasks.writes.cancelSome(id, 10);
  expect(row()).toMatchObject({ state: 'cancelled', startedAtMs: 1000, endedAtMs: 1500 });
});

test('a worker is told to have settled each task once, however often its job was retried', () => {
  fail([1000, 1500], 'failed', 2);
  jobs.saveStatistics(id, [
    {
      worker: 2,
      tasks: 1,
      failed: 1,
      bytes: 0,
      busyMs: 500,
      aliveMs: 600,
      threads: 1,
      runMs: 500,
      bill: null,
    },
  ]);
  tasks.writes.requeueSome(id, 'failed', 10);
  fail([2000, 2500], 'failed', 1);
  jobs.saveStatistics(id, [
    {
      worker: 1,
      tasks: 1,
      failed: 1,
      bytes: 0,
      busyMs: 500,
      aliveMs: 600,
      threads: 1,
      runMs: 500,
      bill: null,
    },
  ]);
  expect(jobs.statistics(id)).toMatchObject([
    { worker: 1, tasks: 1, failed: 1 },
    { worker: 2, tasks: 0, failed: 0, busyMs: 500 },
  ]);
});
