/**
 * Where connections come from: straight to the server or through a proxy, with TLS where the address asks for it. All
 * steps of one (names, connecting, the proxy's answer, TLS) are one attempt and lie under one time-out.
 */
import { lookup } from 'node:dns/promises';
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import { HeddleError } from '../../common/model/errors';
import { nowMs } from '../../common/threads/board';
import { errorCode } from '../../files/entries';
import type { ConnectionTimes } from './client';
import { bare, ProxyRules, type Proxy } from './proxy-rules';
import { Trust, type TrustOptions } from './trust';
import { openTunnel, proxyAuthorization, type Destination } from './tunnel';

export type Protocol = 'http/1.1' | 'h2';

/** Who reads: as of node:net. Its callback is given chunks that stay as they are until it returns, and no longer. */
export type OnRead = OnReadOpts;

export interface Dialed {
  readonly socket: Socket;
  /** Over `h2` nothing is handed to `onread`. */
  readonly protocol: Protocol;
  readonly times: ConnectionTimes;
  /** The other end is a proxy that is asked by whole addresses (RFC 9112 §3.2.2). */
  readonly forwards: { readonly authorization: string | null } | null;
}

export interface Dialer {
  /**
   * @param onread what comes is handed to its callback: in its buffer, or in a chunk of another one where the
   * connection runs through a proxy's. Where the callback says `false` the socket is paused; `resume` goes on.
   * @throws HeddleError, or an error of the system's or of TLS
   */
  dial(origin: URL, onread: OnRead, protocols: readonly Protocol[]): Promise<Dialed>;
  /** Ends the connections that are being made. */
  close(): void;
}

export interface DialOptions extends TrustOptions {
  readonly connectMs: number;
  /** `null`: what the environment says. */
  readonly proxy: string | null;
}

/** As long as this an address is waited for before the next one of the same name is tried (RFC 8305 §5). */
const NEXT_ADDRESS_MS = 300;
/** Servers whose TLS sessions are kept. */
const MOST_SESSIONS = 256;

export class SocketDialer implements Dialer {
  readonly #connectMs: number;
  readonly #rules: ProxyRules;
  readonly #trust: Trust;
  readonly #attempts = new Set<Attempt>();
  /** By server: what makes the next handshake short (RFC 8446 §2.2). */
  readonly #sessions = new Map<string, Buffer>();

  /** @throws HeddleError when a file of certificates cannot be used, or the proxy's address is none */
  constructor(options: DialOptions) {
    this.#connectMs = options.connectMs;
    this.#rules = new ProxyRules(options.proxy);
    this.#trust = new Trust(options);
  }

  async dial(origin: URL, onread: OnRead, protocols: readonly Protocol[]): Promise<Dialed> {
    const proxy = this.#rules.for(origin);
    const attempt = new Attempt(origin.host, proxy, this.#connectMs);
    this.#attempts.add(attempt);
    try {
      return await this.#connect(attempt, origin, onread, protocols);
    } catch (error) {
      attempt.abandon();
      throw clearestOf(error);
    } finally {
      attempt.end();
      this.#attempts.delete(attempt);
    }
  }

  close(): void {
    for (const attempt of this.#attempts) attempt.stop(new HeddleError('closed', 'The client was closed.'));
  }

  async #connect(
    attempt: Attempt,
    origin: URL,
    onread: OnRead,
    protocols: readonly Protocol[],
  ): Promise<Dialed> {
    const isSecure = origin.protocol === 'https:';
    const to = { host: bare(origin.hostname), port: Number(origin.port) || (isSecure ? 443 : 80) };
    const { proxy } = attempt;
    if (isSecure) return await this.#secure(attempt, to, protocols, onread);
    const plain = { protocol: 'http/1.1', forwards: null } as const;
    if (proxy === null) {
      const socket = await attempt.open('connect', (how) => connect({ ...how, ...to, onread }));
      return { ...plain, socket, times: attempt.times() };
    }
    // Many proxies let CONNECT through to port 443 alone, so plain HTTP is asked of the proxy itself.
    if (proxy.kind === 'http' || proxy.kind === 'https') {
      const socket = await this.#reach(attempt, proxy, { onread });
      const forwards = { authorization: proxyAuthorization(proxy) };
      return { ...plain, forwards, socket, times: attempt.times() };
    }
    const socket = await this.#tunnel(attempt, proxy, to);
    handTo(socket, onread);
    return { ...plain, socket, times: attempt.times() };
  }

  async #secure(
    attempt: Attempt,
    to: Destination,
    protocols: readonly Protocol[],
    onread: OnRead,
  ): Promise<Dialed> {
    const { proxy } = attempt;
    const options = { ALPNProtocols: [...protocols], rejectUnauthorized: !this.#trust.insecure };
    const socket = await this.#believing(
      () => this.#trust.forServers,
      async (secureContext) => {
        if (proxy === null) {
          return await attempt.open('secureConnect', (how) => {
            const opened: TLSSocket = this.#startTls(
              {
                ...how,
                ...options,
                secureContext,
                onread: {
                  buffer: onread.buffer,
                  callback: (bytes, buffer) => {
                    if (opened.alpnProtocol !== 'h2') return onread.callback(bytes, buffer);
                    // The server speaks first, maybe before a session has taken the socket over.
                    opened.unshift(Buffer.from(buffer.subarray(0, bytes)));
                    return true;
                  },
                },
              },
              to,
            );
            return opened;
          });
        }
        const tunnel = await this.#tunnel(attempt, proxy, to);
        return await attempt.open('secureConnect', () =>
          this.#startTls({ ...options, secureContext, socket: tunnel }, to),
        );
      },
    );
    const times = attempt.times();
    if (socket.alpnProtocol === 'h2') return { socket, protocol: 'h2', times, forwards: null };
    if (proxy !== null) handTo(socket, onread);
    return { socket, protocol: 'http/1.1', times, forwards: null };
  }

  /** @param make a connection that believes what the context says */
  async #believing(
    context: () => SecureContext,
    make: (context: SecureContext) => Promise<TLSSocket>,
  ): Promise<TLSSocket> {
    for (;;) {
      const used = context();
      try {
        return await make(used);
      } catch (error) {
        if (!this.#trust.widen(error, used)) throw error;
      }
    }
  }

  #startTls(options: TlsOptions, { host, port }: Destination): TLSSocket {
    const server = `${host}:${port}`;
    const session = this.#sessions.get(server);
    const socket = connectTls({
      ...options,
      host,
      port,
      // An address is no name of a server (RFC 6066 §3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (ticket: Buffer) => {
      this.#sessions.delete(server);
      this.#sessions.set(server, ticket);
      const [oldest] = this.#sessions.keys();
      if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    });
    return socket;
  }

  /** @param reading nothing where the socket is read as a stream */
  async #reach(attempt: Attempt, proxy: Proxy, reading: { readonly onread?: OnRead }): Promise<Socket> {
    const { kind, host, port } = proxy;
    try {
      if (kind !== 'https')
        return await attempt.open('connect', (how) => connect({ ...how, ...reading, host, port }));
      return await this.#believing(
        () => this.#trust.forProxies,
        (secureContext) =>
          attempt.open('secureConnect', (how) =>
            this.#startTls({ ...how, ...reading, secureContext }, { host, port }),
          ),
      );
    } catch (error) {
      if (error instanceof HeddleError) throw error;
      // It is not the server's fault, and is not said to be.
      const cause = clearestOf(error);
      const why = errorCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
      throw new HeddleError('proxy-unreachable', `The proxy ${host}:${port} cannot be reached (${why}).`, {
        retryable: true,
        cause,
      });
    }
  }

  async #tunnel(attempt: Attempt, proxy: Proxy, to: Destination): Promise<Socket> {
    const socket = await this.#reach(attempt, proxy, {});
    const host = proxy.resolvesNames || isIP(to.host) !== 0 ? to.host : await attempt.resolve(to.host, proxy);
    await openTunnel(socket, proxy, { host, port: to.port }, this.#connectMs);
    attempt.isThrough();
    return socket;
  }
}

/** node:tls reads into a buffer too, though its types do not say so. */
type TlsOptions = ConnectionOptions & { readonly onread?: OnRead };

/** How sockets of one attempt are made. */
interface How {
  readonly autoSelectFamily: true;
  readonly autoSelectFamilyAttemptTimeout: number;
  readonly noDelay: true;
}

/** One connection that is being made: its clock, and what of it there is to destroy. */
class Attempt {
  readonly proxy: Proxy | null;
  readonly #host: string;
  readonly #withinMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = nowMs();
  #foundAtMs: number | null = null;
  #connectedAtMs: number | null = null;
  #securedAtMs: number | null = null;
  #socket: Socket | null = null;
  #failure: HeddleError | null = null;
  /** Waiting for something that is no socket. */
  #interrupt: ((error: HeddleError) => void) | null = null;

  constructor(host: string, proxy: Proxy | null, withinMs: number) {
    this.#host = host;
    this.proxy = proxy;
    this.#withinMs = withinMs;
    this.#timer = setTimeout(() => {
      this.stop(this.#lateness());
    }, withinMs);
  }

  /** @param make the socket; again where it had more than one address, and too little time for each */
  async open<T extends Socket>(ready: 'connect' | 'secureConnect', make: (how: How) => T): Promise<T> {
    const how = (ms: number): How => ({
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: Math.ceil(ms),
      noDelay: true,
    });
    try {
      return await this.#settle(make(how(Math.min(NEXT_ADDRESS_MS, this.#withinMs))), ready);
    } catch (error) {
      const wasHurried =
        error instanceof AggregateError && error.errors.some((each) => errorCode(each) === 'ETIMEDOUT');
      if (!wasHurried) throw error;
      return await this.#settle(make(how(this.#withinMs / 2)), ready);
    }
  }

  /** The name's first address, of version 4 if SOCKS 4 is to take it. */
  async resolve(name: string, proxy: Proxy): Promise<string> {
    const interrupted = new Promise<never>((_, reject) => {
      this.#interrupt = reject;
    });
    const { address } = await Promise.race([
      lookup(name, proxy.kind === 'socks4' ? { family: 4 } : {}),
      interrupted,
    ]);
    this.#interrupt = null;
    return address;
  }

  /** The proxy has made its connection. */
  isThrough(): void {
    this.#connectedAtMs = nowMs();
  }

  times(): ConnectionTimes {
    const [found, connected, secured] = [this.#foundAtMs, this.#connectedAtMs, this.#securedAtMs];
    return {
      dnsMs: found === null ? null : found - this.#startedAtMs,
      connectMs: connected === null ? null : connected - (found ?? this.#startedAtMs),
      tlsMs: secured === null || connected === null ? null : Math.max(0, secured - connected),
    };
  }

  stop(failure: HeddleError): void {
    this.#failure ??= failure;
    this.#socket?.destroy(failure);
    this.#interrupt?.(failure);
  }

  abandon(): void {
    this.#socket?.destroy();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #settle<T extends Socket>(socket: T, ready: 'connect' | 'secureConnect'): Promise<T> {
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      // It stays: who takes the socket over listens for itself, but maybe not yet.
      socket.on('error', reject);
      socket.once('close', () => {
        reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
      });
      socket.once('lookup', () => (this.#foundAtMs ??= nowMs()));
      socket.once('connect', () => (this.#connectedAtMs ??= nowMs()));
      socket.once(ready, () => {
        if (ready === 'secureConnect') this.#securedAtMs = nowMs();
        resolve(socket);
      });
      if (this.#failure !== null) socket.destroy(this.#failure);
    });
  }

  #lateness(): HeddleError {
    const { proxy } = this;
    const sentence =
      proxy === null
        ? `${this.#host} did not accept a connection in time.`
        : `The proxy ${proxy.host} did not make a connection to ${this.#host} in time.`;
    return new HeddleError('timeout-connect', sentence, { retryable: true });
  }
}

/** Of the failures of several addresses the one that says most. */
function clearestOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const errors: unknown[] = error.errors;
  return errors.findLast((each) => !/UNREACH|TIMEDOUT|NOTAVAIL/u.test(errorCode(each) ?? '')) ?? errors[0];
}

/** What comes through a proxy's connection comes as a stream. */
function handTo(socket: Socket, onread: OnRead): void {
  socket.on('data', (chunk: Buffer) => {
    if (!onread.callback(chunk.length, chunk)) socket.pause();
  });
}
