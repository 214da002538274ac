import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Threads } from '../pool';
import { buildWorker } from '../testing/build-worker';
import { serveDirectory, type RunningServer, type ServeOptions, type ServeThreadReading } from '.';
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

let script: string;
let isSpread = false;

beforeAll(async () => {
  script = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
});

function spread(): Pick<ServeOptions, 'spread'> {
  return isSpread ? { spread: { threads: new Threads(script), count: 2 } } : {};
}

async function start(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await serveDirectory({ directory, ...spread(), ...options });
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

class WatchedThreads extends Threads {
  readonly workers: Worker[] = [];

  override start(data: object): Worker {
    const worker = super.start(data);
    this.workers.push(worker);
    return worker;
  }
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function sum(server: RunningServer, key: Exclude<keyof ServeThreadReading, 'thread'>): number {
  return server.read().threads.reduce((total, thread) => total + thread[key], 0);
}

/** A connection that has asked for a file and stays. */
async function keepOpen(server: RunningServer): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  // That the server ends it is what some tests are about.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return socket;
}

test('a rate limit books one piece behind the other', () => {
  const limit = new RateLimit(1000);
  expect(limit.book(500)).toBeCloseTo(500);
  expect(limit.book(500)).toBeGreaterThan(500);
});

describe.each([
  { where: 'one thread', many: false },
  { where: 'two threads', many: true },
])('$where', ({ many }) => {
  beforeEach(() => {
    isSpread = many;
  });

  test('a file with its type, length and validators', async () => {
    const server = await start();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    const answer = await get(server, '/a.txt');
    expect(answer).toMatchObject({ status: 200, body: 'hello world' });
    expect(answer.headers).toMatchObject({ 'content-length': '11', 'accept-ranges': 'bytes' });
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.headers['etag']).toBeDefined();
    expect(answer.headers['last-modified']).toBeDefined();
    const fresh = await get(server, '/a.txt', {
      headers: { 'If-None-Match': String(answer.headers['etag']) },
    });
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
    const hostile = [
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
    ];

    test('through dots, encodings, links or hidden names', async () => {
      writeFileSync(join(folder, 'secret'), 'secret');
      mkdirSync(join(directory, 'sub'));
      mkdirSync(join(directory, '.folder'));
      writeFileSync(join(directory, '.hidden'), 'secret');
      writeFileSync(join(directory, '.folder', 'x'), 'secret');
      symlinkSync('../secret', join(directory, 'out'));
      symlinkSync('..', join(directory, 'out-folder'));
      symlinkSync('.hidden', join(directory, 'to-hidden'));
      execFileSync('mkfifo', [join(directory, 'fifo')]);
      const server = await start();
      for (const path of hostile) {
        const answer = await get(server, path);
        expect(answer.status, path).toBeGreaterThanOrEqual(400);
        expect(answer.body, path).not.toContain('secret');
        expect(answer.body, path).not.toContain('root:');
      }
    });

    test('links that stay inside work', async () => {
      symlinkSync('a.txt', join(directory, 'link'));
      expect((await get(await start(), '/link')).body).toBe('hello world');
    });

    test('a folder that is itself behind a link works', async () => {
      symlinkSync('files', join(folder, 'link'));
      expect((await get(await start({ directory: join(folder, 'link') }), '/a.txt')).body).toBe(
        'hello world',
      );
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

  test('a client that has said all it has to say is answered', async () => {
    const server = await start({ latencyMs: 50 });
    const socket = connect({
      port: Number(new URL(server.url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    socket.end('GET /a.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK[^]*hello world$/u);
  });

  test('500 connections at once', async () => {
    const server = await start({ latencyMs: 50 });
    const answers = await Promise.all(Array.from({ length: 500 }, () => get(server, '/a.txt')));
    expect(answers.every((answer) => answer.body === 'hello world')).toBe(true);
  });

  describe('starting and stopping', () => {
    test('closing ends connections that wait', async () => {
      const server = await serveDirectory({ directory, latencyMs: 600_000, ...spread() });
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
      await expect(serveDirectory({ directory, port: Number(port), ...spread() })).rejects.toMatchObject({
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

  test('all or none of the answers are errors', async () => {
    const failing = await start({ errorShare: 1 });
    for (let request = 0; request < 5; request++) {
      expect(await get(failing, '/a.txt')).toMatchObject({ status: 503 });
    }
    expect(sum(failing, 'refused')).toBe(5);
    const sound = await start({ errorShare: 0 });
    expect(await get(sound, '/a.txt')).toMatchObject({ status: 200 });
    expect(sum(sound, 'refused')).toBe(0);
  });

  test('half of the answers are errors', async () => {
    const server = await start({ errorShare: 0.5 });
    const answers = await Promise.all(Array.from({ length: 400 }, () => get(server, '/a.txt')));
    const failed = answers.filter(({ status }) => status === 503).length;
    // Six standard deviations: by chance it fails once in a thousand million times.
    expect(failed).toBeGreaterThan(140);
    expect(failed).toBeLessThan(260);
    expect(sum(server, 'refused')).toBe(failed);
  });

  test('jitter never makes an answer earlier than it allows', async () => {
    const server = await start({ latencyMs: 200, jitterMs: 50 });
    const begin = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => get(server, '/a.txt')));
    expect(performance.now() - begin).toBeGreaterThanOrEqual(145);
  });

  test('what it has done is told', async () => {
    const server = await start();
    expect(sum(server, 'requests')).toBe(0);
    const sockets = await Promise.all(Array.from({ length: 6 }, () => keepOpen(server)));
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    expect(sum(server, 'connections')).toBe(6);
    await expect.poll(() => sum(server, 'active')).toBe(0);
    expect(sum(server, 'requests')).toBe(6);
    expect(sum(server, 'bytes')).toBeGreaterThan(6 * 'hello world'.length);
    expect(server.read().threads.every(({ busyMs }) => busyMs > 0)).toBe(true);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => sum(server, 'connections')).toBe(0);
  });

  test('a watched one tells which request each connection of each thread has', async () => {
    const server = await start({ watched: true, latencyMs: 600_000 });
    const sockets = await Promise.all(Array.from({ length: 4 }, () => keepOpen(server)));
    const running = (): string[] =>
      server
        .frame()
        .threads.flatMap((frame) =>
          frame.running.map(({ lane, name }) => `${frame.worker}.${lane} of ${frame.lanes} ${name}`),
        );
    const own = (thread: number, connection: number, lanes: number): string =>
      `${thread}.${connection - 1} of ${lanes} connection ${connection}: /a.txt`;
    await expect
      .poll(() => running().sort())
      .toEqual(
        many
          ? [own(1, 1, 2), own(1, 2, 2), own(2, 1, 2), own(2, 2, 2)]
          : [1, 2, 3, 4].map((connection) => own(1, connection, 4)),
      );
    // One that only says no more still waits for its answer.
    for (const socket of sockets) socket.resetAndDestroy();
    const ended: string[] = [];
    await expect
      .poll(() => {
        const { threads } = server.frame();
        for (const { segments } of threads)
          ended.push(...segments.flatMap(({ tasks, outcome }) => Array<string>(tasks).fill(outcome)));
        return [ended.length, ...threads.map((thread) => thread.running.length)];
      })
      .toEqual(many ? [4, 0, 0] : [4, 0]);
    expect(new Set(ended)).toEqual(new Set(['cancelled']));
  });

  test('what was answered is told with how it was answered, once, and to nobody else', async () => {
    const server = await start({ watched: true });
    const unwatched = await start();
    const seen: { name: string; outcome: string }[] = [];
    for (const path of ['/a.txt', '/none.txt']) {
      await get(server, path);
      await get(unwatched, path);
    }
    await expect
      .poll(() => {
        const segments = server.frame().threads.flatMap((thread) => thread.segments);
        seen.push(...segments.map(({ name, outcome }) => ({ name, outcome })));
        return seen.length;
      })
      .toBe(2);
    expect(seen).toContainEqual({ name: 'connection 1: /a.txt', outcome: 'done' });
    expect(seen).toContainEqual({ name: 'connection 1: /none.txt', outcome: 'failed' });
    expect(server.frame().threads.flatMap(({ segments }) => segments)).toEqual([]);
    expect(unwatched.frame().threads.flatMap(({ segments }) => segments)).toEqual([]);
  });
});

describe('threads', () => {
  beforeEach(() => {
    isSpread = true;
  });

  test('each connection goes to the thread with the fewest', async () => {
    const server = await start();
    const connections = (): number[] => server.read().threads.map((thread) => thread.connections);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => keepOpen(server)));
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    expect(connections()).toEqual([10, 10]);
    expect(server.read().threads.map(({ requests }) => requests)).toEqual([10, 10]);
    for (const socket of sockets.slice(0, 9)) socket.destroy();
    await expect.poll(() => sum(server, 'connections')).toBe(11);
    const more = await Promise.all(Array.from({ length: 9 }, () => keepOpen(server)));
    await Promise.all(more.map((socket) => once(socket, 'data')));
    expect(connections()).toEqual([10, 10]);
    for (const socket of [...sockets, ...more]) socket.destroy();
  });

  test('one that dies is replaced, and nothing of it stays open', async () => {
    const threads = new WatchedThreads(script);
    const before = openDescriptors();
    const server = await serveDirectory({ directory, spread: { threads, count: 2 } });
    const sockets = await Promise.all(Array.from({ length: 8 }, () => keepOpen(server)));
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    const warned = once(process, 'warning');
    const ends = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await threads.workers[0]?.terminate();
    await Promise.race(ends);
    expect(String((await warned)[0])).toContain('A thread of the server ended; its connections are lost.');
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(server, '/a.txt')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(threads.workers).toHaveLength(3);
    await server.close();
    expect(threads.workers.map(({ threadId }) => threadId)).toEqual([-1, -1, -1]);
    await Promise.all(ends);
    await expect.poll(openDescriptors).toBe(before);
  });

  test('a thread that cannot start is told, and the others end', async () => {
    const broken = join(folder, 'broken.cjs');
    writeFileSync(broken, 'throw new Error("no such thing");');
    const threads = new WatchedThreads(broken);
    await expect(serveDirectory({ directory, spread: { threads, count: 2 } })).rejects.toThrow(
      'no such thing',
    );
    expect(threads.workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });
});

describe('addresses', () => {
  beforeEach(() => {
    isSpread = false;
  });

  test('others than its own machine are warned of', async () => {
    expect((await start()).notes).toEqual([]);
    expect((await start({ host: '127.0.0.2' })).notes).toEqual([]);
    expect((await start({ host: 'localhost' })).notes).toEqual([]);
    const server = await start({ host: '0.0.0.0' });
    const { port } = new URL(server.url);
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    expect(server.notes).toEqual([
      `Whoever can reach port ${port} of any address of this machine can read every file in ${directory} that does not begin with a dot. There is no password.`,
    ]);
    expect((await get(server, '/a.txt')).status).toBe(200);
  });

  test('one that is not of this machine', async () => {
    await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'serve-port',
      message: 'This machine has no address 192.0.2.1. Give one of its own, or 0.0.0.0 for all of them.',
    });
  });
});
