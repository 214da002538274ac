/**
 * SFV files (`name crc32`, comments behind `;`), and what RHash makes of them where it is asked for several
 * digests: they follow one another behind the name, with one space between in an SFV file, else with two.
 */
import type { CheckAlgorithm } from '../../common/model/digests';
import { composeAround } from './byte-text';
import type { Guess, Guesser } from './manifest-digests';
import {
  digestFor,
  refuseAlgorithms,
  refuseEmptyName,
  refuseName,
  type ManifestWriter,
  type ParsedLine,
} from './manifest-item';

/** What readers of SFV files take for something else than a part of the name. */
const NOT_CARRIED: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/[\n\r]/u, 'a line break in a name'],
  [/^[ \t\v\f]|[ \t\v\f]$/u, 'a space at the beginning or end of a name'],
  [/^[;#*]/u, 'a name that begins with ; or # or *'],
  // As text and as bytes: RHash takes one off each name.
  [/^(?:\ufeff|\xef\xbb\xbf)/u, 'a name that begins with a byte order mark'],
  // SFV files come from Windows, and their readers make a slash of it.
  [/\\/u, 'a backslash in a name'],
  [/^crc-?32 *\([^]*\) *=$/iu, 'a name that looks like the beginning of a BSD line'],
];

export function sfvWriter(algorithms: readonly CheckAlgorithm[]): ManifestWriter {
  if (algorithms.length !== 1 || algorithms[0] !== 'crc32') {
    refuseAlgorithms('sfv', 'CRC-32 alone', 'Use crc32 or another format.');
  }
  return {
    // The comment tells an SFV file from other lists that end in digits.
    begin: () => '; Written by Heddle\n',
    entry(entry) {
      refuseEmptyName('sfv', entry.name);
      // Upper case is the custom in these files.
      const digest = digestFor(entry, 'crc32').toUpperCase();
      return composeAround(entry.name, (name) => {
        for (const [pattern, what] of NOT_CARRIED)
          if (pattern.test(name)) refuseName('sfv', entry.name, what);
        return `${name} ${digest}\n`;
      });
    },
    end: () => '',
  };
}

const CRC_DIGITS = 8;
const HEX = /^[0-9a-f]{8,128}$/iu;
/** With what RHash has beside: AICH and TTH in base32. Of hexadecimal, lengths that digests have. */
const DIGEST =
  /^(?:[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{48}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{80}|[0-9a-f]{96}|[0-9a-f]{128}|[a-z2-7]{32}|[a-z2-7]{39})$/iu;

/** @param isSfv whether the file is an SFV file for certain: one space is then enough before longer digests */
export function readTrailingDigests(line: string, isSfv: boolean, guesser: Guesser): ParsedLine {
  let name = withoutSpaces(line);
  const tokens: string[] = [];
  for (;;) {
    const at = Math.max(name.lastIndexOf(' '), name.lastIndexOf('\t'));
    const token = name.slice(at + 1);
    if (!DIGEST.test(token)) break;
    const before = withoutSpaces(name.slice(0, Math.max(0, at)));
    const isCrc = token.length === CRC_DIGITS;
    const needed = isSfv || (isCrc && tokens.length === 0) ? 1 : 2;
    if (before === '' || name.length - token.length - before.length < needed) break;
    tokens.push(token);
    name = before;
    // It is the first in RHash's order; in an SFV file it is all that there is.
    if (isCrc) break;
  }
  const [only] = tokens;
  if (only === undefined) return null;
  const found: Guess[] = [];
  for (const token of tokens.toReversed()) {
    if (!HEX.test(token)) continue;
    const guess = tokens.length === 1 ? guesser.alone(token) : guesser.amongOthers(token);
    if (!('fault' in guess)) found.push(guess);
    else if (tokens.length === 1) return guess;
  }
  const entries = found.flatMap(({ digests }) => Object.entries(digests));
  if (entries.length === 0) return { fault: 'has no digest of an algorithm that Heddle has' };
  if (new Set(entries.map(([, hex]) => hex.length)).size < entries.length) {
    return { fault: 'has two digests of one length and does not say which is which' };
  }
  return {
    name,
    digests: Object.fromEntries(entries),
    alternatives: found.flatMap(({ alternatives }) => alternatives),
  };
}

/** Without the spaces at its end; a pattern would look at a long run of them again from each. */
function withoutSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return text.slice(0, end);
}
