/**
 * A proxy's address as people and `http_proxy` write it: `http://host:3128`, `socks5h://name:password@host`, or without
 * the scheme.
 */

/** As curl names them; `socks` is SOCKS 5 whose proxy resolves names. */
const SCHEMES: ReadonlySet<string> = new Set([
  'http:',
  'https:',
  'socks:',
  'socks4:',
  'socks4a:',
  'socks5:',
  'socks5h:',
]);

/** What a proxy's address looks like, for messages. */
export const PROXY_FORM = 'http://host:port, https://… or socks5h://…';

/** @returns with its scheme; `null` for what is no address of a proxy */
export function readProxyAddress(text: string): string | null {
  const trimmed = text.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//iu.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname } = new URL(address);
  return SCHEMES.has(protocol) && hostname !== '' ? address : null;
}
