/** What a job waits for is told where somebody is looking. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildTerminal } from '../engine/testing/build-worker';

let scripts: string;
let folder: string;
let server: Server;
let host: string;

beforeAll(async () => {
  scripts = await buildTerminal();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-waits-'));
  server = createServer((_, response) => {
    response.writeHead(503, { 'Retry-After': '99999999999' }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs until it says so, then interrupts it. @returns all that it wrote */
async function runUntil(said: RegExp, command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let text = '';
  const closed = new Promise((done) => child.once('close', done));
  await new Promise<void>((done) => {
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (said.test(text)) done();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void closed.then(() => {
      done();
    });
  });
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
  await closed;
  return text;
}

const command = (...flags: readonly string[]): string[] => [
  join(scripts, 'cli.cjs'),
  ...[
    'download',
    `http://${host}/a`,
    '-d',
    join(folder, 'out'),
    '--data-dir',
    join(folder, 'data'),
    ...flags,
  ],
];

test.runIf(process.platform === 'linux')('with --quiet on a terminal, as its only line', async () => {
  const line = [process.execPath, ...command('--quiet')].map((word) => `'${word}'`).join(' ');
  const text = await runUntil(/asks to wait/u, 'script', ['-qec', `stty cols 100; ${line}`, '/dev/null']);
  expect(text).toContain(`${host} asks to wait: next attempt in 60 min. `);
  expect(text).not.toContain('0 of 1');
});
