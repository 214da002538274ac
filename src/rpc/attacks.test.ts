/** What programs without the secret try, and what none should be able to do with it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_REQUEST_BYTES } from './http';
import { Listener, post, startHeddle, TOKEN, type Side } from './testing/two-sides';

const UNAUTHORIZED = { id: null, jsonrpc: '2.0', error: { code: 1, message: 'Unauthorized' } };
const WEB_SOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

let folder: string;
let heddle: Awaited<ReturnType<typeof startHeddle>>;
let side: Side;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-rpc-'));
  heddle = await startHeddle(folder);
  side = { name: 'heddle', url: heddle.server.url, directory: join(folder, 'heddle') };
}, 60_000);
afterAll(async () => {
  await heddle.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What comes back until the connection ends, to lines of a request that no client library would send. */
async function raw(...lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(side.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return text(socket);
}

/** @param list JSON of calls */
function multicall(list: string): string {
  return `{"jsonrpc":"2.0","id":1,"method":"system.multicall","params":[[${list}]]}`;
}

test('an address that is none is no path of this server', async () => {
  const common = ['Host: 127.0.0.1', 'Connection: close'];
  expect(await raw('GET // HTTP/1.1', ...common)).toMatch(/^HTTP\/1\.1 404 /u);
  const [host = ''] = common;
  expect(await raw('GET // HTTP/1.1', host, ...WEB_SOCKET)).toMatch(/^HTTP\/1\.1 404 /u);
});

test('hosts that are not this machine are refused, however they are written', async () => {
  const hosts = [
    '127.0.0.1.example.com',
    'localhost.',
    'localhost.example',
    '[::1].example',
    '127.1',
    '0x7f.1',
    'user@localhost',
  ];
  for (const host of hosts) {
    const answer = await raw('GET /jsonrpc HTTP/1.1', `Host: ${host}`, 'Connection: close');
    expect({ host, answer: answer.slice(0, 13) }).toEqual({ host, answer: 'HTTP/1.1 421 ' });
    const upgraded = await raw('GET /jsonrpc HTTP/1.1', `Host: ${host}`, ...WEB_SOCKET);
    expect({ host, answer: upgraded.slice(0, 13) }).toEqual({ host, answer: 'HTTP/1.1 421 ' });
  }
});

test('what is large and has no secret is not even read', async () => {
  const calls = Array.from({ length: 10_000 }, () => '{"methodName":"system.listMethods"}').join();
  expect(await post(side, multicall(calls))).toMatchObject({ status: 400, body: UNAUTHORIZED });
  const nested = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
  expect(await post(side, nested)).toMatchObject({ status: 400, body: UNAUTHORIZED });
  const wrong = multicall(`${calls},{"methodName":"aria2.getVersion","params":["token:wrong"]}`);
  expect(await post(side, wrong)).toMatchObject({ status: 400, body: UNAUTHORIZED });
  const right = multicall(`${calls},{"methodName":"aria2.getVersion","params":[${JSON.stringify(TOKEN)}]}`);
  expect(await post(side, right)).toMatchObject({ status: 200, body: { id: 1 } });
});

test('one request has few tries at the secret', async () => {
  const guess = (token: string): string =>
    JSON.stringify({ methodName: 'aria2.getSessionInfo', params: [token] });
  const guesses = Array.from({ length: 100 }, (_, at) => guess(`token:${at}`));
  const { body } = await post(side, multicall([...guesses, guess(TOKEN)].join()));
  const { result } = body as { readonly result: readonly unknown[] };
  expect(result).toHaveLength(101);
  expect(result.at(-1)).toEqual(UNAUTHORIZED.error);
});

test('what cannot be written again is answered', async () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const answer = await post(side, `{"jsonrpc":"2.0","id":${deep},"method":"system.listNotifications"}`);
  expect(answer).toMatchObject({ status: 400, body: { id: null, error: { code: -32_600 } } });
});

test('an answer has a bound, and what would come after it is not done', async () => {
  const change = (agent: string): string =>
    JSON.stringify({ methodName: 'aria2.changeGlobalOption', params: [TOKEN, { 'user-agent': agent }] });
  const told = JSON.stringify({ methodName: 'aria2.getGlobalOption', params: [TOKEN] });
  const agent = 'x'.repeat(60_000);
  const calls = [change(agent), ...Array.from({ length: 600 }, () => told), change('later')];
  const { status, body } = await post(side, multicall(calls.join()));
  const { result } = body as { readonly result: readonly unknown[] };
  expect(status).toBe(200);
  expect(result.at(-1)).toEqual({ code: 1, message: 'The answer is too large. Ask for less at once.' });
  const { body: after } = await post(side, multicall(told));
  expect(after).toMatchObject({ result: [[{ 'user-agent': agent }]] });
});

test('messages that never end have a bound together, and small ones always have room', async () => {
  const { hostname, port } = new URL(side.url);
  const sockets = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(['GET /jsonrpc HTTP/1.1', 'Host: localhost', ...WEB_SOCKET, '', ''].join('\r\n'));
      await once(socket, 'data');
      return socket;
    }),
  );
  const ended = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  // A masked text frame with a length of eight bytes (RFC 6455 §5.2), of which the last ones are missing.
  const head = Buffer.alloc(14);
  head.writeUInt16BE(0x81ff);
  head.writeBigUInt64BE(BigInt(MOST_REQUEST_BYTES), 2);
  for (const socket of sockets) {
    socket.write(head);
    socket.write(Buffer.alloc(MOST_REQUEST_BYTES - 10));
  }
  await Promise.race(ended);
  const listener = await Listener.open(side);
  listener.send('{"id":1,"method":"system.listNotifications"}');
  await listener.until(() => listener.answers.length === 1);
  for (const socket of sockets) socket.destroy();
  await Promise.all(ended);
});
