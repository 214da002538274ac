/** How much of requests is in memory, over HTTP and WebSocket together, until they are answered. */

/** Of all of them. */
const MOST_BYTES = 64 * 1_048_576;
/** A request that is no larger is never refused for others that are. */
export const SMALL_BYTES = 65_536;

export interface Share {
  readonly bytes: number;
  /** @returns whether it may be so large */
  grow(bytes: number): boolean;
  /** So much of it was no request. */
  shrink(bytes: number): void;
  /** It is gone, or answered; it may grow again. */
  close(): void;
}

export class Intake {
  #bytes = 0;

  open(): Share {
    let own = 0;
    return {
      get bytes() {
        return own;
      },
      grow: (bytes) => {
        own += bytes;
        this.#bytes += bytes;
        return own <= SMALL_BYTES || this.#bytes <= MOST_BYTES;
      },
      shrink: (bytes) => {
        const less = Math.min(own, bytes);
        own -= less;
        this.#bytes -= less;
      },
      close: () => {
        this.#bytes -= own;
        own = 0;
      },
    };
  }
}
