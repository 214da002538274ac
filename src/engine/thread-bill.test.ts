/** Where each second of a job's threads went. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { gainText } from '../common/model/job-gain';
import type { DownloadOptions } from '../common/model/download-options';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary, Mode, WorkerStatistics } from '../common/model/jobs';
import { NO_TIME, addBills, billTotal, type ThreadBill } from '../common/model/thread-bill';
import { engine, folder, go, openEngine, put, run, useEngine } from './testing/test-engine';

useEngine('bill');

let close: (() => Promise<void>) | null = null;

afterEach(async () => {
  await close?.();
  close = null;
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function download(
  urls: readonly string[],
  mode: Mode,
  workers: number,
  options: Partial<DownloadOptions> = {},
): JobRequest {
  return {
    kind: 'download',
    mode,
    workers,
    urls: [...urls],
    text: null,
    listFiles: [],
    directory: join(folder, 'target'),
    options,
  };
}

function bills(statistics: readonly WorkerStatistics[]): ThreadBill[] {
  return statistics.map(({ bill }) => {
    if (bill === null) throw new Error('a worker has no bill');
    return bill;
  });
}

/** Every bill is of the whole time, and no part of it is less than nothing. */
function expectComplete({ id, elapsedMs }: JobSummary): ThreadBill[] {
  const all = bills(engine.statistics(id));
  for (const bill of all) {
    expect(Math.min(...Object.values(bill))).toBeGreaterThanOrEqual(0);
    expect(Math.abs(billTotal(bill) - elapsedMs)).toBeLessThanOrEqual(elapsedMs / 100);
  }
  return all;
}

test('a hash job: two threads, each second of both', async () => {
  for (let index = 0; index < 600; index++)
    put(join(folder, 'files', `${index}.bin`), Buffer.alloc(8192, index));
  for (let index = 0; index < 4; index++)
    put(join(folder, 'files', `${index}.large`), Buffer.alloc(24e6, index));
  const job = await run({
    kind: 'hash',
    mode: 'pool',
    workers: 2,
    paths: [join(folder, 'files')],
    algorithms: ['sha256'],
    manifest: null,
  });
  const all = expectComplete(job);
  expect(all).toHaveLength(2);
  const { work, network, speedLimit } = all.reduce(addBills, NO_TIME);
  expect(work).toBeGreaterThan(0);
  expect({ network, speedLimit }).toEqual({ network: 0, speedLimit: 0 });
  const statistics = engine.statistics(job.id);
  const runMs = statistics.reduce((sum, worker) => sum + worker.runMs, 0);
  // What ran one after the other on a thread took no longer than the thread was there.
  expect(runMs).toBeGreaterThan(0);
  expect(runMs).toBeLessThanOrEqual(2 * job.elapsedMs);
  expect(gainText(job, statistics)).toMatch(
    /^101 MB in .+ on 2 threads, \d+ % busy; the tasks together took .+(?:overlapped)$/u,
  );
});

test('one by one from a server that takes its time, a thread waits for the network', async () => {
  const url = await serve((_, response) => setTimeout(() => response.end('late'), 40));
  const job = await run(
    download(
      [0, 1, 2, 3, 4, 5].map((n) => `${url}/${n}`),
      'sequential',
      1,
    ),
  );
  const [bill = NO_TIME] = expectComplete(job);
  // So long it has to wait; the rest depends on how busy the machine is.
  expect(bill.network).toBeGreaterThan((6 * 40) / 2);
  expect(bill).toMatchObject({ speedLimit: 0, hostLimit: 0 });
  const [{ runMs } = { runMs: 0 }] = engine.statistics(job.id);
  expect(runMs).toBeGreaterThan(6 * 40 - 5);
});

test('held back by a speed limit', async () => {
  const url = await serve((_, response) => response.end(Buffer.alloc(120_000)));
  const job = await run(download([`${url}/0`, `${url}/1`], 'sequential', 1, { limitRate: 200_000 }));
  const [bill = NO_TIME] = expectComplete(job);
  // Beyond what may come at once: 50 ms of it.
  const leastMs = (240_000 / 200_000) * 1000 - 50;
  expect(bill.speedLimit).toBeGreaterThan(leastMs / 2);
  expect(bill).toMatchObject({ hostLimit: 0 });
});

test('a host that takes one request at once leaves the other thread without work', async () => {
  engine.settings.set({ connectionsPerHost: 1 });
  const url = await serve((_, response) => setTimeout(() => response.end('one by one'), 30));
  const urls = Array.from({ length: 12 }, (_, index) => `${url}/${index}`);
  const job = await run(download(urls, 'pool', 2));
  const all = expectComplete(job);
  expect(all).toHaveLength(2);
  // One request is on its way at any time, on one thread or the other.
  const { network, hostLimit } = all.reduce(addBills, NO_TIME);
  expect(network).toBeGreaterThan((12 * 30) / 2);
  expect(hostLimit).toBeGreaterThan((12 * 30) / 2);
});

test('one thread works alone at the end: the other has nothing queued, and the frames say so', async () => {
  const slow = Promise.withResolvers<ServerResponse>();
  const url = await serve((request, response) => {
    if (request.url === '/slow') slow.resolve(response);
    else response.end('soon');
  });
  const told = new Promise<string>((resolve) => {
    engine.on('frame', ({ jobs }) => {
      const text = jobs[0]?.alone ?? null;
      if (text !== null) resolve(text);
    });
  });
  const { id } = await engine.createJob(download([`${url}/slow`, `${url}/soon`], 'pool', 2), {
    start: false,
  });
  engine.watch(id);
  const ended = go(id);
  const response = await slow.promise;
  expect(await told).toMatch(/^W[12] works alone: slow\. 1 thread has nothing left to do\.$/u);
  response.end('late');
  const all = expectComplete(await ended);
  // It is told after a second of it.
  expect(Math.max(...all.map(({ network }) => network))).toBeGreaterThan(500);
  expect(Math.max(...all.map(({ queue }) => queue))).toBeGreaterThan(500);
});

test('a thread for each task: the time in which a place has none is told', async () => {
  for (let index = 0; index < 6; index++) put(join(folder, 'files', `${index}.bin`), 'content');
  const job = await run({
    kind: 'hash',
    mode: 'thread-per-task',
    workers: 2,
    paths: [join(folder, 'files')],
    algorithms: ['sha256'],
    manifest: null,
  });
  const all = expectComplete(job);
  expect(all.reduce(addBills, NO_TIME).absent).toBeGreaterThan(0);
  expect(gainText(job, engine.statistics(job.id))).toContain('on 6 threads, at most 2 at once, ');
});

test('a job that went on: both of its runs are in the bills, also in those of threads that only one had', async () => {
  const url = await serve((_, response) => setTimeout(() => response.end('late'), 30));
  const urls = Array.from({ length: 20 }, (_, index) => `${url}/${index}`);
  const { id } = await engine.createJob(download(urls, 'pool', 1, { connections: 1 }), { start: false });
  const paused = engine.ended(id);
  engine.on('tasks-settled', () => void engine.pause(id));
  await engine.resume(id);
  const { elapsedMs } = await paused;
  await engine.close();
  const again = await openEngine();
  try {
    const ended = again.ended(id);
    await again.resume(id);
    again.resize(id, 3);
    const job = await ended;
    expect(job.elapsedMs).toBeGreaterThan(elapsedMs);
    const all = bills(again.statistics(id));
    expect(all).toHaveLength(3);
    for (const bill of all)
      expect(Math.abs(billTotal(bill) - job.elapsedMs)).toBeLessThan(job.elapsedMs / 100);
  } finally {
    await again.close();
  }
});
