/** Every flag of `heddle copy`, seen in what it does. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildTerminal } from '../engine/testing/build-worker';

let terminal: string;
let folder: string;

beforeAll(async () => {
  terminal = join(await buildTerminal(), 'cli.cjs');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-copy-flags-'));
  put('from/a.txt', 'new a', 1_700_000_000);
  put('from/b.txt', 'b');
  put('to/from/a.txt', 'old a');
  put('to/from/b.txt', 'b');
  put('to/from/extra', 'x');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, text: string, mtime = 1_600_000_000): void {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, mtime, mtime);
}

function read(name: string): string {
  return readFileSync(join(folder, 'to', 'from', name), 'utf8');
}

function copy(...flags: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(
    process.execPath,
    [terminal, 'copy', 'from', 'to', '--data-dir', join(folder, 'data'), ...flags],
    { cwd: folder, encoding: 'utf8' },
  );
}

test('without flags what differs is left, and fails', () => {
  const { status, stderr } = copy();
  expect(status).toBe(1);
  expect(stderr).toContain('exists already');
  expect(stderr).toContain('1 unchanged');
  expect(read('a.txt')).toBe('old a');
});

test.each([
  { flags: ['--existing', 'skip'], text: 'old a' },
  { flags: ['--skip-existing'], text: 'old a' },
  { flags: ['-n'], text: 'old a' },
  { flags: ['--existing', 'overwrite'], text: 'new a' },
  { flags: ['--existing', 'newer'], text: 'new a' },
])('$flags', ({ flags, text }) => {
  expect(copy(...flags).status).toBe(0);
  expect(read('a.txt')).toBe(text);
});

test('--existing number', () => {
  expect(copy('--existing', 'number').status).toBe(0);
  expect(read('a (1).txt')).toBe('new a');
});

test('--verify, and --json tells what was found', () => {
  const { stdout } = copy('--existing', 'overwrite', '--verify', '--json');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.find(({ source }) => String(source).endsWith('a.txt'))).toMatchObject({
    state: 'done',
    finding: 'replaced',
  });
  expect(lines.find(({ source }) => String(source).endsWith('b.txt'))).toMatchObject({
    state: 'skipped',
    finding: 'unchanged',
  });
});

test('--no-sync does not flush, and goes with --sync', () => {
  put('from/c.txt', 'c');
  const flushes = (...flags: string[]): number => {
    rmSync(join(folder, 'to', 'from', 'c.txt'), { force: true });
    const trace = join(folder, 'trace');
    spawnSync(
      'strace',
      [
        '-f',
        '-y',
        '-e',
        'trace=fsync,fdatasync',
        '-o',
        trace,
        process.execPath,
        terminal,
        'copy',
        'from',
        'to',
        '-n',
        '--data-dir',
        join(folder, 'data'),
        ...flags,
      ],
      { cwd: folder },
    );
    return readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes(join(folder, 'to'))).length;
  };
  expect(flushes('--sync')).toBeGreaterThan(0);
  expect(flushes('--no-sync', '--sync')).toBe(0);
});

test('--dry-run says what, and does nothing', () => {
  const { status, stdout, stderr } = copy('--dry-run', '--existing', 'overwrite', '--mirror');
  expect(status).toBe(0);
  const [first, ...others] = stdout.trim().split('\n');
  expect(first).toBe(`from/a.txt → ${join(folder, 'to/from/a.txt')}`);
  expect(others.sort()).toEqual([
    `deleted   ${join(folder, 'to/from/extra')}`,
    `replaced  ${join(folder, 'to/from/a.txt')}`,
  ]);
  expect(stderr).toContain(
    'nothing was written; it would be: 1 replaced, 1 unchanged, 1 deleted (5 B to copy)',
  );
  expect(read('a.txt')).toBe('old a');
  expect(existsSync(join(folder, 'to/from/extra'))).toBe(true);
});

test('--mirror needs --yes', () => {
  const refused = copy('--mirror', '--existing', 'overwrite');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('--dry-run first, then say --yes');
  expect(existsSync(join(folder, 'to/from/extra'))).toBe(true);
  expect(copy('--mirror', '--yes', '--existing', 'overwrite').status).toBe(0);
  expect(readdirSync(join(folder, 'to/from')).sort()).toEqual(['a.txt', 'b.txt']);
});

test('--manifest with -a and --format', () => {
  put('from/c.txt', 'c');
  expect(copy('-n', '--manifest', 'sums', '-a', 'blake3', '--format', 'bsd').status).toBe(0);
  // What was there already and is the same is listed, too; what was left is not.
  expect(readFileSync(join(folder, 'sums'), 'utf8')).toMatch(
    /^BLAKE3 \(to\/from\/b\.txt\) = [0-9a-f]{64}\nBLAKE3 \(to\/from\/c\.txt\) = [0-9a-f]{64}\n$/u,
  );
});

test('--include and its like', () => {
  put('from/sub/c.md', 'c');
  expect(copy('-n', '--include', '*.md').status).toBe(0);
  expect(read('sub/c.md')).toBe('c');
});
