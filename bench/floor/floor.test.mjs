// The floor does the whole work, or its figures would mean nothing.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/lib/root.mjs';
import { parseHead } from './download.mjs';
import { encode, packed, sourcesOf, urlsInPacket } from './packets.mjs';

const MIB = 1024 * 1024;
const SMALL = 300;
let folder;
const path = (...parts) => join(folder, ...parts);

/** More than two packets of small files, and what lies around the size of a read. */
const sizes = { empty: 0, 'exactly a read': MIB, 'beyond it': MIB + 1, 'ä b': 3 * MIB };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-floor-'));
  mkdirSync(path('source', 'small'), { recursive: true });
  for (let index = 0; index < SMALL; index++)
    writeFileSync(path('source', 'small', `${index}`), `${index} x`);
  for (const [name, size] of Object.entries(sizes))
    writeFileSync(path('source', name), Buffer.alloc(size, 'some text'), { mode: 0o640 });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const names = (below) =>
  readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(below.length + 1))
    .toSorted();

/** @returns {Promise<string>} what it printed */
async function floor(...args) {
  const script = join(root, 'bench/floor.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, path('db'), ...args]);
  const database = new SqliteDatabase(path('db'), { readonly: true });
  const planned = database.prepare('SELECT sum(count) FROM packets').pluck().get();
  const settled = database.prepare('SELECT count(*) FROM tasks WHERE ended_at >= started_at').pluck().get();
  database.close();
  expect([planned, settled]).toEqual([SMALL + 4, SMALL + 4]);
  return stdout;
}

test('digests of all files', async () => {
  const lines = (await floor('hash', 'sha256', path('source'))).trimEnd().split('\n').toSorted();
  const digest = (name) =>
    createHash('sha256')
      .update(readFileSync(path('source', name)))
      .digest('hex');
  expect(lines).toEqual(
    names(path('source'))
      .map((name) => `${digest(name)}  ${path('source', name)}`)
      .toSorted(),
  );
});

test.each(['copy', 'copy-verify', ...(process.platform === 'linux' ? ['copy-flush'] : [])])(
  '%s: all files, with modes and times, and no hidden ones left',
  async (work) => {
    await floor(work, path('source'), path(work));
    expect(names(path(work))).toEqual(names(path('source')));
    for (const name of names(path('source'))) {
      const [from, to] = [path('source', name), path(work, name)];
      expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
      expect(statSync(to).mode).toBe(statSync(from).mode);
      expect(Math.abs(statSync(to).mtimeMs - statSync(from).mtimeMs)).toBeLessThan(1);
    }
  },
);

test('all URLs, from a server that closes connections now and then', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    if (requests % 50 === 0) response.setHeader('connection', 'close');
    response.setHeader('last-modified', 'Wed, 02 Jan 2030 03:04:05 GMT');
    const size = request.url === '/0' ? 3 * MIB : 1000;
    response.setHeader('content-length', size).end(Buffer.alloc(size, request.url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${server.address().port}`;
    const list = Array.from({ length: SMALL + 4 }, (_, index) => `${url}/${index}\n`);
    writeFileSync(path('list'), list.join(''));
    await floor('download', path('list'), path('downloaded'));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  expect(requests).toBe(SMALL + 4);
  expect(names(path('downloaded'))).toHaveLength(SMALL + 4);
  expect(readFileSync(path('downloaded', '0')).equals(Buffer.alloc(3 * MIB, '/0'))).toBe(true);
  expect(readFileSync(path('downloaded', '77'), 'utf8')).toBe(Buffer.alloc(1000, '/77').toString());
  expect(statSync(path('downloaded', '77')).mtime.toISOString()).toBe('2030-01-02T03:04:05.000Z');
});

test('digests of the list are checked', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-length', 4).end('data');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${server.address().port}`;
    const digest = createHash('sha256').update('data').digest('hex');
    const list = Array.from(
      { length: SMALL + 4 },
      (_, index) => `${url}/${index}\n  checksum=sha-256=${digest}\n`,
    );
    writeFileSync(path('list'), list.join(''));
    await floor('download', path('list'), path('checked'));
    expect(names(path('checked'))).toHaveLength(SMALL + 4);
    writeFileSync(path('list'), list.join('').replace(digest, digest.toUpperCase()));
    await expect(floor('download', path('list'), path('wrong'))).rejects.toThrow('does not have the digest');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('all URLs over HTTP/2', async () => {
  const server = createHttp2Server();
  server.on('stream', (stream, { ':path': name }) => {
    const body = Buffer.alloc(name === '/0' ? 3 * MIB : 1000, name);
    stream.respond({ ':status': 200, 'content-length': body.length });
    stream.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${server.address().port}`;
    const list = Array.from({ length: SMALL + 4 }, (_, index) => `${url}/${index}\n`);
    writeFileSync(path('list'), list.join(''));
    await floor('download-http2', path('list'), path('streams'));
  } finally {
    server.close();
  }
  expect(names(path('streams'))).toHaveLength(SMALL + 4);
  expect(readFileSync(path('streams', '0')).equals(Buffer.alloc(3 * MIB, '/0'))).toBe(true);
});

test('packets hold at most so many tasks and bytes, and what is in them comes out in order', () => {
  const entries = [3, 3, 3, 9, 1, 1, 1].map((size, index) => ({ source: `/ä/${index}`, size }));
  const packets = [...packed(entries, { tasks: 2, bytes: 8 })];
  expect(packets.map(({ count }) => count)).toEqual([2, 1, 1, 2, 1]);
  expect(packets.flatMap(sourcesOf)).toEqual(entries.map(({ source }) => source));
  expect(packets.flatMap((packet) => [...packet.sizes])).toEqual(entries.map(({ size }) => size));
  expect([...packed([], { tasks: 2, bytes: 8 })]).toEqual([]);
  expect(sourcesOf(encode(['/a'], [1]))).toEqual(['/a']);
});

test('a few large downloads are one for each packet, so that every thread has some', () => {
  expect([4, 15, 16, 10_000].map((urls) => urlsInPacket(urls, 2))).toEqual([1, 3, 4, 8]);
  expect(urlsInPacket(1, 8)).toBe(1);
});

test('an answer that it does not know ends it', () => {
  expect(parseHead('HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close')).toEqual({
    bytes: 12,
    modifiedAtMs: NaN,
    isLast: true,
  });
  expect(() => parseHead('HTTP/1.1 404 Not Found\r\nContent-Length: 1')).toThrow('404 Not Found');
  expect(() => parseHead('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked')).toThrow('without a length');
});
