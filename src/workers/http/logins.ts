/**
 * Logins with a name and a password: Digest where a server offers it, otherwise Basic. What an origin asks for is
 * remembered, so that it is found out once.
 *
 * Over plain HTTP anyone on the way can read what Basic sends. So the first request to an origin has no login; if its
 * answer asks for Digest, the password is never sent. Any other answer to it is not taken for the file, because some
 * servers show visitors who are not logged in something else: the request is sent again with Basic. Over TLS only the
 * server can read it, so Basic is sent at once, unless nobody checked who the server is.
 */
import { isSafe } from '../../common/model/http-fields';
import { basic } from './basic';
import { readChallenges } from './challenges';
import type { Answer, Login } from './client';
import { DigestLogin } from './digest-login';
import type { OneRequest } from './transport';

/** Servers of one client that are remembered. */
const MOST_KNOWN = 10_000;
/** With a nonce that is new and too old already, more often than that nothing will come of it. */
const MOST_STALE = 2;

/** What is known of an origin. */
interface Known {
  scheme: 'basic' | DigestLogin | null;
  /** Folders in which it asked for no login. */
  readonly open: Set<string>;
  /** Over when the first request was answered: those that come meanwhile need not ask, too. `null`: there was none. */
  first: PromiseWithResolvers<void> | null;
}

export class Logins {
  readonly #known = new Map<string, Known>();
  readonly #insecure: boolean;

  /** @param insecure servers may be whoever: TLS hides nothing from them */
  constructor(insecure: boolean) {
    this.#insecure = insecure;
  }

  /** @param login of this hop; `null`: there is none */
  attempt(url: URL, login: Login): LoginAttempt {
    const key = JSON.stringify([url.origin, login.name, login.password]);
    let known = this.#known.get(key);
    if (known === undefined) {
      const [oldest] = this.#known.size < MOST_KNOWN ? [] : this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
      known = { scheme: null, open: new Set(), first: null };
      this.#known.set(key, known);
    }
    return new LoginAttempt(known, url, login, this.#insecure);
  }
}

/** One request of one address, sent as often as it takes to find how to log in. */
export class LoginAttempt {
  readonly #known: Known;
  readonly #url: URL;
  readonly #login: Login;
  readonly #insecure: boolean;
  #sent: 'nothing' | 'basic' | DigestLogin = 'nothing';
  #isLook = false;
  #isFirst = false;
  /** What an answer to this very request asked for. */
  #fresh: DigestLogin | null = null;
  #stale = 0;
  #hasTriedBasic = false;

  constructor(known: Known, url: URL, login: Login, insecure: boolean) {
    this.#known = known;
    this.#insecure = insecure;
    this.#url = url;
    this.#login = login;
  }

  /** To be waited for before {@link next}: another request is finding out; `null`: nothing. */
  get turn(): Promise<void> | null {
    const { scheme, first } = this.#known;
    if (scheme !== null || this.#isFirst || this.#mayReveal()) return null;
    if (first !== null) return first.promise;
    this.#known.first = Promise.withResolvers();
    this.#isFirst = true;
    return null;
  }

  /** What {@link next} was is answered, or never will be. */
  told(): void {
    if (this.#isFirst) this.#known.first?.resolve();
  }

  /** What is to be sent: the request with a login, or without one to see what the server asks for. */
  next(request: OneRequest): OneRequest {
    const { method, headers, body } = request;
    const scheme = this.#fresh ?? this.#known.scheme ?? (this.#mayReveal() ? 'basic' : null);
    this.#sent = scheme ?? 'nothing';
    this.#hasTriedBasic ||= scheme === 'basic';
    // What is to change something is not sent to see what comes of it.
    this.#isLook = scheme === null && !isSafe(method);
    if (this.#isLook) return { ...request, method: 'HEAD', body: null };
    if (scheme === null) return request;
    const { name, password } = this.#login;
    const target = this.#url.pathname + this.#url.search;
    const authorization =
      scheme === 'basic' ? basic(name, password) : scheme.authorize(this.#login, { method, target, body });
    return { ...request, headers: { ...headers, authorization } };
  }

  /** Whether this answer is none yet, and {@link next} is to be sent. */
  goesOn({ status, headers }: Answer): boolean {
    const sent = this.#sent;
    if (status === 401) return this.#answer(headers['www-authenticate']);
    if (sent === 'nothing') {
      // Who says "later" to anyone would not answer better with a login.
      if (!this.#isLook && (status === 408 || status === 429 || status >= 500)) return false;
      this.#known.open.add(folderOf(this.#url.pathname));
      return true;
    }
    if (sent !== 'basic') sent.goOn(readChallenges(prefixed(headers['authentication-info']))[0]);
    return false;
  }

  #answer(field: string | string[] | undefined): boolean {
    const challenges = readChallenges(field);
    const digest = DigestLogin.of(challenges);
    if (digest !== null) {
      this.#known.scheme = digest;
      // What was sent was an answer to what this server had asked just before: the password is wrong.
      if (this.#fresh !== null && (!digest.isStale || ++this.#stale > MOST_STALE)) return false;
      this.#fresh = digest;
      return true;
    }
    // A server that asks now for the one and now for the other gets each once.
    if (this.#hasTriedBasic) return false;
    if (challenges.length > 0 && !challenges.some(({ scheme }) => scheme === 'basic')) return false;
    this.#fresh = null;
    this.#known.scheme = 'basic';
    return true;
  }

  #mayReveal(): boolean {
    const { protocol, pathname } = this.#url;
    if (protocol === 'https:' && !this.#insecure) return true;
    // RFC 7617 §2.2: what lies beside and below is likely to ask for the same.
    for (let folder = folderOf(pathname); ; folder = folderOf(folder.slice(0, -1))) {
      if (this.#known.open.has(folder)) return true;
      if (folder.length <= 1) return false;
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** As a challenge, so that it can be read as one. */
function prefixed(field: string | string[] | undefined): string | undefined {
  return field === undefined ? undefined : `Digest ${[field].flat().join(', ')}`;
}
