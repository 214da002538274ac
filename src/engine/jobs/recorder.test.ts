import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase, type Database } from '../store/database';
import { JobRepository } from '../store/job-repository';
import { TaskRepository, type TaskChange } from '../store/task-repository';
import { Recorder } from './recorder';
import { DEFAULT_WALK_RULES } from '../../common/model/walk-rules';

let folder: string;
let database: Database;
let tasks: TaskRepository;
let jobId: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-recorder-'));
  database = openDatabase(folder);
  tasks = new TaskRepository(database);
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
  tasks.insert(
    jobId,
    0,
    Array.from({ length: 50 }, (_, index) => ({ ...task, source: `/files/${index}`, name: `${index}` })),
    '50',
  );
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function doneChange(id: number): TaskChange {
  return {
    id,
    from: 'queued',
    to: 'done',
    attempts: 1,
    worker: 1,
    startedAtMs: 1,
    endedAtMs: 2,
    notBeforeMs: null,
    bytes: 1,
    knownSize: 1,
    size: 1,
    target: null,
    digests: { sha256: 'ab'.repeat(2000) },
    facts: null,
    copied: null,
    finding: null,
    identity: null,
    error: null,
    failedAttempt: false,
  };
}

test('what the database refuses is told, kept, and written once there is room', async () => {
  const onRecorded = vi.fn();
  const onError = vi.fn();
  const recorder = new Recorder(tasks, jobId, onRecorded, onError);
  const { id: first } = tasks.pageByOrdinal(jobId, 0, 1)[0] ?? { id: 0 };
  // A full disk: the file may not grow by a single page.
  const [{ page_count: pages }] = database.pragma('page_count') as [{ page_count: number }];
  database.pragma(`max_page_count = ${pages}`);
  for (let id = first; id < first + 50; id++) recorder.record(doneChange(id));
  recorder.flush();
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'SQLITE_FULL' }));
  expect(onRecorded).not.toHaveBeenCalled();
  await expect(recorder.finish()).rejects.toMatchObject({ code: 'SQLITE_FULL' });

  database.pragma('max_page_count = 1000000');
  await recorder.finish();
  expect(onRecorded).toHaveBeenCalledExactlyOnceWith(
    Array.from({ length: 50 }, (_, index) => ({ id: first + index, state: 'done' })),
  );
  expect(tasks.pageByState(jobId, 'done', 0, 100)).toHaveLength(50);
});

test('a task that is settled already is neither counted nor told again', () => {
  const onRecorded = vi.fn();
  const recorder = new Recorder(tasks, jobId, onRecorded, vi.fn());
  const [row] = tasks.pageByOrdinal(jobId, 0, 1);
  recorder.record(doneChange(row?.id ?? 0));
  recorder.record(doneChange(row?.id ?? 0));
  recorder.flush();
  expect(onRecorded).toHaveBeenCalledExactlyOnceWith([{ id: row?.id, state: 'done' }]);
});
