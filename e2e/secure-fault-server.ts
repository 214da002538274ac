/**
 * Faults over TLS: of HTTP/2, whose answers are written frame by frame, and of HTTP/1.1 whose connection ends without
 * TLS being told of it. Node reads what is asked; what is answered goes past it.
 */
import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2, type ServerHttp2Stream } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import {
  data,
  END_STREAM,
  goaway,
  head,
  reset,
  trailers,
  type MakeFrame,
} from '../src/workers/http/http2-frames';
import type { Fault, Outcome } from './fault-server';

/** It fits into the windows that every client opens at first (RFC 9113 §6.9.2). */
const SIZE = 60_000;
const HALF = 30_000;
/** So that the other side has read what was sent: a reset throws away what it has not. */
const SETTLE_MS = 60;
const LARGE = 4 * 1024 * 1024;

export type SecureProtocol = 'h2' | 'http/1.1';

export interface SecureFault extends Fault {
  readonly protocol: SecureProtocol;
}

interface Visit {
  /** Counts the requests of this URL, from 1. */
  readonly number: number;
  readonly range: { readonly start: number; readonly end: number } | null;
  readonly content: Buffer;
  readonly tls: TLSSocket;
  /** Below TLS. */
  readonly tcp: Socket;
}

interface Http2Visit extends Visit {
  readonly stream: ServerHttp2Stream;
  /** Frames of the answer. */
  readonly write: (...frames: readonly MakeFrame[]) => void;
}

interface Definition {
  readonly name: string;
  readonly about: string;
  readonly outcome: Outcome;
}
interface Http2Definition extends Definition {
  readonly size?: number;
  /** HTTP/1.1 is spoken too. */
  readonly both?: true;
  readonly answer: (visit: Http2Visit) => Promise<void> | void;
}
interface Http1Definition extends Definition {
  readonly answer: (visit: Visit) => Promise<void> | void;
}

function contentOf(name: string, size = SIZE): Buffer {
  const key = createHash('sha256').update(name).digest().subarray(0, 16);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** Bytes of the body in frames that every client takes. */
function body(bytes: Buffer, flags = 0): MakeFrame {
  return (stream) => {
    const frames: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 16_000) {
      const isLast = at + 16_000 >= bytes.length;
      frames.push(data(bytes.subarray(at, at + 16_000), isLast ? flags : 0)(stream));
    }
    return Buffer.concat(frames);
  };
}

const LENGTH = { 'content-length': String(SIZE), etag: '"a"' };
const end = data(Buffer.alloc(0), END_STREAM);

/** As it should be, ranges too. */
function good({ range, content, write }: Http2Visit): void {
  const { start, end: stop } = range ?? { start: 0, end: content.length };
  write(
    head({
      etag: '"a"',
      'content-length': String(stop - start),
      ...(range === null
        ? { 'accept-ranges': 'bytes' }
        : { ':status': '206', 'content-range': `bytes ${start}-${stop - 1}/${content.length}` }),
    }),
    body(content.subarray(start, stop), END_STREAM),
  );
}

/** The first request goes wrong. */
function atFirst(wrong: (visit: Http2Visit) => Promise<void> | void) {
  return async (visit: Http2Visit): Promise<void> => {
    if (visit.number > 1) good(visit);
    else await wrong(visit);
  };
}

/** Half of the body, which was read when `then` comes. */
function half(fields: Readonly<Record<string, string>>, then: (visit: Http2Visit) => void) {
  return async (visit: Http2Visit): Promise<void> => {
    visit.write(head(fields), body(visit.content.subarray(0, HALF)));
    await delay(SETTLE_MS);
    then(visit);
  };
}

const HTTP2: readonly Http2Definition[] = [
  { name: 'h2-good', about: 'HTTP/2, as it should be', outcome: 'right', answer: good },
  ...[8, 0, 2].map((code) => ({
    name: `h2-reset-${code}`,
    about: `HTTP/2: no length; half of the body, then RST_STREAM with error ${code}, always`,
    outcome: 'failed' as const,
    answer: half({}, ({ write }) => {
      write(reset(code));
    }),
  })),
  {
    name: 'h2-reset-once',
    about: 'HTTP/2: half of the body, then RST_STREAM, once',
    outcome: 'right',
    answer: atFirst(
      half(LENGTH, ({ write }) => {
        write(reset(2));
      }),
    ),
  },
  {
    name: 'h2-reset-at-end',
    about: 'HTTP/2: no length; the whole body, then RST_STREAM instead of END_STREAM, always',
    outcome: 'failed',
    answer: ({ write, content }) => {
      write(head(), body(content), reset(8));
    },
  },
  ...[0, 8].map((code) => ({
    name: `h2-reset-after-${code}`,
    about: `HTTP/2: END_STREAM, then RST_STREAM with error ${code}`,
    outcome: 'right' as const,
    answer: ({ write, content }: Http2Visit) => {
      write(head(), body(content, END_STREAM), reset(code));
    },
  })),
  {
    name: 'h2-goaway',
    about: 'HTTP/2: GOAWAY in the middle of a body that goes on to its end',
    outcome: 'right',
    answer: half({}, ({ write, content }) => {
      write(goaway(0), body(content.subarray(HALF), END_STREAM));
    }),
  },
  {
    name: 'h2-goaway-error',
    about: 'HTTP/2: half of the body, then GOAWAY with an error, once',
    outcome: 'right',
    answer: atFirst(
      half(LENGTH, ({ write, tls }) => {
        write(goaway(2));
        tls.end();
      }),
    ),
  },
  {
    name: 'h2-goaway-before',
    about: 'HTTP/2: GOAWAY that says that the request was not processed, once',
    outcome: 'right',
    answer: atFirst(({ write, tls }) => {
      write(goaway(0, 0));
      tls.end();
    }),
  },
  {
    name: 'h2-refused',
    about: 'HTTP/2: REFUSED_STREAM, once',
    outcome: 'right',
    answer: atFirst(({ write }) => {
      write(reset(7));
    }),
  },
  {
    name: 'h2-short',
    about: 'HTTP/2: END_STREAM before Content-Length is reached, always',
    outcome: 'failed',
    answer: ({ write, content }) => {
      write(head(LENGTH), body(content.subarray(0, HALF), END_STREAM));
    },
  },
  {
    name: 'h2-long',
    about: 'HTTP/2: more bytes than Content-Length, always',
    outcome: 'failed',
    answer: ({ write, content }) => {
      write(head({ 'content-length': String(HALF) }), body(content, END_STREAM));
    },
  },
  {
    name: 'h2-headers-only',
    about: 'HTTP/2: END_STREAM with the headers, which have a Content-Length, always',
    outcome: 'failed',
    answer: ({ write }) => {
      write(head(LENGTH, END_STREAM));
    },
  },
  {
    name: 'h2-no-streams',
    about: 'HTTP/2: SETTINGS that allow no further stream in the middle of the body, and 100 later',
    outcome: 'right',
    answer: async (visit) => {
      const { session } = visit.stream;
      session?.settings({ maxConcurrentStreams: 0 });
      await half({}, ({ write, content }) => {
        session?.settings({ maxConcurrentStreams: 100 });
        write(body(content.subarray(HALF), END_STREAM));
      })(visit);
    },
  },
  {
    name: 'h2-small-window',
    about: 'HTTP/2: SETTINGS with another window in the middle of the body',
    outcome: 'right',
    answer: half({}, ({ stream, write, content }) => {
      stream.session?.settings({ initialWindowSize: 1 });
      write(body(content.subarray(HALF), END_STREAM));
    }),
  },
  {
    name: 'h2-closed',
    about: 'HTTP/2: no length; half of the body, then the connection is closed in good order, always',
    outcome: 'failed',
    answer: half({}, ({ tls }) => {
      tls.end();
    }),
  },
  {
    name: 'h2-cut',
    about: 'HTTP/2: half of the body, then the connection is reset, once',
    outcome: 'right',
    answer: atFirst(
      half(LENGTH, ({ tcp }) => {
        tcp.resetAndDestroy();
      }),
    ),
  },
  {
    name: 'h2-trailers',
    about: 'HTTP/2: ends with trailers',
    outcome: 'right',
    answer: ({ write, content }) => {
      write(head(), body(content), trailers(END_STREAM));
    },
  },
  {
    name: 'h2-trailers-no-end',
    about: 'HTTP/2: trailers without END_STREAM, always',
    outcome: 'failed',
    answer: ({ write, content }) => {
      write(head(), body(content.subarray(0, HALF)), trailers(0));
    },
  },
  {
    name: 'h2-1xx',
    about: 'HTTP/2: 103 before the answer, and an empty frame that ends it',
    outcome: 'right',
    answer: ({ write, content }) => {
      write(head({ ':status': '103', link: '</a>' }), head(), body(content), end);
    },
  },
  {
    name: 'h2-rather-http1',
    about: 'HTTP/2: HTTP_1_1_REQUIRED, always; HTTP/1.1 is spoken',
    outcome: 'right',
    both: true,
    answer: ({ write }) => {
      write(reset(13));
    },
  },
  {
    name: 'h2-large',
    about: 'HTTP/2: a large file, slowly, with ranges',
    outcome: 'right',
    size: LARGE,
    answer: ({ stream, range, content }) => slowly(stream, range, content),
  },
];

/** By node:http2, which minds the windows. */
async function slowly(stream: ServerHttp2Stream, range: Visit['range'], content: Buffer): Promise<void> {
  const { start, end: stop } = range ?? { start: 0, end: content.length };
  stream.respond({
    ':status': range === null ? 200 : 206,
    etag: '"a"',
    'content-length': stop - start,
    'accept-ranges': 'bytes',
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${stop - 1}/${content.length}` }),
  });
  for (let at = start; at < stop && !stream.destroyed; at += 128 * 1024) {
    stream.write(content.subarray(at, Math.min(stop, at + 128 * 1024)));
    await delay(40);
  }
  stream.end();
}

function http1Head(fields: Readonly<Record<string, string | number>>, status = '200 OK'): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** As it should be, ranges too. */
function goodHttp1({ range, content, tls }: Visit): void {
  const { start, end: stop } = range ?? { start: 0, end: content.length };
  const fields = { ETag: '"a"', 'Accept-Ranges': 'bytes', 'Content-Length': stop - start };
  tls.write(
    range === null
      ? http1Head(fields)
      : http1Head(
          { ...fields, 'Content-Range': `bytes ${start}-${stop - 1}/${content.length}` },
          '206 Partial Content',
        ),
  );
  tls.write(content.subarray(start, stop));
}

/** `text` and `bytes`, read by the other side, then `then`. */
function sent(
  text: string,
  bytes: (content: Buffer) => Buffer,
  then: (visit: Visit) => void,
): (visit: Visit) => Promise<void> {
  return async (visit) => {
    visit.tls.write(text);
    visit.tls.write(bytes(visit.content));
    await delay(SETTLE_MS);
    then(visit);
  };
}

const all = (content: Buffer): Buffer => content;
const firstHalf = (content: Buffer): Buffer => content.subarray(0, HALF);
const cut = ({ tcp }: Visit): void => {
  tcp.end();
};
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

function atFirstHttp1(wrong: (visit: Visit) => Promise<void> | void) {
  return async (visit: Visit): Promise<void> => {
    if (visit.number > 1) goodHttp1(visit);
    else await wrong(visit);
  };
}

const UNTIL_CLOSE = http1Head({ Connection: 'close' });
const WITH_LENGTH = http1Head({ ETag: '"a"', 'Accept-Ranges': 'bytes', 'Content-Length': SIZE });
const CHUNKED = http1Head({ 'Transfer-Encoding': 'chunked' });

const HTTP1: readonly Http1Definition[] = [
  {
    name: 'tls-end',
    about: 'TLS: ends with its connection, and close_notify says so',
    outcome: 'right',
    answer: sent(UNTIL_CLOSE, all, ({ tls }) => {
      tls.end();
    }),
  },
  {
    name: 'tls-cut',
    about: 'TLS: would end with its connection, which is cut off without close_notify, always',
    outcome: 'failed',
    answer: sent(UNTIL_CLOSE, firstHalf, cut),
  },
  {
    name: 'tls-cut-at-headers',
    about: 'TLS: would end with its connection, which is cut off after the headers, always',
    outcome: 'failed',
    answer: sent(UNTIL_CLOSE, () => Buffer.alloc(0), cut),
  },
  {
    name: 'tls-reset',
    about: 'TLS: would end with its connection, which is reset, always',
    outcome: 'failed',
    answer: sent(UNTIL_CLOSE, firstHalf, ({ tcp }) => {
      tcp.resetAndDestroy();
    }),
  },
  {
    name: 'tls-cut-length-whole',
    about: 'TLS: all of Content-Length, then cut off without close_notify',
    outcome: 'right',
    answer: sent(WITH_LENGTH, all, cut),
  },
  {
    name: 'tls-cut-length',
    about: 'TLS: cut off in the middle of Content-Length, once',
    outcome: 'right',
    answer: atFirstHttp1(sent(WITH_LENGTH, firstHalf, cut)),
  },
  {
    name: 'tls-cut-chunked-whole',
    about: 'TLS: chunked, whole, then cut off without close_notify',
    outcome: 'right',
    answer: sent(CHUNKED, (content) => Buffer.concat([chunk(content), chunk(Buffer.alloc(0))]), cut),
  },
  {
    name: 'tls-cut-chunked',
    about: 'TLS: chunked, cut off between two chunks, always',
    outcome: 'failed',
    answer: sent(CHUNKED, (content) => chunk(firstHalf(content)), cut),
  },
  {
    name: 'tls-garbage',
    about: 'TLS: half of the body, then bytes that are no TLS, once',
    outcome: 'right',
    answer: atFirstHttp1(
      sent(WITH_LENGTH, firstHalf, ({ tcp }) => {
        tcp.end('These are no records of TLS.');
      }),
    ),
  },
];

/** The socket for another reader and writer: what is written to the socket itself goes between that one's frames. */
function besides(tls: TLSSocket): Duplex {
  const duplex = new Duplex({
    read: () => {
      tls.resume();
    },
    write: (chunk: Buffer, _, done) => {
      if (tls.destroyed) done();
      else
        tls.write(chunk, () => {
          done();
        });
    },
    final: (done) => {
      tls.end();
      done();
    },
  });
  tls.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) tls.pause();
  });
  tls.on('end', () => duplex.push(null));
  tls.on('close', () => duplex.destroy());
  duplex.on('error', () => undefined);
  return duplex;
}

export interface SecureFaultServer {
  readonly faults: readonly SecureFault[];
  /** PEM; for localhost. */
  readonly certFile: string;
  close(): Promise<void>;
}

export async function startSecureFaultServer(): Promise<SecureFaultServer> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-faults-'));
  const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      ...subject,
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ],
    { stdio: 'ignore' },
  );
  const identity = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
  const visits = new Map<string, number>();
  const fronts: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

  /** @returns its origin */
  const listen = async (
    protocols: readonly SecureProtocol[],
    accept: (tls: TLSSocket, tcp: Socket) => void,
  ): Promise<string> => {
    const tcps = new Map<number | undefined, Socket>();
    const secure = createTlsServer({ ...identity, ALPNProtocols: [...protocols] }, (tls) => {
      tls.on('error', () => undefined);
      const tcp = tcps.get(tls.remotePort);
      if (tcp !== undefined) accept(tls, tcp);
    });
    const sockets = new Set<Socket>();
    const server = createServer((tcp) => {
      tcp.on('error', () => undefined);
      tcps.set(tcp.remotePort, tcp);
      sockets.add(tcp);
      secure.emit('connection', tcp);
    });
    fronts.push({ server, sockets });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  };

  const visitOf = (name: string, size: number | undefined, field: string | undefined) => {
    const number = (visits.get(name) ?? 0) + 1;
    visits.set(name, number);
    const content = contentOf(name, size);
    const [, first, last] = /^bytes=(\d+)-(\d*)$/u.exec(field ?? '') ?? [];
    const range =
      first === undefined
        ? null
        : {
            start: Number(first),
            end: last === '' ? content.length : Math.min(content.length, Number(last) + 1),
          };
    return { number, content, range };
  };

  /** On a connection of its own: what ends it is not the others' fault. */
  const serveHttp2 = async (definition: Http2Definition): Promise<string> => {
    const { name, size, both, answer } = definition;
    const plain = createHttp((_, response) => response.end(contentOf(name, size)));
    return await listen(both === true ? ['h2', 'http/1.1'] : ['h2'], (tls, tcp) => {
      if (tls.alpnProtocol !== 'h2') {
        plain.emit('connection', tls);
        return;
      }
      const server = createHttp2();
      server.on('sessionError', () => undefined);
      server.on('stream', (stream, headers) => {
        stream.on('error', () => undefined);
        const { id } = stream;
        if (id === undefined) return;
        const write = (...frames: readonly MakeFrame[]): void => {
          if (!tls.destroyed) tls.write(Buffer.concat(frames.map((make) => make(id))));
        };
        void answer({ ...visitOf(name, size, headers.range), tls, tcp, stream, write });
      });
      server.emit('connection', besides(tls));
    });
  };
  const serveHttp1 = async ({ name, answer }: Http1Definition): Promise<string> =>
    await listen(['http/1.1'], (tls, tcp) => {
      const server = createHttp(({ headers }) => {
        void answer({ ...visitOf(name, undefined, headers.range), tls, tcp });
      });
      server.emit('connection', tls);
    });

  const faultOf = (
    { name, about, outcome }: Definition,
    at: string,
    protocol: SecureProtocol,
    size?: number,
  ): SecureFault => ({
    name,
    about,
    outcome,
    protocol,
    url: `${at}/${name}.bin`,
    isRight: (bytes) => bytes.equals(contentOf(name, size)),
  });
  const faults: SecureFault[] = [];
  for (const each of HTTP2) faults.push(faultOf(each, await serveHttp2(each), 'h2', each.size));
  for (const each of HTTP1) faults.push(faultOf(each, await serveHttp1(each), 'http/1.1'));
  return {
    faults,
    certFile,
    close: async () => {
      for (const { server, sockets } of fronts) {
        for (const socket of sockets) socket.destroy();
        server.close();
        await once(server, 'close');
      }
      rmSync(folder, { recursive: true });
    },
  };
}
