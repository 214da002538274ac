/** HTTP for downloads. */
import { errorCode } from '../files/entries';
import type { HttpClient, HttpOptions, Answer, Cancellable, Receiver } from './http/client';
import { openDialer } from './http/dial';
import { Session } from './http/session';
import type { OneRequest, Transport } from './http/transport';
import { HttpTransport } from './http/transport-http';

/** @throws HeddleError when the file of certificates cannot be read, or the proxy's address is none */
export async function openHttpClient(options: HttpOptions): Promise<HttpClient> {
  return new Session(await openTransport(options), options);
}

async function openTransport(options: HttpOptions): Promise<Transport> {
  const dialer = await openDialer(options);
  return new WithHttp2(new HttpTransport(dialer, options), async () => {
    const { UndiciTransport } = await import('./http/transport-undici');
    return await UndiciTransport.open(options);
  });
}

/** TLS's answer to a client that offers no protocol of the server's (RFC 7301 §3.2). */
const REFUSES_HTTP1 = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

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
        if (!(error instanceof Error) || errorCode(error.cause) !== REFUSES_HTTP1) throw error;
        this.#http2Origins.add(origin);
        const { http2Origins } = await import('./http/transport-undici');
        http2Origins.add(origin);
      }
    }
    return await (await (this.#http2 ??= this.#open())).exchange(request, receiver, context);
  }

  async close(): Promise<void> {
    await this.#http1.close();
    await (await this.#http2)?.close();
  }
}
