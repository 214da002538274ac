/** Bodies of requests, within bounds of size and time. */
import type { IncomingMessage } from 'node:http';

/** All that are being read at once, in memory. */
const MOST_HELD_BYTES = 96 * 1024 * 1024;

export class BodyFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Bodies {
  #held = 0;

  /** @throws BodyFault where it is larger, slower, or too much together with others */
  async read(request: IncomingMessage, most: number, withinMs: number): Promise<Buffer> {
    const tooLarge = new BodyFault(413, `A request may have ${most} bytes at most.`);
    if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge;
    const chunks: Buffer[] = [];
    let size = 0;
    const late = new BodyFault(408, 'The request took too long.');
    const timer = setTimeout(() => request.destroy(late), withinMs);
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > most) throw tooLarge;
        if (this.#held > MOST_HELD_BYTES) throw new BodyFault(503, 'There are too many requests at once.');
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      clearTimeout(timer);
      this.#held -= size;
    }
  }
}
