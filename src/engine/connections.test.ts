/** How many connections a download has at once. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DownloadOptions } from '../common/model/download-options';
import type { JobRequest } from '../common/model/job-request';
import { engine, folder, go, run, useEngine } from './testing/test-engine';

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
