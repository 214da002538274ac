/** A proxy's address as people and `http_proxy` write it: `http://host:3128`, or without the scheme. */

/** @returns with its scheme; `null` for what is no address of an HTTP proxy */
export function readProxyAddress(text: string): string | null {
  const trimmed = text.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//iu.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname } = new URL(address);
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' ? address : null;
}
