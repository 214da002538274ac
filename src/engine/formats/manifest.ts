/** Checksum manifests in every format that is known; what each looks like is in docs/manifests.md. */
import type { CheckAlgorithm } from '../../common/model/digests';
import { HeddleError, assertNever } from '../../common/model/errors';
import type { ManifestFormat } from '../../common/model/digests';
import { joinPath, pathFromBytes, pathToBytes, type FsPath } from '../../common/model/paths';
import { byteTexts, pathFromText, type ByteText } from './byte-text';
import { bsdWriter, readBsdLine } from './manifest-bsd';
import { Guesser, isForLack } from './manifest-digests';
import { gnuWriter, GnuLines } from './manifest-gnu';
import { hashdeepWriter, HashdeepLines, isHashdeep } from './manifest-hashdeep';
import {
  NUL_IN_NAME,
  problem,
  type ManifestEntry,
  type ManifestItem,
  type ManifestWriter,
  type ParsedLine,
} from './manifest-item';
import { isJson, jsonWriter, readJson } from './manifest-json';
import { isLone, readLone } from './manifest-lone';
import { reportReader } from './manifest-reports';
import { readTrailingDigests, sfvWriter } from './manifest-sfv';
import { refuseSignature, SignedText, type LineReader } from './signed-text';
import { readHead, splitLines, withHead, type Line } from './text-lines';

export type {
  Bytes,
  ManifestEntry,
  ManifestItem,
  ManifestLine,
  ManifestNote,
  ManifestProblem,
  ManifestWriter,
} from './manifest-item';

/**
 * @param zero lines end in NUL bytes and names are not escaped, as with `--zero` of coreutils
 * @throws HeddleError `manifest-algorithm` for algorithms that the format cannot carry, and for `zero` where it has no
 * such lines
 */
export function manifestWriter(
  format: ManifestFormat,
  algorithms: readonly CheckAlgorithm[],
  zero = false,
): ManifestWriter {
  if (zero && format !== 'gnu' && format !== 'bsd') {
    throw new HeddleError(
      'manifest-algorithm',
      `Lines that end in NUL bytes are of the formats gnu and bsd, not ${format}.`,
    );
  }
  switch (format) {
    case 'gnu':
      return gnuWriter(algorithms, zero);
    case 'bsd':
      return bsdWriter(algorithms, zero);
    case 'sfv':
      return sfvWriter(algorithms);
    case 'hashdeep':
      return hashdeepWriter(algorithms);
    case 'json':
      return jsonWriter(algorithms);
    default:
      return assertNever(format);
  }
}

export interface ReadOptions {
  /** The manifest's own: `SHA256SUMS` and `x.b3` tell which of the digests of that length they hold. */
  readonly fileName: string | null;
  /** What a digest is of where its length leaves it open. */
  readonly algorithm?: CheckAlgorithm | null;
}

/** So much is looked at to tell the format. */
const LOOK_AT_BYTES = 65_536;

/**
 * The entries of a manifest in any format, in order, and what is wrong with each line that is no entry; in the
 * groups in which they come. Consecutive lines about one file are one entry where each says its algorithm; what
 * is wrong with the line behind an entry may therefore come before it.
 *
 * @throws HeddleError `manifest-unreadable` at the end of what has no entry at all
 */
export async function* readManifest(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<readonly ManifestItem[], void, undefined> {
  let entries = 0;
  let problems = 0;
  let lacks = 0;
  for await (const items of readItems(chunks, options)) {
    for (const item of items) {
      if ('message' in item) {
        problems += 1;
        if (isForLack(item.message)) lacks += 1;
      } else if (!('note' in item)) entries += 1;
    }
    yield items;
  }
  if (entries > 0) return;
  throw new HeddleError(
    'manifest-unreadable',
    lacks > 0 && lacks === problems
      ? 'Heddle supports none of the algorithms in this file.'
      : problems > 0
        ? 'No line of this file could be read: it is not a checksum manifest in a known format.'
        : 'The file has no entries: there is nothing to check.',
  );
}

async function* readItems(
  chunks: AsyncIterable<Uint8Array>,
  { fileName, algorithm }: ReadOptions,
): AsyncGenerator<readonly ManifestItem[], void, undefined> {
  const texts = byteTexts(chunks);
  try {
    const head = await readHead(texts, LOOK_AT_BYTES);
    const start = head.trimStart();
    const all = withHead(head, texts);
    if (isJson(start)) {
      yield* readJson(all);
    } else {
      refuseSignature(head, fileName);
      const guesser = new Guesser(fileName, algorithm ?? null);
      const tagged = (): TaggedOrNot => new TaggedOrNot(guesser, fileName ?? '');
      if (isZero(head)) {
        yield* readLines(splitLines(all, '\0'), new ZeroLines(tagged()));
        return;
      }
      const lone = head.length < LOOK_AT_BYTES ? readLone(head, fileName, guesser) : null;
      if (lone !== null) {
        yield [lone];
        return;
      }
      // Of Mac OS before X.
      const ends = !head.includes('\n') && /\r[^]/u.test(head) ? '\r' : '\n';
      const lines = ends === '\n' ? head : head.replaceAll('\r', '\n');
      const reader = (): LineReader => reportReader(lines) ?? tagged();
      yield* readLines(splitLines(all, ends), new SignedText(lines, reader(), reader));
    }
  } finally {
    // Whoever stops early may do so while the head is still being read from.
    await texts.return();
  }
}

interface LinesReader extends LineReader {
  /** @returns what is wrong with how the file ends, or `null` */
  end(): string | null;
}

/** Whether lines end in NUL bytes, as with `--zero` of coreutils: another line follows the first one, or nothing. */
function isZero(head: ByteText): boolean {
  const line = '(?:[0-9a-f]{8,128} [ *]|[a-z][a-z0-9/-]* ?\\()';
  return new RegExp(`^${line}[^\\0]*\\0(?:${line}|$)`, 'iu').test(head);
}

/** Names as they are. */
class ZeroLines implements LinesReader {
  readonly #lines: TaggedOrNot;

  constructor(lines: TaggedOrNot) {
    this.#lines = lines;
  }

  read(line: ByteText): ParsedLine {
    const parsed = this.#lines.read(line);
    return parsed !== null && 'name' in parsed ? { ...parsed, exact: true } : parsed;
  }

  end(): null {
    return null;
  }
}

/** As RFC 8493 §2.1.3 and §2.2.1 call them. */
export function isBagManifest(fileName: string): boolean {
  return /^(?:tag)?manifest-[a-z0-9]+\.txt$/iu.test(fileName);
}

/** Reads lines of which each shows what format it is in: GNU, BSD, SFV, RHash's own; and hashdeep's after its header. */
class TaggedOrNot {
  readonly #gnu: GnuLines;
  readonly #guesser: Guesser;
  /** A comment behind `;` or the file's name say so; `null`: no line has told yet. */
  #isSfv: boolean | null;
  #hashdeep: HashdeepLines | null = null;

  constructor(guesser: Guesser, fileName: string) {
    this.#gnu = new GnuLines(guesser, isBagManifest(fileName));
    this.#guesser = guesser;
    this.#isSfv = /\.sfv$/iu.test(fileName) || null;
  }

  /** @returns `null` for a comment and for an empty line */
  read(line: ByteText): ParsedLine {
    if (this.#hashdeep !== null) return this.#hashdeep.read(line);
    if (line.trim() === '') return null;
    if (this.#isSfv === null && isHashdeep(line)) {
      this.#hashdeep = new HashdeepLines();
      return this.#hashdeep.read(line);
    }
    const parsed = this.#isComment(line) ? null : this.#parse(line);
    if (parsed === null && /^(?:[;#]|\/\/)/u.test(line)) {
      if (line.startsWith(';')) this.#isSfv ??= true;
      return null;
    }
    this.#isSfv ??= false;
    if (parsed !== null) return parsed;
    return { fault: isLone(line) ? 'has a digest and names no file' : 'is no line of a known format' };
  }

  /** What could be no entry whatever it holds; `#1.mp3 DEADBEEF` is one. */
  #isComment(line: ByteText): boolean {
    if (/^(?:[;#]|\/\/)(?:\s|$)/u.test(line)) return true;
    // RHash's own format has no comments: `;name  MD5  SHA1` is an entry there, and `;name CRC32` one put out of use.
    return line.startsWith(';') && (this.#isSfv === true || !/[0-9a-f]{32}[ \t]*$/iu.test(line));
  }

  #parse(line: ByteText): ParsedLine {
    const bsd = (): ParsedLine => readBsdLine(line);
    if (this.#isSfv !== true)
      return this.#gnu.read(line) ?? bsd() ?? readTrailingDigests(line, false, this.#guesser);
    // RHash, too, takes a line of an SFV file for a BSD line where it can be one.
    return bsd() ?? readTrailingDigests(line, true, this.#guesser) ?? this.#gnu.read(line);
  }
}

interface OpenEntry {
  readonly name: ByteText;
  readonly entry: ManifestEntry;
}

async function* readLines(
  groups: AsyncIterable<readonly Line[]>,
  reader: LinesReader,
): AsyncGenerator<readonly ManifestItem[], void, undefined> {
  let number = 0;
  /** The last entry, as long as the next line could be about the same file. */
  let open = null as OpenEntry | null;
  for await (const lines of groups) {
    const items: ManifestItem[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      const parsed = tooLong ? { fault: 'is too long' } : reader.read(text);
      if (parsed === null) continue;
      if ('note' in parsed) {
        items.push({ line: number, note: parsed.note });
        continue;
      }
      if ('fault' in parsed) {
        items.push(problem(number, text, parsed.fault));
        continue;
      }
      const { name, digests, alternatives, size = null, exact } = parsed;
      if (name.includes('\0')) {
        items.push(problem(number, text, NUL_IN_NAME));
        continue;
      }
      const last = open;
      if (last !== null && last.name === name && last.entry.size === size && canJoin(last.entry, parsed)) {
        open = { name, entry: { ...last.entry, digests: { ...last.entry.digests, ...digests } } };
        continue;
      }
      if (last !== null) items.push(last.entry);
      const escaped = exact === true && name.includes('\\') ? { exact } : {};
      open = {
        name,
        entry: { name: pathFromText(name), digests, alternatives, size, line: number, ...escaped },
      };
    }
    if (items.length > 0) yield items;
  }
  if (open !== null) yield [open.entry];
  const cut = reader.end();
  if (cut !== null) yield [problem(number + 1, '', cut)];
}

/** A second digest of one algorithm is another statement, whether the same or not: both are kept. */
function canJoin(
  entry: ManifestEntry,
  { digests, alternatives }: Pick<ManifestEntry, 'digests' | 'alternatives'>,
): boolean {
  return (
    entry.alternatives.length === 0 &&
    alternatives.length === 0 &&
    Object.keys(digests).every((algorithm) => !(algorithm in entry.digests))
  );
}

/**
 * The name of a file in a manifest that lies in `base`: relative to it where the file is below, so that the
 * folder can move as a whole, else the path as it is.
 * @param base absolute path without a slash at its end
 */
export function manifestName(base: FsPath, path: FsPath): FsPath {
  if (typeof base === 'string' && typeof path === 'string') {
    const prefix = base.endsWith('/') ? base : `${base}/`;
    return path.startsWith(prefix) ? path.slice(prefix.length) : path;
  }
  const prefix = pathToBytes(joinPath(base, ''));
  const bytes = pathToBytes(path);
  for (const [index, byte] of prefix.entries()) if (bytes[index] !== byte) return path;
  return pathFromBytes(bytes.subarray(prefix.length));
}
