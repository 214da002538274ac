/** `heddle serve` as its user meets it: threads, trouble on purpose, who is warned, how it ends. */
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from '@playwright/test';
import { test } from './terminal';

const FILES = 300;

function makeFiles(folder: string): string {
  const source = join(folder, 'source');
  mkdirSync(source);
  for (let index = 0; index < FILES; index++) writeFileSync(join(source, `${index}.bin`), `content ${index}`);
  return source;
}

function list(url: string): string {
  return Array.from({ length: FILES }, (_, index) => `${url}/${index}.bin\n`).join('');
}

function expectFiles(target: string): void {
  expect(readdirSync(target)).toHaveLength(FILES);
  for (let index = 0; index < FILES; index++) {
    expect(readFileSync(join(target, `${index}.bin`), 'utf8')).toBe(`content ${index}`);
  }
}

async function status(url: string): Promise<number> {
  const [answer] = (await once(httpGet(url, { agent: false }), 'response')) as [
    NodeJS.ReadableStream & { statusCode: number },
  ];
  await text(answer);
  return answer.statusCode;
}

for (const workers of [1, 3]) {
  test(`${FILES} files from ${workers === 1 ? 'one thread' : `${workers} threads`}`, async ({
    start,
    heddle,
    folder,
  }) => {
    const source = makeFiles(folder);
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync('../secret', join(source, 'out'));
    const server = start(['serve', source, '--workers', String(workers)]);
    const url = await server.firstLine();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    const target = join(folder, 'target');
    expect((await heddle(['download', '-i', '-', '-d', target], { input: list(url) })).status).toBe(0);
    expectFiles(target);
    expect(await status(`${url}/out`)).toBe(404);
    expect(await status(`${url}/%2e%2e/secret`)).toBe(404);
    // A line every few seconds where standard error is no terminal; with the share of each thread.
    await server.said(/requests\/s .* 302 requests and .* busy \d+ %/u);
    server.kill('SIGTERM');
    const { status: exit, stdout, stderr } = await server.ended;
    expect(exit).toBe(0);
    expect(stdout).toBe(`${url}\n`);
    expect(/busy (.*)$/mu.exec(stderr)?.[1]?.split(', ')).toHaveLength(workers);
  });
}

test('a download gets everything from a server that is slow, uneven and often says 503', async ({
  start,
  heddle,
  folder,
}) => {
  const flags = ['--latency', '10', '--jitter', '10', '--errors', '20%', '--workers', '2', '--quiet'];
  const server = start(['serve', makeFiles(folder), ...flags]);
  const url = await server.firstLine();
  const target = join(folder, 'target');
  const run = await heddle(['download', '-i', '-', '-d', target, '--retry', '30', '--retry-base', '10'], {
    input: list(url),
  });
  expect(run.status).toBe(0);
  expectFiles(target);
  server.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ status: 0, stderr: '' });
});

test('all answers may be 503', async ({ start, folder }) => {
  const server = start(['serve', makeFiles(folder), '--errors', '1']);
  expect(await status(`${await server.firstLine()}/0.bin`)).toBe(503);
  server.kill('SIGINT');
  expect((await server.ended).status).toBe(0);
});

for (const workers of ['1', '2']) {
  test(`it ends at once under clients that wait, --workers ${workers}`, async ({ start, folder }) => {
    const server = start(['serve', makeFiles(folder), '--latency', '600000', '--workers', workers]);
    const { port } = new URL(await server.firstLine());
    const sockets = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        // However it ends, it is to end.
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write('GET /0.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
        return socket;
      }),
    );
    const ends = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    server.kill('SIGTERM');
    expect((await server.ended).status).toBe(0);
    await Promise.all(ends);
  });
}

test('whoever serves others is told so', async ({ start, folder }) => {
  const source = makeFiles(folder);
  const server = start(['serve', source, '--host', '0.0.0.0', '--quiet']);
  const url = await server.firstLine();
  const { port } = new URL(url);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await status(`${url}/0.bin`)).toBe(200);
  server.kill('SIGTERM');
  expect(await server.ended).toMatchObject({
    status: 0,
    stderr: `heddle: Whoever can reach port ${port} of any address of this machine can read every file in ${source} that does not begin with a dot. There is no password.\n`,
  });
});

test('what it cannot do: exit status 2 and 3', async ({ heddle, folder }) => {
  const source = makeFiles(folder);
  for (const flags of [
    ['--errors', '7'],
    ['--errors', '101%'],
    ['--jitter', '-1'],
    ['--workers', '0'],
  ]) {
    const { status: exit, stdout, stderr } = await heddle(['serve', source, ...flags]);
    expect(exit, flags.join(' ')).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(flags[0]);
  }
  const elsewhere = await heddle(['serve', source, '--host', '192.0.2.1']);
  expect(elsewhere.status).toBe(3);
  expect(elsewhere.stderr).toBe(
    'heddle: This machine has no address 192.0.2.1. Give one of its own, or 0.0.0.0 for all of them.\n',
  );
});
