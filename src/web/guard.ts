/** Who may ask anything at all: a page of our own, by an address that is ours. */
import type { IncomingMessage } from 'node:http';
import { isOwnHost } from '../server/guard';

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

export interface GuardOptions {
  /** Names that it may be asked by, beside addresses, `localhost` and the machine's own name. */
  readonly hosts: readonly string[];
  /** Browsers reach it by TLS, be it ours or a reverse proxy's. */
  readonly isSecure: boolean;
}

/**
 * Refuses what another page could have sent. `SameSite` cookies do not tell ports apart, so that a page of another
 * server on this machine counts as ours there; its `Origin` does not.
 *
 * @returns `null`: it may go on, and its session is asked for
 */
export function refusal(request: IncomingMessage, { hosts, isSecure }: GuardOptions): Refusal | null {
  const { method = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return { status: 405, text: 'Only GET, HEAD and POST are answered.' };
  const { host, origin } = headers;
  // A page that has had its own name point here (DNS rebinding) says that name.
  if (host === undefined || host === '' || !['', ...hosts].some((name) => isOwnHost(host, name)))
    return {
      status: 421,
      text: 'Heddle is not known by this name. Start it with --public-url to give it one.',
    };
  const own = `${isSecure ? 'https' : 'http'}://${host}`.toLowerCase();
  if (origin !== undefined && origin.toLowerCase() !== own)
    return { status: 403, text: `This request comes from another page (${origin}).` };
  if (method === 'POST' && origin === undefined)
    return { status: 403, text: 'This request does not say which page it comes from (Origin).' };
  const site = headers['sec-fetch-site'];
  // Links to pages may be anywhere; what the pages ask themselves is no place to be led to, not even in a frame.
  const isPage =
    headers['sec-fetch-mode'] === 'navigate' && method !== 'POST' && !(request.url ?? '').includes('/api/');
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isPage)
    return { status: 403, text: 'This request comes from another page.' };
  return null;
}
