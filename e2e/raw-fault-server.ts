/**
 * More faults than an HTTP library lets its user make: this server writes every byte of its answers itself, headers
 * and framing included. Content has no period and differs where a fault needs it to, so that neither a shifted part
 * nor two halves of two versions can pass for the file.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Fault, Outcome } from './fault-server';

const SIZE = 600_001;
const HALF = 330_000;
const LARGE = 8 * 1024 * 1024;
/** Slow enough that a client has reason to open further connections. */
const LARGE_PACE = { bytes: 128 * 1024, everyMs: 45 };
/** So that the other side has read what was sent: a reset throws away what it has not. */
const SETTLE_MS = 60;
const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';
const NOW = new Date().toUTCString();

export interface RequestRecord {
  readonly method: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly headers: ReadonlyMap<string, string>;
  readonly atMs: number;
  /** Of the body, as far as the system took them. */
  readonly sentBytes: number;
  readonly closedByClient: boolean;
}

type Version = 'a' | 'b';
type Headers = Readonly<Record<string, string | number>>;

interface Definition {
  readonly name: string;
  readonly about: string;
  readonly outcome: Outcome;
  readonly answer: (visit: Visit) => Promise<void> | void;
  /** What may be there at the end; `['a']` unless said. */
  readonly right?: readonly Version[];
  readonly size?: number;
  /** The second version differs from the first in its first bytes alone. */
  readonly alike?: true;
  /** Ports that reset connections before anything was asked. */
  readonly port?: 'reset-once' | 'reset-always';
}

function contentOf(definition: Definition, version: Version): Buffer {
  const { name, size = SIZE, alike = false } = definition;
  const seed = alike ? 'a' : version;
  const key = createHash('sha256').update(`${name} ${seed}`).digest().subarray(0, 16);
  const bytes = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
  if (alike && version === 'b') for (let at = 0; at < 4096; at++) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
}

/** One request, and the means to answer it. */
class Visit {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Counts the requests of this URL, from 1. */
  readonly number: number;
  /** Answers of this URL that are under way, this one included. */
  readonly concurrent: () => number;
  readonly definition: Definition;
  readonly socket: Socket;
  sentBytes = 0;
  /** The server itself closes the connection. */
  isEnding = false;

  constructor(
    request: {
      readonly method: string;
      readonly path: string;
      readonly headers: ReadonlyMap<string, string>;
    },
    state: {
      readonly number: number;
      readonly concurrent: () => number;
      readonly definition: Definition;
      readonly socket: Socket;
    },
  ) {
    this.method = request.method;
    this.path = request.path;
    this.headers = request.headers;
    this.number = state.number;
    this.concurrent = state.concurrent;
    this.definition = state.definition;
    this.socket = state.socket;
  }

  get a(): Buffer {
    return contentOf(this.definition, 'a');
  }

  get b(): Buffer {
    return contentOf(this.definition, 'b');
  }

  /** What was asked for of a body of `size` bytes, the end exclusive. */
  range(size: number): { readonly start: number; readonly end: number } | null {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/u.exec(this.headers.get('range') ?? '') ?? [];
    if (first === undefined) return null;
    return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
  }

  head(status: number, headers: Headers, version = 'HTTP/1.1'): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.text(`${version} ${status} X\r\n${lines.join('')}\r\n`);
  }

  text(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text, 'latin1');
  }

  /** @returns once the system has taken it all, or the client has gone */
  async send(bytes: Buffer, pace?: { readonly bytes: number; readonly everyMs: number }): Promise<void> {
    const step = pace?.bytes ?? bytes.length;
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += step) {
      const piece = bytes.subarray(at, at + step);
      await new Promise<void>((done) => {
        // Told of the socket's end too.
        this.socket.write(piece, () => {
          done();
        });
      });
      this.sentBytes += piece.length;
      if (pace !== undefined) await delay(pace.everyMs);
    }
  }

  async end(): Promise<void> {
    if (this.socket.destroyed) return;
    this.isEnding = true;
    this.socket.end();
    await once(this.socket, 'close').catch(() => undefined);
  }

  async reset(): Promise<void> {
    await delay(SETTLE_MS);
    this.isEnding = true;
    this.socket.resetAndDestroy();
  }

  /** Says nothing more and keeps the connection open. */
  async stall(): Promise<void> {
    if (!this.socket.destroyed) await once(this.socket, 'close').catch(() => undefined);
  }
}

/** What was asked for, as a good server answers it (RFC 9110 §13.1.5, §14.2). */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

function good(visit: Visit, content: Buffer, headers: Headers = {}): Answer {
  const range = visit.range(content.length);
  const ifRange = visit.headers.get('if-range');
  const tag = headers['ETag'];
  const isSame = tag !== undefined && !String(tag).startsWith('W/') && ifRange === tag;
  const isSameDate = headers['Last-Modified'] !== undefined && ifRange === headers['Last-Modified'];
  if (range === null || (ifRange !== undefined && !isSame && !isSameDate)) {
    return {
      status: 200,
      headers: { 'Content-Length': content.length, 'Accept-Ranges': 'bytes', ...headers },
      body: content,
    };
  }
  if (range.start >= content.length) {
    return {
      status: 416,
      headers: { 'Content-Length': 0, 'Content-Range': `bytes */${content.length}` },
      body: Buffer.alloc(0),
    };
  }
  return part(content, range.start, range.end, headers);
}

function part(content: Buffer, start: number, end: number, headers: Headers = {}): Answer {
  return {
    status: 206,
    headers: {
      'Content-Length': end - start,
      'Content-Range': `bytes ${start}-${end - 1}/${content.length}`,
      ...headers,
    },
    body: content.subarray(start, end),
  };
}

async function give(
  visit: Visit,
  { status, headers, body }: Answer,
  pace?: typeof LARGE_PACE,
): Promise<void> {
  visit.head(status, headers);
  if (visit.method !== 'HEAD') await visit.send(body, pace);
}

async function status(visit: Visit, code: number, headers: Headers = {}): Promise<void> {
  await give(visit, { status: code, headers: { 'Content-Length': 2, ...headers }, body: Buffer.from('no') });
}

const TAG = { ETag: '"a"' };

/** The first answer stops in the middle, in good order as far as TCP goes; `then` answers what follows. */
function broken(headers: Headers, then: (visit: Visit) => Promise<void> | void) {
  return async (visit: Visit): Promise<void> => {
    if (visit.number > 1) {
      await then(visit);
      return;
    }
    const { a } = visit;
    visit.head(200, { 'Content-Length': a.length, 'Accept-Ranges': 'bytes', ...headers });
    await visit.send(a.subarray(0, HALF));
    await delay(SETTLE_MS);
    await visit.end();
  };
}

/** Ranges are lied about; the whole is given honestly. */
function lying(
  lie: (visit: Visit, start: number, end: number) => Promise<void> | void,
  headers: Headers = TAG,
) {
  return broken(headers, async (visit) => {
    const range = visit.range(visit.a.length);
    if (range === null) await give(visit, good(visit, visit.a, headers));
    else await lie(visit, range.start, range.end);
  });
}

/** The first `times` requests go wrong. */
function first(times: number, wrong: (visit: Visit) => Promise<void> | void, headers: Headers = TAG) {
  return async (visit: Visit): Promise<void> => {
    if (visit.number <= times) await wrong(visit);
    else await give(visit, good(visit, visit.a, headers));
  };
}

/** A large file, slowly; requests with a range are answered by `ranged`. */
function large(ranged: (visit: Visit, start: number, end: number) => Promise<void> | void) {
  return async (visit: Visit): Promise<void> => {
    const range = visit.range(LARGE);
    if (range === null) await give(visit, good(visit, visit.a, TAG), LARGE_PACE);
    else await ranged(visit, range.start, range.end);
  };
}

const base64 = (algorithm: string, bytes: Buffer): string =>
  createHash(algorithm).update(bytes).digest('base64');

const DIGESTS: readonly (readonly [name: string, field: (bytes: Buffer) => Headers])[] = [
  ['content-md5', (bytes) => ({ 'Content-MD5': base64('md5', bytes) })],
  ['digest', (bytes) => ({ Digest: `sha-256=${base64('sha256', bytes)}` })],
  ['repr-digest', (bytes) => ({ 'Repr-Digest': `sha-512=:${base64('sha512', bytes)}:` })],
  ['content-digest', (bytes) => ({ 'Content-Digest': `sha-256=:${base64('sha256', bytes)}:` })],
  ['x-goog-hash', (bytes) => ({ 'x-goog-hash': `md5=${base64('md5', bytes)}` })],
];

function withFlippedBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[HALF] = (copy[HALF] ?? 0) ^ 1;
  return copy;
}

const NAMES: readonly (readonly [name: string, header: string])[] = [
  ['dots-at-the-end', 'attachment; filename="report.pdf. . ."'],
  ['only-dots', 'attachment; filename=".."'],
  ['one-dot', 'attachment; filename="."'],
  ['only-spaces', 'attachment; filename="   "'],
  ['backslashes', 'attachment; filename="..\\\\..\\\\x.exe"'],
  ['stream', 'attachment; filename="x.txt::$DATA"'],
  ['device-with-extension', 'attachment; filename="nul.tar.gz"'],
  ['reordering', "attachment; filename*=UTF-8''x%E2%80%AEfdp.exe"],
  ['own-work-folder', 'attachment; filename=".heddle-work-1"'],
  ['long-in-utf-8', `attachment; filename*=UTF-8''${'%E6%97%A5'.repeat(120)}.bin`],
  ['control-character', 'attachment; filename="a\u0001b\u007fc"'],
];

const DEFINITIONS: readonly Definition[] = [
  // Two versions that differ only where nobody looks who goes on from the middle.
  {
    name: 'alike-no-validator',
    about: 'changed at its beginning alone; nothing to tell it by',
    outcome: 'right',
    right: ['b'],
    alike: true,
    answer: broken({}, (visit) => give(visit, good(visit, visit.b))),
  },
  {
    name: 'alike-weak-tag',
    about: 'changed at its beginning alone; another weak entity tag',
    outcome: 'right',
    right: ['b'],
    alike: true,
    answer: broken({ ETag: 'W/"a"' }, (visit) => give(visit, good(visit, visit.b, { ETag: 'W/"b"' }))),
  },
  {
    name: 'alike-same-weak-tag',
    about: 'changed at its beginning alone; the same weak entity tag, If-Range ignored',
    outcome: 'right',
    right: ['b'],
    alike: true,
    answer: broken({ ETag: 'W/"a"' }, async (visit) => {
      const range = visit.range(SIZE);
      const headers = { ETag: 'W/"a"' };
      if (range === null) await give(visit, good(visit, visit.b, headers));
      else await give(visit, part(visit.b, range.start, range.end, headers));
    }),
  },
  {
    name: 'alike-same-second',
    about: 'changed at its beginning alone, within the second that Last-Modified has',
    outcome: 'right',
    right: ['b'],
    alike: true,
    answer: (visit) => {
      const now = new Date().toUTCString();
      // Whoever takes it for a validator gets what he asked for.
      const headers = { Date: now, 'Last-Modified': visit.headers.get('if-range') ?? now };
      return broken(headers, () => give(visit, good(visit, visit.b, headers)))(visit);
    },
  },
  {
    name: 'alike-other-date',
    about: 'changed at its beginning alone; no Date, and another Last-Modified in the 206',
    outcome: 'right',
    right: ['b'],
    alike: true,
    answer: broken({ 'Last-Modified': OLD }, (visit) =>
      give(visit, good(visit, visit.b, { 'Last-Modified': 'Tue, 02 Jan 2024 00:00:00 GMT' })),
    ),
  },
  {
    name: 'alike-date-gone',
    about: 'changed at its beginning alone; If-Range ignored, and no Last-Modified in the 206',
    outcome: 'right',
    right: ['b'],
    alike: true,
    answer: (visit) =>
      broken({ 'Last-Modified': OLD, Date: new Date().toUTCString() }, async () => {
        const range = visit.range(SIZE);
        if (range === null) await give(visit, good(visit, visit.b));
        else await give(visit, part(visit.b, range.start, range.end));
      })(visit),
  },
  // Answers to ranges.
  {
    name: 'range-total-short',
    about: 'Content-Range has a smaller total, and the body ends there',
    outcome: 'right',
    answer: lying((visit, start) =>
      give(visit, {
        ...part(visit.a, start, SIZE - 1000, TAG),
        headers: {
          ...TAG,
          'Content-Length': SIZE - 1000 - start,
          'Content-Range': `bytes ${start}-${SIZE - 1001}/${SIZE - 1000}`,
        },
      }),
    ),
  },
  {
    name: 'range-long',
    about: '206 longer than its range',
    outcome: 'right',
    answer: lying((visit, start, end) => {
      const { headers, body } = part(visit.a, start, end, TAG);
      return give(visit, {
        status: 206,
        headers: { ...headers, 'Content-Length': body.length + 500 },
        body: Buffer.concat([body, Buffer.alloc(500)]),
      });
    }),
  },
  {
    name: 'range-long-chunked',
    about: 'chunked 206 longer than its range',
    outcome: 'right',
    answer: lying(async (visit, start, end) => {
      const range = `bytes ${start}-${end - 1}/${SIZE}`;
      visit.head(206, { ...TAG, 'Transfer-Encoding': 'chunked', 'Content-Range': range });
      const body = Buffer.concat([visit.a.subarray(start, end), Buffer.alloc(500)]);
      visit.text(`${body.length.toString(16)}\r\n`);
      await visit.send(body);
      visit.text('\r\n0\r\n\r\n');
    }),
  },
  {
    name: 'range-empty-chunked',
    about: 'chunked 206 with nothing in it, always',
    outcome: 'either',
    answer: lying((visit, start, end) => {
      const range = `bytes ${start}-${end - 1}/${SIZE}`;
      visit.head(206, { ...TAG, 'Transfer-Encoding': 'chunked', 'Content-Range': range });
      visit.text('0\r\n\r\n');
    }),
  },
  {
    name: 'range-pieces',
    about: '206 of less than was asked for, again and again',
    outcome: 'right',
    answer: lying((visit, start, end) =>
      give(visit, part(visit.a, start, Math.min(end, start + 100_000), TAG)),
    ),
  },
  {
    name: 'range-pieces-no-validator',
    about: '206 of less than was asked for, again and again, and nothing to tell the content by',
    outcome: 'right',
    answer: lying(
      (visit, start, end) => give(visit, part(visit.a, start, Math.min(end, start + 100_000))),
      {},
    ),
  },
  {
    name: 'range-no-total',
    about: 'Content-Range without a total, which is allowed',
    outcome: 'right',
    answer: lying((visit, start, end) => {
      const { headers, ...rest } = part(visit.a, start, end, TAG);
      return give(visit, {
        ...rest,
        headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/*` },
      });
    }),
  },
  {
    name: 'range-unasked-whole',
    about: '206 of the whole, that nobody asked for',
    outcome: 'either',
    answer: (visit) => give(visit, part(visit.a, 0, SIZE, TAG)),
  },
  {
    name: 'range-416-bare',
    about: '416 on resuming, without Content-Range',
    outcome: 'right',
    answer: lying((visit) => status(visit, 416)),
  },
  {
    name: 'range-gzip',
    about: '206 with a Content-Encoding that the 200 did not have',
    outcome: 'either',
    answer: lying((visit, start, end) => {
      const body = gzipSync(visit.a.subarray(start, end));
      return give(visit, {
        status: 206,
        body,
        headers: {
          ...TAG,
          'Content-Encoding': 'gzip',
          'Content-Length': body.length,
          'Content-Range': `bytes ${start}-${end - 1}/${SIZE}`,
        },
      });
    }),
  },
  // Framing.
  {
    name: 'forged-answer',
    about: 'another answer behind the body, for the next request on this connection',
    outcome: 'either',
    answer: async (visit) => {
      visit.head(200, { 'Content-Length': SIZE });
      const forged = `HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`;
      await visit.send(Buffer.concat([visit.a, Buffer.from(forged), Buffer.alloc(SIZE)]));
    },
  },
  {
    name: 'two-lengths',
    about: 'two different Content-Lengths, the smaller one first',
    outcome: 'either',
    answer: async (visit) => {
      visit.text(`HTTP/1.1 200 OK\r\nContent-Length: ${HALF}\r\nContent-Length: ${SIZE}\r\n\r\n`);
      await visit.send(visit.a);
      await visit.end();
    },
  },
  {
    name: 'length-and-chunked',
    about: 'Content-Length, smaller than the body, beside Transfer-Encoding: chunked',
    outcome: 'either',
    answer: async (visit) => {
      visit.head(200, { 'Content-Length': HALF, 'Transfer-Encoding': 'chunked' });
      visit.text(`${SIZE.toString(16)}\r\n`);
      await visit.send(visit.a);
      visit.text('\r\n0\r\n\r\n');
      await visit.end();
    },
  },
  {
    name: 'chunked-cut-once',
    about: 'chunked body without its end, once',
    outcome: 'right',
    answer: first(1, async (visit) => {
      visit.head(200, { ...TAG, 'Transfer-Encoding': 'chunked' });
      visit.text(`${HALF.toString(16)}\r\n`);
      await visit.send(visit.a.subarray(0, HALF));
      visit.text('\r\n');
      await visit.end();
    }),
  },
  {
    name: 'chunked-no-last-chunk',
    about: 'chunked body with all its bytes and no last chunk, always',
    outcome: 'either',
    answer: async (visit) => {
      visit.head(200, { 'Transfer-Encoding': 'chunked' });
      visit.text(`${SIZE.toString(16)}\r\n`);
      await visit.send(visit.a);
      visit.text('\r\n');
      await visit.end();
    },
  },
  {
    name: 'chunked-huge',
    about: 'a chunk size that no number holds',
    outcome: 'failed',
    answer: async (visit) => {
      visit.head(200, { 'Transfer-Encoding': 'chunked' });
      visit.text('ffffffffffffffffff1\r\n');
      await visit.send(visit.a.subarray(0, HALF));
      await visit.end();
    },
  },
  {
    name: 'reset-after-the-end',
    about: 'all bytes of a body without length, then a reset, once',
    outcome: 'right',
    answer: first(1, async (visit) => {
      visit.head(200, { Connection: 'close' });
      await visit.send(visit.a);
      await visit.reset();
    }),
  },
  {
    name: 'http-1.0-until-close',
    about: 'HTTP/1.0 without a length, ends well',
    outcome: 'right',
    answer: async (visit) => {
      visit.head(200, {}, 'HTTP/1.0');
      await visit.send(visit.a);
      await visit.end();
    },
  },
  {
    name: 'http-1.0-reset',
    about: 'HTTP/1.0 without a length, reset in the middle, always',
    outcome: 'failed',
    answer: async (visit) => {
      visit.head(200, {}, 'HTTP/1.0');
      await visit.send(visit.a.subarray(0, HALF));
      await visit.reset();
    },
  },
  {
    name: 'not-http',
    about: 'no HTTP at all',
    outcome: 'failed',
    answer: async (visit) => {
      visit.text('220 welcome\r\n');
      await visit.end();
    },
  },
  {
    name: 'early-hints',
    about: '103 before the answer',
    outcome: 'right',
    answer: async (visit) => {
      visit.text('HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n');
      await give(visit, good(visit, visit.a, TAG));
    },
  },
  {
    name: 'huge-headers',
    about: '300 KB of headers',
    outcome: 'either',
    answer: (visit) => give(visit, good(visit, visit.a, { 'X-Long': 'x'.repeat(300_000) })),
  },
  {
    name: '205',
    about: '205: nothing to send',
    outcome: 'failed',
    answer: (visit) => {
      visit.head(205, { 'Content-Length': 0 });
    },
  },
  // Time.
  {
    name: 'stalled-always',
    about: 'stops in the middle, always',
    outcome: 'failed',
    answer: async (visit) => {
      visit.head(200, { 'Content-Length': SIZE });
      await visit.send(visit.a.subarray(0, HALF));
      await visit.stall();
    },
  },
  {
    name: 'no-answer-once',
    about: 'takes the request and says nothing, once',
    outcome: 'right',
    answer: first(1, (visit) => visit.stall()),
  },
  {
    name: 'headers-never-end',
    about: 'stops in the middle of its headers, once',
    outcome: 'right',
    answer: first(1, async (visit) => {
      visit.text('HTTP/1.1 200 OK\r\nContent-Length: 6');
      await visit.stall();
    }),
  },
  {
    name: 'drip',
    about: 'a piece every 300 ms',
    outcome: 'right',
    size: 3000,
    answer: (visit) => give(visit, good(visit, visit.a, TAG), { bytes: 500, everyMs: 300 }),
  },
  {
    name: 'expires',
    about: 'breaks off; the address has expired by then',
    outcome: 'failed',
    answer: broken(TAG, async (visit) => {
      await status(visit, 403);
    }),
  },
  // Connections.
  {
    name: 'reset-on-accept-once',
    about: 'the first two connections are reset before anything was asked',
    outcome: 'right',
    port: 'reset-once',
    answer: (visit) => give(visit, good(visit, visit.a, TAG)),
  },
  {
    name: 'reset-on-accept-always',
    about: 'every connection is reset before anything was asked',
    outcome: 'failed',
    port: 'reset-always',
    answer: () => undefined,
  },
  // Elsewhere.
  {
    name: 'redirect-file',
    about: 'redirects to file://',
    outcome: 'failed',
    answer: (visit) => status(visit, 302, { Location: 'file:///etc/hostname' }),
  },
  {
    name: 'redirect-nowhere',
    about: 'redirects without Location',
    outcome: 'failed',
    answer: (visit) => status(visit, 302),
  },
  {
    name: 'redirect-mirrors',
    about: 'breaks off; then redirects to a mirror with another version',
    outcome: 'right',
    right: ['b'],
    answer: broken(TAG, async (visit) => {
      if (visit.path.endsWith('/mirror')) await give(visit, good(visit, visit.b, { ETag: '"b"' }));
      else await status(visit, 302, { Location: `${visit.path}/mirror` });
    }),
  },
  // Digests that are right, of bodies that are or are not.
  ...DIGESTS.flatMap(([name, field]): Definition[] => [
    {
      name: `${name}-flipped-bit`,
      about: `${name} of the file; one bit of the body is wrong, always`,
      outcome: 'failed',
      answer: (visit) => give(visit, good(visit, withFlippedBit(visit.a), { ...TAG, ...field(visit.a) })),
    },
    {
      name: `${name}-fits`,
      about: `${name} that fits`,
      outcome: 'right',
      answer: (visit) => give(visit, good(visit, visit.a, { ...TAG, ...field(visit.a) })),
    },
  ]),
  {
    name: 'content-digest-resumed',
    about: 'Content-Digest of each message, over two attempts',
    outcome: 'right',
    answer: (visit) => {
      const { a } = visit;
      const digest = (bytes: Buffer) => ({
        'Content-Digest': `sha-256=:${base64('sha256', bytes)}:`,
        'Content-MD5': base64('md5', bytes),
      });
      return broken({ ...TAG, ...digest(a) }, async () => {
        const answer = good(visit, a, TAG);
        await give(visit, { ...answer, headers: { ...answer.headers, ...digest(answer.body) } });
      })(visit);
    },
  },
  // Names.
  ...NAMES.map(([name, header]): Definition => ({
    name: `name-${name}`,
    about: `Content-Disposition: ${JSON.stringify(header.slice(0, 60))}`,
    // RFC 9110 §5.5: such a header may be refused.
    outcome: name === 'control-character' ? 'either' : 'right',
    answer: (visit) => give(visit, good(visit, visit.a, { 'Content-Disposition': header })),
  })),
  // Several connections for one file.
  {
    name: 'segments-good',
    about: 'a large file from a slow server',
    outcome: 'right',
    size: LARGE,
    answer: large((visit, start, end) => give(visit, part(visit.a, start, end, TAG), LARGE_PACE)),
  },
  {
    name: 'segments-changed',
    about: 'the file changes between two requests that run side by side',
    outcome: 'right',
    right: ['a', 'b'],
    size: LARGE,
    answer: async (visit) => {
      const isFirst = visit.number === 1;
      const content = isFirst ? visit.a : visit.b;
      await give(visit, good(visit, content, { ETag: isFirst ? '"a"' : '"b"' }), LARGE_PACE);
    },
  },
  {
    name: 'segments-changed-and-broken',
    about:
      'the file changes between two requests that run side by side; If-Range is ignored and the first breaks off',
    outcome: 'right',
    right: ['b'],
    size: LARGE,
    answer: async (visit) => {
      const range = visit.range(LARGE);
      if (visit.number === 1) {
        visit.head(200, { 'Content-Length': LARGE, 'Accept-Ranges': 'bytes', ...TAG });
        await visit.send(visit.a.subarray(0, LARGE / 2), LARGE_PACE);
        await visit.end();
      } else if (range === null) await give(visit, good(visit, visit.b, { ETag: '"b"' }));
      else await give(visit, part(visit.b, range.start, range.end, { ETag: '"b"' }), LARGE_PACE);
    },
  },
  {
    name: 'segments-other-bytes',
    about: 'one range has the bytes of another under a right-looking header; its entity tag differs',
    outcome: 'right',
    size: LARGE,
    answer: large((visit, start, end) => {
      const answer = part(visit.a, start, end, TAG);
      if (visit.number !== 2) return give(visit, answer, LARGE_PACE);
      const headers = { ...answer.headers, ETag: '"other"' };
      return give(visit, { ...answer, headers, body: visit.a.subarray(0, end - start) }, LARGE_PACE);
    }),
  },
  {
    name: 'segments-range-ignored',
    about: 'a large file; every range is answered with the whole, after Accept-Ranges',
    outcome: 'right',
    size: LARGE,
    answer: large((visit) => {
      const headers = { 'Content-Length': LARGE, ...TAG };
      return give(visit, { status: 200, headers, body: visit.a }, LARGE_PACE);
    }),
  },
  {
    name: 'segments-cut',
    about: 'each range breaks off after 300 KB, in turn by end and by reset',
    outcome: 'either',
    size: LARGE,
    answer: large(async (visit, start, end) => {
      const { status: code, headers, body } = part(visit.a, start, end, TAG);
      visit.head(code, headers);
      await visit.send(body.subarray(0, 300_000), LARGE_PACE);
      if (body.length <= 300_000) return;
      if (visit.number % 2 === 0) await visit.end();
      else await visit.reset();
    }),
  },
  {
    name: 'segments-one-cut',
    about: 'the first range breaks off after 300 KB',
    outcome: 'right',
    size: LARGE,
    answer: large(async (visit, start, end) => {
      const { status: code, headers, body } = part(visit.a, start, end, TAG);
      visit.head(code, headers);
      await visit.send(visit.number === 2 ? body.subarray(0, 300_000) : body, LARGE_PACE);
      if (visit.number === 2) await visit.reset();
    }),
  },
  {
    name: 'connections-503',
    about: 'a second connection for the file gets 503',
    outcome: 'right',
    size: LARGE,
    answer: async (visit) => {
      if (visit.concurrent() > 1) await status(visit, 503);
      else await give(visit, good(visit, visit.a, TAG), LARGE_PACE);
    },
  },
  {
    name: 'connections-reset',
    about: 'a second connection for the file is reset',
    outcome: 'right',
    size: LARGE,
    answer: async (visit) => {
      if (visit.concurrent() > 1) await visit.reset();
      else await give(visit, good(visit, visit.a, TAG), LARGE_PACE);
    },
  },
];

/** What the server says of the version before the client was killed, and of the one after. */
const HELD_VERSIONS: readonly (readonly [name: string, before: Headers, after: Headers, alike: boolean])[] = [
  ['strong-tag', { ETag: '"a"' }, { ETag: '"b"' }, true],
  ['weak-tag', { ETag: 'W/"a"' }, { ETag: 'W/"b"' }, true],
  ['date', { 'Last-Modified': OLD, Date: NOW }, { 'Last-Modified': NOW, Date: NOW }, true],
  ['no-validator', {}, {}, false],
  ['no-validator-alike', {}, {}, true],
];

/** For runs that are killed in the middle: the first answer stops there until the client has gone. */
const HELD: readonly Definition[] = [
  {
    name: 'held-unchanged',
    about: 'unchanged while the client was dead; strong entity tag',
    outcome: 'right',
    answer: held(TAG, (visit) => give(visit, good(visit, visit.a, TAG))),
  },
  ...HELD_VERSIONS.map(([name, before, after, alike]): Definition => ({
    name: `held-${name}`,
    about: `changed while the client was dead; ${name.replaceAll('-', ' ')}`,
    outcome: 'right',
    right: ['b'],
    ...(alike ? { alike: true } : {}),
    answer: held(before, (visit) => give(visit, good(visit, visit.b, after))),
  })),
];

function held(headers: Headers, then: (visit: Visit) => Promise<void>) {
  return async (visit: Visit): Promise<void> => {
    if (visit.number > 1) {
      await then(visit);
      return;
    }
    visit.head(200, { 'Content-Length': SIZE, 'Accept-Ranges': 'bytes', ...headers });
    // Slowly: of what comes in a moment nobody keeps a record.
    await visit.send(visit.a.subarray(0, HALF), { bytes: 16 * 1024, everyMs: 40 });
    await visit.stall();
  };
}

export interface RawFaultServer {
  readonly faults: readonly Fault[];
  readonly held: readonly Fault[];
  /** What came to a fault's URL, in order. */
  requests(url: string): readonly RequestRecord[];
  close(): Promise<void>;
}

export async function startRawFaultServer(): Promise<RawFaultServer> {
  const definitions = new Map([...DEFINITIONS, ...HELD].map((each) => [each.name, each]));
  const records = new Map<string, RequestRecord[]>();
  const running = new Map<string, number>();
  const sockets = new Set<Socket>();

  async function answer(socket: Socket, head: string): Promise<void> {
    const [requestLine = '', ...lines] = head.split('\r\n');
    const [method = '', path = ''] = requestLine.split(' ');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const name = path.split('/')[1]?.replace(/\.bin$/u, '') ?? '';
    const definition = definitions.get(name);
    const seen = records.get(name) ?? [];
    records.set(name, seen);
    const number = seen.filter((each) => each.method !== 'HEAD').length + 1;
    const count = () => running.get(name) ?? 0;
    running.set(name, count() + 1);
    const visit = new Visit(
      { method, path, headers },
      {
        number,
        concurrent: count,
        definition: definition ?? { name, about: '', outcome: 'failed', answer: () => undefined },
        socket,
      },
    );
    let closedByClient = false;
    const closed = (): void => {
      closedByClient = !visit.isEnding;
    };
    socket.once('close', closed);
    seen.push({
      method,
      range: headers.get('range') ?? null,
      ifRange: headers.get('if-range') ?? null,
      headers,
      atMs: performance.now(),
      get sentBytes() {
        return visit.sentBytes;
      },
      get closedByClient() {
        return closedByClient;
      },
    });
    try {
      if (definition === undefined) await status(visit, 404);
      // None of them can be asked for its headers alone.
      else if (method === 'HEAD') visit.head(405, { 'Content-Length': 0 });
      else await definition.answer(visit);
    } finally {
      running.set(name, count() - 1);
      socket.off('close', closed);
    }
  }

  async function serve(socket: Socket): Promise<void> {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let text = '';
    let busy = false;
    const next = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      for (let at = text.indexOf('\r\n\r\n'); at >= 0 && !socket.destroyed; at = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, at);
        text = text.slice(at + 4);
        await answer(socket, head);
      }
      busy = false;
    };
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      void next();
    });
    await once(socket, 'close').catch(() => undefined);
  }

  let accepted = 0;
  const reset = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
  };
  const servers: Record<'main' | 'reset-once' | 'reset-always', Server> = {
    main: createServer((socket) => void serve(socket)),
    'reset-once': createServer((socket) => {
      accepted += 1;
      if (accepted <= 2) reset(socket);
      else void serve(socket);
    }),
    'reset-always': createServer(reset),
  };
  const origins = new Map<string, string>();
  for (const [name, server] of Object.entries(servers)) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origins.set(name, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  const faultOf = (definition: Definition): Fault => {
    const { name, about, outcome, port = 'main', right = ['a'] } = definition;
    return {
      name,
      about,
      outcome,
      url: `${origins.get(port) ?? ''}/${name}.bin`,
      isRight: (bytes) => right.some((version) => bytes.equals(contentOf(definition, version))),
    };
  };
  return {
    faults: DEFINITIONS.map(faultOf),
    held: HELD.map(faultOf),
    requests: (url) => records.get(new URL(url).pathname.slice(1).replace(/\.bin$/u, '')) ?? [],
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const server of Object.values(servers)) {
        server.close();
        await once(server, 'close');
      }
    },
  };
}
