/** Which algorithm a digest is of, where the line does not say. */
import { DIGEST_BYTES } from '../../common/digest-fields';
import type { CheckAlgorithm, CheckDigests } from '../../common/download';

/**
 * Between digests of one length the usual one first. XXH3 is left out: 16 digits are an XXH64 as a rule, which is
 * another algorithm and not known here.
 */
const USUAL_FIRST: readonly CheckAlgorithm[] = [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'blake3',
  'sha3-256',
  'blake2b',
  'xxh128',
  'crc32',
];

/** What file names call them: `B3SUMS`, `x.sha256`, `checksums-sha3-256.txt`. */
const IN_NAMES =
  /(?<![a-z0-9])(sha3[-_]?256|sha3|sha[-_]?(?:1|224|256|384|512)|md5|blake3|b3|blake2b?|b2|xxh3|xxh128|crc32)(?:check)?(?:sums?)?(?![a-z0-9])/gu;
const SHORT_NAMES: Readonly<Record<string, CheckAlgorithm>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sha3: 'sha3-256',
  sha3256: 'sha3-256',
  b3: 'blake3',
  blake3: 'blake3',
  b2: 'blake2b',
  blake2: 'blake2b',
  blake2b: 'blake2b',
  xxh3: 'xxh3',
  xxh128: 'xxh128',
  crc32: 'crc32',
};

/**
 * Algorithms that are meant where a digest could be of several, the most telling first.
 * @param fileName the manifest's own; of several algorithms in it the last counts more: `blake3.zip.sha256`
 */
export function hintsFor(
  fileName: string | null,
  algorithm: CheckAlgorithm | null,
): readonly CheckAlgorithm[] {
  const base = (fileName ?? '').slice(-255).replace(/^.*[/\\]/su, '');
  const named = Array.from(base.toLowerCase().matchAll(IN_NAMES), ([, found = '']) => {
    return SHORT_NAMES[found.replaceAll(/[-_]/gu, '')];
  }).filter((found) => found !== undefined);
  return [...(algorithm === null ? [] : [algorithm]), ...named.reverse()];
}

export interface Guess {
  readonly digests: CheckDigests;
  readonly alternatives: readonly CheckAlgorithm[];
}

/** @returns `null` where no known algorithm has so many digits */
export type Guesser = (hex: string) => Guess | null;

/** @param hints the most telling first */
export function guesser(hints: readonly CheckAlgorithm[]): Guesser {
  // Few lengths, and as many digests as there are lines.
  const chosen = new Map<number, Choice | null>();
  return (hex) => {
    let choice = chosen.get(hex.length);
    if (choice === undefined) {
      choice = choose(hex.length, hints);
      chosen.set(hex.length, choice);
    }
    return (
      choice && { digests: { [choice.algorithm]: hex.toLowerCase() }, alternatives: choice.alternatives }
    );
  };
}

interface Choice {
  readonly algorithm: CheckAlgorithm;
  readonly alternatives: readonly CheckAlgorithm[];
}

function choose(digits: number, hints: readonly CheckAlgorithm[]): Choice | null {
  const fits = (algorithm: CheckAlgorithm): boolean => DIGEST_BYTES[algorithm] * 2 === digits;
  const meant = hints.find(fits);
  if (meant !== undefined) return { algorithm: meant, alternatives: [] };
  const [algorithm, ...alternatives] = USUAL_FIRST.filter(fits);
  return algorithm === undefined ? null : { algorithm, alternatives };
}

/** Why a {@link Guesser} gave nothing, for people. */
export function unknownLength(digits: number): string {
  return digits === DIGEST_BYTES.xxh3 * 2
    ? 'has a digest of 16 digits, which could be an XXH64 (not known here) or an XXH3: name the algorithm if it is XXH3'
    : `has a digest of ${digits} digits, as no known algorithm has it`;
}
