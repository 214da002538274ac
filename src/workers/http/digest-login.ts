/** Digest access authentication (RFC 7616; what servers of RFC 2069 and RFC 2617 say is understood, too). */
import { createHash, getHashes, randomBytes } from 'node:crypto';
import { isFieldValue } from '../../common/model/http-fields';
import type { Challenge } from './challenges';
import type { Login } from './client';

/** By their names in lower case (RFC 7616 §6.1), those of `node:crypto`. */
const HASHES: Readonly<Record<string, string>> = {
  md5: 'md5',
  'sha-256': 'sha256',
  'sha-512-256': 'sha512-256',
};

interface Algorithm {
  readonly hash: string;
  /** Whether the password's digest is bound to the first nonces (`-sess`). */
  readonly isSession: boolean;
}

export interface AuthorizedRequest {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly target: string;
  readonly body: string | null;
}

/** What a server asked for, and how often it was given: each use of a nonce has a number. */
export class DigestLogin {
  readonly #challenge: Challenge;
  readonly #algorithm: Algorithm;
  readonly #qop: 'auth' | 'auth-int' | null;
  readonly #cnonce: string;
  readonly #firstNonce: string;
  #nonce: string;
  #uses = 0;

  private constructor(challenge: Challenge, algorithm: Algorithm, cnonce: string) {
    this.#cnonce = cnonce;
    this.#challenge = challenge;
    this.#algorithm = algorithm;
    this.#nonce = challenge.parameters.get('nonce') ?? '';
    this.#firstNonce = this.#nonce;
    const offered = listOf(challenge.parameters.get('qop') ?? '');
    this.#qop = offered.includes('auth') ? 'auth' : offered.includes('auth-int') ? 'auth-int' : null;
  }

  /** Answers the first challenge that it can: the server names what it likes best first (RFC 7616 §3.7). */
  static of(challenges: readonly Challenge[], cnonce = randomBytes(16).toString('hex')): DigestLogin | null {
    for (const challenge of challenges) {
      const algorithm = algorithmOf(challenge);
      if (algorithm !== null) return new DigestLogin(challenge, algorithm, cnonce);
    }
    return null;
  }

  /** Whether the nonce alone was too old, not the password wrong. */
  get isStale(): boolean {
    return this.#challenge.parameters.get('stale')?.toLowerCase() === 'true';
  }

  /** The value of Authorization. */
  authorize({ name, password }: Login, { method, target, body }: AuthorizedRequest): string {
    const { parameters } = this.#challenge;
    const { isSession } = this.#algorithm;
    const hash = (...parts: readonly string[]): string => this.#hash(parts.join(':'));
    const realm = parameters.get('realm') ?? '';
    const user = bytes(name);
    this.#uses += 1;
    const count = this.#uses.toString(16).padStart(8, '0');

    const plain = hash(user, realm, bytes(password));
    const secret = isSession ? hash(plain, this.#firstNonce, this.#cnonce) : plain;
    const request =
      this.#qop === 'auth-int' ? hash(method, target, this.#hash(bytes(body ?? ''))) : hash(method, target);
    const response =
      this.#qop === null
        ? hash(secret, this.#nonce, request)
        : hash(secret, this.#nonce, count, this.#cnonce, this.#qop, request);

    const hidesName = parameters.get('userhash')?.toLowerCase() === 'true';
    const opaque = parameters.get('opaque');
    const algorithm = parameters.get('algorithm');
    return `Digest ${[
      `username=${quoted(hidesName ? hash(user, realm) : user)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(this.#nonce)}`,
      `uri=${quoted(target)}`,
      `response=${quoted(response)}`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
      ...(this.#qop === null && !isSession ? [] : [`cnonce=${quoted(this.#cnonce)}`]),
      ...(this.#qop === null ? [] : [`qop=${this.#qop}`, `nc=${count}`]),
      ...(hidesName ? ['userhash=true'] : []),
    ].join(', ')}`;
  }

  /** What the server says to an accepted one (Authentication-Info): the nonce to go on with, perhaps. */
  goOn(information: Challenge | undefined): void {
    const next = information?.parameters.get('nextnonce');
    if (next === undefined || next === this.#nonce) return;
    this.#nonce = next;
    this.#uses = 0;
  }

  #hash(text: string): string {
    return createHash(this.#algorithm.hash).update(text, 'latin1').digest('hex');
  }
}

/** @returns `null` for another scheme, an algorithm or a quality of protection that is not known, or without a nonce */
function algorithmOf({ scheme, parameters }: Challenge): Algorithm | null {
  if (scheme !== 'digest' || !parameters.has('nonce')) return null;
  // It has to be said again.
  if (![...parameters.values()].every(isFieldValue)) return null;
  const qop = listOf(parameters.get('qop') ?? '');
  if (qop.length > 0 && !qop.includes('auth') && !qop.includes('auth-int')) return null;
  const name = (parameters.get('algorithm') ?? 'md5').toLowerCase();
  const isSession = name.endsWith('-sess');
  const hash = HASHES[isSession ? name.slice(0, -'-sess'.length) : name];
  return hash !== undefined && getHashes().includes(hash) ? { hash, isSession } : null;
}

function listOf(text: string): string[] {
  return text.toLowerCase().match(/[^\s,]+/gu) ?? [];
}

/** One character a byte, of UTF-8. */
function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/gu, '\\$&')}"`;
}
