/** A digest alone in a file that is called after the one that it is of: `disk.img.sha256`. */
import { pathFromText, type ByteText } from './byte-text';
import { digestOfSri, type Guesser } from './manifest-digests';
import { problem, type ManifestItem } from './manifest-item';
import { isAlgorithmName } from './named-algorithms';

const HEX = /^[0-9a-f]{8,1024}$/iu;

/** @param text without white space around it */
export function isLone(text: ByteText): boolean {
  return HEX.test(text.trim());
}

/** @param text the whole file @returns `null` where there is more in it than a digest */
export function readLone(text: ByteText, fileName: string | null, guesser: Guesser): ManifestItem | null {
  const digest = text.trim();
  const guess = HEX.test(digest) ? guesser.alone(digest) : digestOfSri(digest);
  if (guess === null) return null;
  const line = text.slice(0, text.indexOf(digest)).split('\n').length;
  if ('fault' in guess) return problem(line, digest, guess.fault);
  const name = ownName(fileName);
  if (name === null) {
    return problem(
      line,
      digest,
      'has a digest alone, and its name does not say of which file: NAME.sha256 would',
    );
  }
  // The name of a file is one part of a path, and no pattern.
  return {
    name: pathFromText(Buffer.from(name).toString('latin1')),
    ...guess,
    size: null,
    line,
    exact: true,
  };
}

/** `disk.img` of `disk.img.sha256`, `disk.img.sha256sum.txt`, `disk.img-sha256.txt`, `disk.img.digest`. */
function ownName(fileName: string | null): string | null {
  const plain = fileName?.replace(/(?<=.)(?:\.(?:txt|asc|sig))+$/iu, '') ?? '';
  for (const { index } of plain.matchAll(/(?<=.)[._-]/gu)) {
    const ending = plain.slice(index + 1);
    if (isAlgorithmName(ending) || /^(?:checksum|digest|hash|sri|sum)s?$/iu.test(ending))
      return plain.slice(0, index);
  }
  return null;
}
