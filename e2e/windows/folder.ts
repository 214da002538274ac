/** A folder for each test, as this machine's own Node sees it. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** Of the test that runs. */
export let folder: string;

/** Called once by a file of tests. */
export function useFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-windows-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
}

export function put(path: string, content: string | Buffer): void {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
}

export function get(path: string): Buffer {
  return readFileSync(join(folder, path));
}

export function listing(path: string): string[] {
  return (readdirSync(join(folder, path), { recursive: true }) as string[]).sort();
}

/** A tree with names and sizes of several kinds. */
export function makeTree(): void {
  put('src/a.txt', 'a');
  put('src/sub/b.txt', 'b');
  put('src/Ünïcode 文/ä 😀.txt', 'ä');
  put('src/large.bin', randomBytes(3_000_000));
  put('src/empty', '');
  mkdirSync(join(folder, 'src/empty folder'));
  // NTFS keeps tenths of microseconds.
  execFileSync('touch', ['-d', '2020-01-02T03:04:05.1234567Z', join(folder, 'src/sub/b.txt')]);
}
