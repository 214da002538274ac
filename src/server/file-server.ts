/**
 * What answers on the connections of one thread: files of one folder, read only, with latency, jitter, a rate and a
 * share of errors to play a server far away. Ranges, validators and types are those of `send`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import send from 'send';
import { toErrorData } from '../common/model/errors';
import type { FileServerOptions, ServeFigures, ServeNews } from '../common/threads/serve';
import { Connection } from './connection';
import { findFile, isOwnHost } from './guard';
import { RequestLog } from './request-log';
import { RateLimit, Throttle } from './throttle';
import { answerDelay, isUnlucky } from './trouble';

/** How often what long answers have sent so far is counted. */
const TALLY_MS = 250;
/** A connection that has no whole request for so long ends, however it trickles: RFC 9110 §15.5.9 */
const REQUEST_MS = 60_000;

export class FileServer {
  readonly #options: FileServerOptions;
  readonly #figures: ServeFigures;
  readonly #random: () => number;
  readonly #requestMs: number;
  /** `null`: nobody watches. */
  readonly #log: RequestLog | null;
  readonly #server: Server;
  readonly #limits = new WeakMap<Socket, RateLimit>();
  readonly #connections = new Map<Socket, Connection>();
  readonly #latencies = new Set<NodeJS.Timeout>();
  #tally: NodeJS.Timeout | null = null;
  #closing = false;
  #whenEmpty: () => void = () => undefined;

  /**
   * @param tell is told of the requests, where they are watched
   * @param random from 0 up to 1, for jitter and errors
   * @param requestMs how long a connection may be without a whole request
   */
  constructor(
    options: FileServerOptions,
    figures: ServeFigures,
    tell: (news: ServeNews) => void,
    random: () => number = Math.random,
    requestMs = REQUEST_MS,
  ) {
    this.#options = options;
    this.#requestMs = requestMs;
    this.#figures = figures;
    this.#random = random;
    this.#log = options.watched ? new RequestLog(tell) : null;
    // It never listens: connections are accepted elsewhere and adopted here.
    this.#server = createServer((request, response) => {
      this.#receive(request, response);
    });
    // Who has asked and closes its side still waits for the answer. Node has the property, its types have not.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
  }

  /** Takes over an accepted connection; nothing of it may have been read. */
  adopt(socket: Socket): void {
    this.#figures.adopt();
    const connection = new Connection(socket);
    this.#connections.set(socket, connection);
    this.#log?.connect(socket);
    this.#tally ??= setInterval(() => {
      for (const open of this.#connections.values()) {
        this.#count(open);
        open.endIfSilent(this.#requestMs);
      }
    }, TALLY_MS).unref();
    socket.once('close', () => {
      this.#count(connection);
      this.#connections.delete(socket);
      this.#log?.disconnect(socket);
      this.#figures.end();
      if (this.#connections.size > 0) return;
      if (this.#tally !== null) clearInterval(this.#tally);
      this.#tally = null;
      this.#whenEmpty();
    });
    socket.setNoDelay(true);
    // Documented for connections that come from elsewhere: from here on it is like any other.
    this.#server.emit('connection', socket);
    if (this.#closing) socket.destroy();
  }

  /** Ends every connection. Resolves when they are closed and nothing is under way. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#latencies) clearTimeout(timer);
    this.#latencies.clear();
    this.#log?.close();
    if (this.#connections.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const socket of this.#connections.keys()) socket.destroy();
    await empty;
  }

  #count(connection: Connection): void {
    const bytes = connection.takeWritten();
    if (bytes > 0) this.#figures.send(bytes);
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    this.#connections.get(request.socket)?.take(response, () => {
      this.#begin(request, response);
    });
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    this.#figures.request();
    this.#log?.request(request, response);
    response.once('close', () => {
      this.#figures.answer();
      const connection = this.#connections.get(request.socket);
      if (connection !== undefined) this.#count(connection);
    });
    const wait = answerDelay(this.#options, this.#random);
    if (wait <= 0) {
      this.#answer(request, response);
      return;
    }
    const timer = setTimeout(() => {
      this.#latencies.delete(timer);
      this.#answer(request, response);
    }, wait);
    this.#latencies.add(timer);
    response.once('close', () => {
      clearTimeout(timer);
      this.#latencies.delete(timer);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#reply(request, response).catch((error: unknown) => {
      if (this.#closing) return;
      process.emitWarning(toErrorData(error).message);
      response.destroy();
    });
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { root, host } = this.#options;
    if (isUnlucky(this.#options, this.#random)) {
      this.#figures.refuse();
      refuse(response, 503);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, { Allow: 'GET, HEAD' });
      return;
    }
    // A page in a browser could give its own host name this address and read what is served here.
    if (!isOwnHost(request.headers.host, host)) {
      refuse(response, 421);
      return;
    }
    const file = await findFile(root, request.url ?? '/');
    if (response.destroyed || request.socket.destroyed) return;
    if (file === null) refuse(response, 404);
    else this.#sendFile(request, response, file);
  }

  #sendFile(request: IncomingMessage, response: ServerResponse, file: string): void {
    const { root, bytesPerSecond } = this.#options;
    const stream = send(request, encodeURI(file).replaceAll('?', '%3F').replaceAll('#', '%23'), {
      root,
      index: false,
      dotfiles: 'ignore',
    });
    stream.on('error', (error: { readonly status?: number }) => {
      if (response.headersSent) response.destroy();
      else refuse(response, error.status ?? 500);
    });
    stream.on('directory', () => {
      refuse(response, 404);
    });
    if (bytesPerSecond !== null) {
      stream.on('stream', (body: Readable) => {
        slowDown(body, this.#limitOf(request.socket, bytesPerSecond));
      });
    }
    stream.pipe(response);
  }

  #limitOf(socket: Socket, rate: number): RateLimit {
    const known = this.#limits.get(socket);
    if (known !== undefined) return known;
    const limit = new RateLimit(rate);
    this.#limits.set(socket, limit);
    return limit;
  }
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${status}\n`);
}

/** Puts a throttle between a file and the answer that `send` is about to pipe it to. */
function slowDown(body: Readable, limit: RateLimit): void {
  const pipe = body.pipe.bind(body);
  body.pipe = (destination, options) => {
    const throttle = new Throttle(limit);
    destination.once('close', () => throttle.destroy());
    pipe(throttle).pipe(destination, options);
    return destination;
  };
}
