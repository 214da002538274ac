/**
 * Algorithms as file names and tags speak of them, those that Heddle lacks too: a digest of one of these must not be
 * compared with one of another kind, however many digits both have.
 */
import { CHECK_ALGORITHMS, type CheckAlgorithm } from '../../common/model/digests';
import { ALGORITHM_NAMES } from '../../common/model/digests';

/** What a digest is of. */
export interface Named {
  /** As people write it: `BLAKE2b-256`. */
  readonly label: string;
  /** `null`: Heddle does not have it. */
  readonly algorithm: CheckAlgorithm | null;
}

/** An algorithm, or several of one family, that a name speaks of. */
export interface Mention {
  /** As people write it, without a length where none is written. */
  readonly label: string;
  /** Of a digest of so many bits; `null` where it has none of that length. */
  readonly ofBits: (bits: number) => Named | null;
  /** Whether it says what the file holds: `x.sha256`, `SHA256SUMS.txt`; not `sha256-tool.zip.md5`. */
  readonly isType: boolean;
}

/** `#` stands for the bits; no bits: any. Of two that begin alike the longer comes first. */
const FAMILIES: readonly (readonly [pattern: string, label: string, bits?: readonly number[]])[] = [
  ['sha-?512[-_/]?t?(?=224|256)', 'SHA-512/#', [224, 256]],
  ['sha3(?!84)', 'SHA3-#', [224, 256, 384, 512]],
  ['sha-?0', 'SHA-0', [160]],
  ['sha-?1', 'SHA-1', [160]],
  ['sha(?:-?2(?=[-_]))?(?=[-_]?\\d)', 'SHA-#', [224, 256, 384, 512]],
  ['blake2sp', 'BLAKE2sp-#'],
  ['blake2s|b2s', 'BLAKE2s-#'],
  ['blake2bp', 'BLAKE2bp-#'],
  ['blake2b?|b2b?', 'BLAKE2b-#'],
  ['blake3|b3', 'BLAKE3-#'],
  ['blake(?=[-_]?\\d)', 'BLAKE-#', [224, 256, 384, 512]],
  ['keccak', 'Keccak-#'],
  ['c?shake[-_]?128|turboshake[-_]?128', 'SHAKE128'],
  ['c?shake[-_]?256|turboshake[-_]?256', 'SHAKE256'],
  ['kangarootwelve', 'KangarooTwelve'],
  ['ripemd|rmd', 'RIPEMD-#', [128, 160, 256, 320]],
  ['whirlpool|wrpl', 'Whirlpool', [512]],
  ['tiger2?(?:[-_]?192)?', 'Tiger', [192]],
  ['tiger2?', 'Tiger-#', [128, 160]],
  ['sm3', 'SM3', [256]],
  ['gost(?:94|12)?|streebog|stribog', 'GOST-#', [256, 512]],
  ['snefru', 'Snefru-#', [128, 256]],
  ['has(?=[-_]?160)', 'HAS-#', [160]],
  ['edon-?r', 'EDON-R#', [224, 256, 384, 512]],
  ['haval', 'HAVAL-#'],
  ['skein', 'Skein-#'],
  ['groe?stl', 'Grøstl-#'],
  ['md2', 'MD2', [128]],
  ['md4', 'MD4', [128]],
  ['md5', 'MD5', [128]],
  ['md6', 'MD6-#'],
  ['ed2k|emule', 'ED2K', [128]],
  ['btih', 'BTIH', [160]],
  ['aich', 'AICH', [160]],
  ['crc-?32-?c|castagnoli', 'CRC-32C', [32]],
  ['crc-?32b?', 'CRC-32', [32]],
  ['crc-?64(?:[-_]?(?:xz|ecma|nvme|iso))?', 'CRC-64', [64]],
  ['adler-?32', 'Adler-32', [32]],
  ['fletcher', 'Fletcher-#', [16, 32, 64]],
  ['xxh(?:ash)?(?:3[-_]?)?-?128(?:bits)?', 'XXH128', [128]],
  ['xxh-?3(?:[-_]?64(?:bits)?)?', 'XXH3', [64]],
  ['xxh(?:ash)?', 'XXH#', [32, 64]],
  ['murmur(?:hash)?[23]?', 'MurmurHash-#'],
  ['(?:city|farm|highway|metro|sip|wy)hash', 'a hash for tables, of # bits'],
  ['fnv-?1?a?(?=[-_]?\\d)', 'FNV-#'],
];

const BITS = '(?:[-_/]?(\\d{2,4})(?:[-_]?bits?)?)?';
const NAME = `(?:${FAMILIES.map(([pattern]) => `(${pattern})`).join('|')})${BITS}(?:check)?(?:sums?)?`;
const MENTIONS = new RegExp(`(?<![a-z0-9])${NAME}(?![a-z0-9])`, 'gu');
const WHOLE = new RegExp(`^${NAME}$`, 'u');
/** What may stand behind an algorithm that says what the file holds. */
const END =
  /^(?:[-_.]?(?:check)?(?:sums?|hash(?:es)?|digests?|files?|list))?(?:\.(?:txt|lst|list|json|asc|sig|gpg|pgp))*$/u;
/** A name's ending that says how long its digests are, of whatever algorithm. */
const OTHER_ENDING = /\.([a-z][a-z_-]*?[-_]?(\d{2,4}))(?:sums?)?(?:\.(?:txt|asc|sig|gpg|pgp))*$/u;

const KNOWN: ReadonlyMap<string, CheckAlgorithm> = new Map([
  ...CHECK_ALGORITHMS.map((algorithm) => [ALGORITHM_NAMES[algorithm], algorithm] as const),
  ['BLAKE2b-512', 'blake2b'],
  ['BLAKE2s-256', 'blake2s'],
  ['BLAKE3-256', 'blake3'],
]);

/** In the order in which the name has them. */
export function mentionsIn(name: string): readonly Mention[] {
  const text = name.toLowerCase();
  const found = Array.from(text.matchAll(MENTIONS), (match): Mention => {
    const groups: readonly (string | undefined)[] = match.slice(1);
    const at = groups.findIndex((part) => part !== undefined);
    const [, label = '', lengths] = FAMILIES[at] ?? [];
    const written = groups.at(-1) === undefined ? null : Number(groups.at(-1));
    const isType = /sums?$/u.test(match[0]) || END.test(text.slice(match.index + match[0].length));
    return mention(label, bitsOf(label, lengths, written), isType);
  });
  if (found.some(({ isType }) => isType)) return found;
  const [, ending, bits] = OTHER_ENDING.exec(text) ?? [];
  // Whatever it is: it says itself how long it is, and so is to be believed only where it is as long.
  return ending === undefined ? found : [...found, mention(ending.toUpperCase(), [Number(bits)], false)];
}

/** Whether a text is the name of an algorithm and nothing more: `sha3-256`, `SHA256SUM`. */
export function isAlgorithmName(text: string): boolean {
  return WHOLE.test(text.toLowerCase());
}

/** What a tag names, as `SHA2-256` and `BLAKE2b`. @returns `null` where nothing is known by this name */
export function namedBy(tag: string, bits: number): Named | null {
  // OpenSSL calls SHA-256 so, to tell it from SHA3-256.
  const [only] = mentionsIn(tag.toLowerCase().replace(/^sha2-/u, 'sha-'));
  return only?.ofBits(bits) ?? null;
}

/** Lengths that a mention may have: what was written with it, where the family has that. */
function bitsOf(
  label: string,
  lengths: readonly number[] | undefined,
  written: number | null,
): readonly number[] | undefined {
  if (written === null || !label.includes('#')) return lengths;
  return lengths === undefined || lengths.includes(written) ? [written] : lengths;
}

/** Whether Heddle has a family in some length. */
function hasKnown(template: string): boolean {
  const [start = ''] = template.split('#');
  return [...KNOWN.keys()].some((label) => label.startsWith(start));
}

function mention(template: string, lengths: readonly number[] | undefined, isType: boolean): Mention {
  const withBits = (bits: number): string => template.replace('#', String(bits));
  const [length] = lengths ?? [];
  return {
    label: lengths?.length === 1 && length !== undefined ? withBits(length) : template.replace(/[-/]?#/u, ''),
    isType,
    ofBits(bits) {
      // By its own name alone SHA-512 could be cut off: SHA-512/256 has the digits of SHA-256 and is another.
      if (template === 'SHA-#' && length === 512 && (bits === 224 || bits === 256))
        return { label: `SHA-512/${bits}`, algorithm: null };
      if (lengths !== undefined && !lengths.includes(bits)) return null;
      const label = withBits(bits);
      const algorithm = KNOWN.get(label) ?? null;
      // Of a file called blake3.zip there are digests of every kind.
      if (algorithm === null && lengths === undefined && !isType && hasKnown(template)) return null;
      return { label, algorithm };
    },
  };
}
