/** All connections of a thread to one origin: those that are open and unused first, new ones as they are needed. */
import { Connection } from './connection';
import { errorCode } from '../../files/entries';
import type { Dialed, Dialer, Protocol } from './dial';
import type { Exchange } from './exchange';
import type { Link, LinkLimits, LinkOwner } from './link';
import type { Reuse } from './reuse';
import { WireError } from './wire-error';

/**
 * What an origin speaks, as far as a thread knows: nothing yet, HTTP/1.1, HTTP/2 and maybe HTTP/1.1, or
 * - `avoid-h2`: HTTP/2 too, but it is better not used;
 * - `h2-alone`: no HTTP/1.1.
 */
export type Spoken = 'unknown' | Protocol | 'avoid-h2' | 'h2-alone';

/** TLS's answer to a client that offers no protocol of the server's (RFC 7301 §3.2). */
const REFUSES_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

export interface PoolOptions {
  readonly dialer: Dialer;
  readonly limits: LinkLimits;
  readonly elapsedMs: () => number;
}

export class Pool implements LinkOwner {
  readonly limits: LinkLimits;
  readonly reuse: Reuse;
  readonly elapsedMs: () => number;
  readonly #origin: URL;
  readonly #options: PoolOptions;
  /** Over one connection of HTTP/2. */
  readonly #mostStreams: number;
  readonly #links = new Set<Link>();
  /** Those with room; the one that was used last is used next, so that what is too much grows old. */
  readonly #free: Link[] = [];
  readonly #waiting: Exchange[] = [];
  #dialing = 0;
  #isClosed = false;

  spoken: Spoken;
  /** Exchanges that ended well. */
  served = 0;

  constructor(origin: URL, options: PoolOptions, spoken: Spoken, reuse: Reuse, mostStreams: number) {
    this.#origin = origin;
    this.#options = options;
    this.spoken = spoken;
    this.reuse = reuse;
    this.#mostStreams = mostStreams;
    this.limits = options.limits;
    this.elapsedMs = options.elapsedMs;
  }

  get isUnused(): boolean {
    return this.#links.size === 0 && this.#dialing === 0 && this.#waiting.length === 0;
  }

  send(exchange: Exchange): void {
    for (let at = this.#free.length - 1; at >= 0; at--) {
      const link = this.#free[at];
      if (link === undefined || (exchange.isResent && link.mayBeDead)) continue;
      this.#free.splice(at, 1);
      if (!link.hasRoom) continue;
      this.#give(link, exchange);
      return;
    }
    this.#waiting.push(exchange);
    this.#dialAsNeeded();
  }

  /** What is open and unused is not to be trusted: one of its kind turned out to be dead. */
  dropUnused(): void {
    // Over one of HTTP/2 there may be others under way.
    for (const link of [...this.#free]) if (link instanceof Connection) link.destroy();
  }

  tick(elapsedMs: number): void {
    for (const link of this.#links) link.tick(elapsedMs);
  }

  close(): void {
    this.#isClosed = true;
    for (const link of [...this.#links]) link.destroy();
  }

  /** What is open is let end; from now on HTTP/1.1 is spoken if the origin speaks it. */
  avoidHttp2(): void {
    if (this.spoken === 'h2') this.spoken = 'avoid-h2';
    this.#free.length = 0;
  }

  hasRoom(link: Link): void {
    for (let at = 0; at < this.#waiting.length;) {
      const exchange = this.#waiting[at];
      if (exchange?.isOver === false && exchange.isResent && link.mayBeDead) {
        at++;
        continue;
      }
      this.#waiting.splice(at, 1);
      if (exchange === undefined || exchange.isOver) continue;
      this.#give(link, exchange);
      return;
    }
    if (!this.#free.includes(link)) this.#free.push(link);
  }

  isFull(): void {
    this.#dialAsNeeded();
  }

  lost(link: Link): void {
    this.#links.delete(link);
    const at = this.#free.indexOf(link);
    if (at !== -1) this.#free.splice(at, 1);
    this.#dialAsNeeded();
  }

  #give(link: Link, exchange: Exchange): void {
    link.send(exchange);
    if (link.hasRoom && !this.#free.includes(link)) this.hasRoom(link);
  }

  #dialAsNeeded(): void {
    while (!this.#isClosed && this.#dialing < this.#waiting.length && this.#mayDial()) this.#dial();
  }

  /** All may go over one connection; whether they can is not known before it is open, and has begun. */
  get #isShared(): boolean {
    return this.#origin.protocol === 'https:' && this.spoken !== 'http/1.1' && this.spoken !== 'avoid-h2';
  }

  #mayDial(): boolean {
    if (!this.#isShared) return true;
    return this.#dialing === 0 && ![...this.#links].some(({ isBeginning }) => isBeginning);
  }

  #dial(): void {
    this.#dialing++;
    const connection = new Connection(this);
    const wasShared = this.#isShared;
    const protocols: Protocol[] = this.spoken === 'avoid-h2' ? ['http/1.1'] : ['h2', 'http/1.1'];
    this.#options.dialer
      .dial(this.#origin, connection.onread, protocols)
      .then((dialed) => this.#speak(dialed, connection))
      .then(
        (link) => {
          this.#dialing--;
          if (this.#isClosed) link.destroy();
          else if (link.hasRoom) this.hasRoom(link);
          this.#dialAsNeeded();
        },
        (error: unknown) => {
          this.#dialing--;
          if (!protocols.includes('h2') && errorCode(error) === REFUSES_PROTOCOL) {
            this.spoken = 'h2-alone';
            this.#dialAsNeeded();
          } else if (wasShared) this.#failAll(error);
          else this.#failOne(error);
        },
      );
  }

  /** Speaks over `dialed` what was agreed upon. */
  async #speak(dialed: Dialed, connection: Connection): Promise<Link> {
    const { protocol, socket } = dialed;
    if (this.spoken === 'unknown' || this.spoken === 'h2') this.spoken = protocol;
    if (protocol === 'http/1.1') {
      this.#links.add(connection);
      connection.open(dialed);
      return connection;
    }
    const { Http2Link } = await import('./http2');
    if (socket.destroyed) throw new WireError('CLOSED');
    const link = new Http2Link(dialed, this.#origin, this, this.#mostStreams);
    this.#links.add(link);
    return link;
  }

  /** The connection was to be for all that wait. */
  #failAll(error: unknown): void {
    for (const exchange of this.#waiting.splice(0)) exchange.fail(error);
  }

  /** The connection was to be for one of those that wait. */
  #failOne(error: unknown): void {
    let exchange = this.#waiting.shift();
    while (exchange?.isOver === true) exchange = this.#waiting.shift();
    exchange?.fail(error);
  }
}
