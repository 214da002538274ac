/** Cookies from a file in Netscape's format, as browsers' export tools, curl and wget write it. They are only read. */
import { domainToASCII } from 'node:url';

export interface FileCookie {
  readonly key: string;
  readonly value: string;
  readonly domain: string;
  /** Whether the domain's subdomains get none of it. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly expires: Date | 'Infinity';
}

/** @param text one character a byte: what is beyond ASCII is sent as the bytes that it is */
export function readCookieFile(text: string): FileCookie[] {
  const cookies: FileCookie[] = [];
  for (const line of text.split(/\r?\n/u)) {
    // A comment, unless it is the mark of a cookie that scripts do not see.
    const shown = line.startsWith('#HttpOnly_') ? line.slice('#HttpOnly_'.length) : line;
    const fields = shown.split('\t');
    const [domain = '', wide, path = '/', secure, expires, key = '', value = ''] = fields;
    if (shown.startsWith('#') || fields.length < 6 || domain === '') continue;
    cookies.push({
      key,
      value,
      domain: hostOf(domain.replace(/^\./u, '')),
      hostOnly: wide !== 'TRUE' && !domain.startsWith('.'),
      path: path.startsWith('/') ? path : '/',
      secure: secure === 'TRUE',
      // 0: the session's.
      expires: Number(expires) === 0 ? 'Infinity' : new Date(Number(expires) * 1000),
    });
  }
  return cookies;
}

/** As it is in addresses. */
function hostOf(domain: string): string {
  const host = domain.replace(/^\[(.*)\]$/u, '$1').toLowerCase();
  return domainToASCII(Buffer.from(host, 'latin1').toString()) || host;
}
