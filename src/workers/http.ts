/** HTTP for downloads. */
import type { HttpClient, HttpOptions } from './http/client';
import { openDialer } from './http/dial';
import { Session } from './http/session';
import { HttpTransport } from './http/transport-http';

/** @throws HeddleError when the file of certificates cannot be read, or the proxy's address is none */
export async function openHttpClient(options: HttpOptions): Promise<HttpClient> {
  return new Session(new HttpTransport(await openDialer(options), options), options);
}
