/** Knows of sockets what undici does not tell: how long they took to open, and whether an error ended them. */
import { Socket } from 'node:net';
import { nowMs } from '../common/threads/board';
import { NO_CONNECTION, type ConnectionTimes } from './http/client';
import type { Connector } from './trust';

export class SocketWatch {
  /** Whether, while undici is told of a socket's end, an error is what ended it. */
  failing = false;
  /** While undici is told of a new connection: it sends the request that waits for it before it comes back. */
  #fresh = NO_CONNECTION;

  /** `connect`, with every socket that it opens watched. */
  watching(connect: Connector): Connector {
    return (options, callback) => {
      const startedAtMs = nowMs();
      let foundAtMs: number | null = null;
      let connectedAtMs: number | null = null;
      const opening = connect(options, (...result) => {
        const [error, socket] = result;
        if (error === null) {
          this.watch(socket);
          const now = nowMs();
          const isSecure = options.protocol === 'https:';
          this.#fresh = {
            dnsMs: foundAtMs === null ? null : foundAtMs - startedAtMs,
            connectMs: (connectedAtMs ?? now) - (foundAtMs ?? startedAtMs),
            tlsMs: isSecure && connectedAtMs !== null ? now - connectedAtMs : null,
          };
        }
        callback(...result);
        this.#fresh = NO_CONNECTION;
      });
      if (opening instanceof Socket) {
        opening.once('lookup', () => (foundAtMs = nowMs()));
        opening.once('connect', () => (connectedAtMs = nowMs()));
      }
      return opening;
    };
  }

  /** What it took to make the connection over which a request is being sent, for the first one. */
  takeTimes(): ConnectionTimes {
    const times = this.#fresh;
    this.#fresh = NO_CONNECTION;
    return times;
  }

  watch(socket: Socket): void {
    // Before undici's own listener, so the flag stands while that one runs; microtasks run after both.
    socket.prependListener('error', () => {
      this.failing = true;
      queueMicrotask(() => {
        this.failing = false;
      });
    });
  }
}
