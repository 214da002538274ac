/** All connections of a thread to one origin: those that are open and unused first, new ones as they are needed. */
import { Connection } from './connection';
import type { Dialer } from './dial';
import type { Exchange } from './exchange';
import type { Link, LinkLimits, LinkOwner } from './link';

export interface PoolOptions {
  readonly dialer: Dialer;
  readonly limits: LinkLimits;
  readonly elapsedMs: () => number;
}

export class Pool implements LinkOwner {
  readonly limits: LinkLimits;
  readonly elapsedMs: () => number;
  readonly #origin: URL;
  readonly #options: PoolOptions;
  readonly #links = new Set<Link>();
  /** Those with room; the one that was used last is used next, so that what is too much grows old. */
  readonly #free: Link[] = [];
  readonly #waiting: Exchange[] = [];
  #dialing = 0;
  #isClosed = false;

  constructor(origin: URL, options: PoolOptions) {
    this.#origin = origin;
    this.#options = options;
    this.limits = options.limits;
    this.elapsedMs = options.elapsedMs;
  }

  get isUnused(): boolean {
    return this.#links.size === 0 && this.#dialing === 0 && this.#waiting.length === 0;
  }

  send(exchange: Exchange): void {
    for (let link = this.#free.pop(); link !== undefined; link = this.#free.pop()) {
      if (!link.hasRoom) continue;
      this.#give(link, exchange);
      return;
    }
    this.#waiting.push(exchange);
    if (this.#dialing < this.#waiting.length) this.#dial();
  }

  /** What is open and unused is not to be trusted: one of its kind turned out to be dead. */
  dropUnused(): void {
    for (const link of [...this.#free]) link.destroy();
  }

  tick(elapsedMs: number): void {
    for (const link of this.#links) link.tick(elapsedMs);
  }

  close(): void {
    this.#isClosed = true;
    for (const link of [...this.#links]) link.destroy();
  }

  hasRoom(link: Link): void {
    for (let exchange = this.#waiting.shift(); exchange !== undefined; exchange = this.#waiting.shift()) {
      if (exchange.isOver) continue;
      this.#give(link, exchange);
      return;
    }
    this.#free.push(link);
  }

  lost(link: Link): void {
    this.#links.delete(link);
    const at = this.#free.indexOf(link);
    if (at !== -1) this.#free.splice(at, 1);
  }

  #give(link: Link, exchange: Exchange): void {
    link.send(exchange);
    if (link.hasRoom && !this.#free.includes(link)) this.hasRoom(link);
  }

  #dial(): void {
    this.#dialing++;
    const connection = new Connection(this);
    this.#options.dialer.dial(this.#origin, connection.onread).then(
      (dialed) => {
        this.#dialing--;
        this.#links.add(connection);
        connection.open(dialed);
        if (this.#isClosed) connection.destroy();
        else if (connection.hasRoom) this.hasRoom(connection);
      },
      (error: unknown) => {
        this.#dialing--;
        this.#failOne(error);
      },
    );
  }

  /** The connection was to be for one of those that wait. */
  #failOne(error: unknown): void {
    let exchange = this.#waiting.shift();
    while (exchange?.isOver === true) exchange = this.#waiting.shift();
    exchange?.fail(error);
  }
}
