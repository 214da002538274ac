import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that wait for their turn. Node goes on reading whatever a paused socket has, so there is an end to it. */
const MOST_WAITING = 100;

/**
 * One connection: its requests are answered one after the other, as HTTP/1.1 wants it (RFC 9112 §9.3.2), so that it has
 * one file open. Whoever sends far more of them than are answered is cut off.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #waiting: { readonly response: ServerResponse; readonly begin: () => void }[] = [];
  #isAnswering = false;
  /** When it last had a request that was answered, or began. */
  #silentSinceMs = performance.now();
  #written = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param begin is called when the answers before it have ended */
  take(response: ServerResponse, begin: () => void): void {
    // What came in the same piece is still told.
    if (this.#socket.destroyed) return;
    this.#waiting.push({ response, begin });
    if (!this.#isAnswering) this.#next();
    else if (this.#waiting.length > MOST_WAITING) this.#cutOff();
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#isAnswering = false;
      this.#silentSinceMs = performance.now();
      return;
    }
    this.#isAnswering = true;
    next.response.once('close', () => {
      if (!this.#socket.destroyed) this.#next();
    });
    next.begin();
  }

  #cutOff(): void {
    this.#waiting.length = 0;
    this.#socket.destroy();
  }

  /** Ends it where it has sent no whole request for so long. How long an answer takes is up to the server. */
  endIfSilent(mostMs: number): void {
    if (!this.#isAnswering && performance.now() - this.#silentSinceMs > mostMs) this.#socket.destroy();
  }

  /** @returns bytes written since it was asked last. What was still to be written when a client left is not taken back. */
  takeWritten(): number {
    const bytes = Math.max(0, this.#socket.bytesWritten - this.#written);
    this.#written += bytes;
    return bytes;
  }
}
