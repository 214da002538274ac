/** Who is signed in: links that are good once, and cookies. Nothing of it is stored; what is kept in memory are digests. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Older ones that nobody uses make room for new ones. */
const MOST_SESSIONS = 200;
/** Unused for so long, a session ends. */
const IDLE_MS = 7 * 86_400_000;
/** 256 bits: nobody guesses them. */
const SECRET_BYTES = 32;

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export interface Session {
  lastUsedMs: number;
}

export class Sessions {
  readonly #cookie: string;
  readonly #isSecure: boolean;
  readonly #sessions = new Map<string, Session>();

  /** @param isSecure the cookie goes by TLS alone. @param port servers on one machine share the cookies of browsers */
  constructor(isSecure: boolean, port: number) {
    this.#isSecure = isSecure;
    this.#cookie = `${isSecure ? '__Host-' : ''}heddle-${port}`;
  }

  /** @returns the value of a `Set-Cookie` header (RFC 6265bis) */
  begin(): string {
    const value = secret();
    this.#sweep();
    this.#sessions.set(digest(value).toString('hex'), { lastUsedMs: Date.now() });
    return this.#header(value);
  }

  /** @param cookies a `Cookie` header; `null`: nobody is signed in */
  of(cookies: string | undefined): Session | null {
    const key = this.#keyIn(cookies);
    const session = key === null ? undefined : this.#sessions.get(key);
    if (session === undefined || Date.now() - session.lastUsedMs > IDLE_MS) return null;
    session.lastUsedMs = Date.now();
    return session;
  }

  /** @returns the value of a `Set-Cookie` header, which takes the cookie back */
  end(cookies: string | undefined): string {
    const key = this.#keyIn(cookies);
    if (key !== null) this.#sessions.delete(key);
    return `${this.#header('')}; Max-Age=0`;
  }

  #header(value: string): string {
    return `${this.#cookie}=${value}; Path=/; HttpOnly; SameSite=Strict${this.#isSecure ? '; Secure' : ''}`;
  }

  #keyIn(cookies = ''): string | null {
    const prefix = `${this.#cookie}=`;
    const pair = cookies
      .split(';')
      .map((each) => each.trim())
      .find((each) => each.startsWith(prefix));
    return pair === undefined ? null : digest(pair.slice(prefix.length)).toString('hex');
  }

  #sweep(): void {
    const byUse = [...this.#sessions].sort(([, one], [, other]) => one.lastUsedMs - other.lastUsedMs);
    for (const [key, { lastUsedMs }] of byUse) {
      if (this.#sessions.size < MOST_SESSIONS && Date.now() - lastUsedMs <= IDLE_MS) break;
      this.#sessions.delete(key);
    }
  }
}

/** One link at a time, good for one browser. */
export class OneTimeToken {
  #token = secret();

  get current(): string {
    return this.#token;
  }

  /** @returns whether it was the one; then there is a new one */
  spend(given: string): boolean {
    if (!timingSafeEqual(digest(given), digest(this.#token))) return false;
    this.#token = secret();
    return true;
  }
}
