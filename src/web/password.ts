/** The password of the front, of which only a salted digest is kept, and how often it may be tried. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** OWASP's Password Storage Cheat Sheet: 32 MiB and some 80 ms for each try. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;
export const LEAST_PASSWORD = 8;
/** Nobody types more, and it is digested before anybody is known. */
export const MOST_PASSWORD = 1024;

function derived(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letters, however a keyboard composes them.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

export class Password {
  readonly #salt: Buffer;
  readonly #key: Buffer;
  /** One try after another: each takes memory. */
  #last: Promise<unknown> = Promise.resolve();

  static async of(text: string): Promise<Password> {
    const salt = randomBytes(16);
    return new Password(salt, await derived(text, salt));
  }

  private constructor(salt: Buffer, key: Buffer) {
    this.#salt = salt;
    this.#key = key;
  }

  matches(given: string): Promise<boolean> {
    const result = this.#last.then(async () => timingSafeEqual(await derived(given, this.#salt), this.#key));
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** So many tries at once, and then one each so often. */
interface Allowance {
  readonly burst: number;
  readonly everyMs: number;
}
const OF_ADDRESS: Allowance = { burst: 5, everyMs: 12_000 };
const OF_ALL: Allowance = { burst: 30, everyMs: 2000 };
const MOST_ADDRESSES = 1000;

/** A token bucket that is kept as the time at which it would be full. */
class Bucket {
  readonly #allowance: Allowance;
  #fullAtMs = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Milliseconds until there is one; 0: now. */
  waitMs(nowMs: number): number {
    const { burst, everyMs } = this.#allowance;
    return Math.max(0, this.#fullAtMs - nowMs - (burst - 1) * everyMs);
  }

  giveBack(): void {
    this.#fullAtMs -= this.#allowance.everyMs;
  }

  take(nowMs: number): void {
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + this.#allowance.everyMs;
  }
}

/** Limits tries of an address, and those of all together. */
export class SignInLimit {
  readonly #all = new Bucket(OF_ALL);
  readonly #addresses = new Map<string, Bucket>();

  /** Counts a try unless there are too many. @returns milliseconds until the next may be; 0: this one may */
  take(address: string, nowMs = performance.now()): number {
    const key = networkOf(address);
    const own = this.#addresses.get(key) ?? new Bucket(OF_ADDRESS);
    const wait = Math.max(own.waitMs(nowMs), this.#all.waitMs(nowMs));
    if (wait > 0) return wait;
    own.take(nowMs);
    this.#all.take(nowMs);
    // The one that was longest without a try goes first.
    this.#addresses.delete(key);
    this.#addresses.set(key, own);
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MOST_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
    return 0;
  }

  /** It was right: it does not count, and neither does what this address tried before. */
  forgive(address: string): void {
    this.#all.giveBack();
    this.#addresses.delete(networkOf(address));
  }
}

/** One customer has all addresses of a /64 of IPv6. */
function networkOf(address: string): string {
  return isIPv6(address) && !address.startsWith('::ffff:')
    ? address.split(':').slice(0, 4).join(':')
    : address;
}
