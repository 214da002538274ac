/** How one logs in to a proxy (RFC 9110 §11.7): by Basic, or by Digest once it has asked for that. */
import { basic } from './basic';
import { readChallenges } from './challenges';
import type { Login } from './client';
import { DigestLogin, type AuthorizedRequest } from './digest-login';

/** With a nonce that is new and too old already, more often than that nothing will come of it. */
const MOST_STALE = 2;

export class ProxyLogin {
  readonly #login: Login;
  #digest: DigestLogin | null = null;

  constructor(login: Login) {
    this.#login = login;
  }

  /** The value of Proxy-Authorization. */
  authorize(request: AuthorizedRequest): string {
    const { name, password } = this.#login;
    return this.#digest?.authorize(this.#login, request) ?? basic(name, password);
  }

  /**
   * The proxy did not take what it got (407).
   * @param field its Proxy-Authenticate
   * @param before how often it did not take this very request
   * @returns whether the request is to be sent again, with another login
   */
  goesOn(field: string | readonly string[] | undefined, before: number): boolean {
    const challenges = readChallenges(field);
    const digest = DigestLogin.of(challenges);
    if (digest === null) {
      // Another one answers there now.
      const isOther = this.#digest !== null && challenges.some(({ scheme }) => scheme === 'basic');
      this.#digest = null;
      return isOther && before === 0;
    }
    this.#digest = digest;
    // What was sent again was an answer to what it had asked just before: the password is wrong.
    return before === 0 || (digest.isStale && before <= MOST_STALE);
  }
}
