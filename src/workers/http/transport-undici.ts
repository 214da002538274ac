/**
 * One request at a time per call, over connections that are kept alive: by undici for HTTP/1.1, by http2.ts where a
 * server refuses that. A body is either received whole as the protocol frames it (RFC 9112 §6.3, §8; RFC 9113 §8.1) or
 * the call fails.
 */
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import { HeddleError } from '../../common/model/errors';
import { isIdempotent } from '../../common/model/http-fields';
import { errorCode } from '../../files/entries';
import { connectionFailure } from '../http-errors';
import { Cancelling, Exchange } from '../http-exchange';
import { isProxyNamed, openProxied, proxyRefusal, type MakePool } from '../proxies';
import { SocketWatch } from '../socket-watch';
import { readCertificates, trustingConnector } from '../trust';
import type { Answer, Cancellable, HttpOptions, Receiver } from './client';
import type { OneRequest, Transport } from './transport';

/** Origins that refuse HTTP/1.1, as this thread has met them. */
export const http2Origins = new Set<string>();

/** How often a request that a server did not process is sent again at once. */
const MOST_RESENDS = 2;

export class UndiciTransport implements Transport {
  readonly #http1: Dispatcher;
  readonly #openHttp2: () => Promise<Dispatcher>;
  #http2: Promise<Dispatcher> | null = null;
  readonly #cancelling = new Cancelling();
  /** True while a socket's error is being told to undici; see {@link Exchange.onResponseEnd}. */
  readonly #sockets: SocketWatch;

  /** @throws HeddleError when the file of certificates cannot be read, or the proxy's address is none */
  static async open(options: HttpOptions): Promise<UndiciTransport> {
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
      const { Http2Pool } = await import('../http2');
      return await open((origin, connect) => new Http2Pool(new URL(origin), connect, limits));
    };
    return new UndiciTransport(await open(null), openHttp2, sockets);
  }

  private constructor(http1: Dispatcher, openHttp2: () => Promise<Dispatcher>, sockets: SocketWatch) {
    this.#http1 = http1;
    this.#openHttp2 = openHttp2;
    this.#sockets = sockets;
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
  async exchange(request: OneRequest, receiver: Receiver, context: Cancellable): Promise<Answer> {
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

/** TLS's answer to a client that offers no protocol of the server's (RFC 7301 §3.2). */
const REFUSES_HTTP1 = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

/** How a connection looks that the other side closed. */
const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
