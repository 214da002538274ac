// Downloading over bare sockets, or over bare sessions of HTTP/2. Only what a server of static files answers: 200, a
// length, no redirects.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { connect as connectSession } from 'node:http2';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { join } from 'node:path';

const CONNECTIONS = 24;
/** All connections of a thread read into the same: what came is written before the next comes. */
const received = Buffer.allocUnsafeSlow(256 * 1024);
const WINDOW_BYTES = 16 * 1024 * 1024;
const END_OF_HEAD = '\r\n\r\n';

/** A file that is written under a hidden name, flushed, and gets its own when it is whole, and has its digest if one is known. */
class Incoming {
  #folder;
  #name;
  #hidden;
  #fd;
  #digest;
  #hash;

  /** @param {{ url: URL, digest?: string }} task its SHA-256, in hexadecimal */
  constructor(folder, { url, digest }) {
    this.#folder = folder;
    this.#name = url.pathname.split('/').at(-1);
    this.#hidden = join(folder, `.floor-${process.pid}-${Math.random().toString(36).slice(2)}-${this.#name}`);
    this.#fd = fs.openSync(this.#hidden, 'wx', 0o644);
    this.#digest = digest;
    this.#hash = digest === undefined ? null : createHash('sha256');
  }

  write(bytes) {
    fs.writeSync(this.#fd, bytes);
    this.#hash?.update(bytes);
  }

  finish(modifiedAtMs) {
    if (this.#hash !== null && this.#hash.digest('hex') !== this.#digest)
      throw new Error(`${this.#name} does not have the digest of the list`);
    if (!Number.isNaN(modifiedAtMs)) fs.futimesSync(this.#fd, Date.now() / 1000, modifiedAtMs / 1000);
    fs.fsyncSync(this.#fd);
    fs.closeSync(this.#fd);
    fs.linkSync(this.#hidden, join(this.#folder, this.#name));
    fs.unlinkSync(this.#hidden);
  }
}

/** @param {string} head of an answer. @returns {{ bytes: number, modifiedAtMs: number, isLast: boolean }} */
export function parseHead(head) {
  const [status, ...lines] = head.split('\r\n');
  if (!status.startsWith('HTTP/1.1 200')) throw new Error(`the server answered: ${status}`);
  const fields = new Map();
  for (const line of lines) {
    const colon = line.indexOf(':');
    fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  if (!fields.has('content-length')) throw new Error('an answer without a length');
  return {
    bytes: Number(fields.get('content-length')),
    modifiedAtMs: Date.parse(fields.get('last-modified') ?? ''),
    isLast: fields.get('connection')?.toLowerCase() === 'close',
  };
}

class Connection {
  isOpen = true;
  #socket;
  #folder;
  #request = null;
  #head = Buffer.alloc(0);
  #answer = null;
  #file = null;
  #left = 0;

  constructor({ protocol, hostname, port }, folder) {
    this.#folder = folder;
    const onread = { buffer: received, callback: (count) => this.#receive(received.subarray(0, count)) };
    const isSecure = protocol === 'https:';
    const to = { host: hostname, port: Number(port || (isSecure ? 443 : 80)), noDelay: true, onread };
    this.#socket = isSecure ? connectSecurely(to) : connect(to);
    this.#socket.on('error', (error) => {
      throw error;
    });
    this.#socket.on('close', () => {
      if (this.#request !== null) throw new Error('the server closed a connection before its answer ended');
      this.isOpen = false;
    });
  }

  end() {
    this.isOpen = false;
    this.#socket.destroy();
  }

  /** @param {(bytes: number) => void} done when the file is there */
  fetch(task, done) {
    this.#request = { task, done };
    const { url } = task;
    this.#socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nAccept: */*\r\n\r\n`,
    );
  }

  #receive(bytes) {
    if (this.#answer !== null) this.#store(bytes);
    else {
      const all = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
      const end = all.indexOf(END_OF_HEAD);
      if (end < 0) this.#head = Buffer.from(all);
      else {
        this.#head = Buffer.alloc(0);
        this.#answer = parseHead(all.latin1Slice(0, end));
        this.#left = this.#answer.bytes;
        this.#file = new Incoming(this.#folder, this.#request.task);
        this.#store(all.subarray(end + END_OF_HEAD.length));
      }
    }
    return true;
  }

  #store(bytes) {
    this.#file.write(bytes);
    this.#left -= bytes.length;
    if (this.#left > 0) return;
    const [{ done }, answer] = [this.#request, this.#answer];
    this.#file.finish(answer.modifiedAtMs);
    this.#answer = null;
    this.#request = null;
    if (answer.isLast) this.end();
    done(answer.bytes);
  }
}

/** One connection for all that a thread has in flight. */
class Session {
  isOpen = true;
  #session;
  #folder;

  constructor({ origin }, folder) {
    this.#folder = folder;
    this.#session = connectSession(origin, { settings: { initialWindowSize: WINDOW_BYTES } });
    this.#session.on('connect', () => this.#session.setLocalWindowSize(WINDOW_BYTES));
    this.#session.on('close', () => {
      this.isOpen = false;
    });
  }

  /** As a connection's. */
  fetch(task, done) {
    const stream = this.#session.request({ ':path': `${task.url.pathname}${task.url.search}` });
    let bytes = 0;
    let answer;
    let file;
    stream.on('response', (headers) => {
      if (headers[':status'] !== 200) throw new Error(`the server answered: ${headers[':status']}`);
      answer = headers;
      file = new Incoming(this.#folder, task);
    });
    stream.on('data', (chunk) => {
      bytes += chunk.length;
      file.write(chunk);
    });
    stream.on('close', () => {
      if (stream.rstCode !== 0 || bytes !== Number(answer['content-length']))
        throw new Error('the server ended an answer before its length');
      file.finish(Date.parse(answer['last-modified'] ?? ''));
      done(bytes);
    });
  }
}

export function downloader(folder, { isHttp2 = false } = {}) {
  fs.mkdirSync(folder, { recursive: true });
  const idle = [];
  const waiting = [];
  let busy = 0;
  let session = null;
  const connectionTo = (url) => {
    if (isHttp2) return (session ??= new Session(url, folder));
    for (let each = idle.pop(); each !== undefined; each = idle.pop()) if (each.isOpen) return each;
    return new Connection(url, folder);
  };
  const next = () => {
    for (; waiting.length > 0 && busy < CONNECTIONS; busy++) {
      const task = waiting.shift();
      const [address, digest] = task.source.split(' ');
      const url = new URL(address);
      const connection = connectionTo(url);
      task.begin();
      connection.fetch({ url, digest }, (bytes) => {
        busy -= 1;
        if (connection.isOpen && !isHttp2) idle.push(connection);
        task.end(bytes);
        next();
      });
    }
  };
  return (sources, { packet, times }, answered) => {
    const sizes = new Float64Array(packet.count);
    let left = packet.count;
    for (const [index, source] of sources.entries()) {
      waiting.push({
        source,
        begin: () => {
          times[2 * index] = performance.now();
        },
        end: (bytes) => {
          times[2 * index + 1] = performance.now();
          sizes[index] = bytes;
          left -= 1;
          if (left === 0) answered({ sizes });
        },
      });
    }
    next();
  };
}
