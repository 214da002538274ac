/**
 * Checksum manifests as GNU coreutils write and check them (`sha256sum -c`), and `b3sum --check` and `xxhsum -c`
 * too: digest, two spaces (or a space and `*`), name, line feed. A name with a backslash, line feed or carriage
 * return is written with these escaped and its line begins with a backslash. Names are bytes, written as they are.
 */
import type { CheckAlgorithm } from '../../common/model/digests';
import { composeAround } from './byte-text';
import { digestOfSri, Guesser } from './manifest-digests';
import {
  digestFor,
  refuseAlgorithms,
  refuseEmptyName,
  type ManifestWriter,
  type ParsedLine,
} from './manifest-item';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

/** What `xxhsum` 0.8.2 and later put before an XXH3; without it, they and the older ones take it for an XXH64. */
const XXH3_PREFIX = 'XXH3_';

/** @param zero lines end in NUL bytes and names are not escaped, as with `--zero` of coreutils */
export function gnuWriter(algorithms: readonly CheckAlgorithm[], zero: boolean): ManifestWriter {
  const [algorithm] = algorithms;
  if (algorithm === undefined || algorithms.length > 1) {
    refuseAlgorithms('gnu', 'one algorithm', 'Use one algorithm, or the bsd or json format.');
  }
  const prefix = algorithm === 'xxh3' ? XXH3_PREFIX : '';
  return {
    begin: () => '',
    entry(entry) {
      refuseEmptyName('gnu', entry.name);
      const digest = digestFor(entry, algorithm);
      return composeAround(safeName(entry.name), (name) => {
        if (zero) return `${prefix}${digest}  ${name}\0`;
        const escaped = escapeName(name);
        return `${lineStart(name, escaped)}${prefix}${digest}  ${escaped}\n`;
      });
    },
    end: () => '',
  };
}

/** A lone `-` would mean standard input to whoever checks. */
export function safeName<Name>(name: Name): Name | './-' {
  return name === '-' ? './-' : name;
}

export function escapeName(name: string): string {
  return name.replace(/[\\\n\r]/gu, (character) => ESCAPES[character] ?? character);
}

/** Tells whoever reads the line that its name is escaped. */
export function lineStart(name: string, escaped: string): '\\' | '' {
  return name === escaped ? '' : '\\';
}

/** @returns `null` for an escape that is none */
export function unescapeName(escaped: string): string | null {
  if (!/^(?:[^\\]|\\[\\nr])*$/u.test(escaped)) return null;
  return escaped.replace(/\\[^]/gu, (escape) => UNESCAPES[escape] ?? escape);
}

const GNU_LINE =
  /^[ \t]*(\\?)(?:(XXH3_)(?=[0-9a-f]{16}[ \t]))?([0-9a-f]{8,1024}|[a-z][a-z0-9-]*-[a-z0-9+/]{20,88}={0,2})[ \t]([^]+)$/iu;
const XXH3 = new Guesser(null, 'xxh3');
/** `md5 -r` and its like have no shorter ones; a headerless SFV file has `20260101 photo.jpg DEADBEEF`. */
const MIN_DIGITS_BEFORE_ONE_SPACE = 32;

/** Reads the lines of one file, in order. */
export class GnuLines {
  /**
   * Whether there is one space before each name, as `md5 -r` writes it. The first line tells: were each looked
   * at alone, a name that begins with a space or `*` could pass for another.
   */
  #hasOneSpace: boolean | null = null;
  readonly #guesser: Guesser;
  readonly #isBag: boolean;

  /** @param isBag of BagIt: any white space before a name (RFC 8493 §2.1.3) */
  constructor(guesser: Guesser, isBag: boolean) {
    this.#guesser = guesser;
    this.#isBag = isBag;
  }

  read(line: string): ParsedLine {
    const [, escapes, prefix, digest = '', rest = ''] = GNU_LINE.exec(line) ?? [];
    if (digest === '') return null;
    const isHex = /^[0-9a-f]+$/iu.test(digest);
    const guess = isHex ? (prefix === undefined ? this.#guesser : XXH3).alone(digest) : digestOfSri(digest);
    const isMarked = /^[ *][^]/u.test(rest);
    if (guess === null || (!isMarked && isHex && digest.length < MIN_DIGITS_BEFORE_ONE_SPACE)) return null;
    // No digest has from 9 to 15 digits, and names may begin with them.
    if ('fault' in guess) return digest.length >= 16 || (digest.length === 8 && isMarked) ? guess : null;
    if (this.#isBag) return { name: rest.replace(/^[ \t]*\**/u, ''), ...guess };
    this.#hasOneSpace ??= !isMarked;
    if (!this.#hasOneSpace && !isMarked)
      return { fault: 'has one space before its name, where others have two' };
    const written = this.#hasOneSpace ? rest : rest.slice(1);
    if (escapes === '') return { name: written, ...guess };
    const name = unescapeName(written);
    if (name === null) return { fault: 'has an invalid escape; valid ones are \\\\, \\n and \\r' };
    return { name, exact: true, ...guess };
  }
}
