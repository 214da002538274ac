/** Clients that ask for more than they read, or never finish asking. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ServeFigures, type FileServerOptions } from '../common/threads/serve';
import { FileServer } from './file-server';

let root: string;
let listener: Server;
let server: FileServer;
let figures: ServeFigures;
const clients: Socket[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'heddle-files-'));
  writeFileSync(join(root, 'a'), 'content of a');
  writeFileSync(join(root, 'large'), Buffer.alloc(20_000_000, 'x'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
  listener.close();
  rmSync(root, { recursive: true });
});

async function start(options: Partial<FileServerOptions> = {}, requestMs?: number): Promise<void> {
  figures = new ServeFigures();
  server = new FileServer(
    {
      root,
      host: '127.0.0.1',
      latencyMs: 0,
      jitterMs: 0,
      bytesPerSecond: null,
      errorShare: 0,
      watched: false,
      ...options,
    },
    figures,
    () => undefined,
    Math.random,
    requestMs,
  );
  listener = createServer({ allowHalfOpen: true }, (socket) => {
    server.adopt(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
}

function client(): Socket {
  const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  clients.push(socket);
  return socket;
}

/** However it ends. */
function ended(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

test('requests in one piece are answered in order', async () => {
  await start();
  const socket = client();
  socket.write(
    get('/a') + get('/missing') + get('/a') + get('/a').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text.match(/HTTP\/1\.1 \d+/gu)).toEqual(
    ['200', '404', '200', '200'].map((status) => `HTTP/1.1 ${status}`),
  );
  expect(text.match(/content of a/gu)).toHaveLength(3);
  expect(figures.read()).toMatchObject({ requests: 4, answered: 4 });
});

test('who asks for far more than is answered is cut off, and costs one open file', async () => {
  await start();
  const socket = client();
  const closed = ended(socket);
  socket.resume();
  socket.write(get('/large').repeat(2000));
  await closed;
  expect(figures.read().requests).toBe(1);
  const other = client();
  other.write(get('/a'));
  const [answer] = (await once(other, 'data')) as [Buffer];
  expect(String(answer)).toContain('HTTP/1.1 200');
});

test('a request that trickles in and never ends is dropped, an answer that takes its time is not', async () => {
  await start({ latencyMs: 600 }, 200);
  const slow = client();
  slow.write(get('/a'));
  const socket = client();
  const closed = ended(socket);
  socket.write('GET /a HTTP/1.1\r\nX: ');
  const trickle = setInterval(() => socket.write('y'), 20);
  const [answer] = (await once(slow, 'data')) as [Buffer];
  await closed;
  clearInterval(trickle);
  expect(String(answer)).toContain('HTTP/1.1 200');
});
