/** Cookies from a file in Netscape's format, as browsers' export tools, curl and wget write it. They are only read. */
interface Cookie {
  readonly domain: string;
  /** Whether the domain's subdomains get it too. */
  readonly wide: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** Seconds since the epoch; 0: the session's. */
  readonly expires: number;
  readonly name: string;
  readonly value: string;
}

/** @returns the Cookie header (RFC 6265 §5.4) for an address; `null` where no cookie is for it */
export function parseCookies(text: string): (url: URL) => string | null {
  const cookies: Cookie[] = [];
  for (const line of text.split(/\r?\n/u)) {
    // A comment, unless it is the mark of a cookie that scripts do not see.
    const shown = line.startsWith('#HttpOnly_') ? line.slice('#HttpOnly_'.length) : line;
    const fields = shown.split('\t');
    const [domain = '', wide, path = '/', secure, expires, name = '', value = ''] = fields;
    if (shown.startsWith('#') || fields.length < 6 || domain === '') continue;
    cookies.push({
      domain: domain.replace(/^\./u, '').toLowerCase(),
      wide: wide === 'TRUE' || domain.startsWith('.'),
      path,
      secure: secure === 'TRUE',
      expires: Number(expires),
      name,
      value,
    });
  }
  return (url) => {
    const host = url.hostname.toLowerCase();
    const now = Date.now() / 1000;
    const sent = cookies.filter(
      (cookie) =>
        (host === cookie.domain || (cookie.wide && host.endsWith(`.${cookie.domain}`))) &&
        pathMatches(url.pathname, cookie.path) &&
        (!cookie.secure || url.protocol === 'https:') &&
        (cookie.expires === 0 || cookie.expires > now),
    );
    if (sent.length === 0) return null;
    // Longer paths first.
    sent.sort((left, right) => right.path.length - left.path.length);
    return sent.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ');
  };
}

/** RFC 6265 §5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}
