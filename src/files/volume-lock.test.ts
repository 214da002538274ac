import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withVolumeLock } from './volume-lock';

/** A file system of its own, and the lock that flock(1) takes. */
const TOP = '/dev/shm';
const hasTop = existsSync(TOP) && spawnSync('flock', ['--version']).status === 0;

const isFree = (): boolean => spawnSync('flock', ['-n', TOP, 'true']).status === 0;

test.skipIf(!hasTop)('the file system is locked while it is done, whichever folder of it is named', () => {
  const folder = mkdtempSync(join(TOP, 'heddle-volume-'));
  try {
    const deep = join(folder, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    expect(isFree()).toBe(true);
    for (const place of [TOP, folder, deep]) expect(withVolumeLock(place, isFree)).toBe(false);
    expect(() => withVolumeLock(deep, () => expect.fail('as it may'))).toThrow('as it may');
    expect(isFree()).toBe(true);
    expect(withVolumeLock(join(folder, 'none'), isFree)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
