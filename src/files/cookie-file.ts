/** Cookies from a file in Netscape's format, as browsers' export tools, curl and wget write it. They are only read. */
import { domainToASCII } from 'node:url';
import { isFieldValue } from '../common/model/http-fields';

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

export interface CookieFile {
  readonly cookies: readonly FileCookie[];
  /** Lines that are neither a cookie, nor a comment, nor blank. */
  readonly unread: number;
}

/** There are no later dates in JavaScript. */
export const LAST_DATE_MS = 8.64e15;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** @param text one character a byte: what is beyond ASCII is sent as the bytes that it is */
export function readCookieFile(text: string): CookieFile {
  const cookies: FileCookie[] = [];
  let unread = 0;
  for (const line of text.replace(BYTE_ORDER_MARK, '').split(/\r\n|[\r\n]/u)) {
    // A comment, unless it is the mark of a cookie that scripts do not see.
    const shown = line.startsWith('#HttpOnly_') ? line.slice('#HttpOnly_'.length) : line;
    if (shown.startsWith('#') || shown.trim() === '') continue;
    const fields = shown.includes('\t') ? shown.split('\t') : spacedFields(shown);
    const [domain = '', wide, path = '/', secure, expires, key = '', value = ''] = fields;
    if (fields.length < 6 || domain === '' || !isFieldValue(key + value)) {
      unread += 1;
      continue;
    }
    const endsAtMs = Number(expires) * 1000;
    cookies.push({
      key,
      value,
      domain: hostOf(domain.replace(/^\./u, '')),
      hostOnly: wide?.toUpperCase() !== 'TRUE' && !domain.startsWith('.'),
      path: path.startsWith('/') ? path : '/',
      secure: secure?.toUpperCase() === 'TRUE',
      // 0, and what some tools write for it: until the session's end.
      expires: endsAtMs > 0 && endsAtMs <= LAST_DATE_MS ? new Date(endsAtMs) : 'Infinity',
    });
  }
  return { cookies, unread };
}

/** Tabs become spaces where text is copied; two of the fields say whether it is a cookie. */
function spacedFields(line: string): string[] {
  const fields = line.trim().split(/ +/u);
  return [fields[1], fields[3]].every((flag) => /^(?:TRUE|FALSE)$/iu.test(flag ?? '')) ? fields : [];
}

/** As it is in addresses. */
function hostOf(domain: string): string {
  const host = Buffer.from(domain, 'latin1')
    .toString()
    .replace(/^\[(.*)\]$/u, '$1')
    .toLowerCase();
  return domainToASCII(host) || host;
}
