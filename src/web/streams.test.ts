/** News to browsers that read slowly, or not at all: what waits for them stays within bounds, and what comes is the newest. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Events } from '../common/ipc';
import type { Frame, StripSegment, WorkerFrame } from '../common/model/frames';
import { DEFAULT_SETTINGS } from '../common/model/settings';
import { MOST_HELD_CHARACTERS, MOST_HELD_SEGMENTS, Streams, type NewsSource } from './streams';

/** Stands in for an engine: tells what a test has it tell. */
class Teller implements NewsSource {
  readonly watched = new Map<object, number>();
  readonly #listeners = new Map<string, (payload: unknown) => void>();

  on: NewsSource['on'] = (name, listener) => {
    this.#listeners.set(name, listener as (payload: unknown) => void);
    return () => this.#listeners.delete(name);
  };

  watch(id: number | null, watcher: object = this): void {
    if (id === null) this.watched.delete(watcher);
    else this.watched.set(watcher, id);
  }

  tell<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    this.#listeners.get(name)?.(payload);
  }
}

const session = { lastUsedMs: 0 };
const server = createServer();
let teller: Teller;
let streams: Streams;
let socket: Socket;
let response: ServerResponse;

beforeEach(async () => {
  teller = new Teller();
  streams = new Streams(teller);
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  streams.begin('page', session, response);
});
afterEach(() => {
  streams.close();
  socket.destroy();
  server.close();
});

function stream() {
  const found = streams.of('page', session);
  if (found === null) throw new Error('the stream has ended');
  return found;
}

let clock = 1_000_000;

function frame(): Frame {
  clock += 100;
  const segment: StripSegment = {
    lane: 0,
    startMs: clock - 50,
    endMs: clock,
    outcome: 'done',
    tasks: 1,
    name: 'n'.repeat(200),
  };
  const worker = { worker: 1, lanes: 1, segments: [segment], running: [] } as unknown as WorkerFrame;
  const job = { jobId: 7, workers: [worker] };
  return { atMs: clock, jobs: [job, { ...job, jobId: 8 }] } as unknown as Frame;
}

/** Tells frames until the system takes no more of them. */
function fill(): number {
  let told = 0;
  while (!response.writableNeedDrain) {
    teller.tell('frame', frame());
    told += 1;
  }
  return told;
}

/** What comes from here on, once it is read: each event a chunk (RFC 9112 §7.1). */
async function readUntil(isLast: (text: string) => boolean): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').resume();
  for await (const chunk of socket as AsyncIterable<string>) {
    text += chunk;
    if (isLast(text)) break;
  }
  return text;
}

test('one that does not read has a bounded lot waiting, and gets the newest when it reads', async () => {
  stream().watched = 7;
  expect(fill()).toBeGreaterThan(1);
  const written = response.writableLength;
  for (let index = 0; index < 20_000; index++) {
    teller.tell('frame', frame());
    teller.tell('settings-changed', {
      ...DEFAULT_SETTINGS,
      jobsAtOnce: 1 + (index % 4),
      rpc: { ...DEFAULT_SETTINGS.rpc, secret: 'of programs' },
    });
    teller.tell('jobs-changed', [{ id: 7 }] as unknown as Events['jobs-changed']);
  }
  // Nothing was written, and of 20,000 of each the last waits.
  expect(response.writableLength).toBe(written);
  expect(stream().heldCharacters).toBeLessThan(10_000);
  const newest = clock;
  const text = await readUntil((read) => read.includes(`"atMs":${newest}`) && read.endsWith('\n\n\r\n'));
  const frames = text.match(/(?<=event: frame\ndata: ).*/gu) ?? [];
  const last = JSON.parse(frames.at(-1) ?? '') as Frame;
  const [watched, other] = last.jobs;
  expect(other?.workers).toEqual([]);
  const segments = watched?.workers[0]?.segments ?? [];
  // Of 20,000 frames those of the last 30 seconds, in order and without a gap.
  expect(segments.length).toBe(Math.min(MOST_HELD_SEGMENTS, 301));
  expect(segments.at(-1)?.endMs).toBe(newest);
  for (const [index, { endMs }] of segments.entries())
    expect(endMs).toBe(newest - (segments.length - 1 - index) * 100);
  expect(text).toContain('"rpc":{"on":false,"port":6800,"secret":null}');
  expect(text.match(/event: settings-changed/gu)).toHaveLength(1);
  expect(text).toContain('"jobsAtOnce":4');
});

test('when more waits than is good for the machine, its stream ends', async () => {
  stream().watched = 7;
  teller.watch(7, stream());
  fill();
  const closed = once(response, 'close');
  const message = 'm'.repeat(10_000);
  let told = 0;
  while (!response.destroyed) {
    teller.tell('notice', { code: 'x', message, retryable: false });
    told += 1;
    expect(told).toBeLessThan(1000);
  }
  expect(told * message.length).toBeGreaterThan(MOST_HELD_CHARACTERS - message.length);
  await closed;
  expect(streams.size).toBe(0);
  expect(teller.watched.size).toBe(0);
});

test('a page that comes back takes the place of its old stream', async () => {
  const before = stream();
  const closed = once(response, 'close');
  const again = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  again.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [, next] = (await once(server, 'request')) as [unknown, ServerResponse];
  streams.begin('page', session, next);
  await closed;
  expect(streams.size).toBe(1);
  expect(stream()).not.toBe(before);
  expect(streams.of('page', { lastUsedMs: 0 })).toBeNull();
  again.destroy();
});
