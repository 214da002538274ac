/** What a pool and its connections know of each other, whatever protocol is spoken. */
import type { Exchange } from './exchange';
import type { Reuse } from './reuse';

export interface LinkLimits {
  /** From the request to the last header. */
  readonly headersMs: number;
  /** Without a byte of the body. */
  readonly stallMs: number;
  /** How long an unused connection is kept at most. */
  readonly keepMs: number;
}

/** A connection, as its pool sees it. */
export interface Link {
  /** Whether it takes another exchange now. */
  readonly hasRoom: boolean;
  /** Whether it may have more room soon. */
  readonly isBeginning: boolean;
  /** Whether it was used before, and would tell only when it is used again that the server has closed it. */
  readonly mayBeDead: boolean;
  send(exchange: Exchange): void;
  /** Time goes by. */
  tick(elapsedMs: number): void;
  destroy(): void;
}

/** A pool, as its connections see it. */
export interface LinkOwner {
  readonly limits: LinkLimits;
  readonly reuse: Reuse;
  /** Milliseconds in which this thread was able to hear of what happens; cheap. */
  elapsedMs(): number;
  /** It has room (again). */
  hasRoom(link: Link): void;
  /** It has none, though it may have been there that there would be. */
  isFull(): void;
  /** It is over. */
  lost(link: Link): void;
}
