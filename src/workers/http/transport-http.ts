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
import { Exchange, Underway } from './exchange';
import { Pool, type PoolOptions, type Spoken } from './pool';
import { Reuse } from './reuse';
import { Ticker } from './ticker';
import type { OneRequest, Transport } from './transport';
import { isClosed } from './wire-error';

/** How long an unused connection is kept, if the server does not say that it closes it before. */
const KEEP_MS = 15_000;

/** Requests at once over one connection of HTTP/2, where the server allows more. */
const MOST_STREAMS = 100;
/**
 * How often a request that a server did not process is sent again at once: in all, and while nothing else is answered. A
 * server that ends each connection after a few requests takes many of them to answer all that were sent together.
 */
const MOST_RESENDS = 50;
const MOST_IN_VAIN = 2;

/** A proxy that is asked for what is not encrypted may want another login first. */
class Asking implements Receiver {
  /** Whether the last answer was the proxy's, and the request is to be sent again. */
  goesOn = false;
  readonly #receiver: Receiver;
  readonly #dialer: Dialer;
  #times = 0;

  constructor(receiver: Receiver, dialer: Dialer) {
    this.#receiver = receiver;
    this.#dialer = dialer;
  }

  begin(answer: Answer): boolean {
    this.goesOn = answer.status === 407 && this.#isAskedFor(answer);
    return !this.goesOn && this.#receiver.begin(answer);
  }

  write(chunk: Buffer): ReturnType<Receiver['write']> {
    return this.#receiver.write(chunk);
  }

  #isAskedFor({ url, headers }: Answer): boolean {
    return this.#dialer.loginFor(url)?.goesOn(headers['proxy-authenticate'], this.#times++) === true;
  }
}

export class HttpTransport implements Transport {
  readonly #dialer: Dialer;
  readonly #pools = new Map<string, Pool>();
  /** By the key of a pool, also of those that are gone. */
  readonly #spoken = new Map<string, Spoken>();
  readonly #reuse = new Map<string, Reuse>();
  readonly #underway = new Underway();
  readonly #ticker: Ticker;
  readonly #options: PoolOptions;
  #isClosed = false;

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
   * A connection that was kept alive may be closed by the server at the very moment it is used again, or bring what is
   * left over from the answer before. Such a request was not answered at all, so it is sent once more over a new one
   * (RFC 9112 §9.3.1), if it is one that may be. One that HTTP/2 says was not
   * processed (RFC 9113 §8.7) may be in any case.
   */
  async exchange(request: OneRequest, receiver: Receiver, context: Cancellable): Promise<Answer> {
    let inVain = 0;
    const asking = new Asking(receiver, this.#dialer);
    for (let resends = 0; ;) {
      context.throwIfCancelled();
      if (this.#isClosed) throw new HeddleError('closed', 'The client was closed.');
      const pool = this.#poolFor(request);
      const exchange = new Exchange(request, asking, context, resends > 0 || asking.goesOn);
      this.#underway.add(exchange);
      const { served } = pool;
      try {
        pool.send(exchange);
        const answer = await exchange.finished;
        pool.served++;
        if (!asking.goesOn) return answer;
      } catch (error) {
        context.throwIfCancelled();
        if (exchange.receiverFailed || (error instanceof HeddleError && !exchange.gotLeftovers)) throw error;
        const code = errorCode(error) ?? '';
        if (code === 'HTTP2_UNUSABLE') pool.avoidHttp2();
        else if (isClosed(error)) pool.dropUnused();
        const mayResend =
          code === 'HTTP2_NOT_PROCESSED'
            ? resends < MOST_RESENDS && (pool.served > served || inVain++ < MOST_IN_VAIN)
            : (isClosed(error) || code === 'HTTP2_UNUSABLE' || exchange.gotLeftovers) &&
              resends === 0 &&
              isIdempotent(request.method);
        if (!mayResend || exchange.answered) throw connectionFailure(error, request.url, exchange);
        resends++;
      } finally {
        this.#underway.remove(exchange);
      }
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
    this.#ticker.stop();
    this.#dialer.close();
    return Promise.resolve();
  }

  #poolFor({ url, apart }: OneRequest): Pool {
    const isApart = apart === true && this.#mayShare(url.origin);
    const key = isApart ? `${url.origin} apart` : url.origin;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const spoken = this.#spoken.get(key) ?? (isApart ? 'avoid-h2' : 'unknown');
      const reuse = this.#reuse.get(key) ?? new Reuse();
      pool = new Pool(url, this.#options, spoken, reuse, isApart ? 1 : MOST_STREAMS);
      this.#reuse.set(key, reuse);
      this.#pools.set(key, pool);
      this.#ticker.start();
    }
    return pool;
  }

  /** Whether requests to an origin may go over one connection. */
  #mayShare(origin: string): boolean {
    const spoken = this.#pools.get(origin)?.spoken ?? this.#spoken.get(origin);
    return spoken === 'h2' || spoken === 'h2-alone';
  }

  #tick(elapsedMs: number): void {
    this.#underway.look();
    for (const [key, pool] of this.#pools) {
      pool.tick(elapsedMs);
      if (!pool.isUnused) continue;
      this.#pools.delete(key);
      this.#spoken.set(key, pool.spoken);
    }
    if (this.#pools.size === 0) this.#ticker.stop();
  }
}
