/**
 * A web server that misbehaves as the path says, a program of its own: `node torture/origin.mjs` prints its port.
 *
 * `/FAULT/TIMES/SIZE/NAME`: the first TIMES requests that reach the file get the fault, the others the file. A few faults
 * never end. `GET /counts` tells how often each path was asked for.
 */
import { createServer } from 'node:http';
import { contentOf, sha256 } from './content.mjs';

/** What a path is answered with after its faults; `null`: never the whole file. */
const ENDLESS = ['gone', 'lies'];
const STALL_MS = 20_000;

const requests = new Map();

/** Half of what is asked for, and then something else than the rest. */
function sendHalf(response, body, after) {
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => setImmediate(after));
}

const FAULTS = {
  gone: (_, response) => response.writeHead(404).end('nothing here\n'),
  // More is promised than there will ever be.
  lies: (_, response, { body, headers }) => {
    response.writeHead(200, { ...headers, 'content-length': body.length + 7 });
    response.write(body, () => response.destroy());
  },
  busy: (_, response) => response.writeHead(503, { 'retry-after': '0' }).end(),
  broken: (_, response) => response.writeHead(500).end('sorry'),
  reset: (request, response, answer) => {
    begin(response, answer);
    sendHalf(response, answer.part, () => request.socket.resetAndDestroy());
  },
  short: (_, response, answer) => {
    begin(response, answer);
    sendHalf(response, answer.part, () => response.destroy());
  },
  // Without a length, and without the last chunk.
  cut: (_, response, { body, headers }) => {
    response.writeHead(200, headers);
    sendHalf(response, body, () => response.destroy());
  },
  stall: (_, response, answer) => {
    begin(response, answer);
    sendHalf(response, answer.part, () => setTimeout(() => response.destroy(), STALL_MS).unref());
  },
  silent: (request) => setTimeout(() => request.socket.destroy(), STALL_MS).unref(),
  garbage: (request) => request.socket.end('HTTP/9.z what?\r\n\r\n'),
  refuse: (request) => request.socket.resetAndDestroy(),
  wrong: (_, response, answer) => {
    const spoilt = Buffer.from(answer.part);
    spoilt[spoilt.length >> 1] ^= 0xff;
    begin(response, answer);
    response.end(spoilt);
  },
};

function begin(response, { status, part, headers, range }) {
  response.writeHead(status, { ...headers, ...range, 'content-length': part.length });
}

/** @returns what is asked for: all of it, or a range, if that is what it still is */
function answerTo(request, body, tag) {
  const headers = {
    etag: `"${tag}"`,
    'last-modified': 'Tue, 01 Oct 2024 10:00:00 GMT',
    'accept-ranges': 'bytes',
  };
  const whole = { body, part: body, status: 200, headers, range: {} };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const condition = request.headers['if-range'];
  if (from === undefined || (condition !== undefined && condition !== headers.etag)) return whole;
  const first = Number(from);
  const last = to === '' ? body.length - 1 : Math.min(Number(to), body.length - 1);
  if (first >= body.length || first > last) {
    const range = { 'content-range': `bytes */${body.length}` };
    return { ...whole, part: Buffer.alloc(0), status: 416, range };
  }
  const range = { 'content-range': `bytes ${first}-${last}/${body.length}` };
  return { ...whole, part: body.subarray(first, last + 1), status: 206, range };
}

const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://origin').pathname;
  if (path === '/counts') {
    response.end(JSON.stringify(Object.fromEntries(requests)));
    return;
  }
  const [, fault, times, size, name] = path.split('/');
  const before = requests.get(path) ?? 0;
  requests.set(path, before + 1);
  const isFaulty = ENDLESS.includes(fault) || before < Number(times);
  // What changes is another file from then on: half of the old one and half of the new one are neither.
  const version = fault === 'changes' && before < Number(times) ? `${name} before` : name;
  const body = contentOf(version, Number(size));
  const answer = answerTo(request, body, sha256(Buffer.from(version)).slice(0, 12));
  if (isFaulty && fault === 'changes') FAULTS.reset(request, response, answer);
  else if (isFaulty && Object.hasOwn(FAULTS, fault)) FAULTS[fault](request, response, answer);
  else if (fault === 'plain') response.writeHead(200, { 'content-length': body.length }).end(body);
  else if (fault === 'chunked') response.writeHead(200, answer.headers).end(body);
  else {
    begin(response, answer);
    response.end(answer.part);
  }
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
// It lasts no longer than who started it.
process.stdin.resume().once('end', () => process.exit(0));
