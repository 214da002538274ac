import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serveDirectory, type RunningServer, type ServeOptions } from '.';
import { RateLimit } from '../../server/throttle';

let folder: string;
let directory: string;
let servers: RunningServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-serve-'));
  directory = join(folder, 'files');
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.txt'), 'hello world');
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await serveDirectory({ directory, ...options });
  servers.push(server);
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request whose path is sent exactly as it is written. */
function get(
  server: RunningServer,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    });
    request.on('error', reject);
    request.end();
  });
}

test('a file with its type, length and validators', async () => {
  const server = await start();
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
  const answer = await get(server, '/a.txt');
  expect(answer).toMatchObject({ status: 200, body: 'hello world' });
  expect(answer.headers).toMatchObject({ 'content-length': '11', 'accept-ranges': 'bytes' });
  expect(answer.headers['content-type']).toContain('text/plain');
  expect(answer.headers['etag']).toBeDefined();
  expect(answer.headers['last-modified']).toBeDefined();
  const fresh = await get(server, '/a.txt', { headers: { 'If-None-Match': String(answer.headers['etag']) } });
  expect(fresh.status).toBe(304);
});

test('ranges', async () => {
  const server = await start();
  const part = await get(server, '/a.txt', { headers: { Range: 'bytes=6-8' } });
  expect(part).toMatchObject({ status: 206, body: 'wor' });
  expect(part.headers['content-range']).toBe('bytes 6-8/11');
  expect((await get(server, '/a.txt', { headers: { Range: 'bytes=50-' } })).status).toBe(416);
});

test('HEAD has no body, other methods are refused', async () => {
  const server = await start();
  expect(await get(server, '/a.txt', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await get(server, '/a.txt', { method: 'DELETE' })).toMatchObject({ status: 405 });
});

test('odd names', async () => {
  const names = [
    'with space',
    'percent%20',
    'what?.txt',
    'hash#.txt',
    'été 日本',
    'quote\'"',
    'a+b&c=d',
    '100%',
    'a\\b',
    'a:b',
  ];
  for (const name of names) writeFileSync(join(directory, name), name);
  mkdirSync(join(directory, 'sub'));
  writeFileSync(join(directory, 'sub', 'x'), 'below');
  const server = await start();
  for (const name of names) {
    expect(await get(server, `/${encodeURIComponent(name)}?query`)).toMatchObject({
      status: 200,
      body: name,
    });
  }
  expect((await get(server, '/sub/x')).body).toBe('below');
  expect((await get(server, '//sub//x')).body).toBe('below');
});

describe('nothing else is served', () => {
  test.each([
    '/',
    '/none',
    '/sub',
    '/sub/',
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/sub/../../secret',
    '/sub/%2e%2e/%2e%2e/secret',
    '/..%5csecret',
    '/a.txt%00',
    '/a.txt/',
    '/%',
    '/%ff',
    '/out',
    '/out-folder/secret',
    '/.hidden',
    '/.folder/x',
    '/to-hidden',
    '/fifo',
    '//etc/passwd',
    'http://other/secret',
  ])('%s', async (path) => {
    writeFileSync(join(folder, 'secret'), 'secret');
    mkdirSync(join(directory, 'sub'));
    mkdirSync(join(directory, '.folder'));
    writeFileSync(join(directory, '.hidden'), 'secret');
    writeFileSync(join(directory, '.folder', 'x'), 'secret');
    symlinkSync('../secret', join(directory, 'out'));
    symlinkSync('..', join(directory, 'out-folder'));
    symlinkSync('.hidden', join(directory, 'to-hidden'));
    execFileSync('mkfifo', [join(directory, 'fifo')]);
    const answer = await get(await start(), path);
    expect(path === '/a.txt/' || answer.status >= 400).toBe(true);
    expect(answer.body).not.toContain('secret');
    expect(answer.body).not.toContain('root:');
  });

  test('links that stay inside work', async () => {
    symlinkSync('a.txt', join(directory, 'link'));
    expect((await get(await start(), '/link')).body).toBe('hello world');
  });

  test('a folder that is itself behind a link works', async () => {
    symlinkSync('files', join(folder, 'link'));
    expect((await get(await start({ directory: join(folder, 'link') }), '/a.txt')).body).toBe('hello world');
  });

  test('a foreign host name is refused', async () => {
    const server = await start();
    expect((await get(server, '/a.txt', { headers: { Host: 'evil.example' } })).status).toBe(421);
    expect((await get(server, '/a.txt', { headers: { Host: 'localhost:80' } })).status).toBe(200);
  });
});

test('answers wait for the latency, side by side', async () => {
  const server = await start({ latencyMs: 200 });
  const begin = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => get(server, '/a.txt')));
  expect(performance.now() - begin).toBeGreaterThanOrEqual(195);
});

test('the rate holds for each connection', async () => {
  writeFileSync(join(directory, 'big'), Buffer.alloc(100_000, 'x'));
  const server = await start({ bytesPerSecond: 200_000 });
  const begin = performance.now();
  const [one, two] = await Promise.all([get(server, '/big'), get(server, '/big')]);
  // Never faster than the rate; side by side, since the limit is of each.
  expect(performance.now() - begin).toBeGreaterThanOrEqual(450);
  expect(one.body).toHaveLength(100_000);
  expect(two.body).toHaveLength(100_000);
});

test('a rate limit books one piece behind the other', () => {
  const limit = new RateLimit(1000);
  expect(limit.book(500)).toBeCloseTo(500);
  expect(limit.book(500)).toBeGreaterThan(500);
});

test('a client that goes away in the middle disturbs nobody', async () => {
  writeFileSync(join(directory, 'big'), Buffer.alloc(5_000_000, 'x'));
  const server = await start({ bytesPerSecond: 1_000_000 });
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
      socket.write('GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n');
    });
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
  });
  expect((await get(server, '/a.txt')).status).toBe(200);
});

test('500 connections at once', async () => {
  const server = await start({ latencyMs: 50 });
  const answers = await Promise.all(Array.from({ length: 500 }, () => get(server, '/a.txt')));
  expect(answers.every((answer) => answer.body === 'hello world')).toBe(true);
});

describe('starting and stopping', () => {
  test('closing ends connections that wait', async () => {
    const server = await serveDirectory({ directory, latencyMs: 60_000 });
    const waiting = get(server, '/a.txt').then(
      () => 'answered',
      () => 'ended',
    );
    await server.close();
    expect(await waiting).toBe('ended');
  });

  test('a port in use', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    await expect(serveDirectory({ directory, port: Number(port) })).rejects.toMatchObject({
      code: 'serve-port',
      message: `Port ${port} of 127.0.0.1 is in use by another program.`,
    });
  });

  test('a folder that is none', async () => {
    await expect(serveDirectory({ directory: join(folder, 'none') })).rejects.toMatchObject({
      code: 'serve-folder',
    });
    await expect(serveDirectory({ directory: join(directory, 'a.txt') })).rejects.toMatchObject({
      code: 'serve-folder',
    });
  });
});
