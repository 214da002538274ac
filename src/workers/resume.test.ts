/** Going on with half a file: what is believed, what is fetched again. */
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync, readdirSync, existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plainEntry, type PartialNote, type PartialState } from '../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../common/model/download-options';
import type { TaskOutcome } from '../common/model/tasks';
import { createDownload, type RunDownload } from './download';
import { FakeContext, order } from './test-context';
import { TestServer } from './test-server';

type Headers = Record<string, string>;

const SIZE = 400_000;
const BREAK_AT = 250_000;
const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';

/** What proves nothing, though it comes where a validator does; validators.test.ts has all of them. */
const NO_VALIDATORS: readonly Headers[] = [
  { 'Last-Modified': '0' },
  { 'Last-Modified': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  { ETag: '""' },
];

let folder: string;
let directory: string;
let workDirectory: string;
let server: TestServer;
let download: RunDownload;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-resume-'));
  directory = join(folder, 'files');
  workDirectory = join(directory, '.heddle-work-0123456789ab');
  server = await TestServer.start();
  download = make();
});
afterEach(async () => {
  await download.close();
  await server.close();
  await rm(folder, { recursive: true });
});

function make(options: Partial<DownloadOptions> = {}): RunDownload {
  return createDownload({
    kind: 'download',
    directory,
    workDirectory,
    options: { ...DEFAULT_DOWNLOAD_OPTIONS, ...options },
    rates: [],
  });
}

/** The content of version `version`; no part of it is like another. */
function content(version: string, size = SIZE): Buffer {
  const key = createHash('sha256').update(version).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** What the database would give back. */
function stored(notes: readonly PartialNote[]): PartialState | null {
  let state: PartialState | null = null;
  for (const note of notes) {
    const before: PartialState['extents'] = note.reset ? [] : (state?.extents ?? []);
    state = { ...note, extents: [...before, ...note.extents] };
  }
  return state;
}

/** Sends the beginning of a file, then breaks off. */
function breaking(body: Buffer, headers: Headers) {
  return (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, {
      'Content-Length': body.length,
      'Accept-Ranges': 'bytes',
      Date: new Date().toUTCString(),
      ...headers,
    });
    response.write(body.subarray(0, BREAK_AT), () => setTimeout(() => response.destroy(), 30));
  };
}

/** Answers ranges as it should, or with what `lie` makes of it. */
function ranged(
  body: Buffer,
  headers: Headers,
  lie: (range: { start: number; end: number }) => {
    status?: number;
    headers?: Headers;
    body?: Buffer;
  } = () => ({}),
) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const range = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
    if (range === null) {
      response.writeHead(200, { 'Content-Length': body.length, ...headers }).end(body);
      return;
    }
    const start = Number(range[1]);
    const end = range[2] === '' ? body.length : Number(range[2]) + 1;
    const told = lie({ start, end });
    const part = told.body ?? body.subarray(start, end);
    response
      .writeHead(told.status ?? 206, {
        'Content-Length': part.length,
        'Content-Range': `bytes ${start}-${end - 1}/${body.length}`,
        ...headers,
        ...told.headers,
      })
      .end(part);
  };
}

interface Second {
  readonly outcome: TaskOutcome;
  readonly ranges: readonly (string | undefined)[];
  readonly conditions: readonly (string | undefined)[];
}

async function breakThenGoOn(
  first: (request: IncomingMessage, response: ServerResponse) => void,
  second: (request: IncomingMessage, response: ServerResponse) => void,
  between: (partial: PartialState) => PartialState | null = (partial) => partial,
): Promise<Second> {
  const url = server.on('/file.bin', first);
  const context = new FakeContext();
  await expect(download(order({ id: 7, type: 'url', source: url }), context)).rejects.toMatchObject({
    retryable: true,
  });
  const partial = stored(context.notes);
  expect(partial).not.toBeNull();
  server.requests.length = 0;
  server.on('/file.bin', second);
  const given = partial === null ? null : between(partial);
  const outcome = await download(
    order({ id: 7, type: 'url', source: url, attempt: 2, download: { entry: null, partial: given } }),
    new FakeContext(),
  );
  return {
    outcome,
    ranges: server.requests.map(({ headers }) => headers.range),
    conditions: server.requests.map(({ headers }) => headers['if-range'] as string | undefined),
  };
}

function result(): Buffer {
  return readFileSync(join(directory, 'file.bin'));
}

describe('the server has the same content', () => {
  test('by its entity tag: the rest alone is fetched, under If-Range', async () => {
    const body = content('a');
    const { outcome, ranges, conditions } = await breakThenGoOn(
      breaking(body, { ETag: '"a"' }),
      ranged(body, { ETag: '"a"' }),
    );
    expect(ranges).toEqual([`bytes=${BREAK_AT}-${SIZE - 1}`]);
    expect(conditions).toEqual(['"a"']);
    expect(outcome.facts).toMatchObject({ kept: BREAK_AT, status: 206, integrity: 'complete' });
    expect(result().equals(body)).toBe(true);
  });

  test('by a date that is strong: with 64 KiB to compare', async () => {
    const body = content('a');
    const { ranges, conditions } = await breakThenGoOn(
      breaking(body, { 'Last-Modified': OLD }),
      ranged(body, { 'Last-Modified': OLD }),
    );
    expect(ranges).toEqual([`bytes=${BREAK_AT - 65_536}-${SIZE - 1}`]);
    expect(conditions).toEqual([OLD]);
    expect(result().equals(body)).toBe(true);
  });

  test.each([
    { name: 'nothing to tell it by', headers: {} },
    { name: 'a weak entity tag', headers: { ETag: 'W/"a"' } },
    { name: 'a date of just now', headers: { 'Last-Modified': new Date().toUTCString() } },
    { name: 'a date to come', headers: { 'Last-Modified': 'Sat, 01 Jan 2101 00:00:00 GMT' } },
    ...NO_VALIDATORS.map((headers) => ({ name: JSON.stringify(headers), headers })),
  ])('$name: the first and the last 64 KiB are compared', async ({ headers }) => {
    const body = content('a');
    const { ranges, conditions, outcome } = await breakThenGoOn(
      breaking(body, headers),
      ranged(body, headers),
    );
    expect(ranges).toEqual(['bytes=0-65535', `bytes=${BREAK_AT - 65_536}-${SIZE - 1}`]);
    expect(conditions).toEqual([undefined, undefined]);
    expect(outcome.facts).toMatchObject({ kept: BREAK_AT, integrity: 'unverified' });
    expect(result().equals(body)).toBe(true);
  });

  test('a date that an earlier version took for a validator is none', async () => {
    const body = content('a');
    const headers = { 'Last-Modified': '0' };
    const { ranges, conditions } = await breakThenGoOn(
      breaking(body, headers),
      ranged(body, headers),
      (partial) => ({ ...partial, etag: null, lastModified: '0' }),
    );
    expect(ranges).toEqual(['bytes=0-65535', `bytes=${BREAK_AT - 65_536}-${SIZE - 1}`]);
    expect(conditions).toEqual([undefined, undefined]);
    expect(result().equals(body)).toBe(true);
  });

  test('what is on the disk is not what was told: it is fetched again', async () => {
    const body = content('a');
    const { ranges, outcome } = await breakThenGoOn(
      breaking(body, { ETag: '"a"' }),
      ranged(body, { ETag: '"a"' }),
      (partial) => {
        const damaged = readFileSync(join(workDirectory, '7'));
        damaged.fill(0, 1000, 1100);
        writeFileSync(join(workDirectory, '7'), damaged);
        return partial;
      },
    );
    expect(ranges).toEqual([undefined]);
    expect(outcome.facts?.kept).toBe(0);
    expect(result().equals(body)).toBe(true);
  });

  test('the partial file is gone: the whole is fetched', async () => {
    const body = content('a');
    const { ranges } = await breakThenGoOn(
      breaking(body, { ETag: '"a"' }),
      ranged(body, { ETag: '"a"' }),
      (partial) => {
        for (const name of readdirSync(workDirectory)) writeFileSync(join(workDirectory, name), '');
        return partial;
      },
    );
    expect(ranges).toEqual([undefined]);
    expect(result().equals(body)).toBe(true);
  });
});

describe('the server has other content of the same length', () => {
  test.each([
    { name: 'and says so with 200', headers: { ETag: '"a"' }, ignores: false, later: { ETag: '"b"' } },
    {
      name: 'and ignores If-Range; its tag is new',
      headers: { ETag: '"a"' },
      ignores: true,
      later: { ETag: '"b"' },
    },
    {
      name: 'and ignores If-Range; it has no tag any more',
      headers: { ETag: '"a"' },
      ignores: true,
      later: {},
    },
    {
      name: 'and ignores If-Range; its date is new',
      headers: { 'Last-Modified': OLD },
      ignores: true,
      later: { 'Last-Modified': 'Tue, 02 Jan 2024 00:00:00 GMT' },
    },
    { name: 'and nothing to tell it by', headers: {}, ignores: true, later: {} },
    {
      name: 'and a weak tag that stays the same',
      headers: { ETag: 'W/"a"' },
      ignores: true,
      later: { ETag: 'W/"a"' },
    },
  ])('$name', async ({ headers, ignores, later }) => {
    const changed = content('b');
    const whole = ranged(changed, later);
    await breakThenGoOn(breaking(content('a'), headers), (request, response) => {
      if (!ignores) delete request.headers.range;
      whole(request, response);
    });
    expect(result().equals(changed)).toBe(true);
  });
});

describe('the last 64 KiB of what is there are the same, but not its beginning', () => {
  const now = new Date().toUTCString();
  test.each<{ name: string; headers: Headers; later: Headers }>([
    { name: 'nothing to tell it by', headers: {}, later: {} },
    { name: 'the same weak tag', headers: { ETag: 'W/"a"' }, later: { ETag: 'W/"a"' } },
    {
      name: 'the same date, of just now',
      headers: { 'Last-Modified': now },
      later: { 'Last-Modified': now },
    },
    { name: 'a new weak tag', headers: { ETag: 'W/"a"' }, later: { ETag: 'W/"b"' } },
    { name: 'no weak tag any more', headers: { ETag: 'W/"a"' }, later: {} },
    { name: 'a strong tag that was not there', headers: {}, later: { ETag: '"b"' } },
    {
      name: 'a new date that is not strong',
      headers: { 'Last-Modified': now },
      later: { 'Last-Modified': OLD },
    },
    { name: 'no date any more', headers: { 'Last-Modified': OLD }, later: {} },
    ...NO_VALIDATORS.map((headers) => ({ name: JSON.stringify(headers), headers, later: headers })),
  ])('$name: the file starts over', async ({ headers, later }) => {
    const old = content('a');
    const changed = Buffer.from(old);
    changed.fill(0, 0, 1000);
    const { ranges } = await breakThenGoOn(breaking(old, headers), ranged(changed, later));
    expect(ranges.at(-1)).toBeUndefined();
    expect(result().equals(changed)).toBe(true);
  });
});

describe('several mirrors', () => {
  test('one that breaks off is followed by one that does not', async () => {
    const body = content('b');
    const urls = [
      server.on('/broken', breaking(content('a'), { ETag: '"a"' })),
      server.on('/good', ranged(body, { ETag: '"b"' })),
    ];
    const context = new FakeContext();
    const entry = { ...plainEntry(urls[0] ?? ''), urls, fileName: 'file.bin' };
    await download(
      order({ id: 7, type: 'url', source: urls[0] ?? '', download: { entry, partial: null } }),
      context,
    );
    expect(context.notes.length).toBeGreaterThan(0);
    expect(result().equals(body)).toBe(true);
  });

  test('the one that the half file came from goes on with it', async () => {
    const body = content('a');
    const urls = [
      server.on('/none', (_, response) => response.writeHead(503).end()),
      server.on('/half', breaking(body, { ETag: '"a"' })),
    ];
    const context = new FakeContext();
    const entry = { ...plainEntry(urls[0] ?? ''), urls, fileName: 'file.bin' };
    const first = { id: 7, type: 'url', source: urls[0] ?? '' } as const;
    await expect(
      download(order({ ...first, download: { entry, partial: null } }), context),
    ).rejects.toMatchObject({ retryable: true });
    server.requests.length = 0;
    server.on('/half', ranged(body, { ETag: '"a"' }));
    const partial = stored(context.notes);
    const outcome = await download(
      order({ ...first, attempt: 2, download: { entry, partial } }),
      new FakeContext(),
    );
    expect(server.requests.map(({ path, headers }) => [path, headers.range])).toEqual([
      ['/half', `bytes=${BREAK_AT}-${SIZE - 1}`],
    ]);
    expect(outcome.facts?.kept).toBe(BREAK_AT);
    expect(result().equals(body)).toBe(true);
  });
});

test('the beginning is damaged, nothing tells the content: the file starts over', async () => {
  const old = content('a');
  const changed = Buffer.from(old);
  changed.fill(0, 100_000, 120_000);
  const { outcome } = await breakThenGoOn(breaking(old, {}), ranged(changed, {}), (partial) => {
    const [extent] = partial.extents;
    const halves = [
      { start: 0, end: 100_000, digest: 'damaged' },
      { start: 100_000, end: BREAK_AT, digest: blake3(old.subarray(100_000, BREAK_AT)).toString('hex') },
    ];
    return { ...partial, extents: extent === undefined ? [] : halves };
  });
  expect(outcome.facts?.kept).toBe(0);
  expect(result().equals(changed)).toBe(true);
});

test('without a validator, from a server that gives short parts: they are joined', async () => {
  const body = content('a');
  const { ranges, outcome } = await breakThenGoOn(
    breaking(body, {}),
    ranged(body, {}, ({ start, end }) => {
      const to = Math.min(end, start + 100_000);
      return {
        headers: { 'Content-Range': `bytes ${start}-${to - 1}/${SIZE}` },
        body: body.subarray(start, to),
      };
    }),
  );
  expect(ranges).not.toContain(undefined);
  expect(outcome.facts?.kept).toBe(BREAK_AT);
  expect(result().equals(body)).toBe(true);
});

describe('answers to a range that do not fit', () => {
  const tag = { ETag: '"a"' };
  test.each<{ name: string; lie: Parameters<typeof ranged>[2] }>([
    {
      name: 'another start',
      lie: ({ start, end }) => ({ headers: { 'Content-Range': `bytes ${start - 1}-${end - 1}/${SIZE}` } }),
    },
    {
      name: 'another total',
      lie: ({ start, end }) => ({ headers: { 'Content-Range': `bytes ${start}-${end - 1}/${SIZE + 1}` } }),
    },
    {
      name: 'no total',
      lie: ({ start, end }) => ({ headers: { 'Content-Range': `bytes ${start}-${end - 1}/*` } }),
    },
    { name: 'nonsense', lie: () => ({ headers: { 'Content-Range': 'bytes all' } }) },
    {
      name: 'several parts',
      lie: () => ({ headers: { 'Content-Type': 'multipart/byteranges; boundary=x' } }),
    },
    {
      name: 'a body shorter than its range',
      lie: ({ start, end }) => ({ body: content('a').subarray(start, end - 10) }),
    },
    {
      name: '416',
      lie: () => ({ status: 416, headers: { 'Content-Range': `bytes */${SIZE}` }, body: Buffer.alloc(0) }),
    },
  ])('$name: the file starts over', async ({ lie }) => {
    const body = content('a');
    const { ranges, outcome } = await breakThenGoOn(breaking(body, tag), ranged(body, tag, lie));
    expect(ranges).toHaveLength(2);
    expect(ranges[1]).toBeUndefined();
    expect(outcome.facts?.kept).toBe(0);
    expect(result().equals(body)).toBe(true);
  });

  test('a chunked part without a byte in it: the file starts over', async () => {
    const body = content('a');
    const whole = ranged(body, tag);
    const { ranges } = await breakThenGoOn(breaking(body, tag), (request, response) => {
      if (request.headers.range === undefined) {
        whole(request, response);
        return;
      }
      response.writeHead(206, { 'Content-Range': `bytes ${BREAK_AT}-${SIZE - 1}/${SIZE}`, ...tag }).end();
    });
    expect(ranges).toEqual([`bytes=${BREAK_AT}-${SIZE - 1}`, undefined]);
    expect(result().equals(body)).toBe(true);
  });

  test('a range that ends early is gone on with', async () => {
    const body = content('a');
    const { ranges } = await breakThenGoOn(
      breaking(body, tag),
      ranged(body, tag, ({ start, end }) => {
        const to = Math.min(end, start + 50_000);
        return {
          headers: { 'Content-Range': `bytes ${start}-${to - 1}/${SIZE}` },
          body: body.subarray(start, to),
        };
      }),
    );
    expect(ranges).toEqual([250_000, 300_000, 350_000].map((start) => `bytes=${start}-${SIZE - 1}`));
    expect(result().equals(body)).toBe(true);
  });

  test('a server that changes with every request is given up', async () => {
    let version = 0;
    const url = server.on('/file.bin', breaking(content('a'), tag));
    const context = new FakeContext();
    await expect(download(order({ id: 7, type: 'url', source: url }), context)).rejects.toThrow();
    server.on('/file.bin', (request, response) => {
      version += 1;
      breaking(content(`v${version}`), { ETag: `"v${version}"` })(request, response);
    });
    await expect(
      download(
        order({
          id: 7,
          type: 'url',
          source: url,
          attempt: 2,
          download: { entry: null, partial: stored(context.notes) },
        }),
        new FakeContext(),
      ),
    ).rejects.toMatchObject({ retryable: true });
    expect(existsSync(join(directory, 'file.bin'))).toBe(false);
  });
});
