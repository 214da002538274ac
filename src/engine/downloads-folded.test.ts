/** Downloads into a folder whose file system takes several names for one: no two tasks ever make one file. */
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExistingPolicy } from '../common/model/download';
import type { JobSummary } from '../common/model/jobs';
import {
  engine,
  folder,
  knowsExfat,
  leftovers,
  mountExfat,
  reopenEngine,
  run,
  useEngine,
} from './testing/test-engine';

useEngine('folded');

let server: Server;
let base: string;
let disk: string;
/** Answers wait for it. */
let open: Promise<void>;

beforeEach(async () => {
  open = Promise.resolve();
  server = createServer((request, response) => {
    void open.then(() => {
      const path = decodeURIComponent(request.url ?? '').replace(/^\/host-./u, '');
      const since = request.headers['if-modified-since'];
      if (since !== undefined) response.writeHead(304).end();
      else response.writeHead(200, { 'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }).end(path);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  disk = join(folder, 'disk');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Listed {
  readonly url: string;
  readonly filename?: string;
  readonly directory?: string;
}

function get(existing: ExistingPolicy, entries: readonly Listed[]): Promise<JobSummary> {
  return run({
    kind: 'download',
    mode: 'pool',
    workers: 2,
    urls: [],
    text: entries.map((entry) => JSON.stringify({ ...entry, url: base + entry.url })).join('\n'),
    listFiles: [],
    format: 'jsonl',
    directory: disk,
    options: { existing },
  });
}

/** What files hold: the path that each was asked for. */
function contents(): string[] {
  return readdirSync(disk, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    .sort();
}

describe.skipIf(!knowsExfat)('exFAT', () => {
  beforeEach(() => {
    mountExfat(disk);
  });

  test.each(['number', 'skip', 'overwrite', 'newer'] as const)('%s', async (existing) => {
    // Cases, Unicode forms, a Kelvin sign, a final sigma; folders too; one name in the answer's own spelling.
    const entries = [
      ...[
        'IMG.txt',
        'img.txt',
        'Img.TXT',
        '\u00e9.txt',
        'e\u0301.txt',
        'k',
        '\u212a',
        '\u03c3',
        '\u03c2',
        '\u03a3',
      ].map((name) => ({ url: `/${encodeURIComponent(name)}` })),
      { url: '/1', directory: 'D/sub', filename: 'x' },
      { url: '/2', directory: 'd/SUB', filename: 'X' },
      { url: '/3', directory: 'D', filename: 'sub2' },
      { url: '/4', filename: 'iMG.txt' },
    ];
    const first = await get(existing, entries);
    const expected = entries.map(({ url }) => decodeURIComponent(url)).sort();
    expect(first.counts).toMatchObject({ done: entries.length, failed: 0 });
    expect(contents()).toEqual(expected);
    if (existing === 'number') return;
    // Again: with the same names, and none of them another's.
    await get(existing, entries);
    for (const path of expected) expect(contents()).toContain(path);
    expect(leftovers(disk)).toEqual([]);
  });

  test('newer: the file of another list is not replaced, however its name is spelt', async () => {
    await get('newer', [{ url: '/host-a/IMG.txt' }]);
    const { counts } = await get('newer', [{ url: '/host-b/img.txt' }]);
    expect(counts).toMatchObject({ done: 1, skipped: 0 });
    expect(readdirSync(disk).sort()).toEqual(['IMG.txt', 'img (1).txt']);
    expect(contents()).toEqual(['/IMG.txt', '/img.txt']);
  });

  test('two jobs at once, with names that are one', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `f${index}.txt`);
    const jobs = await Promise.all([
      get(
        'number',
        names.map((name) => ({ url: `/${name}`, directory: 'Sub' })),
      ),
      get(
        'number',
        names.map((name) => ({ url: `/${name.toUpperCase()}`, directory: 'sUB' })),
      ),
    ]);
    expect(jobs.map(({ counts }) => counts.done)).toEqual([60, 60]);
    expect(contents()).toEqual(names.flatMap((name) => [`/${name}`, `/${name.toUpperCase()}`]).sort());
  });

  test('overwrite, stopped between the two and gone on with', async () => {
    let release: () => void = () => undefined;
    const text = ['/IMG.txt', '/img.txt'].map((url) => base + url).join('\n');
    const { id } = await engine.createJob(
      {
        kind: 'download',
        mode: 'sequential',
        workers: 1,
        urls: [],
        text,
        listFiles: [],
        directory: disk,
        options: { existing: 'overwrite' },
      },
      { start: false },
    );
    const settled = new Promise<void>((done) => {
      engine.on('frame', ({ jobs }) => {
        if (jobs.some(({ counts }) => counts.done === 1)) done();
      });
    });
    // The first is answered, the second is not until the job was stopped.
    let asked = 0;
    server.prependListener('request', () => {
      asked += 1;
      if (asked === 2) open = new Promise((done) => (release = done));
    });
    await engine.resume(id);
    await settled;
    await reopenEngine();
    release();
    const ended = engine.ended(id);
    await engine.resume(id);
    expect((await ended).counts).toMatchObject({ done: 2, failed: 0 });
    expect(contents()).toEqual(['/IMG.txt', '/img.txt']);
  });
});
