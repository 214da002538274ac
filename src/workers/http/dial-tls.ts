/** TLS connections to origins; loaded when an address first asks for one. */
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type SecureContext } from 'node:tls';
import { errorCode } from '../../files/entries';
import { contextOf, UNKNOWN_ISSUER } from '../trust';
import { opened, type Dialed, type TlsConnect, type TlsTarget } from './dial';

/** TLS's answer to a client that offers no protocol of the server's (RFC 7301 §3.2). */
const REFUSES_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

/** @param own PEM certificates of the user's, or `null` */
export function tlsConnector(own: string | null): TlsConnect {
  let context: SecureContext | null = own === null ? null : contextOf(false, own);
  let hasSystem = false;
  /** By host and port: what makes the next connection cheaper (RFC 8446 §2.2). */
  const sessions = new Map<string, Buffer>();
  /** Hosts and ports that refuse HTTP/1.1. */
  const http2Only = new Set<string>();

  async function once({ host, port, onread, connectMs }: TlsTarget, isHttp2: boolean): Promise<Dialed> {
    const key = `${host}:${port}`;
    const session = sessions.get(key);
    const options: ConnectionOptions & { readonly onread?: TlsTarget['onread'] } = {
      host,
      port,
      ALPNProtocols: [isHttp2 ? 'h2' : 'http/1.1'],
      // An address is no server name (RFC 6066 §3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
      ...(context === null ? {} : { secureContext: context }),
      // HTTP/2 reads for itself.
      ...(isHttp2 ? {} : { onread }),
    };
    const socket = connect(options);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('session', (given: Buffer) => sessions.set(key, given));
    const times = await opened(socket, 'secureConnect', connectMs);
    const protocol = socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
    return { socket, protocol, times, isReading: !isHttp2, proxyFields: null };
  }

  return async (target) => {
    const key = `${target.host}:${target.port}`;
    for (;;) {
      const used = context;
      const isHttp2 = http2Only.has(key);
      try {
        return await once(target, isHttp2);
      } catch (error) {
        const code = errorCode(error) ?? '';
        if (code === REFUSES_PROTOCOL && !isHttp2) {
          http2Only.add(key);
          continue;
        }
        if (!UNKNOWN_ISSUER.has(code)) throw error;
        if (!hasSystem) {
          hasSystem = true;
          context = contextOf(true, own);
        }
        if (used === context) throw error;
      }
    }
  };
}
