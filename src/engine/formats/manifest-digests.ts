/** Which algorithm a digest is of, where the line does not say. */
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import type { CheckAlgorithm, CheckDigests } from '../../common/model/digests';
import { ALGORITHM_NAMES } from '../../common/model/digests';
import { mentionsIn, type Mention } from './named-algorithms';

/**
 * Between digests of one length the usual one first. RIPEMD-160 is not tried: 40 digits are a SHA-1. XXH3 is left out: 16 digits are an XXH64 as a rule, which is another
 * algorithm and not known here.
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
  'blake2b-256',
  'blake2s',
  'blake2b',
  'sha3-512',
  'sha3-384',
  'sha3-224',
  'xxh128',
  'crc32',
];

export interface Guess {
  readonly digests: CheckDigests;
  readonly alternatives: readonly CheckAlgorithm[];
}

export interface Fault {
  readonly fault: string;
}

/** What is known of a list's digests before its lines are read. */
export class Guesser {
  readonly #algorithm: CheckAlgorithm | null;
  /** The most telling first. */
  readonly #mentions: readonly Mention[];
  // Few lengths, and as many digests as there are lines.
  readonly #alone = new Map<number, Choice | Fault>();
  readonly #amongOthers = new Map<number, Choice | Fault>();

  /**
   * @param fileName the list's own; of several algorithms in it the last counts more: `blake3.zip.sha256`
   * @param algorithm what is meant where a digest could be of several
   */
  constructor(fileName: string | null, algorithm: CheckAlgorithm | null) {
    const base = (fileName ?? '').slice(-255).replace(/^.*[/\\]/su, '');
    this.#algorithm = algorithm;
    this.#mentions = mentionsIn(base).toReversed();
  }

  /** Of the only digest of a line: it is what the name says, or a fault. */
  alone(hex: string): Guess | Fault {
    return this.#guess(hex, this.#alone, true);
  }

  /** Of one of several digests of a line, whose other lengths the name does not speak of. */
  amongOthers(hex: string): Guess | Fault {
    return this.#guess(hex, this.#amongOthers, false);
  }

  #guess(hex: string, chosen: Map<number, Choice | Fault>, alone: boolean): Guess | Fault {
    let choice = chosen.get(hex.length);
    if (choice === undefined) {
      choice = this.#choose(hex.length, alone);
      chosen.set(hex.length, choice);
    }
    if ('fault' in choice) return choice;
    return { digests: { [choice.algorithm]: hex.toLowerCase() }, alternatives: choice.alternatives };
  }

  #choose(digits: number, alone: boolean): Choice | Fault {
    const fits = (algorithm: CheckAlgorithm): boolean => DIGEST_BYTES[algorithm] * 2 === digits;
    if (this.#algorithm !== null && fits(this.#algorithm))
      return { algorithm: this.#algorithm, alternatives: [] };
    for (const { ofBits } of this.#mentions) {
      const named = ofBits(digits * 4);
      if (named === null) continue;
      if (named.algorithm !== null) return { algorithm: named.algorithm, alternatives: [] };
      return { fault: `has a ${named.label}, by the name of the list: an algorithm that ${LACKS}` };
    }
    const type = this.#mentions.find(({ isType }) => isType);
    if (alone && type !== undefined) {
      return {
        fault: `has a digest of ${digits} digits, which is no ${type.label}, as the name of the list has it`,
      };
    }
    const [algorithm, ...alternatives] = USUAL_FIRST.filter(fits);
    return algorithm === undefined ? { fault: unknownLength(digits) } : { algorithm, alternatives };
  }
}

interface Choice {
  readonly algorithm: CheckAlgorithm;
  readonly alternatives: readonly CheckAlgorithm[];
}

const LACKS = 'Heddle does not have; it was not checked';

/** Whether a line's fault is that Heddle lacks the algorithm. */
export function isForLack(fault: string): boolean {
  return fault.endsWith(LACKS);
}

/** Of a line that names an algorithm, for people. */
export function lacksAlgorithm(label: string): string {
  return `has a ${label}, an algorithm that ${LACKS}`;
}

/** What else a digest of this length could be, by its bits. */
const LIKELY: Readonly<Record<number, string>> = {
  64: 'an XXH64 or a CRC-64 (which Heddle does not have) or an XXH3: name the algorithm if it is XXH3',
  192: 'a Tiger, which Heddle does not have',
  320: 'a RIPEMD-320, which Heddle does not have',
};

function unknownLength(digits: number): string {
  const likely = LIKELY[digits * 4];
  return likely === undefined
    ? `has a digest of ${digits} digits, as no algorithm has it that Heddle knows`
    : `has a digest of ${digits} digits, which could be ${likely}`;
}

/** @returns hexadecimal in lower case, or what is wrong */
export function digestOfSri(text: string): Guess | Fault | null {
  const [, name = '', base64 = ''] =
    /^([a-z][a-z0-9-]*?)-([A-Za-z0-9+/]{20,88}={0,2})(?:\?\S*)?$/u.exec(text) ?? [];
  if (base64 === '') return null;
  const bytes = Buffer.from(base64, 'base64');
  // Padding may be left out.
  if (bytes.toString('base64').replaceAll('=', '') !== base64.replaceAll('=', '')) return null;
  const [named] = mentionsIn(name);
  const meant = named?.ofBits(bytes.length * 8) ?? null;
  if (named === undefined || meant === null) return null;
  if (meant.algorithm === null) return { fault: lacksAlgorithm(meant.label) };
  return { digests: { [meant.algorithm]: bytes.toString('hex') }, alternatives: [] };
}

/** For people: `SHA-256, BLAKE3 and SHA3-256`. */
export function algorithmNames(algorithms: readonly CheckAlgorithm[]): string {
  return new Intl.ListFormat('en-GB').format(algorithms.map((algorithm) => ALGORITHM_NAMES[algorithm]));
}
