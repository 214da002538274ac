/**
 * Where connections come from: straight to the server or through a proxy, with TLS where the address asks for it. All
 * steps of one (names, connecting, the proxy's answer, TLS) are one attempt and lie under one time-out.
 */
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { HeddleError } from '../../common/model/errors';
import { errorCode } from '../../files/entries';
import { Attempt, clearestOf } from './attempt';
import type { ConnectionTimes } from './client';
import type { TlsConnector } from './dial-tls';
import type { AuthorizedRequest } from './digest-login';
import { bare, ProxyRules, type Proxy } from './proxy-rules';
import { watchEnd } from './tls-end';
import { ProxyLogin } from './proxy-login';
import type { TrustOptions } from './trust';
import type { Destination } from './tunnel';

export type Protocol = 'http/1.1' | 'h2';

/** What a connection turned out to be. */
export interface Dialed {
  readonly socket: Socket;
  /** Over `h2` nothing is handed to `onread`. */
  readonly protocol: Protocol;
  readonly times: ConnectionTimes;
  /** Whether the socket reads into the buffer that was given; one within another connection emits `data` instead. */
  readonly isReading: boolean;
  /** Once it has ended: whether it was cut off below TLS, so that what came may be a part. */
  readonly wasCut: () => boolean;
  /**
   * Fields for a request to a proxy that takes requests for the origin, in absolute form (RFC 9112 §3.2.2); `null`
   * where requests go to the origin itself, be it through a tunnel.
   */
  readonly proxyFields: ((request: AuthorizedRequest) => Readonly<Record<string, string>>) | null;
}

export interface Dialer {
  /**
   * @param origin an `http:` or `https:` address; what follows its authority is not looked at
   * @param onread as of node:net: into what the socket reads, and whom it tells
   * @param protocols what the client speaks; HTTP/1.1 alone unless said
   * @throws HeddleError; system errors and those of TLS
   */
  dial(origin: URL, onread: OnReadOpts, protocols?: readonly Protocol[]): Promise<Dialed>;
  /** That of the proxy which takes requests for the origin; `null`: there is none, or it asks for none. */
  loginFor(origin: URL): ProxyLogin | null;
  /** Ends the connections that are being made. */
  close(): void;
}

export interface DialOptions extends TrustOptions {
  /** For all that it takes until a request can be sent. */
  readonly connectMs: number;
  /** `null`: what the environment says. */
  readonly proxy: string | null;
}

/** @throws HeddleError when a file of certificates cannot be used, or the proxy's address is none */
export async function openDialer(options: DialOptions): Promise<Dialer> {
  const dialer = new SocketDialer(options);
  // What is wrong with the user's files is told before there is any connection.
  if (options.caFile !== null || options.certFile !== null) await dialer.loadTls();
  return dialer;
}

class SocketDialer implements Dialer {
  readonly #options: DialOptions;
  readonly #rules: ProxyRules;
  readonly #attempts = new Set<Attempt>();
  readonly #logins = new Map<Proxy, ProxyLogin>();
  #tls: Promise<TlsConnector> | null = null;

  constructor(options: DialOptions) {
    this.#options = options;
    this.#rules = new ProxyRules(options.proxy);
  }

  loadTls(): Promise<TlsConnector> {
    return (this.#tls ??= import('./dial-tls').then((loaded) => new loaded.TlsConnector(this.#options)));
  }

  async dial(
    origin: URL,
    onread: OnReadOpts,
    protocols: readonly Protocol[] = ['http/1.1'],
  ): Promise<Dialed> {
    const proxy = this.#rules.for(origin);
    const attempt = new Attempt(origin.host, proxy, this.#options.connectMs);
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

  loginFor(origin: URL): ProxyLogin | null {
    if (origin.protocol === 'https:') return null;
    const proxy = this.#rules.for(origin);
    return proxy?.kind === 'http' || proxy?.kind === 'https' ? this.#loginTo(proxy) : null;
  }

  #loginTo(proxy: Proxy): ProxyLogin | null {
    if (proxy.login === null) return null;
    const login = this.#logins.get(proxy) ?? new ProxyLogin(proxy.login);
    this.#logins.set(proxy, login);
    return login;
  }

  close(): void {
    for (const attempt of this.#attempts) attempt.stop(new HeddleError('closed', 'The client was closed.'));
  }

  async #connect(
    attempt: Attempt,
    origin: URL,
    onread: OnReadOpts,
    protocols: readonly Protocol[],
  ): Promise<Dialed> {
    const isSecure = origin.protocol === 'https:';
    const to = { host: bare(origin.hostname), port: Number(origin.port) || (isSecure ? 443 : 80) };
    const { proxy } = attempt;
    if (isSecure) {
      const tls = await this.loadTls();
      const tunnel = proxy === null ? null : (): Promise<Socket> => this.#tunnel(attempt, proxy, to);
      const socket = await tls.toServer(attempt, to, protocols, { onread, tunnel });
      const protocol = socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
      const wasCut = watchEnd(socket);
      return {
        socket,
        protocol,
        times: attempt.times(),
        isReading: proxy === null,
        wasCut,
        proxyFields: null,
      };
    }
    if (proxy === null) {
      const socket = await attempt.open('connect', (how) => connect({ ...how, ...to, onread }));
      return plain(socket, attempt, true);
    }
    // Many proxies let CONNECT through to port 443 alone, so plain HTTP is asked of the proxy itself.
    if (proxy.kind === 'http' || proxy.kind === 'https') {
      const socket = await this.#reach(attempt, proxy, { onread });
      const login = this.#loginTo(proxy);
      return plain(socket, attempt, true, (request) =>
        login === null ? {} : { 'proxy-authorization': login.authorize(request) },
      );
    }
    return plain(await this.#tunnel(attempt, proxy, to), attempt, false);
  }

  /** @param reading nothing where the socket is read as a stream */
  async #reach(
    attempt: Attempt,
    { kind, host, port }: Proxy,
    reading: { readonly onread?: OnReadOpts },
  ): Promise<Socket> {
    try {
      if (kind === 'https') return await (await this.loadTls()).toProxy(attempt, { host, port }, reading);
      return await attempt.open('connect', (how) => connect({ ...how, ...reading, host, port }));
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
    const { openTunnel, refused } = await import('./tunnel');
    const login = this.#loginTo(proxy);
    for (let before = 0; ; before++) {
      const socket = await this.#reach(attempt, proxy, {});
      const isNamed = proxy.resolvesNames || isIP(to.host) !== 0;
      const host = isNamed ? to.host : await attempt.resolve(to.host, proxy);
      const asked = await openTunnel(socket, proxy, { host, port: to.port }, login, this.#options.connectMs);
      if (asked === null) {
        attempt.isThrough();
        return socket;
      }
      socket.destroy();
      if (login?.goesOn(asked, before) !== true) throw refused(407);
    }
  }
}

function plain(
  socket: Socket,
  attempt: Attempt,
  isReading: boolean,
  proxyFields: Dialed['proxyFields'] = null,
): Dialed {
  // In the clear there is no other end than the connection's.
  const wasCut = (): boolean => false;
  return { socket, protocol: 'http/1.1', times: attempt.times(), isReading, wasCut, proxyFields };
}
