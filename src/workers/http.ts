/**
 * HTTP for downloads: one request at a time per call, over connections that are
 * kept alive (undici, one Agent per worker). A body is either received whole
 * as the protocol frames it (RFC 9112 §6.3, §8) or the call fails.
 */
import { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import { nowMs } from '../common/board';
import { HeddleError } from '../common/errors';
import { isIdempotent, shownUrl } from '../common/http-fields';
import { VERSION } from '../common/version';
import { errorCode } from '../files/entries';
import { badAnswer, connectionFailure } from './http-errors';
import type { TaskContext } from './runtime';
import { isProxyNamed, openProxied, proxyRefusal } from './proxies';
import { readCertificates, trustingConnector, type Connector } from './trust';

export interface HttpLimits {
  readonly connectMs: number;
  /** From the request to the last header. */
  readonly headersMs: number;
  /** Without a byte of the body. */
  readonly stallMs: number;
}

const MAX_REDIRECTS = 20;

/** A redirect's or an error page's body up to this size is read away, so that the connection can be used again. */
const DISCARD_BYTES = 64 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Told by a receiver: it has all that it wanted; the connection is closed. */
export const ENOUGH = Symbol('enough');

/** Who wants an answer. */
export interface Receiver {
  /**
   * The headers of the final answer are there (redirects are followed before).
   * @returns whether its body is wanted; of others only what costs nothing is read
   */
  begin(answer: Answer): boolean;
  /** @returns a promise to wait for before more is sent, `null` to go on at once, or {@link ENOUGH} */
  write(chunk: Buffer): Promise<void> | null | typeof ENOUGH;
}

export interface Request {
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  /** Lower-case names. Sent to the origin of `url` alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: the whole. */
  readonly range: string | null;
  readonly ifRange: string | null;
  /** Fields that make the request conditional (RFC 9110 §13.1); unlike `headers` they follow redirects. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface HttpOptions extends HttpLimits {
  readonly userAgent: string | null;
  /** Name and password for a host, from a .netrc file. */
  readonly loginFor: (host: string) => { readonly name: string; readonly password: string } | null;
  /** The Cookie header for an address. */
  readonly cookiesFor: (url: URL) => string | null;
  readonly proxy: string | null;
  readonly caFile: string | null;
}

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];
type Controller = Dispatcher.DispatchController;

/** Where an exchange's time went, in milliseconds; `null` where an open connection was used, or it did not come to that. */
export interface ExchangeTimes {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the request's headers to the answer's. */
  readonly waitMs: number | null;
}

export interface Answer {
  readonly status: number;
  readonly times: ExchangeTimes;
  readonly headers: Headers;
  /** Where it came from in the end. */
  readonly url: URL;
  /** Bytes of the body, where the answer says so. */
  readonly length: number | null;
  /** Whether nothing but the connection's end says where the body ends (RFC 9112 §6.3). */
  readonly untilClose: boolean;
}

export class HttpClient {
  readonly #options: HttpOptions;
  readonly #userAgent: string;
  readonly #dispatcher: Dispatcher;
  readonly #cancelling = new Cancelling();
  /** True while a socket's error is being told to undici; see {@link Exchange.onResponseEnd}. */
  readonly #sockets: SocketWatch;

  /** @throws HeddleError when the file of certificates cannot be read */
  static async open(options: HttpOptions): Promise<HttpClient> {
    const sockets = new SocketWatch();
    const own = options.caFile === null ? null : readCertificates(options.caFile);
    const connect = trustingConnector({ timeout: options.connectMs, allowH2: false }, own);
    const limits = {
      pipelining: 1,
      // undici calls an HTTP/2 stream complete that was reset in its middle (RFC 9113 §8.1), so it is never offered.
      allowH2: false,
      headersTimeout: options.headersMs,
      bodyTimeout: options.stallMs,
    };
    const direct = sockets.watching(connect);
    const dispatcher = isProxyNamed(options.proxy)
      ? await openProxied({
          proxy: options.proxy,
          connectMs: options.connectMs,
          own,
          limits,
          direct,
          watching: (other) => sockets.watching(other),
        })
      : new Agent({ ...limits, connect: direct });
    return new HttpClient(options, dispatcher, sockets);
  }

  private constructor(options: HttpOptions, dispatcher: Dispatcher, sockets: SocketWatch) {
    this.#options = options;
    this.#userAgent = options.userAgent ?? `Heddle/${VERSION}`;
    this.#dispatcher = dispatcher;
    this.#sockets = sockets;
  }

  /**
   * Sends `request`, follows redirects, and pours the body of the final answer into `receiver` if it wants it.
   * @returns the final answer, its body received whole, or as much of it as the receiver wanted
   * @throws HeddleError; what `context` or `receiver` threw
   */
  async send(request: Request, receiver: Receiver, context: TaskContext): Promise<Answer> {
    const { url: original } = request;
    let { method, body } = request;
    let current = original;
    let visited: Set<string> | null = null;
    for (;;) {
      const headers = this.#headers(request, current, method);
      const answer = await this.#exchange({ url: current, method, headers, body }, receiver, context);
      if (!REDIRECTS.has(answer.status)) return answer;
      visited ??= new Set();
      visited.add(addressOf(current));
      current = redirectTarget(answer, current);
      // RFC 9110 §15.4: what came as POST goes on as GET, except where the status says otherwise.
      if (answer.status === 303 ? method !== 'HEAD' : method === 'POST' && answer.status < 303) {
        method = 'GET';
        body = null;
      }
      if (visited.has(addressOf(current))) {
        throw new HeddleError(
          'redirect-loop',
          `The server sends the request in a circle, back to ${shownUrl(current)}.`,
        );
      }
      if (visited.size > MAX_REDIRECTS) {
        throw new HeddleError(
          'too-many-redirects',
          `The server redirected more than ${MAX_REDIRECTS} times, last to ${shownUrl(current)}.`,
        );
      }
    }
  }

  #headers(request: Request, url: URL, method: string): Record<string, string> {
    const headers: Record<string, string> = {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': this.#userAgent,
    };
    const login = this.#options.loginFor(url.hostname);
    if (login !== null) headers['authorization'] = basic(login.name, login.password);
    const cookies = this.#options.cookiesFor(url);
    if (cookies !== null) headers['cookie'] = cookies;
    // What the user wrote for one origin is for no other: any of these headers may be a key.
    if (url === request.url || url.origin === request.url.origin) {
      const { username, password } = request.url;
      if (username !== '' || password !== '') {
        headers['authorization'] = basic(decodeUserInfo(username), decodeUserInfo(password));
      }
      for (const [name, value] of Object.entries(request.headers)) {
        // A body that is not sent any more has no type.
        if (method === request.method || !name.startsWith('content-')) headers[name] = value;
      }
    }
    Object.assign(headers, request.conditions);
    if (request.range !== null) headers['range'] = request.range;
    if (request.ifRange !== null) headers['if-range'] = request.ifRange;
    return headers;
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /**
   * A connection that was kept alive may be closed by the server at the very moment it is used again.
   * Such a request was not answered at all, so it is sent once more (RFC 9112 §9.3.1), if it is one that may be.
   */
  async #exchange(request: OneRequest, receiver: Receiver, context: TaskContext): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      context.throwIfCancelled();
      const exchange = new Exchange(request.url, receiver, context, this.#sockets);
      this.#cancelling.watch(exchange);
      try {
        this.#dispatch(request, exchange);
        const answer = await exchange.finished;
        // undici takes a connection back one turn of the event loop later. A request made before would open
        // another, and a worker would hold two for each of its lanes.
        await new Promise(setImmediate);
        return answer;
      } catch (error) {
        context.throwIfCancelled();
        if (error instanceof HeddleError || exchange.receiverFailed) throw error;
        const closed = CLOSED.has(errorCode(error) ?? '');
        if (closed && !exchange.answered && attempt === 1 && isIdempotent(request.method)) continue;
        throw proxyRefusal(error) ?? connectionFailure(error, request.url, exchange);
      } finally {
        this.#cancelling.leave(exchange);
      }
    }
  }

  #dispatch({ url, method, headers, body }: OneRequest, exchange: Exchange): void {
    this.#dispatcher.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method, headers, body },
      exchange,
    );
  }
}

/** Of a redirected request the one that is sent. */
type OneRequest = Pick<Request, 'url' | 'method' | 'headers' | 'body'>;

/** An exchange that takes longer than this hears at once that its task was cancelled; another one so much later. */
const LONG_MS = 25;

/** Listening to a task's signal costs more than a small answer does, so it begins when an exchange takes its time. */
class Cancelling {
  readonly #young = new Set<Exchange>();
  #waits = false;

  watch(exchange: Exchange): void {
    this.#young.add(exchange);
    if (this.#waits) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      for (const each of this.#young) each.listen();
      this.#young.clear();
    }, LONG_MS);
  }

  leave(exchange: Exchange): void {
    if (!this.#young.delete(exchange)) exchange.listenNoMore();
  }
}

/** How long a connection took to make; told of the first request that goes over it. */
type ConnectionTimes = Pick<ExchangeTimes, 'dnsMs' | 'connectMs' | 'tlsMs'>;
const NO_CONNECTION: ConnectionTimes = { dnsMs: null, connectMs: null, tlsMs: null };

/** Knows of sockets what undici does not tell. */
class SocketWatch {
  /** Whether, while undici is told of a socket's end, an error is what ended it. */
  failing = false;
  /** While undici is told of a new connection: it sends the request that waits for it before it comes back. */
  #fresh = NO_CONNECTION;

  /** `connect`, with every socket that it opens watched. */
  watching(connect: Connector): Connector {
    return (options, callback) => {
      const startedAtMs = nowMs();
      let foundAtMs: number | null = null;
      let connectedAtMs: number | null = null;
      const opening = connect(options, (...result) => {
        const [error, socket] = result;
        if (error === null) {
          this.watch(socket);
          const now = nowMs();
          const isSecure = options.protocol === 'https:';
          this.#fresh = {
            dnsMs: foundAtMs === null ? null : foundAtMs - startedAtMs,
            connectMs: (connectedAtMs ?? now) - (foundAtMs ?? startedAtMs),
            tlsMs: isSecure && connectedAtMs !== null ? now - connectedAtMs : null,
          };
        }
        callback(...result);
        this.#fresh = NO_CONNECTION;
      });
      if (opening instanceof Socket) {
        opening.once('lookup', () => (foundAtMs = nowMs()));
        opening.once('connect', () => (connectedAtMs = nowMs()));
      }
      return opening;
    };
  }

  /** What it took to make the connection over which a request is being sent, for the first one. */
  takeTimes(): ConnectionTimes {
    const times = this.#fresh;
    this.#fresh = NO_CONNECTION;
    return times;
  }

  watch(socket: Socket): void {
    // Before undici's own listener, so the flag stands while that one runs; microtasks run after both.
    socket.prependListener('error', () => {
      this.failing = true;
      queueMicrotask(() => {
        this.failing = false;
      });
    });
  }
}

/** How a connection looks that the other side closed. */
const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** One request and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly finished: Promise<Answer>;
  received = 0;
  answered = false;
  receiverFailed = false;
  readonly #url: URL;
  readonly #receiver: Receiver;
  readonly #context: TaskContext;
  readonly #sockets: SocketWatch;
  #answer: Answer | null = null;
  /** Whether the receiver takes the body. */
  #taken = false;
  #controller: Controller | null = null;
  #sentAtMs: number | null = null;
  #connection = NO_CONNECTION;
  #stopped: { readonly reason: unknown } | null = null;
  #listenNoMore: (() => void) | null = null;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: unknown) => void;

  constructor(url: URL, receiver: Receiver, context: TaskContext, sockets: SocketWatch) {
    this.#url = url;
    this.#receiver = receiver;
    this.#context = context;
    this.#sockets = sockets;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Content-Length of a body that is taken; `null` before and without. */
  get expected(): number | null {
    return this.#taken ? (this.#answer?.length ?? null) : null;
  }

  /** Ends when the task is cancelled. */
  listen(): void {
    const { signal } = this.#context;
    const stop = (): void => {
      this.stop(signal.reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    this.#listenNoMore = () => {
      signal.removeEventListener('abort', stop);
    };
  }

  listenNoMore(): void {
    this.#listenNoMore?.();
  }

  /** Ends the exchange with `reason`; whatever the connection still says is not heard. */
  stop(reason: unknown): void {
    if (this.#stopped !== null) return;
    this.#stopped = { reason };
    this.#reject(reason);
    this.#controller?.abort(reason instanceof Error ? reason : new Error('stopped'));
  }

  /** Its headers are about to be written. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.#sentAtMs = nowMs();
    this.#connection = this.#sockets.takeTimes();
    // Stopped while it waited for its connection.
    if (this.#stopped !== null) controller.abort(new Error('stopped'));
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    this.answered = true;
    if (status < 200) return;
    this.#guard(() => {
      const transfer = String(headers['transfer-encoding'] ?? 'identity').toLowerCase();
      const length = REDIRECTS.has(status) ? null : contentLength(headers);
      const untilClose = length === null && transfer !== 'chunked';
      const waitMs = this.#sentAtMs === null ? null : nowMs() - this.#sentAtMs;
      const times = { ...this.#connection, waitMs };
      this.#answer = { status, times, headers, url: this.#url, length, untilClose };
      if (REDIRECTS.has(status)) return;
      this.#taken = this.#receiver.begin(this.#answer);
      if (this.#taken) refuseEncodings(headers, transfer);
    });
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#answer === null || this.#stopped !== null) return;
    this.received += chunk.length;
    if (!this.#taken) {
      // All that matters is known; reading on would cost more than a new connection.
      if (this.received > DISCARD_BYTES) this.#leave(controller);
      return;
    }
    this.#guard(() => {
      this.#context.throwIfCancelled();
      const wait = this.#receiver.write(chunk);
      if (wait === null) return;
      if (wait === ENOUGH) {
        this.#leave(controller);
        return;
      }
      controller.pause();
      wait.then(
        () => {
          controller.resume();
        },
        (error: unknown) => {
          this.#failReceiver(error);
        },
      );
    });
  }

  onResponseEnd(): void {
    if (this.#answer === null || this.#stopped !== null) return;
    if (this.#taken) {
      // A body that ends with its connection is whole only if that was closed in good order: undici takes
      // a reset for the end too, so it is looked at whether an error is what ended it.
      if (this.#answer.untilClose && this.#sockets.failing) {
        this.#reject(
          new HeddleError('connection-reset', 'The connection broke off in the middle of the file.', {
            retryable: true,
          }),
        );
        return;
      }
      const { length } = this.#answer;
      if (length !== null && this.received !== length) {
        this.#reject(lengthMismatch(this.received, length));
        return;
      }
    }
    this.#resolve(this.#answer);
  }

  onResponseError(_: Controller, error: Error): void {
    this.#reject(error);
  }

  #leave(controller: Controller): void {
    if (this.#answer === null) return;
    const reason = new Error('the rest of this body is not needed');
    this.#stopped = { reason };
    this.#resolve(this.#answer);
    controller.abort(reason);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failReceiver(error);
    }
  }

  #failReceiver(error: unknown): void {
    this.receiverFailed = true;
    this.stop(error);
  }
}

function refuseEncodings(headers: Headers, transfer: string): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity' && encoding !== '') {
    throw new HeddleError(
      'content-encoding',
      `The server sent the file encoded (${String(encoding)}), though it was asked not to.`,
    );
  }
  if (transfer !== 'chunked' && transfer !== 'identity') {
    throw badAnswer(`it sends the file in a transfer encoding (${transfer}) that was not asked for`);
  }
}

export function lengthMismatch(received: number, expected: number): HeddleError {
  return new HeddleError('length-mismatch', `The server promised ${expected} bytes and sent ${received}.`, {
    retryable: true,
  });
}

/** RFC 7617. */
export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
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
      `The server redirects to ${shownUrl(target)}, which is not an HTTP address.`,
    );
  }
  return target;
}

/** The URL without its fragment, which is not sent. */
function addressOf(url: URL): string {
  return url.origin + url.pathname + url.search;
}
