/**
 * A digest as people paste it: alone, in upper case, with spaces or colons between its digits, behind the name of its
 * algorithm, or as a line of `sha256sum` (GNU) or of `shasum --tag` (BSD). Pure.
 */
import { CHECK_ALGORITHMS, type CheckAlgorithm } from './digests';
import { DIGEST_BYTES } from './digest-fields';

const BSD = /^[\w/-]+ *\(.+\) *= *([0-9a-f]+)$/iu;
const GNU = /^\\?([0-9a-f]{8,}) [ *].+$/iu;
const NAMED = /^[a-z][\w-]*\s*[:=]\s*([0-9a-f][0-9a-f\s:-]*)$/iu;
const ALONE = /^[0-9a-f][0-9a-f\s:-]*$/iu;

/** @returns lower-case hexadecimal; `null`: there is none in it */
export function pastedDigest(text: string): string | null {
  const line = text.trim();
  const alone = ALONE.test(line) ? line : null;
  const found = BSD.exec(line)?.[1] ?? GNU.exec(line)?.[1] ?? alone ?? NAMED.exec(line)?.[1];
  const digits = found?.replaceAll(/[\s:-]/gu, '').toLowerCase();
  return digits === undefined || algorithmsOf(digits).length === 0 ? null : digits;
}

/** Those whose digests are as long. */
export function algorithmsOf(digest: string): readonly CheckAlgorithm[] {
  return CHECK_ALGORITHMS.filter((algorithm) => DIGEST_BYTES[algorithm] * 2 === digest.length);
}
