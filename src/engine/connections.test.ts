/** How many connections a download has at once. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DownloadOptions } from '../common/model/download-options';
import type { JobRequest } from '../common/model/job-request';
import { engine, folder, go, reopenEngine, run, useEngine } from './testing/test-engine';

useEngine('connections');

/** Answers when as many requests wait as are wanted, and none more comes. */
class HoldingServer {
  most = 0;
  wanted = 1;
  url = '';
  readonly #waiting: ServerResponse[] = [];
  readonly #server = createServer((_, response) => {
    this.#waiting.push(response);
    this.most = Math.max(this.most, this.#waiting.length);
    this.#left -= 1;
    if (this.#waiting.length >= this.wanted || this.#left === 0)
      setTimeout(() => {
        this.letGo();
      }, 20);
  });
  #left = 0;

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param wanted requests at once, of so many in all */
  expect(wanted: number, all: number): void {
    this.most = 0;
    this.wanted = wanted;
    this.#left = all;
  }

  letGo(): void {
    for (const response of this.#waiting.splice(0)) response.end('what there is');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

let server: HoldingServer;

beforeEach(async () => {
  server = new HoldingServer();
  await server.listen();
});

afterEach(() => server.close());

const FILES = 40;

function request(options: Partial<DownloadOptions>, workers: number | null = 2): JobRequest {
  return {
    kind: 'download',
    mode: 'pool',
    workers,
    urls: Array.from({ length: FILES }, (_, index) => `${server.url}/${index}`),
    text: null,
    listFiles: [],
    directory: join(folder, 'files'),
    options,
  };
}

test.each([
  { connections: 20, workers: 2 },
  { connections: 20, workers: 8 },
  { connections: 3, workers: 4 },
  { connections: 1, workers: 2 },
])('$connections connections are as many requests at once, with $workers workers', async (how) => {
  server.expect(how.connections, FILES);
  const job = await run(request({ connections: how.connections }, how.workers));
  expect(job).toMatchObject({ state: 'done', counts: { done: FILES } });
  expect(server.most).toBe(how.connections);
});

test('without a number of its own a job has that of the settings', async () => {
  engine.settings.set({ connections: 5 });
  server.expect(5, FILES);
  await run(request({}));
  expect(server.most).toBe(5);
});

test('a host gets no more than it may, however many a job has', async () => {
  server.expect(4, FILES);
  await run(request({ connections: 30, connectionsPerHost: 4 }));
  expect(server.most).toBe(4);
});

test('the number can be changed while a job runs, beyond what its threads had to begin with', async () => {
  server.expect(Infinity, Infinity);
  const { id } = await engine.createJob(request({ connections: 2 }), { start: false });
  const ended = go(id);
  await expect.poll(() => server.most).toBe(2);
  await engine.connect(id, 30);
  expect(engine.connectionsOf(id)).toBe(30);
  await expect.poll(() => server.most).toBe(30);
  expect(engine.snapshot(id)?.frame.connections).toEqual({ open: 30, most: 30 });
  server.expect(1, FILES);
  server.letGo();
  await ended;
});

/** Sends large files a little at a time, and none to its end, until it is told to hurry; no more than so many at once. */
class SlowServer {
  most = 0;
  open = 0;
  refused = 0;
  allowed = Infinity;
  hurries = false;
  /** What it sends before it hurries. */
  begins = Infinity;
  url = '';
  readonly #bytes: number;
  readonly #server = createServer((request, response) => {
    if (this.open >= this.allowed) {
      this.refused += 1;
      response.writeHead(503).end();
      return;
    }
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    response.on('close', () => (this.open -= 1));
    const range = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '');
    const [start, end] = range === null ? [0, this.#bytes] : [Number(range[1]), Number(range[2]) + 1];
    response.writeHead(range === null ? 200 : 206, {
      ETag: '"tag"',
      'Content-Length': end - start,
      ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${this.#bytes}` }),
    });
    let at = start;
    const timer = setInterval(() => {
      const to = this.hurries
        ? Math.min(end, at + 256 * 1024)
        : Math.min(end - 1, at + 1024, start + this.begins);
      if (to <= at) return;
      response.write(Buffer.alloc(to - at, 7));
      at = to;
      if (at < end) return;
      clearInterval(timer);
      response.end();
    }, 5);
    response.on('close', () => {
      clearInterval(timer);
    });
  });

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const LARGE = 4 * 1024 * 1024;

describe('large files', () => {
  let slow: SlowServer;

  beforeEach(async () => {
    slow = new SlowServer(LARGE);
    await slow.listen();
  });

  afterEach(() => slow.close());

  const files = (count: number, options: Partial<DownloadOptions> = {}): JobRequest => ({
    kind: 'download',
    mode: 'pool',
    workers: 2,
    urls: Array.from({ length: count }, (_, index) => `${slow.url}/${index}`),
    text: null,
    listFiles: [],
    directory: join(folder, 'large'),
    options,
  });

  async function begin(request: JobRequest): Promise<{ id: number; ended: Promise<unknown> }> {
    const { id } = await engine.createJob(request, { start: false });
    return { id, ended: go(id) };
  }

  test.each([
    { what: 'a host may have', options: { connectionsPerHost: 5 } },
    { what: 'the job has', options: { connections: 5 } },
    { what: 'a file may have', options: { segments: 5 } },
  ])('further connections are no more than $what', async ({ options }) => {
    const { id, ended } = await begin(files(1, options));
    await expect.poll(() => slow.open).toBe(5);
    await expect.poll(() => engine.snapshot(id)?.frame.connections?.open).toBe(5);
    expect(engine.hosts(id)).toMatchObject([{ inFlight: 5 }]);
    slow.hurries = true;
    await ended;
    expect(slow.most).toBe(5);
    expect(engine.job(id)).toMatchObject({ state: 'done', counts: { done: 1 } });
  });

  test('what lies ready in threads is no request of its host', async () => {
    const { id, ended } = await begin(files(40, { connections: 8, connectionsPerHost: 8, segments: 1 }));
    await expect.poll(() => slow.open).toBe(8);
    // The server holds them.
    await expect.poll(() => engine.hosts(id)).toMatchObject([{ inFlight: 8, limit: 8 }]);
    await engine.cancel(id);
    await ended;
  });

  test('they are given back when other files come, of another job too', async () => {
    const first = await begin(files(1, { connectionsPerHost: 6 }));
    await expect.poll(() => slow.open).toBe(6);
    const second = await begin({
      ...files(6, { connectionsPerHost: 6 }),
      directory: join(folder, 'others'),
    } as JobRequest);
    await expect.poll(() => engine.snapshot(second.id)?.frame.counts.running ?? 0).toBe(3);
    slow.hurries = true;
    await Promise.all([first.ended, second.ended]);
    expect(slow.most).toBeLessThanOrEqual(6 + 1);
    expect(engine.job(second.id)).toMatchObject({ state: 'done', counts: { done: 6 } });
  });

  test('what a server refused is remembered, by the next process too', async () => {
    slow.allowed = 3;
    const { ended } = await begin(files(1));
    await expect.poll(() => slow.refused).toBeGreaterThan(0);
    slow.hurries = true;
    await ended;
    slow.refused = 0;
    slow.hurries = false;
    await reopenEngine();
    const again = await begin({ ...files(1), directory: join(folder, 'again') } as JobRequest);
    await expect.poll(() => slow.open).toBeGreaterThan(1);
    slow.hurries = true;
    await again.ended;
    expect(slow.refused).toBe(0);
    expect(engine.job(again.id)).toMatchObject({ state: 'done' });
  });

  test('one file after another has its further connections, too', async () => {
    const { ended } = await begin({ ...files(2), mode: 'sequential', workers: null });
    await expect.poll(() => slow.open).toBe(16);
    slow.hurries = true;
    await ended;
    expect(slow.most).toBe(16);
  });

  test('many of them begin before the first one has ended', async () => {
    slow.begins = 1024;
    const { id, ended } = await begin(files(40));
    await expect.poll(() => engine.snapshot(id)?.frame.counts.running).toBe(40);
    slow.hurries = true;
    await ended;
  });
});
