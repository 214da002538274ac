/** TLS connections to servers and to proxies; loaded when an address first asks for one. */
import { isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import type { Attempt } from './attempt';
import { Trust, type TrustOptions } from './trust';
import type { Destination } from './tunnel';

/** Servers whose TLS sessions are kept. */
const MOST_SESSIONS = 256;

/** node:tls reads into a buffer too, though its types do not say so. */
type TlsOptions = ConnectionOptions & { readonly onread?: OnReadOpts };

export class TlsConnector {
  readonly #trust: Trust;
  /** By server: what makes the next handshake short (RFC 8446 §2.2). */
  readonly #sessions = new Map<string, Buffer>();

  /** @throws HeddleError when a file of certificates cannot be used */
  constructor(options: TrustOptions) {
    this.#trust = new Trust(options);
  }

  /**
   * @param protocols are offered (RFC 7301), the first one rather than the others
   * @param onread is told of what comes, unless HTTP/2 was agreed upon; not through a tunnel
   * @param tunnel makes a connection to the server over which TLS runs
   */
  async toServer(
    attempt: Attempt,
    to: Destination,
    protocols: readonly string[],
    { onread, tunnel }: { readonly onread: OnReadOpts; readonly tunnel: (() => Promise<Socket>) | null },
  ): Promise<TLSSocket> {
    const options = { ALPNProtocols: [...protocols], rejectUnauthorized: !this.#trust.insecure };
    return await this.#believing(
      () => this.#trust.forServers,
      async (secureContext) => {
        if (tunnel !== null) {
          const socket = await tunnel();
          return await attempt.open('secureConnect', () =>
            this.#start({ ...options, secureContext, socket }, to),
          );
        }
        return await attempt.open('secureConnect', (how) => {
          const callback: OnReadOpts['callback'] = (bytes, buffer) => {
            if (opened.alpnProtocol !== 'h2') return onread.callback(bytes, buffer);
            // The server speaks first, maybe before a session has taken the socket over.
            opened.unshift(Buffer.from(buffer.subarray(0, bytes)));
            return true;
          };
          const reading = { buffer: onread.buffer, callback };
          const opened = this.#start({ ...how, ...options, secureContext, onread: reading }, to);
          return opened;
        });
      },
    );
  }

  /** Its certificate is checked always, and it is not shown the user's. */
  async toProxy(
    attempt: Attempt,
    to: Destination,
    reading: { readonly onread?: OnReadOpts },
  ): Promise<TLSSocket> {
    return await this.#believing(
      () => this.#trust.forProxies,
      (secureContext) =>
        attempt.open('secureConnect', (how) => this.#start({ ...how, ...reading, secureContext }, to)),
    );
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

  #start(options: TlsOptions, { host, port }: Destination): TLSSocket {
    const server = `${host}:${port}`;
    const session = this.#sessions.get(server);
    const socket = connect({
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
}
