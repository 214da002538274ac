/** What manifests are read into and written from, and how a format refuses what it cannot carry. */
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import type { CheckAlgorithm, CheckDigests } from '../../common/model/digests';
import { HeddleError } from '../../common/model/errors';
import { ALGORITHM_NAMES, type ManifestFormat } from '../../common/model/digests';
import { displayPath, type FsPath } from '../../common/model/paths';
import { shownText, type ByteText } from './byte-text';

export interface ManifestEntry {
  /** As the manifest has it, whatever separates its folders. */
  readonly name: FsPath;
  /** At least one. */
  readonly digests: CheckDigests;
  /**
   * Algorithms that a digest could be of instead, the more usual first; empty where all is certain. Each has as
   * many digits as the digest it is meant for, of which there is one.
   */
  readonly alternatives: readonly CheckAlgorithm[];
  /** Bytes, where the manifest says so. */
  readonly size: number | null;
  /** From 1: where the entry begins. */
  readonly line: number;
  /** The line is escaped, so that a backslash in the name is one, and not what Windows has between folders. */
  readonly exact?: true;
}

/** A line that was not understood. */
export interface ManifestProblem {
  readonly line: number;
  /** Its beginning, for people. */
  readonly text: string;
  /** What is wrong with it; follows "line 7". */
  readonly message: string;
}

/** What is to be known of the manifest as a whole. */
export interface ManifestNote {
  readonly line: number;
  /** A sentence follows the manifest's name: "is signed…". */
  readonly note: string;
}

/** A problem is what has a `message`, a note what has a `note`. */
export type ManifestItem = ManifestEntry | ManifestProblem | ManifestNote;

export interface ManifestLine {
  readonly name: FsPath;
  readonly digests: CheckDigests;
  readonly size: number | null;
}

/** What goes into the file: text as UTF-8, bytes as they are. */
export type Bytes = string | Uint8Array;

/** Each of them gives what is to be written next; an entry may be refused, and the others still be written. */
export interface ManifestWriter {
  begin(): Bytes;
  /** @throws HeddleError `manifest-name` or `manifest-incomplete` for what the format cannot carry */
  entry(entry: ManifestLine): Bytes;
  end(): Bytes;
}

/** One line as a format reads it: an entry, what is wrong with it, or `null`: no line of this format. */
export type ParsedLine =
  | {
      readonly name: ByteText;
      readonly digests: CheckDigests;
      readonly alternatives: readonly CheckAlgorithm[];
      readonly size?: number;
      readonly exact?: true;
    }
  | { readonly fault: string }
  | { readonly note: string }
  | null;

export function problem(line: number, text: ByteText, message: string): ManifestProblem {
  return { line, text: shownText(text), message };
}

/** No system has such a file. */
export const NUL_IN_NAME = 'names a file with a NUL byte in its name, which no file has';

/** A digest that is not of its length, for people. */
export function wrongDigest(algorithm: CheckAlgorithm): string {
  return `has an invalid ${ALGORITHM_NAMES[algorithm]}: it must have ${DIGEST_BYTES[algorithm] * 2} hexadecimal digits`;
}

const FORMAT_NAMES: Readonly<Record<ManifestFormat, string>> = {
  gnu: 'A GNU manifest',
  bsd: 'A BSD manifest',
  sfv: 'An SFV file',
  hashdeep: 'A hashdeep file',
  json: 'A JSON manifest',
};

/** @param what which part of the name, as "a line break" */
export function refuseName(format: ManifestFormat, name: FsPath, what: string): never {
  const shown = displayPath(name).replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
  throw new HeddleError(
    'manifest-name',
    `${FORMAT_NAMES[format]} cannot carry ${what}, as “${shown}” has it. The formats gnu, bsd and json can.`,
  );
}

/** No format has a file without a name. */
export function refuseEmptyName(format: ManifestFormat, name: FsPath): void {
  if (name.length > 0) return;
  throw new HeddleError('manifest-name', `${FORMAT_NAMES[format]} cannot carry a file without a name.`);
}

/** @param instead what to do about it */
export function refuseAlgorithms(format: ManifestFormat, holds: string, instead: string): never {
  throw new HeddleError('manifest-algorithm', `${FORMAT_NAMES[format]} holds ${holds}. ${instead}`);
}

export function digestFor(entry: ManifestLine, algorithm: CheckAlgorithm): string {
  const digest = entry.digests[algorithm];
  if (digest !== undefined) return digest;
  throw new HeddleError(
    'manifest-incomplete',
    `The ${ALGORITHM_NAMES[algorithm]} of ${displayPath(entry.name)} is not known, so the manifest would lack it.`,
  );
}
