/**
 * HTTP for downloads: one GET at a time per call, over connections that are
 * kept alive (undici, one Agent per worker). A body is either received whole
 * as the protocol frames it (RFC 9112 §6.3, §8) or the call fails.
 */
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { HeddleError } from '../common/errors';
import { VERSION } from '../common/version';
import { errorCode } from './final-name';
import { badAnswer, connectionFailure, statusFailure } from './http-errors';
import type { TaskContext } from './runtime';

export interface HttpLimits {
  readonly connectMs: number;
  /** From the request to the last header. */
  readonly headersMs: number;
  /** Without a byte of the body. */
  readonly stallMs: number;
  readonly redirects: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connectMs: 20_000,
  headersMs: 60_000,
  stallMs: 60_000,
  redirects: 20,
};

/** A redirect's or an error page's body up to this size is read away, so that the connection can be used again. */
const DISCARD_BYTES = 64 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where the body of a 200 goes. */
export interface BodySink {
  /** The answer is good; `expected` is its Content-Length, `null` where it has none. */
  begin(expected: number | null): void;
  /** @returns a promise to wait for before more is sent, or `null` */
  write(chunk: Buffer): Promise<void> | null;
}

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];
type Controller = Dispatcher.DispatchController;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

export class HttpClient {
  readonly #limits: HttpLimits;
  readonly #agent: Agent;
  /** True while a socket's error is being told to undici; see {@link Exchange.onResponseEnd}. */
  #socketFailing = false;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
    const connect = buildConnector({ timeout: limits.connectMs });
    this.#agent = new Agent({
      pipelining: 1,
      headersTimeout: limits.headersMs,
      bodyTimeout: limits.stallMs,
      connect: (options, callback) => {
        connect(options, (...result) => {
          const [error, socket] = result;
          if (error === null) this.#watch(socket);
          callback(...result);
        });
      },
    });
  }

  /**
   * Gets `url`, following redirects, and pours the body of a 200 into `sink`.
   * @returns bytes received
   * @throws HeddleError; what `context` or `sink` threw
   */
  async get(url: URL, sink: BodySink, context: TaskContext): Promise<number> {
    let current = url;
    const visited = new Set<string>();
    for (;;) {
      const exchange = await this.#exchange(current, url, sink, context);
      const answer = exchange.answer;
      if (answer.status === 200) return exchange.received;
      if (!REDIRECTS.has(answer.status))
        throw statusFailure(answer.status, current, answer.headers['retry-after']);
      visited.add(addressOf(current));
      current = redirectTarget(answer, current);
      if (visited.has(addressOf(current))) {
        throw new HeddleError(
          'redirect-loop',
          `The server sends the request in a circle, back to ${current.href}.`,
        );
      }
      if (visited.size > this.#limits.redirects) {
        throw new HeddleError(
          'too-many-redirects',
          `The server redirected more than ${this.#limits.redirects} times, last to ${current.href}.`,
        );
      }
    }
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /**
   * A connection that was kept alive may be closed by the server at the very moment it is used again.
   * Such a request was not answered at all, so it is sent once more (RFC 9112 §9.3.1).
   */
  async #exchange(url: URL, original: URL, sink: BodySink, context: TaskContext): Promise<FinishedExchange> {
    for (let attempt = 1; ; attempt++) {
      const exchange = new Exchange(sink, context, () => this.#socketFailing);
      try {
        const answer = await this.#send(url, original, exchange, context);
        return { answer, received: exchange.received };
      } catch (error) {
        context.throwIfCancelled();
        if (error instanceof HeddleError || exchange.sinkFailed) throw error;
        const closed = CLOSED.has(errorCode(error) ?? '');
        if (closed && !exchange.answered && attempt === 1) continue;
        throw connectionFailure(error, url, exchange);
      }
    }
  }

  async #send(url: URL, original: URL, exchange: Exchange, context: TaskContext): Promise<Answer> {
    const { signal } = context;
    const stop = (): void => {
      exchange.stop(signal.reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      this.#agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'GET',
          headers: requestHeaders(url, original),
        },
        exchange,
      );
      const answer = await exchange.finished;
      // undici takes a connection back one turn of the event loop later. A request made before would open
      // another, and a worker would hold two for each of its lanes.
      await nextTurn();
      return answer;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #watch(socket: Socket): void {
    // Before undici's own listener, so the flag stands while that one runs; microtasks run after both.
    socket.prependListener('error', () => {
      this.#socketFailing = true;
      queueMicrotask(() => {
        this.#socketFailing = false;
      });
    });
  }
}

interface FinishedExchange {
  readonly answer: Answer;
  readonly received: number;
}

/** How a connection looks that the other side closed. */
const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** One request and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly finished: Promise<Answer>;
  received = 0;
  /** Content-Length of a 200; `null` before and without. */
  expected: number | null = null;
  answered = false;
  sinkFailed = false;
  readonly #sink: BodySink;
  readonly #context: TaskContext;
  readonly #socketFailing: () => boolean;
  #answer: Answer | null = null;
  #untilClose = false;
  #controller: Controller | null = null;
  #stopped: { readonly reason: unknown } | null = null;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: unknown) => void;

  constructor(sink: BodySink, context: TaskContext, socketFailing: () => boolean) {
    this.#sink = sink;
    this.#context = context;
    this.#socketFailing = socketFailing;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends the exchange with `reason`; whatever the connection still says is not heard. */
  stop(reason: unknown): void {
    if (this.#stopped !== null) return;
    this.#stopped = { reason };
    this.#reject(reason);
    this.#controller?.abort(reason instanceof Error ? reason : new Error('stopped'));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // Stopped while it waited for its connection.
    if (this.#stopped !== null) controller.abort(new Error('stopped'));
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    this.answered = true;
    if (status < 200) return;
    this.#answer = { status, headers };
    if (status !== 200) return;
    this.#guard(() => {
      const encoding = headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity' && encoding !== '') {
        throw new HeddleError(
          'content-encoding',
          `The server sent the file encoded (${String(encoding)}), though it was asked not to.`,
        );
      }
      const transfer = String(headers['transfer-encoding'] ?? 'identity').toLowerCase();
      if (transfer !== 'chunked' && transfer !== 'identity') {
        throw badAnswer(`it sends the file in a transfer encoding (${transfer}) that was not asked for`);
      }
      this.expected = contentLength(headers);
      // RFC 9112 §6.3: neither chunked nor of a length that was said.
      this.#untilClose = this.expected === null && transfer !== 'chunked';
      this.#sink.begin(this.expected);
    });
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#answer === null || this.#stopped !== null) return;
    this.received += chunk.length;
    if (this.#answer.status !== 200) {
      if (this.received > DISCARD_BYTES) {
        // All that matters is known; reading on would cost more than a new connection.
        this.#resolve(this.#answer);
        controller.abort(new Error('the rest of this body is not needed'));
      }
      return;
    }
    this.#guard(() => {
      this.#context.throwIfCancelled();
      const wait = this.#sink.write(chunk);
      if (wait === null) return;
      controller.pause();
      wait.then(
        () => {
          controller.resume();
        },
        (error: unknown) => {
          this.#failSink(error);
        },
      );
    });
  }

  onResponseEnd(): void {
    if (this.#answer === null || this.#stopped !== null) return;
    if (this.#answer.status === 200) {
      // A body that ends with its connection is whole only if that was closed in good order: undici takes
      // a reset for the end too, so it is looked at whether an error is what ended it.
      if (this.#untilClose && this.#socketFailing()) {
        this.#reject(
          new HeddleError('connection-reset', 'The connection broke off in the middle of the file.', {
            retryable: true,
          }),
        );
        return;
      }
      if (this.expected !== null && this.received !== this.expected) {
        this.#reject(lengthMismatch(this.received, this.expected));
        return;
      }
    }
    this.#resolve(this.#answer);
  }

  onResponseError(_: Controller, error: Error): void {
    this.#reject(error);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failSink(error);
    }
  }

  #failSink(error: unknown): void {
    this.sinkFailed = true;
    this.stop(error);
  }
}

export function lengthMismatch(received: number, expected: number): HeddleError {
  return new HeddleError('length-mismatch', `The server promised ${expected} bytes and sent ${received}.`, {
    retryable: true,
  });
}

function requestHeaders(url: URL, original: URL): Record<string, string> {
  const headers: Record<string, string> = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': `Heddle/${VERSION}`,
  };
  // A name and password in the URL (RFC 3986 §3.2.1) are for the host that the user wrote them for.
  if ((original.username !== '' || original.password !== '') && url.origin === original.origin) {
    const pair = `${decodeUserInfo(original.username)}:${decodeUserInfo(original.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return headers;
}

function decodeUserInfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function contentLength(headers: Headers): number | null {
  // With Transfer-Encoding the length is not the body's (RFC 9112 §6.3).
  if (headers['transfer-encoding'] !== undefined) return null;
  const value = headers['content-length'];
  if (value === undefined) return null;
  if (typeof value !== 'string' || !/^\d{1,15}$/u.test(value)) {
    throw badAnswer(`its Content-Length is "${String(value)}"`);
  }
  return Number(value);
}

function redirectTarget(answer: Answer, from: URL): URL {
  const location = answer.headers['location'];
  if (typeof location !== 'string' || !URL.canParse(location, from.href)) {
    throw badAnswer(`it redirects (${answer.status}) to no valid address`);
  }
  const target = new URL(location, from);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new HeddleError(
      'bad-redirect',
      `The server redirects to ${target.href}, which is not an HTTP address.`,
    );
  }
  return target;
}

/** The URL without its fragment, which is not sent. */
function addressOf(url: URL): string {
  return url.origin + url.pathname + url.search;
}
