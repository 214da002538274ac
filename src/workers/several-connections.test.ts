/** Large files over several connections, from servers that limit, refuse, stall, break off and change their minds. */
import { createCipheriv, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PartialNote, PartialState } from '../common/model/download';
import { FREE_PLACES, type Places } from '../common/threads/places';
import { loadHasher } from '../files/hashers';
import { Growth, type Line, type Look } from './connection-growth';
import type { HttpClient } from './http/client';
import { openTestClient } from './http/test-client';
import { PartialFile } from './partial-file';
import { FakeContext } from './test-context';
import { TestServer } from './test-server';
import { Transfer } from './transfer';
import type { Transferred } from './transfer-options';

const KIB = 1024;
const MIB = 1024 * 1024;
/** Bytes per millisecond of each answer, and when all that was to come has been asked for. */
const PACE = 256;
const HURRY = 32 * 1024;
const STEP_MS = 5;
const TAG = '"one"';

/** No part of it is like another. */
function content(version: string, bytes: number): Buffer {
  const key = createHash('sha256').update(version).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

interface Visit {
  /** From 1. */
  readonly number: number;
  /** Requests that are being answered, this one among them. */
  readonly open: number;
  readonly range: { readonly start: number; readonly end: number } | null;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** As it should be, slowly; only up to `until` bytes of the answer. */
  readonly serve: (options?: { until?: number; tag?: string; body?: Buffer }) => Promise<void>;
}

let folder: string;
let server: TestServer;
let client: HttpClient;
let file: PartialFile;
/** Of the server: most requests at once, and ranges that were asked for. */
let most: number;
let asked: (string | null)[];
/** What happens is seen: the rest may come fast. */
let hurries: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-several-'));
  server = await TestServer.start();
  client = await openTestClient({ stallMs: 20_000 });
  file = partialFile();
  most = 0;
  asked = [];
  hurries = false;
});

afterEach(async () => {
  file.close();
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function partialFile(): PartialFile {
  return new PartialFile({
    path: join(folder, 'partial'),
    workDirectory: folder,
    subject: '/target',
    exclusive: false,
    durable: false,
  });
}

/**
 * A server that limits the speed of each answer, and does with each request what it is told.
 * @param enough after so many requests it limits them no more
 */
function slowServer(bytes: number, enough: number, answer: (visit: Visit) => Promise<void> | void): string {
  const body = content('one', bytes);
  let open = 0;
  let number = 0;
  return server.on('/file', (request: IncomingMessage, response: ServerResponse) => {
    const found = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '');
    const range = found === null ? null : { start: Number(found[1]), end: Number(found[2]) + 1 };
    asked.push(request.headers.range ?? null);
    open += 1;
    number += 1;
    most = Math.max(most, open);
    hurries ||= number >= enough;
    response.on('close', () => (open -= 1));
    const serve: Visit['serve'] = async ({ until = Infinity, tag = TAG, body: other = body } = {}) => {
      const { start, end } = range ?? { start: 0, end: bytes };
      response.writeHead(range === null ? 200 : 206, {
        ETag: tag,
        'Content-Length': end - start,
        ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${bytes}` }),
      });
      const last = Math.min(end, start + until);
      for (let at = start; at < last && !response.destroyed;) {
        await pause(STEP_MS);
        const to = Math.min(last, at + STEP_MS * (hurries ? HURRY : PACE));
        response.write(other.subarray(at, to));
        at = to;
      }
      if (until === Infinity) response.end();
    };
    void answer({ number, open, range, response, body, serve });
  });
}

/** Twice as many once each has brought something, whatever that is and however long it takes. */
class Doubling extends Growth {
  #isFixed = false;
  #youngest: readonly Line[] = [];

  override look({ most }: Look): number {
    const haveCome = this.#youngest.every(({ sinceMs }) => sinceMs !== null);
    return this.#isFixed || !haveCome ? 0 : Math.min(most, 2 * this.target) - this.target;
  }

  override opened(lines: readonly Line[], now: number): void {
    if (lines.length > 0) this.#youngest = lines;
    super.opened(lines, now);
  }

  // The server is on this thread, too.
  override isThreadBusy(): boolean {
    return false;
  }

  override fix(connections: number): void {
    this.#isFixed = true;
    super.fix(connections);
  }
}

interface Options {
  readonly segments?: number;
  readonly places?: Places;
  readonly earlier?: PartialState | null;
}

async function fetchFile(url: string, options: Options = {}): Promise<Transferred | null> {
  const transfer = new Transfer({
    client,
    file,
    request: { url: new URL(url), method: 'GET', headers: {}, login: null, conditions: {}, body: null },
    earlier: options.earlier ?? null,
    context: new FakeContext({ exclusive: false }),
    note: (note) => notes.push(note),
    hasher: () => loadHasher('sha256'),
    segments: options.segments ?? 16,
    places: options.places ?? FREE_PLACES,
    growth: (first) => new Doubling(first),
    maxBytes: null,
    accept: () => true,
    throttle: () => 0,
  });
  const done = await transfer.run();
  await file.finish(done?.bytes ?? 0);
  return done;
}

let notes: PartialNote[] = [];
beforeEach(() => {
  notes = [];
});

function written(): Buffer {
  return readFileSync(join(folder, 'partial'));
}

test('a server that limits each connection is asked over 16, and every byte is where it belongs', async () => {
  const url = slowServer(4 * MIB, 16, ({ serve }) => serve());
  expect(await fetchFile(url)).toMatchObject({ bytes: 4 * MIB, status: 200 });
  expect(written().equals(content('one', 4 * MIB))).toBe(true);
  expect(most).toBe(16);
});

test('and over no more than were asked for', async () => {
  const url = slowServer(2 * MIB, 3, ({ serve }) => serve());
  await fetchFile(url, { segments: 3 });
  expect(written().equals(content('one', 2 * MIB))).toBe(true);
  expect(most).toBe(3);
});

const REFUSALS: Record<string, (visit: Visit) => void> = {
  503: ({ response }) => {
    response.writeHead(503).end();
  },
  429: ({ response }) => {
    response.writeHead(429, { 'Retry-After': '60' }).end();
  },
  reset: ({ response }) => {
    response.socket?.resetAndDestroy();
  },
};

test.each(['503', '429', 'reset'] as const)(
  'a server that lets a file have 4 connections, and answers others with %s: the file has 4, and that is told',
  async (how) => {
    const refused: number[] = [];
    const url = slowServer(4 * MIB, Infinity, (visit) => {
      if (visit.open > 4) REFUSALS[how]?.(visit);
      else return visit.serve();
    });
    const places: Places = {
      ...FREE_PLACES,
      refused: (connections) => {
        refused.push(connections);
        hurries = true;
      },
    };
    expect(await fetchFile(url, { places })).toMatchObject({ bytes: 4 * MIB });
    expect(written().equals(content('one', 4 * MIB))).toBe(true);
    // Up to eight were tried, and none after that.
    expect(most).toBeLessThanOrEqual(8);
    expect(refused.length).toBeGreaterThan(0);
    expect(Math.min(...refused)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...refused)).toBeLessThanOrEqual(4);
  },
);

const AGAIN: readonly (readonly [what: string, answer: (visit: Visit) => void])[] = [
  ['403', ({ response }) => response.writeHead(403).end()],
  ['404', ({ response }) => response.writeHead(404).end('gone')],
  ['a page', ({ response }) => response.writeHead(200).end('<html>expired</html>')],
];

test.each(AGAIN)('an address that works once, and answers with %s then, loses nothing', async (_, again) => {
  const url = slowServer(3 * MIB, 2, (visit) => {
    if (visit.number === 1) return visit.serve();
    again(visit);
  });
  const done = await fetchFile(url);
  expect(done).toMatchObject({ bytes: 3 * MIB });
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
  // It was tried once.
  expect(asked).toHaveLength(2);
});

test('a server without ranges sends the whole over one connection', async () => {
  const url = slowServer(3 * MIB, 2, ({ response, body, number, serve }) => {
    if (number === 1) return serve();
    response.writeHead(200, { ETag: TAG, 'Content-Length': body.length }).end(body);
  });
  await fetchFile(url);
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
  expect(asked).toHaveLength(2);
});

/** Chunks, whatever Content-Range promises. */
const LIES: Record<string, (visit: Visit) => void> = {
  nothing: ({ response }) => {
    response.end();
  },
  'bytes without an end': ({ response, range, body }) => {
    response.write(body.subarray(range?.start, range?.end));
    const timer = setInterval(() => response.write('more'), STEP_MS);
    response.once('close', () => {
      clearInterval(timer);
    });
  },
};

test.each(['nothing', 'bytes without an end'])(
  'where parts bring %s, the first connection brings the file',
  async (lie) => {
    const url = slowServer(3 * MIB, 2, (visit) => {
      const { number, range, response } = visit;
      if (number === 1 || range === null) return visit.serve();
      const { start, end } = range;
      response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes ${start}-${end - 1}/${3 * MIB}` });
      LIES[lie]?.(visit);
    });
    expect(await fetchFile(url)).toMatchObject({ bytes: 3 * MIB });
    expect(written().equals(content('one', 3 * MIB))).toBe(true);
    expect(asked.length).toBeLessThanOrEqual(17);
  },
);

test('the rest of a broken file with more behind it than was promised is not read for ever', async () => {
  const url = slowServer(3 * MIB, 2, (visit) => {
    const { number, range, response } = visit;
    if (range === null) {
      return visit.serve(number === 1 ? { until: 64 * KIB } : {}).then(() => {
        if (number === 1) response.socket?.destroy();
      });
    }
    const { start, end } = range;
    response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes ${start}-${end - 1}/${3 * MIB}` });
    LIES['bytes without an end']?.(visit);
  });
  const done = fetchFile(url, { segments: 1 });
  await expect(done).rejects.toMatchObject({ retryable: true });
  await file.keep();
  file = partialFile();
  expect(await fetchFile(url, { segments: 1, earlier: stored() })).toMatchObject({ bytes: 3 * MIB });
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
});

test('one without a strong tag is asked once', async () => {
  const url = slowServer(2 * MIB, 1, ({ serve }) => serve({ tag: 'W/"weak"' }));
  await fetchFile(url);
  expect(written().equals(content('one', 2 * MIB))).toBe(true);
  expect(asked).toEqual([null]);
});

test('content that changes between two parts is never mixed', async () => {
  const other = content('two', 3 * MIB);
  const url = slowServer(3 * MIB, 2, ({ number, serve }) =>
    number === 1 ? serve() : serve({ tag: '"two"', body: other }),
  );
  await fetchFile(url);
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
});

test('content that changes while it comes, and whose first connection breaks off, is fetched anew', async () => {
  const other = content('two', 3 * MIB);
  const url = slowServer(3 * MIB, 2, async ({ number, serve, response }) => {
    if (number > 1) {
      await serve({ tag: '"two"', body: other });
      return;
    }
    await serve({ until: MIB });
    response.destroy();
  });
  await expect(fetchFile(url)).rejects.toMatchObject({ retryable: true });
  file.close();
  file = partialFile();
  // The next attempt goes on with what it has, and finds that the content is another one.
  expect(notes.length).toBeGreaterThan(0);
  await fetchFile(url, { earlier: stored() });
  expect(written().equals(other)).toBe(true);
});

test('where the first connection breaks off, the others bring what it had to', async () => {
  const url = slowServer(6 * MIB, 8, async ({ number, serve, response }) => {
    if (number > 1) {
      await serve();
      return;
    }
    await serve({ until: MIB });
    response.destroy();
  });
  expect(await fetchFile(url)).toMatchObject({ bytes: 6 * MIB });
  expect(written().equals(content('one', 6 * MIB))).toBe(true);
});

test('further connections break off after some bytes: all is there in the end', async () => {
  const url = slowServer(4 * MIB, 8, async ({ number, serve, response }) => {
    const breaks = number > 1 && number < 6;
    await serve(breaks ? { until: 200 * KIB } : {});
    if (breaks) response.destroy();
  });
  expect(await fetchFile(url)).toMatchObject({ bytes: 4 * MIB });
  expect(written().equals(content('one', 4 * MIB))).toBe(true);
});

test('parts that stall are asked for once more, that of the first connection too', async () => {
  const url = slowServer(2 * MIB, 4, ({ number, serve }) =>
    serve(number === 1 || number === 3 ? { until: 60 * KIB } : {}),
  );
  expect(await fetchFile(url)).toMatchObject({ bytes: 2 * MIB });
  expect(written().equals(content('one', 2 * MIB))).toBe(true);
});

test('places that others need are given back, and what was to come there comes all the same', async () => {
  let taken = 0;
  let mostTaken = 0;
  let wanted = 0;
  const places: Places = {
    take: () => {
      if (wanted > 0) return false;
      taken += 1;
      mostTaken = Math.max(mostTaken, taken);
      if (taken === 7) {
        wanted = Infinity;
        setTimeout(() => (hurries = true), 100);
      }
      return true;
    },
    give: () => (taken -= 1),
    wanted: () => Math.min(taken, wanted),
    refused: () => undefined,
  };
  const url = slowServer(4 * MIB, Infinity, ({ serve }) => serve());
  await fetchFile(url, { places });
  expect(written().equals(content('one', 4 * MIB))).toBe(true);
  expect(mostTaken).toBe(7);
  expect(taken).toBe(0);
});

/** What the database would give back. */
function stored(): PartialState | null {
  let state: PartialState | null = null;
  for (const note of notes) {
    const before: PartialState['extents'] = note.reset ? [] : (state?.extents ?? []);
    state = { ...note, extents: [...before, ...note.extents] };
  }
  return state;
}

test('a file that was stopped in many parts keeps them, and the rest comes over several connections', async () => {
  const bytes = 8 * MIB;
  const url = slowServer(bytes, 16, ({ serve }) => serve());
  const context = new FakeContext({ exclusive: false });
  context.onProgress = (done) => {
    if (done > 5 * MIB) context.cancel();
  };
  const transfer = new Transfer({
    client,
    file,
    request: { url: new URL(url), method: 'GET', headers: {}, login: null, conditions: {}, body: null },
    earlier: null,
    context,
    note: (note) => notes.push(note),
    hasher: () => loadHasher('sha256'),
    segments: 16,
    places: FREE_PLACES,
    growth: (first) => new Doubling(first),
    maxBytes: null,
    accept: () => true,
    throttle: () => 0,
  });
  await expect(transfer.run()).rejects.toThrow();
  await file.keep();
  const earlier = stored();
  const kept = earlier?.extents.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0;
  expect(kept).toBeGreaterThan(4 * MIB);
  const before = asked.length;
  most = 0;
  file = partialFile();
  const done = await fetchFile(url, { earlier });
  expect(done).toMatchObject({ bytes, kept });
  expect(written().equals(content('one', bytes))).toBe(true);
  expect(asked.slice(before)).not.toContain(null);
  expect(most).toBeGreaterThan(1);
});
