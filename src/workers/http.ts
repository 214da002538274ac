import type { HttpClient, HttpOptions } from './http/client';
import { Session } from './http/session';
import { UndiciTransport } from './http/transport-undici';

/** @throws HeddleError when the file of certificates cannot be read, or the proxy's address is none */
export async function openHttpClient(options: HttpOptions): Promise<HttpClient> {
  return new Session(await UndiciTransport.open(options), options);
}
