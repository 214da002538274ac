/** Which pages may ask: none, but those that the user named. Without this any page in a browser could try secrets. */
import type { IncomingHttpHeaders } from 'node:http';
import { isOwnHost } from '../server/guard';

/** What the user has installed and given the secret; pages cannot say that they are one. */
const EXTENSION = /^(?:chrome|moz|safari-web)-extension:\/\/[\w.-]+$/iu;

/** @param text as a browser says it: `https://example.org`, `null` for a file. @returns `null` where it is none */
export function readOrigin(text: string): string | null {
  if (text === 'null' || EXTENSION.test(text)) return text;
  const url = URL.parse(text);
  return url !== null &&
    /^https?:$/u.test(url.protocol) &&
    url.origin === text.replace(/\/$/u, '').toLowerCase()
    ? url.origin
    : null;
}

/** @returns the HTTP status that it is refused with; `null`: it may ask */
export function refusal(
  headers: IncomingHttpHeaders,
  host: string,
  allowed: ReadonlySet<string>,
): 403 | 421 | null {
  // Of a page whose own host name was pointed at this address.
  if (!isOwnHost(headers.host, host)) return 421;
  const { origin } = headers;
  if (origin !== undefined) return allowed.has(origin) || EXTENSION.test(origin) ? null : 403;
  // Scripts and pictures of other pages come without an origin, and browsers say where from.
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'none' ? null : 403;
}

/** What a request is for; one whose address is none is for nothing that is here. */
export function pathAndQuery(url: string | undefined): Pick<URL, 'pathname' | 'searchParams'> {
  const searchParams = new URLSearchParams();
  return URL.parse(url ?? '/', 'http://localhost') ?? { pathname: '', searchParams };
}
