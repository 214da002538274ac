import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildWorker } from '../testing/build-worker';
import { Threads } from '../pool';
import { Checkpointer } from './checkpointer';
import { openDatabase, type Database } from './database';

/** What SQLite tells of a checkpoint: the log's frames and how many of them are written back. */
interface Checkpoint {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

let workerUrl: string;
let folder: string;
let database: Database;

beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-checkpoint-'));
  database = openDatabase(folder);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function fill(rows: number): void {
  const put = database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)');
  database.transaction(() => {
    for (let row = 0; row < rows; row++) put.run(`${row}`, 'x'.repeat(1000));
  })();
}

test('the log is written back by the thread, and nothing is lost', async () => {
  const checkpointer = new Checkpointer(database, new Threads(workerUrl));
  const begun = statSync(database.name).size;
  checkpointer.request();
  // From now on no commit does it.
  await expect.poll(() => database.pragma('wal_autocheckpoint', { simple: true })).toBe(20_000);
  // What there was to write so far is written: the thread began, and is not at it any more.
  await expect.poll(() => statSync(database.name).size).toBeGreaterThan(begun);
  const state = (): object => {
    const [{ busy, log, checkpointed }] = database.pragma('wal_checkpoint(PASSIVE)') as [Checkpoint];
    return { busy, left: log - checkpointed };
  };
  await expect.poll(state).toEqual({ busy: 0, left: 0 });
  const before = statSync(database.name).size;
  fill(10_000);
  expect(statSync(database.name).size).toBe(before);
  checkpointer.request();
  await expect.poll(() => statSync(database.name).size).toBeGreaterThan(before + 10_000_000);
  await checkpointer.close();
  expect(database.prepare('SELECT count(*) AS rows FROM settings').get()).toEqual({ rows: 10_000 });
});

test('where no thread can be made, SQLite does it alone', async () => {
  const checkpointer = new Checkpointer(database, new Threads(join(folder, 'no-such-script.cjs')));
  checkpointer.request();
  await checkpointer.close();
  expect(database.pragma('wal_autocheckpoint', { simple: true })).toBe(1000);
  fill(10);
  expect(database.prepare('SELECT count(*) AS rows FROM settings').get()).toEqual({ rows: 10 });
});
