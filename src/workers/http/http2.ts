/**
 * HTTP/2 (RFC 9113) over a connection that was agreed to be for it, by node:http2.
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
import { HeddleError } from '../../common/model/errors';
import { errorCode } from '../../files/entries';
import { NO_CONNECTION, type ConnectionTimes } from './client';
import type { Dialed } from './dial';
import type { Carrier, Exchange } from './exchange';
import type { Fields } from './fields';
import { framingOf } from './framing';
import { Http2Error, resetError } from './http2-error';
import type { Link, LinkOwner } from './link';
import { outlive } from './http2-lifetime';
import { mustBeField } from './request-text';
import { WireError } from './wire-error';

/** The peer may send so much ahead of what was read: enough for one stream of 1 Gbit/s at a round trip of 130 ms. */
const STREAM_WINDOW = 16 * 1024 * 1024;
/** The same of all streams together; so much of slow receivers is held in memory at most. */
const CONNECTION_WINDOW = 64 * 1024 * 1024;
/** Of one frame: with larger ones there is less to do for each byte. */
const LARGEST_FRAME = 256 * 1024;
/** Of header fields, each counted as 32 bytes longer than it is (RFC 9113 §10.5.1). */
const LARGEST_HEAD = 512 * 1024;
/** What node:http2 may hold for a connection, in megabytes: more than the windows let come. */
const SESSION_MEMORY = 256;

export class Http2Link implements Link {
  readonly #session: ClientHttp2Session;
  readonly #dialed: Dialed;
  readonly #origin: URL;
  readonly #owner: LinkOwner;
  readonly #mostStreams: number;
  readonly #streams = new Set<Http2Stream>();
  #times: ConnectionTimes;
  /** Until the server's first SETTINGS, which say how many streams there may be (RFC 9113 §3.4). */
  #isBeginning = true;
  #isOver = false;
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
  /** Since when it waits for SETTINGS or for a request, by the owner's clock. */
  #sinceMs: number;
  /** Whether the owner knows that it has room. */
  #isOffered = false;

  /** @param mostStreams requests at once, where the server allows more */
  constructor(dialed: Dialed, origin: URL, owner: LinkOwner, mostStreams: number) {
    this.#mostStreams = mostStreams;
    this.#dialed = dialed;
    this.#origin = origin;
    this.#owner = owner;
    this.#times = dialed.times;
    this.#sinceMs = owner.elapsedMs();
    const { socket } = dialed;
    // Before the session's own listener, which closes the streams.
    socket.once('close', () => {
      this.#isLost = true;
    });
    this.#session = connect(origin, {
      createConnection: () => socket,
      settings: {
        enablePush: false,
        initialWindowSize: STREAM_WINDOW,
        maxFrameSize: LARGEST_FRAME,
        maxHeaderListSize: LARGEST_HEAD,
      },
      // More than 128 of them are unusual, not wrong.
      maxHeaderListPairs: 5000,
      maxSessionMemory: SESSION_MEMORY,
    });
    this.#listen();
  }

  /** The first request goes out with the connection's own preface. */
  get hasRoom(): boolean {
    const { closed, destroyed, remoteSettings } = this.#session;
    if (closed || destroyed || this.#isSpent) return false;
    if (this.#isBeginning) return this.#streams.size === 0;
    const most = remoteSettings.maxConcurrentStreams ?? this.#mostStreams;
    return this.#streams.size < Math.min(this.#mostStreams, most);
  }

  /** Whether it may soon have more room than it has. */
  get isBeginning(): boolean {
    return this.#isBeginning && !this.#isOver;
  }

  /** A stream that was not processed is sent again in any case. */
  readonly mayBeDead = false;

  send(exchange: Exchange): void {
    let stream: ClientHttp2Stream;
    const { request } = exchange;
    try {
      stream = this.#session.request(headersOf(exchange, this.#origin), { endStream: request.body === null });
    } catch (error) {
      if (error instanceof HeddleError) exchange.stop(error);
      // The session has just come to its end.
      else exchange.fail(new Http2Error('NOT_PROCESSED'));
      return;
    }
    outlive(this.#session, stream);
    if (request.body !== null) stream.end(request.body);
    const times = this.#times;
    this.#times = NO_CONNECTION;
    this.#streams.add(
      new Http2Stream(stream, exchange, times, this.#owner, {
        failureOf: (error, isAnswered) => this.#failureOf(stream, error, isAnswered),
        spent: () => {
          this.#isSpent = true;
        },
        left: (each) => {
          this.#left(each);
        },
      }),
    );
    this.#isOffered = this.hasRoom;
  }

  tick(elapsedMs: number): void {
    const { headersMs, keepMs } = this.#owner.limits;
    const waitedMs = elapsedMs - this.#sinceMs;
    if (this.#isBeginning) {
      if (waitedMs >= headersMs) this.#end(new WireError('HEADERS_TIMEOUT'));
    } else if (this.#streams.size === 0 && waitedMs >= keepMs) this.#end();
    for (const stream of this.#streams) stream.tick(elapsedMs);
  }

  destroy(): void {
    this.#end();
  }

  #listen(): void {
    const session = this.#session;
    session.once('connect', () => {
      session.setLocalWindowSize(CONNECTION_WINDOW);
    });
    session.on('remoteSettings', () => {
      this.#isBeginning = false;
      this.#offer();
    });
    session.on('goaway', (_code: number, lastStream: number) => {
      this.#lastStream = Math.min(this.#lastStream, lastStream);
      this.#offer();
    });
    session.on('error', (error: Error) => {
      this.#error = error;
    });
    session.once('close', () => {
      this.#isBeginning = false;
      this.#isOver = true;
      this.#owner.lost(this);
    });
  }

  /** Says that there is room where there was none. */
  #offer(): void {
    const { hasRoom } = this;
    const isNews = hasRoom && !this.#isOffered;
    this.#isOffered = hasRoom;
    if (isNews) this.#owner.hasRoom(this);
    else if (!hasRoom) this.#owner.isFull();
  }

  #left(stream: Http2Stream): void {
    this.#streams.delete(stream);
    this.#sinceMs = this.#owner.elapsedMs();
    if (this.#streams.size === 0 && this.#isSpent) this.#end();
    else this.#offer();
  }

  #end(error?: Error): void {
    this.#session.destroy(error);
    // A session that was closed before waits for the server's end of the connection.
    this.#dialed.socket.destroy();
  }

  #failureOf({ id, rstCode }: ClientHttp2Stream, streamError: Error | null, isAnswered: boolean): Error {
    const refused = rstCode === constants.NGHTTP2_REFUSED_STREAM && !isAnswered;
    if (refused || id === undefined || id > this.#lastStream) return new Http2Error('NOT_PROCESSED');
    const cause = this.#error ?? streamError;
    const code = errorCode(cause) ?? '';
    if (cause !== null && !code.startsWith('ERR_HTTP2_')) return cause;
    if (cause === null && this.#isLost) return new WireError('CLOSED');
    return resetError(rstCode);
  }
}

/** What a stream tells its connection. */
interface StreamOwner {
  readonly failureOf: (error: Error | null, isAnswered: boolean) => Error;
  readonly spent: () => void;
  readonly left: (stream: Http2Stream) => void;
}

/** One request and its answer. */
class Http2Stream implements Carrier {
  readonly #stream: ClientHttp2Stream;
  readonly #exchange: Exchange;
  readonly #owner: LinkOwner;
  readonly #tell: StreamOwner;
  #error: Error | null = null;
  #hasHead = false;
  #isPaused = false;
  #isOver = false;
  /** Since when it waits for what comes next, by the owner's clock. */
  #sinceMs: number;

  constructor(
    stream: ClientHttp2Stream,
    exchange: Exchange,
    times: ConnectionTimes,
    owner: LinkOwner,
    tell: StreamOwner,
  ) {
    this.#stream = stream;
    this.#exchange = exchange;
    this.#owner = owner;
    this.#tell = tell;
    this.#sinceMs = owner.elapsedMs();
    const isEnded = watchEnd(stream);
    exchange.begin(this, times);
    stream.on('headers', () => {
      exchange.answered = true;
    });
    stream.on('response', (headers, flags, rawHeaders) => {
      this.#head(Number(headers[':status']), rawHeaders, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
    });
    stream.on('end', () => {
      // What failed is told of when the stream is closed, with its reason.
      if (!isEnded() || !this.#hasHead || this.#isOver) return;
      this.#isOver = true;
      exchange.end();
    });
    stream.on('error', (error: Error) => {
      this.#error = error;
    });
    stream.on('close', () => {
      if (!this.#isOver) {
        tell.spent();
        this.#fail(tell.failureOf(this.#error, exchange.answered));
      }
      tell.left(this);
    });
  }

  tick(elapsedMs: number): void {
    if (this.#isOver || this.#isPaused) return;
    const waitedMs = elapsedMs - this.#sinceMs;
    const { headersMs, stallMs } = this.#owner.limits;
    if (waitedMs < (this.#hasHead ? stallMs : headersMs)) return;
    this.#tell.spent();
    this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#fail(new WireError(this.#hasHead ? 'STALLED' : 'HEADERS_TIMEOUT'));
  }

  resume(): void {
    if (this.#isOver || !this.#isPaused) return;
    this.#isPaused = false;
    this.#sinceMs = this.#owner.elapsedMs();
    this.#stream.resume();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #head(status: number, rawHeaders: readonly string[], isEnd: boolean): void {
    if (this.#isOver) return;
    this.#hasHead = true;
    this.#sinceMs = this.#owner.elapsedMs();
    const exchange = this.#exchange;
    const headers = fieldsOf(rawHeaders);
    try {
      const { body, length } = framingOf(exchange.request.method, status, 1, headers);
      const rest = isEnd || body === 'none' ? 0 : (length ?? 0);
      exchange.head({ status, headers, length, untilClose: false, coding: null, rest });
    } catch (error) {
      this.#stream.close(constants.NGHTTP2_CANCEL);
      this.#fail(error);
      return;
    }
    this.#stream.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      this.#sinceMs = this.#owner.elapsedMs();
      if (!exchange.data(chunk)) this.#pause();
    });
  }

  #pause(): void {
    if (this.#isOver) return;
    this.#isPaused = true;
    this.#stream.pause();
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#exchange.fail(error);
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

function headersOf({ request }: Exchange, origin: URL): OutgoingHttpHeaders {
  const { url, method, headers, body } = request;
  const fields: OutgoingHttpHeaders = {
    ':method': method,
    ':path': url.pathname + url.search,
    ':scheme': 'https',
    ':authority': headers['host'] ?? origin.host,
  };
  for (const name in headers) {
    const value = headers[name] ?? '';
    mustBeField(name, value);
    if (!OF_CONNECTIONS.has(name)) fields[name] = value;
  }
  if (body !== null) fields['content-length'] = Buffer.byteLength(body);
  return fields;
}

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

/** One character a byte, as those of HTTP/1.1. */
function fieldsOf(rawHeaders: readonly string[]): Fields {
  const fields = Object.create(null) as Fields;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.startsWith(':')) continue;
    const there = fields[name];
    if (there === undefined) fields[name] = value;
    else if (typeof there === 'string') fields[name] = [there, value];
    else there.push(value);
  }
  return fields;
}
