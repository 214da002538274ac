/** When a transfer tells what is on disk, which costs a flush and a digest. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PartialNote } from '../common/model/download';
import { FREE_PLACES } from '../common/threads/places';
import { loadHasher } from '../files/hashers';
import type { HttpClient } from './http/client';
import { PartialFile } from './partial-file';
import { FakeContext } from './test-context';
import { TestServer } from './test-server';
import { Transfer } from './transfer';
import { openTestClient } from './http/test-client';

/** Later than the first progress is told. */
const LATE_MS = 150;

let folder: string;
let server: TestServer;
let client: HttpClient;
let file: PartialFile;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-transfer-'));
  server = await TestServer.start();
  client = await openTestClient();
  file = new PartialFile({
    path: join(folder, 'partial'),
    workDirectory: folder,
    subject: '/target',
    exclusive: false,
    durable: true,
  });
});

afterEach(async () => {
  file.close();
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes that come by the answer; @returns how often a digest was asked for, and what was told */
async function transfer(
  bytes: number,
  answer: (response: ServerResponse, body: Buffer) => Promise<void>,
  throttleMs = 0,
): Promise<{ readonly digests: number; readonly notes: readonly PartialNote[] }> {
  const body = Buffer.alloc(bytes, 'heddle');
  const url = server.on('/file', (_, response) => {
    void answer(response, body);
  });
  let digests = 0;
  const notes: PartialNote[] = [];
  const done = await new Transfer({
    client,
    file,
    request: { url: new URL(url), method: 'GET', headers: {}, login: null, conditions: {}, body: null },
    earlier: null,
    context: new FakeContext({ exclusive: false }),
    note: (note) => notes.push(note),
    hasher: () => {
      digests += 1;
      return loadHasher('sha256');
    },
    segments: 1,
    places: FREE_PLACES,
    maxBytes: null,
    accept: () => true,
    throttle: () => throttleMs,
  }).run();
  expect(done?.bytes).toBe(bytes);
  return { digests, notes };
}

test('of a small file that comes late nothing is flushed or told before its end', async () => {
  const { digests, notes } = await transfer(1024, async (response, body) => {
    await delay(LATE_MS);
    response.writeHead(200, { 'Content-Length': body.length });
    response.write(body.subarray(0, 512));
    await delay(LATE_MS);
    response.end(body.subarray(512));
  });
  expect(digests).toBe(0);
  expect(notes).toEqual([]);
});

test('nor of a file that is all there, though it is large enough to be told of', async () => {
  const { digests } = await transfer(16 * 1024, async (response, body) => {
    await delay(LATE_MS);
    response.writeHead(200, { 'Content-Length': body.length }).end(body);
  });
  expect(digests).toBe(0);
});

test('of a slow file what is there is told while the rest is on its way', async () => {
  const { digests, notes } = await transfer(64 * 1024, async (response, body) => {
    response.writeHead(200, { 'Content-Length': body.length });
    response.write(body.subarray(0, 32 * 1024));
    await delay(LATE_MS);
    response.write(body.subarray(32 * 1024, 48 * 1024));
    await delay(LATE_MS);
    response.end(body.subarray(48 * 1024));
  });
  expect(digests).toBeGreaterThan(0);
  expect(notes[0]?.extents[0]).toMatchObject({ start: 0 });
  expect(notes[0]?.extents[0]?.end).toBeGreaterThanOrEqual(32 * 1024);
});

test('a file that is all there and has to wait for the rate limit is told before it waits', async () => {
  const { notes } = await transfer(
    16 * 1024,
    (response, body) => {
      response.writeHead(200, { 'Content-Length': body.length }).end(body);
      return Promise.resolve();
    },
    LATE_MS,
  );
  expect(notes.flatMap(({ extents }) => extents)).toMatchObject([{ start: 0, end: 16 * 1024 }]);
});

test('what came before a server stopped sending is told while it is waited for', async () => {
  const body = Buffer.alloc(300_000, 'heddle');
  const url = server.on('/file', (_, response) => {
    response.writeHead(200, { ETag: '"a"', 'Content-Length': 2 * body.length });
    response.write(body);
  });
  const context = new FakeContext({ exclusive: false });
  const told = Promise.withResolvers<PartialNote>();
  const running = new Transfer({
    client,
    file,
    request: { url: new URL(url), method: 'GET', headers: {}, login: null, conditions: {}, body: null },
    earlier: null,
    context,
    note: told.resolve,
    hasher: () => loadHasher('sha256'),
    segments: 1,
    places: FREE_PLACES,
    maxBytes: null,
    accept: () => true,
    throttle: () => 0,
  }).run();
  const first = await Promise.race([told.promise, running]);
  expect(first).toMatchObject({ extents: [{ start: 0, end: body.length }] });
  context.cancel();
  await expect(running).rejects.toThrow();
});
