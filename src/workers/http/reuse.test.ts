/** Servers that close connections after some answers, and do not say so. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Reuse } from './reuse';
import { get, openTestClient } from './test-client';

const HEADS = {
  'HTTP/1.1': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.0 with keep-alive': 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n',
};

/** @param answers of each connection. @returns its address, and how many requests and connections came */
async function start(head: string, answers: number, close: (socket: Socket) => void) {
  const seen = { url: '', requests: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let left = answers;
    seen.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const asked = data.toString('latin1').split('GET ').length - 1;
      seen.requests += asked;
      if (left <= 0) return;
      left -= asked;
      socket.write(`${head}hello`, () => {
        if (left === 0) close(socket);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return seen;
}

async function fetchAll(url: string, count: number, atOnce: number): Promise<string[]> {
  const client = await openTestClient();
  onTestFinished(() => client.close());
  const bodies: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next++ < count) bodies.push((await get(client, url)).body);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return bodies;
}

const CLOSING: Record<string, (socket: Socket) => void> = {
  'an end': (socket) => socket.end(),
  'an end a little later': (socket) => setTimeout(() => socket.end(), 3),
  'a reset': (socket) => setTimeout(() => socket.resetAndDestroy(), 3),
};

const CASES = Object.entries(HEADS).flatMap(([version, head]) =>
  Object.keys(CLOSING).flatMap((how) => [1, 3].map((answers) => ({ version, head, how, answers }))),
);

test.each(CASES)(
  '$version, with $how after $answers answers: hardly any request goes to a closed connection',
  async ({ head, how, answers }) => {
    const seen = await start(head, answers, (socket) => CLOSING[how]?.(socket));
    expect(await fetchAll(seen.url, 300, 4)).toEqual(Array.from({ length: 300 }, () => 'hello'));
    expect(seen.requests).toBeLessThanOrEqual(320);
    // What is good for several is used for several.
    expect(seen.connections).toBeLessThanOrEqual(300 / answers + 20);
  },
);

test('a server that keeps its connections is asked over the same ones', async () => {
  const seen = await start(HEADS['HTTP/1.1'], Infinity, () => undefined);
  await fetchAll(seen.url, 300, 4);
  expect(seen).toMatchObject({ requests: 300, connections: 4 });
});

test('one that has learnt to keep them is found out', () => {
  const reuse = new Reuse();
  reuse.died(1);
  expect(reuse.isSpent(1)).toBe(false);
  reuse.died(1);
  const kept = Array.from({ length: 100 }, () => reuse.isSpent(1)).filter((isSpent) => !isSpent);
  expect(kept).toHaveLength(1);
  reuse.served(2);
  expect(reuse.isSpent(1)).toBe(false);
});

test('connections that end after different numbers of answers are all kept', () => {
  const reuse = new Reuse();
  for (const answers of [1, 4, 2, 9]) reuse.died(answers);
  expect([1, 2, 4, 9].map((answers) => reuse.isSpent(answers))).toEqual([false, false, false, false]);
});
