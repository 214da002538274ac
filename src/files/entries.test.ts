import { mkdtempSync, rmSync, statSync, writeFileSync, type BigIntStats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSameFile, makeFolders } from './entries';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-folders-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('makes a folder and all above it, and is harmless when it is there', () => {
  const deep = join(folder, 'a/b/c');
  makeFolders(deep, 0o700);
  makeFolders(deep, 0o700);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
});

test('a file in the way is an error', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => {
    makeFolders(join(folder, 'file'));
  }).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(() => {
    makeFolders(join(folder, 'file/below'));
  }).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});

test.runIf(process.platform === 'linux')(
  'a file system that takes no new folders is an error, not a hang',
  () => {
    expect(() => {
      makeFolders('/proc/heddle/below');
    }).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  },
);

test('files without an id are never known to be one', () => {
  const stats = (ino: bigint): BigIntStats => ({ dev: 1n, ino }) as BigIntStats;
  expect(isSameFile(stats(7n), stats(7n))).toBe(true);
  expect(isSameFile(stats(0n), stats(0n))).toBe(false);
});
