/** HTTP for downloads. */
import { errorCode } from '../files/entries';
import type { HttpClient, HttpOptions, Answer, Cancellable, Receiver } from './http/client';
import { DirectDialer, type TlsConnect } from './http/dial';
import { Session } from './http/session';
import type { OneRequest, Transport } from './http/transport';
import { HttpTransport } from './http/transport-http';
import { WireError } from './http/wire-error';
import { isProxyNamed } from './proxies';
import { readCertificates } from './trust';

/** @throws HeddleError when the file of certificates cannot be read, or the proxy's address is none */
export async function openHttpClient(options: HttpOptions): Promise<HttpClient> {
  return new Session(await openTransport(options), options);
}

async function openTransport(options: HttpOptions): Promise<Transport> {
  const openOther = async (): Promise<Transport> => {
    const { UndiciTransport } = await import('./http/transport-undici');
    return await UndiciTransport.open(options);
  };
  if (isProxyNamed(options.proxy)) return await openOther();
  const own = options.caFile === null ? null : readCertificates(options.caFile);
  let connectTls: Promise<TlsConnect> | null = null;
  const dialer = new DirectDialer(options, async (target) => {
    connectTls ??= import('./http/dial-tls').then(({ tlsConnector }) => tlsConnector(own));
    return await (
      await connectTls
    )(target);
  });
  const http1 = new HttpTransport(dialer, options, ({ socket }) => {
    socket.destroy();
    return Promise.reject(new WireError('IS_HTTP2'));
  });
  return new WithHttp2(http1, openOther);
}

/** Sends what is for a server that speaks HTTP/2 alone over another transport. */
class WithHttp2 implements Transport {
  readonly #http1: Transport;
  readonly #open: () => Promise<Transport>;
  readonly #http2Origins = new Set<string>();
  #http2: Promise<Transport> | null = null;

  constructor(http1: Transport, open: () => Promise<Transport>) {
    this.#http1 = http1;
    this.#open = open;
  }

  async exchange(request: OneRequest, receiver: Receiver, context: Cancellable): Promise<Answer> {
    const { origin } = request.url;
    if (!this.#http2Origins.has(origin)) {
      try {
        return await this.#http1.exchange(request, receiver, context);
      } catch (error) {
        if (!(error instanceof Error) || errorCode(error.cause) !== 'IS_HTTP2') throw error;
        this.#http2Origins.add(origin);
      }
    }
    return await (await (this.#http2 ??= this.#open())).exchange(request, receiver, context);
  }

  async close(): Promise<void> {
    await this.#http1.close();
    await (await this.#http2)?.close();
  }
}
