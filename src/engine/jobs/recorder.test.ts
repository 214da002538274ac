import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase, type Database } from '../store/database';
import { JobRepository } from '../store/job-repository';
import { TaskStore } from '../store/task-store';
import { planChunk, type Packet } from '../../common/model/packet';
import { failedOf, settledOf } from '../testing/recorded';
import { Recorder } from './recorder';
import { DEFAULT_WALK_RULES } from '../../common/model/walk-rules';

let folder: string;
let database: Database;
let tasks: TaskStore;
let jobId: number;

const FILES = 50;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-recorder-'));
  database = openDatabase(folder);
  tasks = new TaskStore(database);
  jobId = new JobRepository(database, () => false).insert({
    kind: 'hash',
    mode: 'pool',
    workers: null,
    label: 'files',
    folder: '/files',
    token: 'token',
    spec: {
      kind: 'hash',
      paths: ['/files'],
      algorithms: ['sha256'],
      manifest: null,
      rules: DEFAULT_WALK_RULES,
      cache: false,
      duplicates: false,
    },
    workDirectories: [],
  });
  const task = { phase: 0, type: 'file', root: 0, host: '', target: null, size: 1, settled: null } as const;
  const files = Array.from({ length: FILES }, (_, index) => ({
    ...task,
    source: `/files/${index}`,
    name: `${index}`,
  }));
  tasks.packets.add(jobId, 0, planChunk(files, `${FILES}`));
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const digests = JSON.stringify({ sha256: 'ab'.repeat(2000) });

function planned(): Packet {
  const packet = tasks.packets.first(jobId);
  if (packet === null) throw new Error('nothing is queued');
  return packet;
}

test('what the database refuses is told, kept, and written once there is room', async () => {
  const onRecorded = vi.fn();
  const onError = vi.fn();
  const recorder = new Recorder(tasks, jobId, onRecorded, onError);
  const packet = planned();
  // A full disk: the file may not grow by a single page.
  const [{ page_count: pages }] = database.pragma('page_count') as [{ page_count: number }];
  database.pragma(`max_page_count = ${pages}`);
  packet.ids.forEach((_, task) => {
    recorder.record(settledOf(packet, { tasks: [task], columns: { digests } }));
  });
  recorder.flush();
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'SQLITE_FULL' }));
  expect(onRecorded).not.toHaveBeenCalled();
  await expect(recorder.finish()).rejects.toMatchObject({ code: 'SQLITE_FULL' });

  database.pragma('max_page_count = 1000000');
  await recorder.finish();
  expect(onRecorded).toHaveBeenCalledExactlyOnceWith(packet.ids.map((id) => ({ id, state: 'done' })));
  expect(tasks.rows.pageByState(jobId, 'done', 0, 100)).toHaveLength(FILES);
  expect(tasks.packets.first(jobId)).toBeNull();
});

test('a task that is settled already is neither counted nor told again', () => {
  const onRecorded = vi.fn();
  const recorder = new Recorder(tasks, jobId, onRecorded, vi.fn());
  const packet = planned();
  const some = settledOf(packet, { tasks: [3, 4] });
  recorder.record(some);
  recorder.record(some);
  recorder.record(settledOf(packet, { tasks: [4, 5], to: 'skipped' }));
  recorder.flush();
  recorder.record(settledOf(packet, { tasks: [5] }));
  recorder.flush();
  expect(onRecorded.mock.calls).toEqual([
    [
      [
        { id: packet.ids[3], state: 'done' },
        { id: packet.ids[4], state: 'done' },
        { id: packet.ids[5], state: 'skipped' },
      ],
    ],
    [[]],
  ]);
  expect(tasks.rows.counts(jobId).counts).toMatchObject({ queued: FILES - 3, done: 2, skipped: 1 });
  expect(tasks.rows.unlisted(jobId)).toBe(FILES - 3);
});

test('what has settled and is not written yet is told, and what is tried again is not', () => {
  const recorder = new Recorder(tasks, jobId, vi.fn(), vi.fn());
  const packet = planned();
  recorder.record(settledOf(packet, { tasks: [3, 4] }));
  recorder.record(failedOf(packet, { tasks: [5], to: 'queued' }));
  expect(recorder.unwritten()).toEqual([packet.ids[3], packet.ids[4]]);
  recorder.flush();
  expect(recorder.unwritten()).toEqual([]);
});

test('another process that writes meanwhile is waited for, or waits', () => {
  const other = openDatabase(folder);
  other.pragma('busy_timeout = 0');
  const packet = planned();
  const identity = { file: '1:2', pathKey: null, version: '1:2:3', mount: 'boot:1' };
  // What is known of its file is looked up before anything is written.
  const goesOn = settledOf(packet, {
    tasks: [0, 1],
    columns: { rest: [{ next: { phase: 1, type: 'file' }, identity }, null] },
  });
  const [error] = failedOf(packet, { tasks: [1] }).ends.errors.map(([, data]) => data);
  if (error === undefined) throw new Error('it failed');
  const refused = vi.fn();
  const findingOf = (): null => {
    try {
      other.exec("UPDATE jobs SET label = 'renamed'");
    } catch (busy) {
      refused(busy);
    }
    return null;
  };
  const ends = { ...goesOn.ends, ends: ['done', 'failed'], errors: [[1, error]] } as const;
  tasks.writes.record(jobId, [{ packet, ends, becomes: ['queued', 'failed'], findingOf }]);
  expect(refused).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'SQLITE_BUSY' }));
  expect(tasks.rows.counts(jobId).counts).toMatchObject({ queued: FILES - 1, failed: 1 });
  other.close();
});

test('a lock of another program is waited for, and this thread is free meanwhile', async () => {
  const onError = vi.fn();
  const onRecorded = vi.fn();
  const recorder = new Recorder(tasks, jobId, onRecorded, onError);
  const packet = planned();
  const other = openDatabase(folder);
  other.exec('BEGIN IMMEDIATE');
  recorder.record(settledOf(packet, { tasks: [0, 1] }));
  recorder.flush();
  expect(onRecorded).not.toHaveBeenCalled();
  const written = recorder.written();
  // A turn of the event loop comes before the lock goes.
  await new Promise((resolve) => setImmediate(resolve));
  other.exec('COMMIT');
  await written;
  expect(onRecorded.mock.calls.flat(2)).toMatchObject([{ id: packet.ids[0] }, { id: packet.ids[1] }]);
  expect(onError).not.toHaveBeenCalled();
  other.close();
});

test('a database that was deleted takes nothing any more, and says so', async () => {
  const onError = vi.fn();
  const recorder = new Recorder(tasks, jobId, vi.fn(), onError);
  const packet = planned();
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000);
  rmSync(join(folder, 'heddle.db'));
  recorder.record(settledOf(packet, { tasks: [0] }));
  recorder.flush();
  vi.restoreAllMocks();
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'database-gone' }));
  expect(String(onError.mock.calls[0]?.[0])).toContain(`${join(folder, 'heddle.db')} was moved or deleted`);
  await Promise.resolve();
});
