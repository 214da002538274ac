/**
 * HTTP for downloads: one request at a time per call, over connections that are kept alive: by undici for HTTP/1.1, by
 * http2.ts where a server refuses that. A body is either received whole as the protocol frames it (RFC 9112 §6.3, §8;
 * RFC 9113 §8.1) or the call fails.
 */
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import { HeddleError } from '../common/model/errors';
import { isIdempotent, shownUrl } from '../common/model/http-fields';
import { VERSION } from '../common/model/version';
import { errorCode } from '../files/entries';
import { basic } from './http/basic';
import { badAnswer, connectionFailure } from './http-errors';
import type { Answer, Cancellable, HttpClient, HttpOptions, Receiver, Request } from './http/client';
import { isProxyNamed, openProxied, proxyRefusal, type MakePool } from './proxies';
import { Cancelling, Exchange, REDIRECTS } from './http-exchange';
import { SocketWatch } from './socket-watch';
import { readCertificates, trustingConnector } from './trust';

const MAX_REDIRECTS = 20;

/** Origins that refuse HTTP/1.1, as this thread has met them. */
const http2Origins = new Set<string>();

/** How often a request that a server did not process is sent again at once. */
const MOST_RESENDS = 2;

/** @throws HeddleError when the file of certificates cannot be read */
export function openHttpClient(options: HttpOptions): Promise<HttpClient> {
  return UndiciClient.open(options);
}

class UndiciClient implements HttpClient {
  readonly #options: HttpOptions;
  readonly #userAgent: string;
  readonly #http1: Dispatcher;
  readonly #openHttp2: () => Promise<Dispatcher>;
  #http2: Promise<Dispatcher> | null = null;
  readonly #cancelling = new Cancelling();
  /** True while a socket's error is being told to undici; see {@link Exchange.onResponseEnd}. */
  readonly #sockets: SocketWatch;

  static async open(options: HttpOptions): Promise<UndiciClient> {
    const sockets = new SocketWatch();
    const own = options.caFile === null ? null : readCertificates(options.caFile);
    const limits = { pipelining: 1, headersTimeout: options.headersMs, bodyTimeout: options.stallMs };
    /** @param pool makes the connections to an origin; `null`: undici's own, over HTTP/1.1 */
    const open = async (pool: MakePool | null): Promise<Dispatcher> => {
      // undici itself never speaks HTTP/2: it calls a stream complete that was reset in its middle (RFC 9113 §8.1).
      const allowH2 = pool !== null;
      const direct = sockets.watching(trustingConnector({ timeout: options.connectMs, allowH2 }, own));
      if (!isProxyNamed(options.proxy)) {
        const factory = pool === null ? {} : { factory: (origin: string | URL) => pool(origin, direct) };
        return new Agent({ ...limits, allowH2: false, connect: direct, ...factory });
      }
      return await openProxied({
        proxy: options.proxy,
        connectMs: options.connectMs,
        own,
        limits,
        direct,
        pool,
        watching: (other) => sockets.watching(other),
      });
    };
    const openHttp2 = async (): Promise<Dispatcher> => {
      const { Http2Pool } = await import('./http2');
      return await open((origin, connect) => new Http2Pool(new URL(origin), connect, limits));
    };
    return new UndiciClient(options, await open(null), openHttp2, sockets);
  }

  private constructor(
    options: HttpOptions,
    http1: Dispatcher,
    openHttp2: () => Promise<Dispatcher>,
    sockets: SocketWatch,
  ) {
    this.#options = options;
    this.#userAgent = options.userAgent ?? `Heddle/${VERSION}`;
    this.#http1 = http1;
    this.#openHttp2 = openHttp2;
    this.#sockets = sockets;
  }

  async send(request: Request, receiver: Receiver, context: Cancellable): Promise<Answer> {
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

  async close(): Promise<void> {
    await this.#http1.destroy();
    await (await this.#http2)?.destroy();
  }

  /**
   * A connection that was kept alive may be closed by the server at the very moment it is used again.
   * Such a request was not answered at all, so it is sent once more (RFC 9112 §9.3.1), if it is one that may be.
   * One that HTTP/2 says was not processed (RFC 9113 §8.7) may be in any case.
   */
  async #exchange(request: OneRequest, receiver: Receiver, context: Cancellable): Promise<Answer> {
    const { origin } = request.url;
    let resends = 0;
    let hasChanged = false;
    for (;;) {
      context.throwIfCancelled();
      const isHttp2 = http2Origins.has(origin);
      const dispatcher = isHttp2 ? await (this.#http2 ??= this.#openHttp2()) : this.#http1;
      const exchange = new Exchange(request.url, receiver, context, this.#sockets, isHttp2);
      this.#cancelling.watch(exchange);
      try {
        const { url, method, headers, body } = request;
        dispatcher.dispatch({ origin, path: url.pathname + url.search, method, headers, body }, exchange);
        const answer = await exchange.finished;
        // undici takes a connection back one turn of the event loop later. A request made before would open
        // another, and a worker would hold two for each of its lanes.
        await new Promise(setImmediate);
        return answer;
      } catch (error) {
        context.throwIfCancelled();
        if (error instanceof HeddleError || exchange.receiverFailed) throw error;
        const code = errorCode(error) ?? '';
        if (code === (isHttp2 ? 'HTTP2_NOT_SPOKEN' : REFUSES_HTTP1) && !hasChanged) {
          hasChanged = true;
          if (isHttp2) http2Origins.delete(origin);
          else http2Origins.add(origin);
          continue;
        }
        const mayResend =
          code === 'HTTP2_NOT_PROCESSED'
            ? resends < MOST_RESENDS
            : CLOSED.has(code) && resends === 0 && isIdempotent(request.method);
        if (mayResend && !exchange.answered) {
          resends++;
          continue;
        }
        throw proxyRefusal(error) ?? connectionFailure(error, request.url, exchange);
      } finally {
        this.#cancelling.leave(exchange);
      }
    }
  }
}

/** Of a redirected request the one that is sent. */
type OneRequest = Pick<Request, 'url' | 'method' | 'headers' | 'body'>;

/** TLS's answer to a client that offers no protocol of the server's (RFC 7301 §3.2). */
const REFUSES_HTTP1 = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

/** How a connection looks that the other side closed. */
const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
function decodeUserInfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
