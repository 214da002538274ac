/**
 * HTTP/2 (RFC 9113) for servers that refuse HTTP/1.1: all connections of a thread to one origin, over node:http2.
 *
 * An answer is whole when its last frame carries END_STREAM and when every byte before it was handed on, and not
 * otherwise: a stream that was reset, with whatever code, or whose connection ended, has failed.
 */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import { errorCode } from '../files/entries';
import type { Connector } from './trust';

/** RFC 9113 §7. */
const ERROR_NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** The peer may send so much ahead of what was read: enough for 1 Gbit/s at a round trip of 30 ms. */
const STREAM_WINDOW = 4 * 1024 * 1024;
const CONNECTION_WINDOW = 16 * 1024 * 1024;
/** Requests at once over one connection, where the server allows more. */
const MOST_STREAMS = 100;
/** A connection without requests is kept so long; undici keeps those of HTTP/1.1 as long. */
const IDLE_MS = 4000;

/** A failure of HTTP/2 itself. */
export class Http2Error extends Error {
  /**
   * - `HTTP2_NOT_PROCESSED`: the server did nothing with the request, which may be sent again (RFC 9113 §8.7).
   * - `HTTP2_NOT_SPOKEN`: the server chose another protocol.
   * - `HTTP2_RESET`: the stream or its connection was ended before the answer's end; `message` is the error's name.
   */
  readonly code: 'HTTP2_NOT_PROCESSED' | 'HTTP2_NOT_SPOKEN' | 'HTTP2_RESET';

  constructor(code: Http2Error['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface Http2Limits {
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

/** What undici's agents hand to the dispatchers that they made. */
interface Handler {
  onConnect(abort: (reason?: Error) => void): void;
  /** @returns whether it goes on at once; if not, `resume` is called later */
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, statusText: string): boolean;
  /** @returns as `onHeaders` */
  onData(chunk: Buffer): boolean;
  onComplete(trailers: readonly Buffer[]): void;
  onError(error: Error): void;
}

interface Waiting {
  readonly options: Dispatcher.DispatchOptions;
  readonly handler: Handler;
}

/** The connections to one origin, as a dispatcher that undici's agents take for theirs. */
export class Http2Pool extends Dispatcher {
  readonly #origin: URL;
  readonly #connect: Connector;
  readonly #limits: Http2Limits;
  readonly #connections = new Set<Connection>();
  #waiting: Waiting[] = [];
  #opening = false;
  destroyed = false;

  constructor(origin: URL, connect: Connector, limits: Http2Limits) {
    super();
    this.#origin = origin;
    this.#connect = connect;
    this.#limits = limits;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.#waiting.push({ options, handler: handler as unknown as Handler });
    this.#send();
    return true;
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): unknown {
    if (callback === undefined) return this.destroy();
    this.destroy(null, callback);
    return undefined;
  }

  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(error?: Error | null | (() => void), callback?: () => void): unknown {
    this.destroyed = true;
    const reason = error instanceof Error ? error : new Error('closed');
    for (const connection of this.#connections) connection.destroy(reason);
    this.#fail(reason);
    const done = typeof error === 'function' ? error : callback;
    if (done === undefined) return Promise.resolve();
    queueMicrotask(done);
    return undefined;
  }

  #send(): void {
    while (this.#waiting.length > 0) {
      const connection = [...this.#connections].find(({ hasRoom }) => hasRoom);
      if (connection === undefined) break;
      const next = this.#waiting.shift();
      if (next !== undefined) connection.send(next);
    }
    // One that has just begun may still tell how much room it has.
    const isBeginning = this.#opening || [...this.#connections].some((each) => each.isBeginning);
    if (this.#waiting.length > 0 && !isBeginning && !this.destroyed) this.#open();
  }

  #open(): void {
    this.#opening = true;
    const { protocol, host, port } = this.#origin;
    const hostname = this.#origin.hostname.replace(/^\[|\]$/gu, '');
    this.#connect({ protocol, host, hostname, port }, (error, socket) => {
      this.#opening = false;
      if (this.destroyed) {
        socket?.destroy();
        return;
      }
      if (error !== null) {
        // Where another connection is open there will be room.
        if (this.#connections.size === 0) this.#fail(error);
        return;
      }
      const secure = socket as TLSSocket;
      if (secure.alpnProtocol !== 'h2') {
        secure.destroy();
        this.#fail(new Http2Error('HTTP2_NOT_SPOKEN', String(secure.alpnProtocol)));
        return;
      }
      const connection = new Connection(this.#origin, secure, this.#limits, () => {
        if (connection.isOver) this.#connections.delete(connection);
        this.#send();
      });
      this.#connections.add(connection);
      this.#send();
    });
  }

  #fail(error: Error): void {
    const failed = this.#waiting;
    this.#waiting = [];
    for (const { handler } of failed) handler.onError(error);
  }
}

class Connection {
  readonly #session: ClientHttp2Session;
  readonly #socket: TLSSocket;
  readonly #origin: URL;
  readonly #limits: Http2Limits;
  /** Called when there may be room, and when it is over. */
  readonly #changed: () => void;
  #streams = 0;
  /** Until the server's first SETTINGS, which say how many streams there may be (RFC 9113 §3.4). */
  isBeginning = true;
  isOver = false;
  #error: Error | null = null;
  /**
   * It takes no further requests. node:http2 may read nothing more after a breach of the protocol, and what answers
   * too late may be dead, so a connection's first failure is its last request.
   */
  #isSpent = false;
  /** The server ended it. */
  #isLost = false;
  /** Streams above it were not processed (RFC 9113 §6.8). */
  #lastStream = Infinity;
  #idle: NodeJS.Timeout | null = null;

  constructor(origin: URL, socket: TLSSocket, limits: Http2Limits, changed: () => void) {
    this.#origin = origin;
    this.#limits = limits;
    this.#changed = changed;
    // Before the session's own listener, which closes the streams.
    socket.once('close', () => {
      this.#isLost = true;
    });
    const session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
      // node:http2 takes 64 KiB of header fields; more than 128 of them are unusual, not wrong.
      maxHeaderListPairs: 1000,
    });
    this.#session = session;
    this.#socket = socket;
    const beginning = setTimeout(() => {
      this.destroy(coded('UND_ERR_HEADERS_TIMEOUT', 'no SETTINGS'));
    }, limits.headersTimeout);
    session.once('connect', () => {
      session.setLocalWindowSize(CONNECTION_WINDOW);
    });
    session.on('remoteSettings', () => {
      clearTimeout(beginning);
      this.isBeginning = false;
      changed();
    });
    session.on('goaway', (_code: number, lastStream: number) => {
      this.#lastStream = Math.min(this.#lastStream, lastStream);
    });
    session.on('error', (error: Error) => {
      this.#error = error;
    });
    session.once('close', () => {
      clearTimeout(beginning);
      if (this.#idle !== null) clearTimeout(this.#idle);
      this.isBeginning = false;
      this.isOver = true;
      changed();
    });
  }

  /** The first request goes out with the connection's own preface. */
  get hasRoom(): boolean {
    const { closed, destroyed, remoteSettings } = this.#session;
    if (closed || destroyed || this.#isSpent) return false;
    if (this.isBeginning) return this.#streams === 0;
    return this.#streams < Math.min(MOST_STREAMS, remoteSettings.maxConcurrentStreams ?? MOST_STREAMS);
  }

  destroy(error?: Error): void {
    this.#session.destroy(error);
    // A session that was closed before waits for the server's end of the connection.
    this.#socket.destroy();
  }

  send({ options, handler }: Waiting): void {
    const { body } = options;
    let stream: ClientHttp2Stream | null = null;
    let isOver = false;
    let timer: NodeJS.Timeout | null = null;
    const over = (): boolean => {
      if (isOver) return false;
      isOver = true;
      if (timer !== null) clearTimeout(timer);
      return true;
    };
    const abort = (reason?: Error): void => {
      if (!over()) return;
      stream?.close(constants.NGHTTP2_CANCEL);
      handler.onError(reason ?? new Error('aborted'));
    };
    handler.onConnect(abort);
    // Aborted meanwhile: a callback set it.
    if (isOver as boolean) return;
    try {
      stream = this.#session.request(this.#headersOf(options), { endStream: typeof body !== 'string' });
    } catch (error) {
      if (over()) handler.onError(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const open = stream;
    this.#begin();
    if (typeof body === 'string') open.end(body);
    const isEnded = watchEnd(open);
    let streamError: Error | null = null;
    let isAnswered = false;
    const expectWithin = (milliseconds: number, code: string): void => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => {
        this.#isSpent = true;
        abort(coded(code, 'too late'));
      }, milliseconds);
    };
    const expectData = (): void => {
      expectWithin(this.#limits.bodyTimeout, 'UND_ERR_BODY_TIMEOUT');
    };
    expectWithin(this.#limits.headersTimeout, 'UND_ERR_HEADERS_TIMEOUT');
    const holdUnless = (goesOn: boolean): void => {
      if (goesOn || isOver) return;
      if (timer !== null) clearTimeout(timer);
      open.pause();
    };
    const resume = (): void => {
      if (isOver) return;
      expectData();
      open.resume();
    };
    open.on('response', (headers, _flags, rawHeaders) => {
      if (isOver) return;
      isAnswered = true;
      expectData();
      const goesOn = handler.onHeaders(Number(headers[':status']), fieldsOf(rawHeaders), resume, '');
      open.on('data', (chunk: Buffer) => {
        if (isOver) return;
        timer?.refresh();
        holdUnless(handler.onData(chunk));
      });
      holdUnless(goesOn);
    });
    open.on('end', () => {
      // What failed is told of when the stream is closed, with its reason.
      if (isEnded() && isAnswered && over()) handler.onComplete([]);
    });
    open.on('error', (error: Error) => {
      streamError = error;
    });
    open.on('close', () => {
      if (over()) {
        this.#isSpent = true;
        handler.onError(this.#failureOf(open, streamError, isAnswered));
      }
      this.#left();
    });
  }

  #headersOf({ method, path, headers, body }: Dispatcher.DispatchOptions): OutgoingHttpHeaders {
    const given = headers as Readonly<Record<string, string>>;
    const fields: OutgoingHttpHeaders = {
      ':method': method,
      ':path': path,
      ':scheme': 'https',
      ':authority': given['host'] ?? this.#origin.host,
    };
    for (const [name, value] of Object.entries(given)) if (!OF_CONNECTIONS.has(name)) fields[name] = value;
    if (typeof body === 'string') fields['content-length'] = Buffer.byteLength(body);
    return fields;
  }

  #begin(): void {
    this.#streams++;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }

  #left(): void {
    this.#streams--;
    if (this.#streams === 0 && this.#isSpent) this.destroy();
    if (this.#streams === 0 && !this.#session.closed && !this.#session.destroyed) {
      this.#idle = setTimeout(() => {
        this.destroy();
      }, IDLE_MS);
    }
    this.#changed();
  }

  #failureOf(stream: ClientHttp2Stream, streamError: Error | null, isAnswered: boolean): Error {
    const { id, rstCode } = stream;
    const refused = rstCode === constants.NGHTTP2_REFUSED_STREAM && !isAnswered;
    if (refused || id === undefined || id > this.#lastStream) {
      return new Http2Error('HTTP2_NOT_PROCESSED', 'REFUSED_STREAM');
    }
    const cause = this.#error ?? streamError;
    const code = errorCode(cause) ?? '';
    if (cause !== null && !code.startsWith('ERR_HTTP2_')) return cause;
    if (cause === null && this.#isLost) return coded('UND_ERR_SOCKET', 'other side closed');
    return new Http2Error('HTTP2_RESET', ERROR_NAMES[rstCode] ?? `error ${rstCode}`);
  }
}

/** Fields of HTTP/1.1's connections, which HTTP/2 forbids (RFC 9113 §8.2.2); `:authority` stands for `host`. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Whether the server ended the stream. node:http2 tells its reader of the end (`push(null)`) both when END_STREAM
 * comes, on DATA, HEADERS or trailers, and when the stream is closed in another way: but then it has marked it as
 * closed before.
 */
function watchEnd(stream: ClientHttp2Stream): () => boolean {
  const push = stream.push.bind(stream);
  let isEnded = false;
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && !stream.closed && !stream.destroyed) isEnded = true;
    return push(chunk, encoding);
  };
  return () => isEnded;
}

/** Names and values in turn, without the pseudo-fields, as undici's parser gives those of HTTP/1.1. */
function fieldsOf(rawHeaders: readonly string[]): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!name.startsWith(':')) fields.push(Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1'));
  }
  return fields;
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
