/** Bodies over TLS: where they end, and that nothing is lost on the way to one who takes his time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HttpClient } from './client';
import { failureOf, makeCertificate, openClient, type Certificate } from './http2-test-server';
import { receive } from './test-client';
import { startHttpProxy, startSocks5, type TestProxy } from './test-proxies';

type End = 'close_notify' | 'cut' | 'reset';

let folder: string;
let certificate: Certificate;
let server: Server;
let url: string;
let answer: (socket: TLSSocket, end: (how: End) => void) => void;
const toClose: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-tls-'));
  certificate = makeCertificate(folder);
  const sockets = new Map<number | undefined, Socket>();
  const secure = createServer(
    { key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certFile) },
    (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => {
        answer(socket, (how) => {
          const tcp = sockets.get(socket.remotePort);
          if (how === 'close_notify') socket.end();
          else if (how === 'cut') tcp?.end();
          else tcp?.resetAndDestroy();
        });
      });
    },
  );
  server = createTcpServer((tcp) => {
    tcp.on('error', () => undefined);
    sockets.set(tcp.remotePort, tcp);
    secure.emit('connection', tcp);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://localhost:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function open(proxy: string | null = null): Promise<HttpClient> {
  const client = await openClient(certificate, { proxy });
  toClose.push(() => client.close());
  return client;
}

async function through(start: () => Promise<TestProxy>, scheme: string): Promise<string> {
  const proxy = await start();
  toClose.push(() => proxy.close());
  return `${scheme}://127.0.0.1:${proxy.port}`;
}

/** How the connection is made. */
const WAYS: Readonly<Record<string, () => Promise<string | null>>> = {
  directly: () => Promise.resolve(null),
  'through an HTTP proxy': () => through(() => startHttpProxy(), 'http'),
  'through SOCKS': () => through(() => startSocks5(), 'socks5h'),
  'through an HTTPS proxy': () =>
    through(
      () =>
        startHttpProxy(null, {
          key: readFileSync(certificate.keyFile),
          cert: readFileSync(certificate.certFile),
        }),
      'https',
    ),
};
/** How the receiver takes the body. */
const TAKING = { 'as it comes': {}, slowly: { pause: () => delay(2) } };
const BODY = Buffer.alloc(100_000, 'abcdefghijklmnopqrstuvwxyz.');

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  describe.each(Object.entries(TAKING))('taken %s', (_taking, taking) => {
    test.each<[string, End, boolean]>([
      ['', 'close_notify', true],
      ['', 'cut', false],
      ['', 'reset', false],
      ['Content-Length: 100000\r\n', 'close_notify', true],
      ['Content-Length: 100000\r\n', 'cut', true],
    ])('"%s", ended by %s', async (field, how, isWhole) => {
      answer = (socket, end) => {
        socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\n${field}\r\n`);
        socket.write(BODY, () => {
          // A reset throws away what was not read yet, and is seen anyway.
          end(how);
        });
      };
      const got = receive(await open(await way()), url, taking);
      if (isWhole) expect((await got).body.equals(BODY)).toBe(true);
      else expect(await failureOf(got)).toEqual(['connection-reset', true]);
    });
  });
});

test('many records at once, each with pieces of chunks', async () => {
  const text = Buffer.concat(
    Array.from({ length: 1000 }, (_, index) => {
      const piece = BODY.subarray(index * 100, index * 100 + 100);
      return Buffer.concat([Buffer.from('64\r\n'), piece, Buffer.from('\r\n')]);
    }),
  );
  answer = (socket) => {
    socket.cork();
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let at = 0; at < text.length; at += 777) socket.write(text.subarray(at, at + 777));
    socket.write('0\r\n\r\n');
    socket.uncork();
  };
  const client = await open();
  for (const taking of Object.values(TAKING)) {
    const { body } = await receive(client, url, taking);
    expect(body.equals(BODY)).toBe(true);
  }
});
