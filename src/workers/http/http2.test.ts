/** HTTP/2: when a stream counts as whole (RFC 9113 §8.1), whatever its server sends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HttpClient } from './client';
import {
  data,
  END_STREAM,
  goaway,
  head,
  padded,
  reset,
  settings,
  trailers,
  type MakeFrame,
} from './http2-frames';
import { failureOf, FrameServer, makeCertificate, openClient, type Peer } from './http2-test-server';
import { receive } from './test-client';

const HALF = Buffer.alloc(15_000, 'abcdefghij');
const NOTHING = Buffer.alloc(0);
/** RFC 9113 §6.5.2. */
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;

let folder: string;
let server: FrameServer;
let client: HttpClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-http2-'));
  const certificate = makeCertificate(folder);
  server = await FrameServer.start(certificate);
  client = await openClient(certificate);
});

afterEach(() => {
  server.reset();
});

afterAll(async () => {
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Bytes of the body, and the frames of the answer. */
const WHOLE: Readonly<Record<string, readonly [number, ...MakeFrame[]]>> = {
  'END_STREAM on DATA': [30_000, head(), data(HALF), data(HALF, END_STREAM)],
  'END_STREAM on empty DATA': [30_000, head(), data(HALF), data(HALF), data(NOTHING, END_STREAM)],
  'END_STREAM on HEADERS': [0, head({}, END_STREAM)],
  'END_STREAM on HEADERS that CONTINUATION continues': [0, head(manyFields(200, 90), END_STREAM)],
  // nghttp2 takes eight CONTINUATION frames and no more.
  'headers of 130 kB': [15_000, head(manyFields(1200, 100)), data(HALF, END_STREAM)],
  'END_STREAM on trailers': [15_000, head(), data(HALF), trailers(END_STREAM)],
  'trailers without DATA': [0, head(), trailers(END_STREAM)],
  'content-length': [30_000, head({ 'content-length': '30000' }), data(HALF), data(HALF, END_STREAM)],
  'RST_STREAM(NO_ERROR) after END_STREAM': [15_000, head(), data(HALF, END_STREAM), reset(0)],
  'RST_STREAM(CANCEL) after END_STREAM': [15_000, head(), data(HALF, END_STREAM), reset(8)],
  'GOAWAY in the middle': [30_000, head(), data(HALF), goaway(0), data(HALF, END_STREAM)],
  'GOAWAY in two steps': [
    30_000,
    head(),
    data(HALF),
    goaway(0, 2 ** 31 - 1),
    goaway(0),
    data(HALF, END_STREAM),
  ],
  'GOAWAY before the headers': [15_000, goaway(0), head(), data(HALF, END_STREAM)],
  padding: [200, head(), padded(HALF.subarray(0, 100), 255), padded(HALF.subarray(0, 100), 9, END_STREAM)],
  'padding alone, with END_STREAM': [15_000, head(), data(HALF), padded(NOTHING, 100, END_STREAM)],
  'SETTINGS in the middle': [
    30_000,
    head(),
    data(HALF),
    () => settings([INITIAL_WINDOW_SIZE, 100], [MAX_CONCURRENT_STREAMS, 0]),
    data(HALF, END_STREAM),
  ],
  '1xx before': [
    15_000,
    head({ ':status': '103' }),
    head({ ':status': '100' }),
    head(),
    data(HALF, END_STREAM),
  ],
};

/** The failure, and the frames of the answer. */
const BROKEN: Readonly<Record<string, readonly [string, ...MakeFrame[]]>> = {
  ...Object.fromEntries(
    [0, 1, 2, 5, 7, 8, 11, 13, 99].map((code) => [
      `RST_STREAM(${code}) in the middle`,
      ['connection-reset', head(), data(HALF), reset(code)] as const,
    ]),
  ),
  ...Object.fromEntries(
    [0, 8].flatMap((code): [string, [string, ...MakeFrame[]]][] => [
      [
        `RST_STREAM(${code}) after all of content-length`,
        ['connection-reset', head({ 'content-length': '15000' }), data(HALF), reset(code)],
      ],
      [`RST_STREAM(${code}) after empty DATA`, ['connection-reset', head(), data(NOTHING), reset(code)]],
      [`RST_STREAM(${code}) after the headers`, ['connection-reset', head(), reset(code)]],
      [`RST_STREAM(${code}) before the headers`, ['connection-reset', reset(code)]],
      [`RST_STREAM(${code}) after 1xx`, ['connection-reset', head({ ':status': '103' }), reset(code)]],
    ]),
  ),
  'END_STREAM before content-length': [
    'length-mismatch',
    head({ 'content-length': '30000' }),
    data(HALF, END_STREAM),
  ],
  'trailers before content-length': [
    'length-mismatch',
    head({ 'content-length': '30000' }),
    data(HALF),
    trailers(END_STREAM),
  ],
  'END_STREAM on HEADERS, and a content-length': [
    'connection-reset',
    head({ 'content-length': '30000' }, END_STREAM),
  ],
  'more than content-length': [
    'connection-reset',
    head({ 'content-length': '15000' }),
    data(HALF),
    data(HALF, END_STREAM),
  ],
  'trailers without END_STREAM': ['connection-reset', head(), data(HALF), trailers(0)],
  'GOAWAY with an error in the middle': ['connection-reset', head(), data(HALF), goaway(2)],
  'GOAWAY, then RST_STREAM': ['connection-reset', head(), data(HALF), goaway(0), reset(0)],
  'headers of 600 kB': ['connection-reset', head(manyFields(5500, 110)), data(HALF, END_STREAM)],
};

/** node:http2 takes these for no answer at all, so they are asked for once more, over HTTP/1.1 if it is spoken. */
const ASKED_TWICE = ['END_STREAM on HEADERS, and a content-length', 'headers of 600 kB'];

function manyFields(count: number, length: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '-'.repeat(length)]));
}

function write(peer: Peer, stream: number, frames: readonly MakeFrame[]): Promise<void> {
  peer.write(...frames.map((make) => make(stream)));
  return Promise.resolve();
}

const SENDING = {
  'all at once': write,
  'frame by frame': async (peer: Peer, stream: number, frames: readonly MakeFrame[]) => {
    for (const make of frames) {
      peer.write(make(stream));
      await peer.isRead();
    }
  },
  'all at once, and the end of the connection': async (
    peer: Peer,
    stream: number,
    frames: readonly MakeFrame[],
  ) => {
    await write(peer, stream, frames);
    peer.socket.end();
  },
};
/** How the receiver takes the body. */
const TAKING = { 'as it comes': {}, slowly: { pause: () => nextTurn() } };

describe.each(Object.entries(SENDING))('%s', (_, send) => {
  describe.each(Object.entries(TAKING))('taken %s', (_taking, taking) => {
    test.each(Object.entries(WHOLE))('whole: %s', async (_name, [length, ...frames]) => {
      server.answer = (peer, stream) => send(peer, stream, frames);
      const { answer, body } = await receive(client, server.url, taking);
      expect([answer.status, body.length, answer.untilClose]).toEqual([200, length, false]);
      expect(server.requests).toBe(1);
    });
  });
});

describe.each(Object.entries(SENDING).slice(0, 2))('%s', (_, send) => {
  describe.each(Object.entries(TAKING))('taken %s', (_taking, taking) => {
    test.each(Object.entries(BROKEN))('broken: %s', async (name, [code, ...frames]) => {
      server.answer = (peer, stream) => send(peer, stream, frames);
      expect(await failureOf(receive(client, server.url, taking))).toEqual([code, true]);
      expect(server.requests).toBe(ASKED_TWICE.includes(name) ? 2 : 1);
    });
  });
});

test.each([
  ['in good order', {}, 'body-incomplete', (peer: Peer) => peer.socket.end()],
  [
    'in good order, before content-length',
    { 'content-length': '30000' },
    'length-mismatch',
    (peer: Peer) => peer.socket.end(),
  ],
  ['by a reset', {}, 'connection-reset', (peer: Peer) => peer.tcp.resetAndDestroy()],
  [
    'by a reset, after all of content-length',
    { 'content-length': '15000' },
    'connection-reset',
    (peer: Peer) => peer.tcp.resetAndDestroy(),
  ],
] as const)('the connection ends in the middle, %s', async (_name, fields, code, end) => {
  server.answer = async (peer, stream) => {
    await write(peer, stream, [head(fields), data(HALF)]);
    await peer.isRead();
    end(peer);
  };
  expect(await failureOf(receive(client, server.url))).toEqual([code, true]);
});
