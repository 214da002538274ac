/** Databases that SQLite cannot read. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildWorker } from '../testing/build-worker';
import { openDatabase } from './database';
import { LOCK_NAME, openOrBegin } from './set-aside';

const PAGE_BYTES = 4096;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-aside-'));
  path = join(folder, 'heddle.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const aside = (): string | undefined =>
  readdirSync(folder).find((name) => /^heddle\.db\.damaged-[^w]*$/u.test(name));

/** Makes a database with a setting in it. */
function make(): void {
  const database = openDatabase(folder);
  database.exec(`INSERT INTO settings (key, value) VALUES ('limitRate', '12345')`);
  database.close();
}

function overwrite(from: number, length: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.alloc(length, 'garbage '), 0, length, from);
  closeSync(fd);
}

test('one that is none any more is kept, and a new one begun', () => {
  writeFileSync(path, 'not a database at all, but a text that is long enough to be looked at. '.repeat(100));
  const content = readFileSync(path);
  const { database, notice } = openOrBegin(folder);
  expect(database.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0);
  expect(notice?.message).toContain(`${path} was damaged and is kept as ${join(folder, aside() ?? '')}.`);
  expect(notice?.message).toContain('Your settings could not be read.');
  expect(readFileSync(join(folder, aside() ?? '')).equals(content)).toBe(true);
  database.close();
  const again = openOrBegin(folder);
  expect(again.notice).toBeNull();
  again.database.close();
});

test('settings are taken over where they can be read', () => {
  make();
  const reader = openDatabase(folder);
  const root = Number(
    reader.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'to_compact'`).pluck().get(),
  );
  reader.close();
  // Read at every start.
  overwrite((root - 1) * PAGE_BYTES, PAGE_BYTES);
  const { database, notice } = openOrBegin(folder);
  expect(notice?.message).toContain('Your settings were taken over.');
  expect(database.prepare('SELECT value FROM settings').pluck().all()).toEqual(['12345']);
  database.close();
});

test('one that was cut to nothing is told, a new one is not', () => {
  const first = openOrBegin(folder);
  expect(first.notice).toBeNull();
  first.database.close();
  writeFileSync(path, '');
  const { database, notice } = openOrBegin(folder);
  expect(notice?.message).toContain(`${path} was empty`);
  expect(database.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0);
  database.close();
});

test.each(['empty', 'deleted'] as const)('what had still to be written to one that is %s is kept', (how) => {
  const writer = openDatabase(folder);
  writer.exec(`INSERT INTO settings (key, value) VALUES ('limitRate', '12345')`);
  const log = readFileSync(`${path}-wal`);
  copyFileSync(`${path}-wal`, join(folder, 'log'));
  writer.close();
  copyFileSync(join(folder, 'log'), `${path}-wal`);
  if (how === 'empty') writeFileSync(path, '');
  else rmSync(path);
  const { database, notice } = openOrBegin(folder);
  database.close();
  const kept = readdirSync(folder).find((name) => /\.damaged-.*-wal$/u.test(name)) ?? '';
  expect(readFileSync(join(folder, kept)).equals(log)).toBe(true);
  expect(notice?.message).toContain(`is kept as ${join(folder, kept)}.`);
});

test('processes that begin one at the same moment say nothing of an older one', async () => {
  const script = await buildWorker(fileURLToPath(new URL('../testing/begin-database.ts', import.meta.url)));
  for (const round of [1, 2, 3]) {
    const data = join(folder, `data-${round}`);
    const children = Array.from({ length: 12 }, () => fork(script, [data]));
    await Promise.all(children.map((child) => once(child, 'message')));
    const answers = children.map((child) => once(child, 'message'));
    for (const child of children) child.send('go');
    const said = await Promise.all(answers);
    expect(said.map(([first]): unknown => first)).toEqual(children.map(() => 'no notice'));
    expect(readdirSync(data).filter((name) => name.startsWith('heddle.db'))).toEqual(['heddle.db']);
  }
});

test('one whose process was killed while it was begun is begun again, without a word', () => {
  for (const ending of ['', '-wal', '-shm']) writeFileSync(`${path}.new${ending}`, 'half');
  const { database, notice } = openOrBegin(folder);
  expect(notice).toBeNull();
  database.close();
  expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
});

/** Another process that has found the same damage, holds the lock, and then puts a new database there. */
const OTHER = `
const { renameSync } = require('node:fs');
const SqliteDatabase = require(${JSON.stringify(createRequire(import.meta.url).resolve('better-sqlite3'))});
const [, , path, lockPath, ready] = process.argv;
const lock = new SqliteDatabase(lockPath);
lock.exec('BEGIN EXCLUSIVE');
process.send('locked');
setTimeout(() => {
  renameSync(path, path + '.damaged-by-other');
  renameSync(ready, path);
  lock.close();
  process.disconnect();
}, 300);
`;

test('where another process sets it aside, its new one is used', async () => {
  make();
  const ready = join(folder, 'ready.db');
  renameSync(path, ready);
  writeFileSync(path, 'not a database at all, but a text that is long enough to be looked at. '.repeat(100));
  const script = join(folder, 'other.cjs');
  writeFileSync(script, OTHER);
  const child = fork(script, [path, join(folder, LOCK_NAME), ready]);
  const ended = once(child, 'exit');
  await once(child, 'message');
  const { database, notice } = openOrBegin(folder);
  expect(notice).toBeNull();
  expect(database.prepare('SELECT value FROM settings').pluck().all()).toEqual(['12345']);
  database.close();
  await ended;
  expect(readdirSync(folder).filter((name) => name.includes('.damaged-'))).toEqual([
    'heddle.db.damaged-by-other',
  ]);
});

test('one that cannot be set aside is named and stays as it is', () => {
  writeFileSync(path, 'not a database at all, but a text that is long enough to be looked at. '.repeat(100));
  const content = readFileSync(path);
  mkdirSync(join(folder, LOCK_NAME));
  expect(() => openOrBegin(folder)).toThrow(`${path} is damaged and cannot be set aside.`);
  expect(readFileSync(path).equals(content)).toBe(true);
});
