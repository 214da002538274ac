import { Transform, type TransformCallback } from 'node:stream';

/** Pieces small enough that a slow rate still flows evenly. */
const SLICES_PER_SECOND = 20;

/** What one connection may still send; shared by its answers, one after the other. */
export class RateLimit {
  readonly bytesPerSecond: number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Books `bytes` and says how long to wait, in milliseconds, before they may go out. */
  book(bytes: number): number {
    const now = performance.now();
    const from = Math.max(now, this.#freeAtMs);
    this.#freeAtMs = from + (bytes / this.bytesPerSecond) * 1000;
    return this.#freeAtMs - now;
  }
}

/** Passes bytes on at the pace of a {@link RateLimit}. */
export class Throttle extends Transform {
  readonly #limit: RateLimit;
  #timer: NodeJS.Timeout | null = null;

  constructor(limit: RateLimit) {
    super();
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const slice = Math.max(1, Math.ceil(this.#limit.bytesPerSecond / SLICES_PER_SECOND));
    const send = (at: number): void => {
      if (at >= chunk.length) {
        done();
        return;
      }
      const piece = chunk.subarray(at, at + slice);
      this.#timer = setTimeout(() => {
        this.push(piece);
        send(at + slice);
      }, this.#limit.book(piece.length));
    };
    send(0);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    done(error);
  }
}
