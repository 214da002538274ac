/** Where connections come from: straight to an origin, over TLS where its address says so. */
import { connect, type OnReadOpts, type Socket } from 'node:net';
import { nowMs } from '../../common/threads/board';
import { NO_CONNECTION, type ConnectionTimes } from './client';
import { WireError } from './wire-error';

/** What a connection turned out to be. */
export interface Dialed {
  readonly socket: Socket;
  readonly protocol: 'http/1.1' | 'h2';
  readonly times: ConnectionTimes;
  /** Whether the socket reads into the buffer that was given; one within another connection emits `data` instead. */
  readonly isReading: boolean;
  /**
   * Fields for each request to a proxy that takes requests for the origin, in absolute form (RFC 9112 §3.2.2); `null`
   * where requests go to the origin itself, be it through a tunnel.
   */
  readonly proxyFields: Readonly<Record<string, string>> | null;
}

export interface Dialer {
  /**
   * @param origin an `http:` or `https:` address; what follows its authority is not looked at
   * @param onread as of node:net: into what the socket reads, and whom it tells
   * @throws WireError `CONNECT_TIMEOUT`; system errors and those of TLS
   */
  dial(origin: URL, onread: OnReadOpts): Promise<Dialed>;
  close(): void;
}

export interface DialLimits {
  /** For all that it takes until a request can be sent. */
  readonly connectMs: number;
}

/** An unused connection is asked by the system now and then whether it is still there. */
const PROBE_AFTER_MS = 60_000;

export class DirectDialer implements Dialer {
  readonly #limits: DialLimits;
  readonly #openTls: TlsConnect;

  /** @param openTls how to connect over TLS; asked for when it is first needed */
  constructor(limits: DialLimits, openTls: TlsConnect) {
    this.#limits = limits;
    this.#openTls = openTls;
  }

  async dial(origin: URL, onread: OnReadOpts): Promise<Dialed> {
    const isSecure = origin.protocol === 'https:';
    const host = hostOf(origin);
    const port = origin.port === '' ? (isSecure ? 443 : 80) : Number(origin.port);
    if (isSecure) return await this.#openTls({ host, port, onread, connectMs: this.#limits.connectMs });
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: PROBE_AFTER_MS,
      onread,
    });
    const times = await opened(socket, 'connect', this.#limits.connectMs);
    return { socket, protocol: 'http/1.1', times, isReading: true, proxyFields: null };
  }

  close(): void {
    // Nothing is kept here.
  }
}

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  readonly onread: OnReadOpts;
  readonly connectMs: number;
}

export type TlsConnect = (target: TlsTarget) => Promise<Dialed>;

/** A host's name or address, the latter without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/**
 * Waits until a connection is open.
 * @returns how long its steps took
 * @throws WireError `CONNECT_TIMEOUT`; what the socket says
 */
export function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  withinMs: number,
): Promise<ConnectionTimes> {
  const startedAtMs = nowMs();
  let foundAtMs = null as number | null;
  let connectedAtMs = null as number | null;
  socket.once('lookup', () => (foundAtMs = nowMs()));
  if (event === 'secureConnect') socket.once('connect', () => (connectedAtMs = nowMs()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new WireError('CONNECT_TIMEOUT'));
    }, withinMs);
    const failed = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    // Closed without an error: in the middle of what TLS agrees upon.
    const closed = (): void => {
      failed(new WireError('CLOSED'));
    };
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', failed);
      // Until somebody else listens: what ended it can be seen of it.
      socket.on('error', () => undefined);
      socket.off('close', closed);
      const now = nowMs();
      const reachedAtMs = connectedAtMs ?? now;
      resolve({
        ...NO_CONNECTION,
        dnsMs: foundAtMs === null ? null : foundAtMs - startedAtMs,
        connectMs: reachedAtMs - (foundAtMs ?? startedAtMs),
        tlsMs: connectedAtMs === null ? null : now - connectedAtMs,
      });
    });
  });
}
