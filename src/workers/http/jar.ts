/** Cookies by the rules of RFC 6265, as tough-cookie has them, of a whole job: what one thread got, all send. */
import { Cookie, CookieJar, MemoryCookieStore } from 'tough-cookie';
import { isFieldValue } from '../../common/model/http-fields';
import type { SharedLog } from '../../common/threads/shared-log';
import { LAST_DATE_MS, readCookieFile } from '../../files/cookie-file';

/** Of one answer, as in curl. */
const MOST_IN_ANSWER = 50;
/** Longer ones are no cookies, as in curl. */
const MOST_CHARACTERS = 8190;
/** That servers set; some more than browsers keep. */
const MOST_KEPT = 4000;

export class Jar {
  readonly #store = new MemoryCookieStore();
  readonly #jar = new CookieJar(this.#store, { allowSecureOnLocal: false });
  readonly #log: SharedLog | null;
  #hasSecure = false;
  /** What servers set, the newest last; by what makes it the same cookie (RFC 6265 §5.3). */
  readonly #set = new Map<string, Cookie>();

  /**
   * @param log what threads tell each other; `null`: there are none
   * @param file in Netscape's format, one character a byte; `null`: there is none
   */
  constructor(log: SharedLog | null, file: string | null) {
    this.#log = log;
    for (const cookie of file === null ? [] : readCookieFile(file).cookies) {
      // Older than any that a server sets, in every thread.
      this.#put(new Cookie({ ...cookie, domain: lookedUp(cookie.domain), creation: new Date(0) }));
    }
  }

  /** Those that are for an address, in the order in which they are sent. */
  cookiesFor(url: URL): Cookie[] {
    if (this.#log?.hasNews === true) this.#apply(this.#log.read());
    return this.#jar.getCookiesSync(asWritten(url));
  }

  /**
   * What an answer sets.
   * @param lines values of Set-Cookie
   * @returns the names of cookies that it set, changed or removed
   */
  take(url: URL, lines: readonly string[]): string[] {
    const names: string[] = [];
    for (const line of lines.slice(0, MOST_IN_ANSWER)) {
      if (this.#log?.hasNews === true) this.#apply(this.#log.read());
      if (line.length > MOST_CHARACTERS || !isFieldValue(line)) continue;
      const cookie = this.#acceptable(url, line);
      if (cookie === undefined) continue;
      names.push(cookie.key);
      this.#keep(cookie);
      const record = JSON.stringify(cookie);
      const news = this.#log?.add(record, (others) => {
        this.#apply([...others, record]);
        return [...this.#set.values()].map((each) => JSON.stringify(each));
      });
      // It came after what others had told by then.
      if (news !== undefined && news.length > 0) this.#apply([...news, record]);
    }
    return names;
  }

  /** The library throws at some of what servers write, as a domain that is none: that is no cookie, and no failure. */
  #acceptable(url: URL, line: string): Cookie | undefined {
    try {
      return this.#accept(url, line);
    } catch {
      return undefined;
    }
  }

  /** @returns the cookie as it was stored; `undefined` where it may not be */
  #accept(url: URL, line: string): Cookie | undefined {
    const cookie = Cookie.parse(line);
    if (cookie === undefined || this.#replacesSecure(url, cookie.key)) return undefined;
    // The library would count Max-Age from when the cookie was sent last.
    const endsAtMs = cookie.maxAge === null ? null : cookie.expiryTime(new Date());
    if (endsAtMs !== null && endsAtMs !== undefined) {
      cookie.expires = endsAtMs > LAST_DATE_MS ? 'Infinity' : new Date(Math.max(0, endsAtMs));
      cookie.maxAge = null;
    }
    const set = (): Cookie | undefined =>
      this.#jar.setCookieSync(cookie, asWritten(url), { ignoreError: true });
    const stored = set();
    // RFC 6265 §5.3, 5: a public suffix, and so a name without dots, may set cookies of its own.
    if (stored !== undefined || cookie.cdomain() !== url.hostname) return stored;
    cookie.domain = null;
    return set();
  }

  /** What came over TLS is not changed without it (RFC 6265bis §5.7). */
  #replacesSecure(url: URL, name: string): boolean {
    if (!this.#hasSecure || url.protocol === 'https:') return false;
    const overTls = new URL(asWritten(url));
    overTls.protocol = 'https:';
    return this.#jar.getCookiesSync(overTls).some(({ key, secure }) => secure && key === name);
  }

  #apply(records: readonly string[]): void {
    for (const record of records) {
      const cookie = Cookie.fromJSON(record);
      if (cookie === undefined) continue;
      this.#put(cookie);
      this.#keep(cookie);
    }
  }

  #put(cookie: Cookie): void {
    this.#hasSecure ||= cookie.secure;
    this.#store.putCookie(cookie, noteNothing);
  }

  #keep(cookie: Cookie): void {
    const { domain, path, key, secure } = cookie;
    this.#hasSecure ||= secure;
    const id = JSON.stringify([domain, path, key]);
    this.#set.delete(id);
    this.#set.set(id, cookie);
    if (this.#set.size <= MOST_KEPT) return;
    const [oldest] = this.#set;
    if (oldest === undefined) return;
    const [oldestId, { domain: host, path: folder, key: name }] = oldest;
    this.#set.delete(oldestId);
    if (host !== null && folder !== null) this.#store.removeCookie(host, folder, name, noteNothing);
  }
}

/** An address as the library understands what is meant. */
function asWritten(url: URL): URL {
  const host = lookedUp(url.hostname);
  if (host === url.hostname && !url.pathname.includes('%')) return url;
  const written = new URL(url);
  written.hostname = host;
  // Paths are compared as they are sent (RFC 6265 §5.1.4), and it decodes them first.
  written.pathname = url.pathname.replaceAll('%', '%25');
  return written;
}

/** It throws at some names without a dot (`test`, `local`), as if they could be nobody's. */
function lookedUp(host: string): string {
  return /[.:]/u.test(host) ? host : `${host}.`;
}

/** The store is in memory: it has no errors, and is done when the call is. */
function noteNothing(): void {
  // Nothing to do.
}
