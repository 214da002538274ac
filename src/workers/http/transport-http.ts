/**
 * The transport of downloads: connections by a dialer, kept alive in a pool for each origin, over which HTTP/1.1 is spoken,
 * or what was agreed upon instead.
 */
import { HeddleError } from '../../common/model/errors';
import { isIdempotent } from '../../common/model/http-fields';
import { errorCode } from '../../files/entries';
import { connectionFailure } from '../http-errors';
import type { Answer, Cancellable, HttpLimits, Receiver } from './client';
import type { Dialer } from './dial';
import { Cancelling, Exchange } from './exchange';
import { Pool, type PoolOptions } from './pool';
import { Ticker } from './ticker';
import type { OneRequest, Transport } from './transport';

/** How long an unused connection is kept, if the server does not say that it closes it before. */
const KEEP_MS = 15_000;

/** How a connection looks that the other side closed. */
const CLOSED: ReadonlySet<string> = new Set(['CLOSED', 'ECONNRESET', 'EPIPE']);

export class HttpTransport implements Transport {
  readonly #dialer: Dialer;
  readonly #pools = new Map<string, Pool>();
  readonly #cancelling = new Cancelling();
  readonly #ticker: Ticker;
  readonly #options: PoolOptions;

  constructor(dialer: Dialer, limits: HttpLimits) {
    this.#dialer = dialer;
    const { headersMs, stallMs } = limits;
    this.#ticker = new Ticker(Math.min(headersMs, stallMs), (elapsedMs) => {
      this.#tick(elapsedMs);
    });
    const { periodMs } = this.#ticker;
    this.#options = {
      dialer,
      elapsedMs: () => this.#ticker.elapsedMs,
      // A wait seems longer than it is by what had gone of a tick when it began.
      limits: { headersMs: headersMs + periodMs, stallMs: stallMs + periodMs, keepMs: KEEP_MS },
    };
  }

  /**
   * A connection that was kept alive may be closed by the server at the very moment it is used again. Such a request was
   * not answered at all, so it is sent once more (RFC 9112 §9.3.1), if it is one that may be.
   */
  async exchange(request: OneRequest, receiver: Receiver, context: Cancellable): Promise<Answer> {
    for (let resends = 0; ; resends++) {
      context.throwIfCancelled();
      const pool = this.#poolFor(request.url);
      const exchange = new Exchange(request, receiver, context);
      this.#cancelling.watch(exchange);
      try {
        pool.send(exchange);
        return await exchange.finished;
      } catch (error) {
        context.throwIfCancelled();
        if (error instanceof HeddleError || exchange.receiverFailed) throw error;
        const isLost = CLOSED.has(errorCode(error) ?? '') && !exchange.answered;
        if (!isLost || resends > 0 || !isIdempotent(request.method)) {
          throw connectionFailure(error, request.url, exchange);
        }
        pool.dropUnused();
      } finally {
        this.#cancelling.leave(exchange);
      }
    }
  }

  close(): Promise<void> {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
    this.#ticker.stop();
    this.#dialer.close();
    return Promise.resolve();
  }

  #poolFor(url: URL): Pool {
    const { origin } = url;
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(url, this.#options);
      this.#pools.set(origin, pool);
      this.#ticker.start();
    }
    return pool;
  }

  #tick(elapsedMs: number): void {
    for (const [origin, pool] of this.#pools) {
      pool.tick(elapsedMs);
      if (pool.isUnused) this.#pools.delete(origin);
    }
    if (this.#pools.size === 0) this.#ticker.stop();
  }
}
