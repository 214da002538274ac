/**
 * A server that does everything wrong that a server, or the way to it, can do. Each fault has a path of its own and
 * says what may come of it: never a wrong file under its final name.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const SIZE = 300_000;
const HALF = 160_000;
const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';
const NEWER = 'Tue, 02 Jan 2024 00:00:00 GMT';

/** `right`: must end with the server's content; `failed`: must end in a failure; `either`: one of the two. */
export type Outcome = 'right' | 'failed' | 'either';

export interface Fault {
  readonly name: string;
  readonly about: string;
  readonly outcome: Outcome;
  readonly url: string;
  readonly isRight: (bytes: Buffer) => boolean;
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Counts the requests of this path, from 1. */
  readonly visit: number;
  readonly range: { readonly start: number; readonly end: number } | null;
}

interface Definition {
  readonly name: string;
  readonly about: string;
  readonly outcome: Outcome;
  readonly answer: (visit: Visit) => void;
  /** Which version of the content is the right one at the end. */
  readonly version?: string;
  readonly size?: number;
}

type Headers = Readonly<Record<string, string | number>>;

/** The same at every run; no part of it is like another, so that a part at the wrong place is seen. */
export function contentOf(version: string, size = SIZE): Buffer {
  const key = createHash('sha256').update(version).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

const A = contentOf('a');
const B = contentOf('b');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('base64');

function whole({ response }: Visit, body: Buffer, headers: Headers = {}, status = 200): void {
  response.writeHead(status, { 'Content-Length': body.length, ...headers }).end(body);
}

/** Half of the body, then the connection is gone. */
function breakOff({ response }: Visit, body: Buffer, headers: Headers): void {
  response.writeHead(200, { 'Content-Length': body.length, 'Accept-Ranges': 'bytes', ...headers });
  response.write(body.subarray(0, HALF), () => setTimeout(() => response.destroy(), 40));
}

/** What was asked for, as it should be. */
function honest(visit: Visit, body: Buffer, headers: Headers = {}): void {
  const { range, response } = visit;
  if (range === null) {
    whole(visit, body, headers);
    return;
  }
  const part = body.subarray(range.start, range.end);
  response
    .writeHead(206, {
      'Content-Length': part.length,
      'Content-Range': `bytes ${range.start}-${range.end - 1}/${body.length}`,
      ...headers,
    })
    .end(part);
}

/** Breaks off at first; `then` answers what follows. */
function brokenFirst(body: Buffer, headers: Headers, then: (visit: Visit) => void) {
  return (visit: Visit): void => {
    if (visit.visit === 1) breakOff(visit, body, headers);
    else then(visit);
  };
}

/** These very bytes on the socket. */
function raw({ request }: Visit, text: string | Buffer, then: 'end' | 'reset' | 'hang' = 'end'): void {
  const { socket } = request;
  socket.write(text, () => {
    if (then === 'end') socket.end();
    else if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 40);
  });
}

function healing(status: number, headers: Headers = {}) {
  return (visit: Visit): void => {
    if (visit.visit === 1) whole(visit, Buffer.from('later'), headers, status);
    else honest(visit, A);
  };
}

const tag = { ETag: '"a"', 'Accept-Ranges': 'bytes' };

/** Answers a range with a lie about it. */
function lyingRange(lie: (visit: Visit, start: number, end: number) => void) {
  return brokenFirst(A, tag, (visit) => {
    if (visit.range === null) honest(visit, A, tag);
    else lie(visit, visit.range.start, visit.range.end);
  });
}

function partial({ response }: Visit, body: Buffer, headers: Headers): void {
  response.writeHead(206, { 'Content-Length': body.length, ...tag, ...headers }).end(body);
}

const DEFINITIONS: readonly Definition[] = [
  // The file changes between two attempts, with the same size.
  {
    name: 'changed-strong-tag',
    about: 'changed between two attempts; strong entity tag',
    outcome: 'right',
    version: 'b',
    answer: brokenFirst(A, { ETag: '"a"' }, (visit) => {
      if (visit.request.headers['if-range'] === '"b"') honest(visit, B, { ETag: '"b"' });
      else whole(visit, B, { ETag: '"b"' });
    }),
  },
  {
    name: 'changed-weak-tag',
    about: 'changed; weak entity tag',
    outcome: 'right',
    version: 'b',
    answer: brokenFirst(A, { ETag: 'W/"a"' }, (visit) => {
      honest(visit, B, { ETag: 'W/"b"' });
    }),
  },
  {
    name: 'changed-date',
    about: 'changed; Last-Modified alone',
    outcome: 'right',
    version: 'b',
    answer: brokenFirst(A, { 'Last-Modified': OLD }, (visit) => {
      honest(visit, B, { 'Last-Modified': NEWER });
    }),
  },
  {
    name: 'changed-nothing',
    about: 'changed; nothing to tell it by',
    outcome: 'right',
    version: 'b',
    answer: brokenFirst(A, {}, (visit) => {
      honest(visit, B);
    }),
  },
  {
    name: 'if-range-ignored',
    about: 'changed; If-Range ignored, 206 with a new tag',
    outcome: 'right',
    version: 'b',
    answer: brokenFirst(A, { ETag: '"a"' }, (visit) => {
      honest(visit, B, { ETag: '"b"' });
    }),
  },
  {
    name: 'tag-gone',
    about: 'changed; the 206 has no tag any more',
    outcome: 'right',
    version: 'b',
    answer: brokenFirst(A, { ETag: '"a"' }, (visit) => {
      honest(visit, B);
    }),
  },
  // Answers to ranges.
  {
    name: 'range-other-start',
    about: 'Content-Range begins elsewhere',
    outcome: 'right',
    answer: lyingRange((visit, start, end) => {
      partial(visit, A.subarray(start - 100, end - 100), {
        'Content-Range': `bytes ${start - 100}-${end - 101}/${SIZE}`,
      });
    }),
  },
  {
    name: 'range-missing',
    about: '206 without Content-Range, from 0 on',
    outcome: 'right',
    answer: lyingRange((visit) => {
      partial(visit, A, {});
    }),
  },
  {
    name: 'range-other-total',
    about: 'Content-Range has another total',
    outcome: 'right',
    answer: lyingRange((visit, start, end) => {
      partial(visit, A.subarray(start, end), { 'Content-Range': `bytes ${start}-${end - 1}/${SIZE * 2}` });
    }),
  },
  {
    name: 'range-multipart',
    about: 'multipart/byteranges',
    outcome: 'right',
    answer: lyingRange((visit, start, end) => {
      partial(
        visit,
        Buffer.concat([Buffer.from('--x\r\n\r\n'), A.subarray(start, end), Buffer.from('\r\n--x--')]),
        { 'Content-Type': 'multipart/byteranges; boundary=x' },
      );
    }),
  },
  {
    name: 'range-short',
    about: '206 shorter than its range',
    outcome: 'right',
    answer: lyingRange((visit, start, end) => {
      partial(visit, A.subarray(start, end - 1000), { 'Content-Range': `bytes ${start}-${end - 1}/${SIZE}` });
    }),
  },
  {
    name: 'range-ignored',
    about: '200 to a range, after Accept-Ranges',
    outcome: 'right',
    answer: brokenFirst(A, tag, (visit) => {
      whole(visit, A, tag);
    }),
  },
  {
    name: 'range-unasked',
    about: '206 that nobody asked for',
    outcome: 'failed',
    answer: (visit) => {
      partial(visit, A.subarray(0, HALF), { 'Content-Range': `bytes 0-${HALF - 1}/${SIZE}` });
    },
  },
  {
    name: 'range-416',
    about: '416 on resuming',
    outcome: 'right',
    answer: lyingRange((visit) => {
      whole(visit, Buffer.alloc(0), { 'Content-Range': `bytes */${SIZE}` }, 416);
    }),
  },
  {
    name: 'range-416-shrunk',
    about: '416 on resuming: the file is shorter now',
    outcome: 'right',
    version: 'c',
    size: 100_000,
    answer: brokenFirst(A, tag, (visit) => {
      if (visit.range === null) whole(visit, contentOf('c', 100_000), { ETag: '"c"' });
      else whole(visit, Buffer.alloc(0), { 'Content-Range': 'bytes */100000' }, 416);
    }),
  },
  // Bodies that are not what they say.
  {
    name: 'truncated',
    about: 'shorter than its Content-Length, always',
    outcome: 'failed',
    answer: (visit) => {
      raw(
        visit,
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`),
          A.subarray(0, HALF),
        ]),
      );
    },
  },
  {
    name: 'over-long',
    about: 'more bytes than Content-Length',
    outcome: 'either',
    answer: (visit) => {
      raw(
        visit,
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`),
          A,
          Buffer.from('more that is none of it'),
        ]),
      );
    },
  },
  {
    name: 'stalled',
    about: 'stops in the middle, once',
    outcome: 'right',
    answer: (visit) => {
      if (visit.visit > 1) honest(visit, A, tag);
      else {
        visit.response.writeHead(200, { 'Content-Length': SIZE, ...tag });
        visit.response.write(A.subarray(0, HALF));
      }
    },
  },
  {
    name: 'reset-at-once',
    about: 'reset after the request, once',
    outcome: 'right',
    answer: (visit) => {
      if (visit.visit > 2) honest(visit, A);
      else visit.request.socket.resetAndDestroy();
    },
  },
  {
    name: 'reset-in-headers',
    about: 'reset in the middle of the headers, once',
    outcome: 'right',
    answer: (visit) => {
      if (visit.visit > 1) honest(visit, A);
      else raw(visit, 'HTTP/1.1 200 OK\r\nContent-Le', 'reset');
    },
  },
  {
    name: 'reset-in-body',
    about: 'reset in the middle of the body, once',
    outcome: 'right',
    answer: (visit) => {
      if (visit.visit > 1) honest(visit, A, tag);
      else
        raw(
          visit,
          Buffer.concat([
            Buffer.from(`HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: ${SIZE}\r\n\r\n`),
            A.subarray(0, HALF),
          ]),
          'reset',
        );
    },
  },
  {
    name: 'reset-at-the-end',
    about: 'reset before the last byte, once',
    outcome: 'right',
    answer: (visit) => {
      if (visit.visit > 1) honest(visit, A, tag);
      else
        raw(
          visit,
          Buffer.concat([
            Buffer.from(`HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: ${SIZE}\r\n\r\n`),
            A.subarray(0, SIZE - 1),
          ]),
          'reset',
        );
    },
  },
  {
    name: 'chunked-cut',
    about: 'chunked body without its end, always',
    outcome: 'failed',
    answer: (visit) => {
      raw(
        visit,
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${HALF.toString(16)}\r\n`),
          A.subarray(0, HALF),
          Buffer.from('\r\n'),
        ]),
      );
    },
  },
  {
    name: 'chunked-nonsense',
    about: 'a chunk size that is none',
    outcome: 'failed',
    answer: (visit) => {
      raw(visit, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n');
    },
  },
  {
    name: 'until-close',
    about: 'ends with its connection, in good order',
    outcome: 'right',
    answer: (visit) => {
      raw(visit, Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'), A]));
    },
  },
  {
    name: 'until-reset',
    about: 'would end with its connection, which is reset, always',
    outcome: 'failed',
    answer: (visit) => {
      raw(
        visit,
        Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'), A.subarray(0, HALF)]),
        'reset',
      );
    },
  },
  {
    name: 'http-1.0',
    about: 'HTTP/1.0, with a length',
    outcome: 'right',
    answer: (visit) => {
      raw(visit, Buffer.concat([Buffer.from(`HTTP/1.0 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`), A]));
    },
  },
  {
    name: 'gzip-unasked',
    about: 'Content-Encoding that was not asked for',
    outcome: 'failed',
    answer: (visit) => {
      whole(visit, gzipSync(A), { 'Content-Encoding': 'gzip' });
    },
  },
  {
    name: 'transfer-gzip',
    about: 'Transfer-Encoding that was not asked for',
    outcome: 'failed',
    answer: (visit) => {
      raw(
        visit,
        Buffer.concat([
          Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n'),
          gzipSync(A),
        ]),
      );
    },
  },
  // Not now.
  {
    name: '429-seconds',
    about: '429, Retry-After in seconds, then good',
    outcome: 'right',
    answer: healing(429, { 'Retry-After': '1' }),
  },
  {
    name: '503-date',
    about: '503, Retry-After as a date, then good',
    outcome: 'right',
    answer: (visit) => {
      healing(503, { 'Retry-After': new Date(Date.now() + 1500).toUTCString() })(visit);
    },
  },
  ...[408, 425, 500, 502, 504].map((status): Definition => ({
    name: `${status}-once`,
    about: `${status}, then good`,
    outcome: 'right',
    answer: healing(status),
  })),
  ...[401, 403, 404, 410, 451].map((status): Definition => ({
    name: `${status}-always`,
    about: `${status}`,
    outcome: 'failed',
    answer: (visit) => {
      whole(visit, Buffer.from('no'), {}, status);
    },
  })),
  {
    name: '204',
    about: '204: nothing to send',
    outcome: 'failed',
    answer: ({ response }) => {
      response.writeHead(204).end();
    },
  },
  {
    name: 'one-time',
    about: 'the address works once',
    outcome: 'right',
    answer: (visit) => {
      if (visit.visit === 1) honest(visit, A, tag);
      else whole(visit, Buffer.from('gone'), {}, 410);
    },
  },
  {
    name: 'one-time-broken',
    about: 'the address works once, and breaks off',
    outcome: 'failed',
    answer: brokenFirst(A, tag, (visit) => {
      whole(visit, Buffer.from('gone'), {}, 410);
    }),
  },
  {
    name: 'expired',
    about: 'breaks off; the address has expired by then',
    outcome: 'failed',
    answer: brokenFirst(A, tag, (visit) => {
      whole(visit, Buffer.from('expired'), {}, 403);
    }),
  },
  {
    name: 'slow-first-byte',
    about: 'the first byte comes late',
    outcome: 'right',
    answer: (visit) => {
      setTimeout(() => {
        honest(visit, A);
      }, 700);
    },
  },
  // Elsewhere.
  {
    name: 'redirect-loop',
    about: 'redirects in a circle',
    outcome: 'failed',
    answer: ({ request, response }) => {
      response.writeHead(302, { Location: request.url ?? '/' }).end();
    },
  },
  {
    name: 'redirect-ftp',
    about: 'redirects to ftp://',
    outcome: 'failed',
    answer: ({ response }) => {
      response.writeHead(302, { Location: 'ftp://127.0.0.1/file' }).end();
    },
  },
  {
    name: 'redirect-25',
    about: '25 redirects',
    outcome: 'failed',
    answer: ({ request, response }) => {
      const step = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('step') ?? 0);
      response.writeHead(302, { Location: `?step=${step + 1}` }).end();
    },
  },
  {
    name: 'redirect-away',
    about: 'redirects to another origin, which gets no credentials',
    outcome: 'right',
    answer: ({ response }) => {
      response.writeHead(302, { Location: `${elsewhere}/target` }).end();
    },
  },
  // Digests.
  {
    name: 'content-md5-wrong',
    about: 'Content-MD5 of other content',
    outcome: 'failed',
    answer: (visit) => {
      whole(visit, A, { 'Content-MD5': md5(B) });
    },
  },
  {
    name: 'digest-wrong',
    about: 'Digest of other content',
    outcome: 'failed',
    answer: (visit) => {
      whole(visit, A, { Digest: `SHA-256=${sha256(B)}` });
    },
  },
  {
    name: 'repr-digest-wrong',
    about: 'Repr-Digest of other content',
    outcome: 'failed',
    answer: (visit) => {
      whole(visit, A, { 'Repr-Digest': `sha-256=:${sha256(B)}:` });
    },
  },
  {
    name: 'goog-hash-wrong',
    about: 'x-goog-hash of other content',
    outcome: 'failed',
    answer: (visit) => {
      whole(visit, A, { 'x-goog-hash': `crc32c=AAAAAA==,md5=${md5(B)}` });
    },
  },
  {
    name: 'repr-digest-right',
    about: 'Repr-Digest that fits',
    outcome: 'right',
    answer: (visit) => {
      whole(visit, A, { 'Repr-Digest': `sha-256=:${sha256(A)}:` });
    },
  },
  {
    name: 'repr-digest-resumed',
    about: 'Repr-Digest that fits, over two attempts',
    outcome: 'right',
    answer: brokenFirst(A, { ...tag, 'Repr-Digest': `sha-256=:${sha256(A)}:` }, (visit) => {
      honest(visit, A, tag);
    }),
  },
  // Names.
  ...[
    ['name-parents', 'attachment; filename="../../../etc/passwd"'],
    ['name-absolute', 'attachment; filename="/etc/passwd"'],
    ['name-windows', 'attachment; filename="C:\\\\Windows\\\\x.dll"'],
    ['name-hidden', 'attachment; filename=".bashrc"'],
    ['name-device', 'attachment; filename="CON"'],
    ['name-long', `attachment; filename="${'n'.repeat(300)}.bin"`],
    ['name-encoded', "attachment; filename*=UTF-8''a%0Ab%00%2F..%2Fc"],
    ['name-empty', 'attachment; filename=""'],
  ].map(([name = '', header = '']): Definition => ({
    name,
    about: `Content-Disposition: ${header.slice(0, 60)}`,
    outcome: 'right',
    answer: (visit) => {
      whole(visit, A, { 'Content-Disposition': header });
    },
  })),
];

let elsewhere = '';

export interface FaultServer {
  readonly faults: readonly Fault[];
  /** Credentials that came to the origin that they are not for. */
  readonly leaked: readonly string[];
  close(): Promise<void>;
}

export async function startFaultServer(): Promise<FaultServer> {
  const leaked: string[] = [];
  const visits = new Map<string, number>();
  const other = createServer((request, response) => {
    for (const name of ['authorization', 'cookie', 'x-api-key']) {
      if (request.headers[name] !== undefined) leaked.push(name);
    }
    response.writeHead(200, { 'Content-Length': A.length }).end(A);
  });
  const main = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const visit = (visits.get(path) ?? 0) + 1;
    visits.set(path, visit);
    const asked = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
    const range =
      asked === null ? null : { start: Number(asked[1]), end: asked[2] === '' ? SIZE : Number(asked[2]) + 1 };
    const definition = DEFINITIONS.find(({ name }) => path === `/${name}.bin`);
    if (definition === undefined) response.writeHead(404).end();
    else definition.answer({ request, response, visit, range });
  });
  main.on('connection', (socket) => {
    socket.on('error', () => undefined);
  });
  elsewhere = await listen(other);
  const url = await listen(main);
  return {
    leaked,
    faults: DEFINITIONS.map(({ name, about, outcome, version = 'a', size = SIZE }) => ({
      name,
      about,
      outcome,
      url: `${url}/${name}.bin`,
      isRight: (bytes) => bytes.equals(contentOf(version, size)),
    })),
    close: async () => {
      for (const server of [main, other]) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
