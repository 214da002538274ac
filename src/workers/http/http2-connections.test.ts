/** HTTP/2: what is sent over which connection, and downloads as a whole. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createProxy, type IncomingMessage, type Server } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createHttp1 } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../../common/model/download-options';
import type { TaskOutcome } from '../../common/model/tasks';
import { createDownload, type RunDownload } from '../download';
import type { HttpClient, HttpOptions } from './client';
import { data, END_STREAM, goaway, head, reset, RST_STREAM, settings } from './http2-frames';
import {
  failureOf,
  FrameServer,
  makeCertificate,
  openClient,
  type Certificate,
  type Peer,
} from './http2-test-server';
import { receive } from './test-client';
import { FakeContext, order } from '../test-context';

const BODY = Buffer.alloc(15_000, 'abcdefghij');
/** RFC 9113 §6.5.2. */
const MAX_CONCURRENT_STREAMS = 3;

let folder: string;
let certificate: Certificate;
const toClose: (() => Promise<void>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-http2-'));
  certificate = makeCertificate(folder);
});

afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function open(options: Partial<HttpOptions> = {}): Promise<HttpClient> {
  const client = await openClient(certificate, options);
  toClose.push(() => client.close());
  return client;
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function whole(peer: Peer, stream: number): void {
  peer.write(head()(stream), data(BODY, END_STREAM)(stream));
}

describe('frame by frame', () => {
  let server: FrameServer;

  const start = async (answer: FrameServer['answer']): Promise<void> => {
    server = await FrameServer.start(certificate);
    server.answer = answer;
    toClose.push(() => server.close());
  };

  test('one connection for all', async () => {
    await start(whole);
    const client = await open();
    const first = await receive(client, server.url);
    expect(first.answer.times.tlsMs).not.toBeNull();
    const others = await Promise.all(Array.from({ length: 20 }, () => receive(client, server.url)));
    expect(others.map(({ body, answer }) => [body.length, answer.times.tlsMs])).toEqual(
      others.map(() => [BODY.length, null]),
    );
    expect(server.peers).toHaveLength(1);
  });

  test('no more at once than the server allows', async () => {
    let active = 0;
    let most = 0;
    await start(async (peer, stream) => {
      most = Math.max(most, ++active);
      await peer.isRead();
      active--;
      whole(peer, stream);
    });
    server.firstSettings = settings([MAX_CONCURRENT_STREAMS, 2]);
    const client = await open();
    const got = await Promise.all(Array.from({ length: 9 }, () => receive(client, server.url)));
    expect(got.map(({ body }) => body.length)).toEqual(got.map(() => BODY.length));
    expect(server.requests).toBe(9);
    expect(most).toBeLessThanOrEqual(2 * server.peers.length);
  });

  test.each(['GET', 'POST'])('above the last stream of a GOAWAY: %s is sent again', async (method) => {
    await start((peer, stream) => {
      if (server.peers.length > 1) whole(peer, stream);
      else if (stream === 1) peer.write(head()(stream), data(BODY)(stream));
      else peer.write(goaway(0, 1)(stream), data(BODY, END_STREAM)(1));
    });
    const client = await open();
    // A callback sets it.
    let second = null as Promise<unknown> | null;
    const request = { method, body: method === 'POST' ? 'x' : null };
    const first = await receive(client, server.url, {
      pause: async () => {
        second ??= receive(client, server.url, { request });
        await nextTurn();
      },
    });
    expect(first.body).toHaveLength(2 * BODY.length);
    expect(await second).toMatchObject({ answer: { status: 200 } });
    expect([server.requests, server.peers.length]).toEqual([3, 2]);
  });

  test.each(['GET', 'POST'])('REFUSED_STREAM: %s is sent again over another connection', async (method) => {
    await start((peer, stream) => {
      if (server.requests === 1) peer.write(reset(7)(stream));
      else whole(peer, stream);
    });
    const request = { method, body: method === 'POST' ? 'x' : null };
    expect((await receive(await open(), server.url, { request })).body).toHaveLength(BODY.length);
    expect([server.requests, server.peers.length]).toEqual([2, 2]);
  });

  test('SETTINGS that let no more streams be, and some again', async () => {
    // The first answer comes when the others wait.
    let release = (): void => undefined;
    const asked = new Promise<void>((resolve) => (release = resolve));
    await start(async (peer, stream) => {
      if (server.requests > 1) {
        whole(peer, stream);
        return;
      }
      peer.write(settings([MAX_CONCURRENT_STREAMS, 0]));
      await peer.isRead();
      release();
      await peer.isRead();
      peer.write(settings([MAX_CONCURRENT_STREAMS, 1]));
      whole(peer, stream);
    });
    const client = await open();
    const first = receive(client, server.url);
    await asked;
    const others = await Promise.all([1, 2, 3].map(() => receive(client, server.url)));
    expect([await first, ...others].map(({ body }) => body.length)).toEqual(Array(4).fill(BODY.length));
    expect(server.requests).toBe(4);
  });

  test.each([1, 2, 9])('error %i before the answer: asked once more, over HTTP/1.1', async (code) => {
    const spoken: string[] = [];
    await start((peer, stream) => {
      spoken.push('2');
      peer.write(reset(code)(stream));
    });
    server.http1 = (socket) => {
      spoken.push('1.1');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold');
    };
    const client = await open();
    expect((await receive(client, server.url)).body.toString()).toBe('old');
    // What is known of a server stays known.
    expect((await receive(client, server.url)).body.toString()).toBe('old');
    expect(spoken).toEqual(['2', '1.1', '1.1']);
  });

  test('an error in the middle of the answer: HTTP/1.1 from then on', async () => {
    await start((peer, stream) => {
      peer.write(head()(stream), data(BODY)(stream), reset(2)(stream));
    });
    server.http1 = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold');
    const client = await open();
    expect(await failureOf(receive(client, server.url))).toEqual(['connection-reset', true]);
    expect((await receive(client, server.url)).body.toString()).toBe('old');
  });

  test.each([true, false])('a connection of its own for a part (HTTP/1.1 is spoken: %s)', async (isBoth) => {
    // All three are open before one is answered.
    const apart: (() => void)[] = [];
    const hold = (answer: () => void): void => {
      if (apart.push(answer) === 3) for (const each of apart) each();
    };
    await start((peer, stream) => {
      const answer = (): void => {
        whole(peer, stream);
      };
      if (peer === server.peers[0]) answer();
      else hold(answer);
    });
    if (isBoth) {
      server.http1 = (socket) => {
        hold(() =>
          socket.write(Buffer.concat([Buffer.from('HTTP/1.1 206 X\r\nContent-Length: 15000\r\n\r\n'), BODY])),
        );
      };
    }
    const client = await open();
    await receive(client, server.url);
    const parts = [1, 2, 3].map(() => receive(client, server.url, { request: { apart: true } }));
    const got = await Promise.all([...parts, receive(client, server.url)]);
    expect(got.map(({ body }) => body.length)).toEqual(got.map(() => BODY.length));
    expect(server.peers).toHaveLength(isBoth ? 1 : 4);
  });

  test('connections that go after an answer of which only header fields came', async () => {
    await start((peer, stream) => {
      peer.write(head({ 'content-length': '100', 'x-a': '-'.repeat(100) }, END_STREAM)(stream));
    });
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // Who holds them too long, or not long enough, ends the process here.
    for (let round = 0; round < 6; round++) {
      const clients = await Promise.all(
        Array.from({ length: 20 }, () => openClient(certificate, { caFile: null, insecure: true })),
      );
      const failures = [...clients, ...clients].map((client) => failureOf(receive(client, server.url)));
      expect(new Set((await Promise.all(failures)).map(([code]) => code))).toEqual(
        new Set(['connection-reset']),
      );
      await Promise.all(clients.map((client) => client.close()));
      await nextTurn();
      collect();
      await nextTurn();
    }
  });

  test('a server that answers one request of each connection: all are answered in the end', async () => {
    await start((peer, stream) => {
      if (stream > 1) peer.write(reset(7)(stream));
      else whole(peer, stream);
    });
    const client = await open();
    const got = await Promise.all(Array.from({ length: 8 }, () => receive(client, server.url)));
    expect(got.map(({ body }) => body.length)).toEqual(got.map(() => BODY.length));
  });

  test('REFUSED_STREAM again and again', async () => {
    await start((peer, stream) => {
      peer.write(reset(7)(stream));
    });
    expect(await failureOf(receive(await open(), server.url))).toEqual(['refused', true]);
    expect(server.requests).toBe(3);
  });

  test('a connection that is closed when it is used again', async () => {
    await start((peer, stream) => {
      if (peer === server.peers[0] && server.requests > 1) peer.tcp.destroy();
      else whole(peer, stream);
    });
    const client = await open();
    await receive(client, server.url);
    expect((await receive(client, server.url)).body).toHaveLength(BODY.length);
    expect(server.requests).toBe(3);
  });

  test('time-outs', async () => {
    await start((peer, stream) => {
      if (server.requests === 2) peer.write(head()(stream), data(BODY)(stream));
    });
    // On a busy machine the head of the second answer takes its time too.
    const client = await open({ headersMs: 1500, stallMs: 100 });
    expect(await failureOf(receive(client, server.url))).toEqual(['timeout-headers', true]);
    expect(await failureOf(receive(client, server.url))).toEqual(['timeout-stall', true]);
    // The connection may be dead.
    expect(server.peers).toHaveLength(2);
  });

  test('a server that says nothing', async () => {
    await start(() => undefined);
    server.firstSettings = null;
    const client = await open({ headersMs: 100 });
    const both = await Promise.all([1, 2].map(() => failureOf(receive(client, server.url))));
    expect(both).toEqual([
      ['timeout-headers', true],
      ['timeout-headers', true],
    ]);
  });

  test('cancelled in the middle: the stream is reset, the connection stays', async () => {
    await start((peer, stream) => {
      if (server.requests === 1) peer.write(head()(stream), data(BODY)(stream));
      else whole(peer, stream);
    });
    const client = await open();
    const context = new FakeContext();
    context.onProgress = () => {
      context.cancel();
    };
    await expect(receive(client, server.url, { context })).rejects.toThrow();
    await receive(client, server.url);
    expect(server.peers).toHaveLength(1);
    await server.peers[0]?.isRead();
    expect(server.peers[0]?.received).toContainEqual(
      expect.objectContaining({ type: RST_STREAM, payload: Buffer.from([0, 0, 0, 8]) }),
    );
  });
});

describe('downloads', () => {
  let directory: string;
  let server: Http2SecureServer;
  let connections: number;
  let seen: {
    readonly path: string;
    readonly headers: Http2ServerRequest['headers'];
    readonly body: string;
  }[];

  const start = async (
    answer: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
    port = 0,
  ): Promise<string> => {
    const { keyFile, certFile } = certificate;
    connections = 0;
    seen = [];
    directory = mkdtempSync(join(folder, 'files-'));
    server = createSecureServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ path: request.url, headers: request.headers, body });
        answer(request, response);
      });
    });
    const sockets = new Set<Socket>();
    server.on('secureConnection', () => connections++);
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    toClose.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  const make = (options: Partial<DownloadOptions> = {}): RunDownload => {
    const download = createDownload({
      kind: 'download',
      directory,
      workDirectory: join(directory, '.heddle-work-0123456789ab'),
      options: { ...DEFAULT_DOWNLOAD_OPTIONS, caFile: certificate.certFile, ...options },
      rates: [],
    });
    toClose.push(() => download.close());
    return download;
  };
  const run = (download: RunDownload, url: string, id = 1): Promise<TaskOutcome> =>
    download(order({ id, type: 'url', source: url }), new FakeContext({ exclusive: false }));
  const file = (name: string): Buffer => readFileSync(join(directory, name));

  const large = Buffer.alloc(20_000_000, 'The quick brown fox jumps over the lazy dog. ');
  const ranged = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '') ?? [];
    const end = to === '' ? large.length : Number(to) + 1;
    const part = request.headers.range === undefined ? 200 : 206;
    response.writeHead(part, {
      etag: '"1"',
      'content-length': end - Number(from),
      ...(part === 206 ? { 'content-range': `bytes ${from}-${end - 1}/${large.length}` } : {}),
    });
    response.end(large.subarray(Number(from), end));
  };

  test('a large file', async () => {
    const url = await start(ranged);
    expect(await run(make(), `${url}/large`)).toMatchObject({
      state: 'done',
      facts: { integrity: 'complete' },
    });
    expect(file('large').equals(large)).toBe(true);
  });

  test('a file that broke off is gone on with', async () => {
    let breakOff = (): void => undefined;
    const url = await start((request, response) => {
      if (seen.length > 1) {
        ranged(request, response);
        return;
      }
      breakOff = () => {
        response.stream.close(8);
      };
      response.writeHead(200, { etag: '"1"', 'content-length': large.length });
      response.write(large.subarray(0, 5_000_000));
    });
    // Others would make up for the one that breaks off.
    const download = make({ segments: 1 });
    const context = new FakeContext({ exclusive: false });
    context.onProgress = (bytes) => {
      if (bytes > 1_000_000) breakOff();
    };
    const task = { id: 1, type: 'url', source: `${url}/large` } as const;
    expect(await failureOf(download(order(task), context))).toEqual(['connection-reset', true]);
    const partial = context.notes.at(-1) ?? null;
    const again = { ...task, attempt: 2, download: { entry: null, partial } };
    const outcome = await download(order(again), new FakeContext({ exclusive: false }));
    expect(outcome).toMatchObject({ state: 'done', bytes: large.length });
    expect(file('large').equals(large)).toBe(true);
    expect(seen.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d{5,}-19999999$/u);
  });

  test('redirects, here and to HTTP/1.1', async () => {
    const { keyFile, certFile } = certificate;
    const other = createHttp1({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (_, response) =>
      response.end('old'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    toClose.push(() => end(other));
    const old = `https://127.0.0.1:${(other.address() as AddressInfo).port}/old`;
    const url = await start(({ url: path }, response) => {
      if (path === '/new') response.end('new');
      else response.writeHead(302, { location: path === '/a' ? '/new' : old }).end();
    });
    const download = make();
    await run(download, `${url}/a`, 1);
    await run(download, `${url}/b`, 2);
    expect([file('a').toString(), file('b').toString()]).toEqual(['new', 'old']);
    expect(connections).toBe(1);
  });

  test('what is sent', async () => {
    const url = await start((_, response) => response.end('x'));
    const client = await open();
    const headers = { host: 'other.example', connection: 'close', 'x-a': 'ä', te: 'gzip' };
    await receive(client, `${url}/a?b`, { request: { method: 'POST', headers, body: 'grüße' } });
    expect(seen).toMatchObject([
      {
        path: '/a?b',
        body: 'grüße',
        headers: {
          ':authority': 'other.example',
          ':method': 'POST',
          'content-length': '7',
          'accept-encoding': 'identity',
        },
      },
    ]);
    expect(seen[0]?.headers).not.toHaveProperty('connection');
  });

  test('through a proxy', async () => {
    const asked: string[] = [];
    const proxy: Server = createProxy();
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url ?? '');
      const upstream = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => undefined);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    toClose.push(() => end(proxy));
    await start(({ url: path }, response) => response.end(path));
    const download = make({ proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    for (const name of ['a', 'b']) await run(download, `https://localhost:4433/${name}`, name.charCodeAt(0));
    expect([file('a').toString(), file('b').toString()]).toEqual(['/a', '/b']);
    expect(asked).toEqual(['localhost:4433']);
    expect(connections).toBe(1);
  });

  test('a server that speaks HTTP/1.1 from now on', async () => {
    const url = await start((_, response) => response.end('2'));
    const download = make();
    await run(download, `${url}/a`, 1);
    await toClose.splice(0, 1)[0]?.();
    const { keyFile, certFile } = certificate;
    const http1 = createHttp1({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (_, response) =>
      response.end('1.1'),
    );
    await new Promise<void>((resolve) => http1.listen(Number(new URL(url).port), '127.0.0.1', resolve));
    toClose.push(() => end(http1));
    await run(download, `${url}/b`, 2);
    expect([file('a').toString(), file('b').toString()]).toEqual(['2', '1.1']);
  });
});
