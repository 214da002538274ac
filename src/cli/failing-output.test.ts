/** Where what is printed goes to a disk that fails. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  folder = mkdtempSync(join(tmpdir(), 'heddle-failing-output-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a process ends where its messages cannot be flushed to their disk', () => {
  writeFileSync(join(folder, 'file'), 'content');
  const [output, messages] = [join(folder, 'output'), join(folder, 'messages')];
  const { status, signal } = spawnSync(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-P', messages, '-e', 'inject=fsync:error=EIO'],
      ...[process.execPath, terminal, 'hash', join(folder, 'file'), '--data-dir', join(folder, 'data')],
    ],
    {
      stdio: ['ignore', openSync(output, 'w'), openSync(messages, 'w')],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    },
  );
  expect({ status, signal }).toEqual({ status: 0, signal: null });
  expect(readFileSync(output, 'utf8')).toMatch(/^[0-9a-f]{64} {2}/u);
});
