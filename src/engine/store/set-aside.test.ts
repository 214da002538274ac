/** Databases that SQLite cannot read. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './database';
import { openOrBegin } from './set-aside';

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
