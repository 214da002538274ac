import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './database';
import { toErrorData, type ErrorData } from '../../common/model/errors';
import { planChunk, type PlannedTask } from '../../common/model/packet';
import { TaskStore } from './task-store';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-database-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a database that another process is just making is waited for', async () => {
  const script = join(folder, 'make.cjs');
  const library = createRequire(import.meta.url).resolve('better-sqlite3');
  // As it is before WAL, and locked as it is while the first tables come.
  writeFileSync(
    script,
    `const database = new (require(${JSON.stringify(library)}))(${JSON.stringify(join(folder, 'heddle.db'))});
     database.exec('BEGIN IMMEDIATE');
     process.send('held', () => setTimeout(() => { database.close(); process.disconnect(); }, 300));`,
  );
  const child = fork(script);
  await once(child, 'message');
  const ended = once(child, 'exit');
  const database = openDatabase(folder);
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  database.close();
  expect(await ended).toEqual([0, null]);
});

test('tasks are stored while another process writes', () => {
  const database = openDatabase(folder);
  const other = openDatabase(folder);
  other.pragma('busy_timeout = 0');
  const { packets } = new TaskStore(database);
  let refused = 0;
  const write = (): void => {
    try {
      other.exec("INSERT OR REPLACE INTO settings VALUES ('key', 'value')");
    } catch {
      refused += 1;
    }
  };
  const plain: PlannedTask = {
    phase: 0,
    type: 'file',
    root: 0,
    host: '',
    source: '/a',
    target: null,
    name: 'a',
    size: 1,
    inode: '1:1',
    ifInodeKnown: { type: 'hardlink' },
    settled: null,
  };
  // It comes between the look whether the inode is known and the row that is added.
  const task: PlannedTask = {
    ...plain,
    get settled() {
      write();
      return null;
    },
  };
  database.exec(
    "INSERT INTO jobs (kind, state, mode, label, place, spec, token, created_at) VALUES ('copy', 'running', 'pool', '', '', '{}', 't', 0)",
  );
  const chunk = planChunk([task], '');
  expect(refused).toBe(0);
  expect(packets.add(1, 0, chunk).added.queued).toBe(1);
  // The other process waits instead.
  expect(refused).toBe(1);
  write();
  expect(refused).toBe(1);
  database.close();
  other.close();
});

test('what SQLite refuses is told with the file and what to do', () => {
  const database = openDatabase(folder);
  const told = (work: () => void): ErrorData => {
    try {
      work();
    } catch (error) {
      return toErrorData(error);
    }
    throw new Error('nothing was refused');
  };
  const write = (): void => {
    database.exec(`INSERT INTO settings (key, value) VALUES (hex(randomblob(8)), '${'x'.repeat(100_000)}')`);
  };
  const [{ page_count: pages }] = database.pragma('page_count') as [{ page_count: number }];
  database.pragma(`max_page_count = ${pages}`);
  expect(told(write)).toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining('Make room') as string,
  });
  database.pragma('max_page_count = 1000000');
  database.pragma('query_only = ON');
  expect(told(write)).toMatchObject({ code: 'database-read-only' });
  database.pragma('query_only = OFF');
  const other = openDatabase(folder);
  other.exec('BEGIN IMMEDIATE');
  const locked = told(write);
  expect(locked).toMatchObject({ code: 'database-locked', retryable: true });
  expect(locked.message).toMatch(
    /heddle\.db is locked by another program\. Close that program, then resume\.$/u,
  );
  other.close();
  database.close();
});

test('what is stored reaches the device on macOS, where a flush alone does not do that', () => {
  const database = openDatabase(folder);
  expect(database.pragma('checkpoint_fullfsync', { simple: true })).toBe(1);
  database.close();
});
