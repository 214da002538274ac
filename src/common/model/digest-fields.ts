/**
 * Digests that a server sends along with a file, and those that people write down: read, not believed. A value
 * that is malformed or of the wrong length for its algorithm and an algorithm that is not known count as not
 * sent; a server that says two different things of one file is a contradiction, which nobody may resolve by
 * taking one of them.
 *
 * Every character of a header is looked at a fixed number of times, whatever the header.
 */
import { CHECK_ALGORITHMS, type CheckAlgorithm, type CheckDigests } from './digests';

/** An answer's headers: names in lower case, one string for each time a header was sent. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is claimed of one content. */
export interface DigestClaims {
  readonly digests: CheckDigests;
  /**
   * Algorithms for which different digests are claimed, strongest first; `digests` has none of them. While
   * there is one, the file is not to be taken for the right one: at least one of the claims is wrong.
   */
  readonly contradictions: readonly CheckAlgorithm[];
}

type Claim = readonly [algorithm: CheckAlgorithm, hex: string];

/** How long each algorithm's digests are. */
export const DIGEST_BYTES: Readonly<Record<CheckAlgorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  'sha3-256': 32,
  'sha3-224': 28,
  'sha3-384': 48,
  'sha3-512': 64,
  blake2b: 64,
  'blake2b-256': 32,
  blake2s: 32,
  blake3: 32,
  xxh3: 8,
  xxh128: 16,
  crc32: 4,
  ripemd160: 20,
};

/** By how hard it is to make another file of the same digest; between equals the one that costs less. */
const STRONGEST_FIRST: readonly CheckAlgorithm[] = [
  'sha512',
  'blake2b',
  'sha3-512',
  'sha384',
  'sha3-384',
  'blake3',
  'sha256',
  'sha3-256',
  'blake2b-256',
  'blake2s',
  'sha224',
  'sha3-224',
  'ripemd160',
  'sha1',
  'md5',
  'xxh128',
  'xxh3',
  'crc32',
];

/**
 * Digests of the whole selected representation, whatever part of it this answer carries, from `Repr-Digest`
 * (RFC 9530 §3), its forerunner `Digest` (RFC 3230 §4.3.2) and Google's `x-goog-hash`. The representation is
 * what its content codings made of it (RFC 9110 §8.4): of a file sent encoded they hold before it is decoded.
 */
export function representationDigests(headers: ResponseHeaders): DigestClaims {
  return gather([
    ...structuredClaims(listOf(headers, 'repr-digest')),
    ...instanceClaims(listOf(headers, 'digest')),
    ...(isTranscoded(headers) ? [] : googleClaims(listOf(headers, 'x-goog-hash'))),
  ]);
}

/**
 * Digests of what this very answer carries, from `Content-Digest` (RFC 9530 §2) and `Content-MD5`. They are
 * those of the file only where the answer is all of it: a 200 without Content-Encoding. `Content-MD5` (RFC 2616
 * §14.15) is here because servers disagree on what it means in a 206, for which RFC 7231 Appendix B removed it.
 */
export function contentDigests(headers: ResponseHeaders): DigestClaims {
  return gather([
    ...structuredClaims(listOf(headers, 'content-digest')),
    ...listOf(headers, 'content-md5')
      .split(',')
      .flatMap((value) => claim('md5', value.trim())),
  ]);
}

/** All that is claimed of one content by several: what contradicts in one, or between two, contradicts. */
export function mergeClaims(...all: readonly DigestClaims[]): DigestClaims {
  return gather(
    all.flatMap(({ digests }) => strongestFirst(digests)),
    all.flatMap(({ contradictions }) => contradictions),
  );
}

/** The digests as pairs, the strongest algorithm first. */
export function strongestFirst(
  digests: CheckDigests,
): readonly (readonly [algorithm: CheckAlgorithm, hex: string])[] {
  return STRONGEST_FIRST.flatMap((algorithm) => {
    const hex = digests[algorithm];
    return hex === undefined ? [] : [[algorithm, hex] as const];
  });
}

/**
 * A digest as people and aria2 write it, `sha256=HEX` or `sha-256=HEX`, in either case; or as web pages do (W3C Subresource Integrity §3.5), `sha256-BASE64`.
 * @returns `null` for an algorithm that is not known and for what is no digest of its length
 */
export function parseChecksum(
  text: string,
): { readonly algorithm: CheckAlgorithm; readonly hex: string } | null {
  const [, integrity, base64] = /^([a-z0-9-]+)-([A-Za-z0-9+/]{6,}={0,2})$/u.exec(text.trim()) ?? [];
  const hashed = integrity === undefined ? null : algorithmOf(integrity);
  if (hashed !== null) {
    const hex = hexOfBase64(base64 ?? '', DIGEST_BYTES[hashed]);
    if (hex !== null) return { algorithm: hashed, hex };
  }
  const [name, value] = splitPair(text.trim());
  const algorithm = algorithmOf(name);
  if (algorithm === null || value.length !== DIGEST_BYTES[algorithm] * 2) return null;
  return /^[0-9a-f]+$/iu.test(value) ? { algorithm, hex: value.toLowerCase() } : null;
}

// One member of a dictionary (RFC 9651 §3.2): key, bare item (a boolean `true` needs none), parameters. The
// alternatives begin differently, so that nothing is read twice. Inner lists (§3.1.1) are left out: no digest
// field has them, and a field that cannot be parsed is ignored anyway.
const KEY = String.raw`[a-z*][a-z0-9_.*-]*`;
const BARE_ITEM = [
  String.raw`:[A-Za-z0-9+/=]*:`,
  String.raw`%?"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`,
  String.raw`[A-Za-z*][A-Za-z0-9!#$%&'*+.^_\x60|~:/-]*`,
  String.raw`@?-?[0-9]{1,15}(?:\.[0-9]{1,3})?`,
  String.raw`\?[01]`,
].join('|');
const PARAMETERS = String.raw`(?:; *${KEY}(?:=(?:${BARE_ITEM}))?)*`;
const MEMBER = new RegExp(String.raw`(${KEY})(?:=(${BARE_ITEM}))?${PARAMETERS}`, 'y');
const COMMA = /[ \t]*,[ \t]*/y;

/**
 * `sha-256=:base64:, sha-512=:base64:`: a dictionary of byte sequences. As RFC 9651 §4.2 demands, a field with
 * a syntax error is ignored as a whole. In one respect this is stricter: of equal keys the last would count
 * (§4.2.2), here they contradict each other where they differ.
 */
function structuredClaims(field: string): readonly Claim[] {
  const text = field.trim();
  const claims: Claim[] = [];
  MEMBER.lastIndex = 0;
  for (;;) {
    const [, key, item] = MEMBER.exec(text) ?? [];
    if (key === undefined) return [];
    if (item?.startsWith(':') === true) claims.push(...claim(key, item.slice(1, -1)));
    if (MEMBER.lastIndex === text.length) return claims;
    COMMA.lastIndex = MEMBER.lastIndex;
    if (!COMMA.test(text)) return [];
    MEMBER.lastIndex = COMMA.lastIndex;
  }
}

/** `SHA-256=base64,md5=base64` (RFC 3230 §4.3.2, RFC 5843): names in any case; base64 has no comma in it. */
function instanceClaims(field: string): readonly Claim[] {
  return field.split(',').flatMap((member) => claim(...splitPair(member.trim())));
}

/** `crc32c=base64,md5=base64`. Only its MD5 is of use; the checksum guards against accidents in transit. */
function googleClaims(field: string): readonly Claim[] {
  return instanceClaims(field).filter(([algorithm]) => algorithm === 'md5');
}

/**
 * Whether Google's storage decompressed the file on its way out: it does so, unasked, for clients that accept no
 * gzip, and still sends the hash of what it has stored.
 */
function isTranscoded(headers: ResponseHeaders): boolean {
  const stored = listOf(headers, 'x-goog-stored-content-encoding').trim().toLowerCase();
  return (
    (stored !== '' && stored !== 'identity') ||
    listOf(headers, 'x-guploader-response-body-transformations') !== ''
  );
}

/** One claim, or none where algorithm or digest are no good. */
function claim(name: string, base64: string): readonly Claim[] {
  // `sha` is SHA-1 in the registry of RFC 3230 §4.1.1, which RFC 9530 §7.2 took over.
  const algorithm = name.toLowerCase() === 'sha' ? 'sha1' : algorithmOf(name);
  if (algorithm === null) return [];
  const hex = hexOfBase64(base64, DIGEST_BYTES[algorithm]);
  return hex === null ? [] : [[algorithm, hex]];
}

/** @returns `null` for what is not base64 of just so many bytes; padding may be missing (RFC 9651 §4.2.7) */
function hexOfBase64(base64: string, bytes: number): string | null {
  const [, digits] = /^([A-Za-z0-9+/]*)={0,2}$/u.exec(base64) ?? [];
  if (digits?.length !== Math.ceil((bytes * 4) / 3)) return null;
  return Array.from(atob(digits), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** `sha-256` is the spelling of the RFCs and of aria2, `sha256` that of everyone else. */
function algorithmOf(name: string): CheckAlgorithm | null {
  const plain = name.toLowerCase().replace(/^sha-/u, 'sha');
  return CHECK_ALGORITHMS.find((algorithm) => algorithm === plain) ?? null;
}

function gather(claims: readonly Claim[], known: readonly CheckAlgorithm[] = []): DigestClaims {
  const digests: Partial<Record<CheckAlgorithm, string>> = {};
  const contradictory = new Set(known);
  for (const [algorithm, hex] of claims) {
    digests[algorithm] ??= hex;
    if (digests[algorithm] !== hex) contradictory.add(algorithm);
  }
  return {
    digests: Object.fromEntries(
      strongestFirst(digests).filter(([algorithm]) => !contradictory.has(algorithm)),
    ),
    contradictions: STRONGEST_FIRST.filter((algorithm) => contradictory.has(algorithm)),
  };
}

const FIELDS = ['repr-digest', 'content-digest', 'digest', 'content-md5', 'x-goog-hash'] as const;

/** Whether there is anything in `headers` for {@link representationDigests} or {@link contentDigests}. */
export function hasDigestFields(headers: ResponseHeaders): boolean {
  return FIELDS.some((name) => headers[name] !== undefined);
}

/** A header that was sent several times is one list (RFC 9110 §5.3); one that was not sent is empty. */
function listOf(headers: ResponseHeaders, name: string): string {
  const value = headers[name] ?? '';
  return typeof value === 'string' ? value : value.join(', ');
}

/** At the first `=`: base64 may end in more of them. */
function splitPair(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
