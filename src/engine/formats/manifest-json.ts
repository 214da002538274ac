/**
 * Heddle's own manifest: one JSON document, which other programs read whole and Heddle reads and writes entry by
 * entry, so that a million of them are never in memory at once. docs/manifests.md describes it.
 */
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import { CHECK_ALGORITHMS, type CheckAlgorithm, type CheckDigests } from '../../common/model/digests';
import { HeddleError } from '../../common/model/errors';
import { displayPath, pathFromBytes, type FsPath } from '../../common/model/paths';
import { unicodeFromText, type ByteText } from './byte-text';
import { lacksAlgorithm } from './manifest-digests';
import {
  NUL_IN_NAME,
  digestFor,
  problem,
  refuseAlgorithms,
  refuseEmptyName,
  wrongDigest,
  type ManifestItem,
  type ManifestWriter,
} from './manifest-item';

const FORMAT = 'heddle-manifest';
const VERSION = 1;
/** What may come before the first entry, and behind the last one. */
const MAX_FRAME_BYTES = 4096;
const MAX_ENTRY_BYTES = 1_048_576;

export function jsonWriter(algorithms: readonly CheckAlgorithm[]): ManifestWriter {
  if (algorithms.length === 0) refuseAlgorithms('json', 'at least one algorithm', 'Take one.');
  let isFirst = true;
  return {
    begin() {
      isFirst = true;
      const head = { format: FORMAT, version: VERSION, algorithms, files: [] };
      return `${JSON.stringify(head).slice(0, -']}'.length)}\n`;
    },
    entry(entry) {
      refuseEmptyName('json', entry.name);
      const line = JSON.stringify({
        name: displayPath(entry.name),
        // The name above cannot be turned back into these bytes.
        ...(typeof entry.name === 'string' ? {} : { nameBase64: Buffer.from(entry.name).toString('base64') }),
        ...(entry.size === null ? {} : { size: entry.size }),
        digests: Object.fromEntries(algorithms.map((algorithm) => [algorithm, digestFor(entry, algorithm)])),
      });
      const separator = isFirst ? '' : ',\n';
      isFirst = false;
      return separator + line;
    },
    end: () => (isFirst ? ']}\n' : '\n]}\n'),
  };
}

/** @param head the beginning of the file, without white space before it */
export function isJson(head: string): boolean {
  return /^\{\s*"/u.test(head);
}

/** @throws HeddleError `manifest-unreadable` for JSON that is something else */
export async function* readJson(
  texts: AsyncIterable<ByteText>,
): AsyncGenerator<readonly ManifestItem[], void, undefined> {
  const scanner = new Scanner();
  for await (const text of texts) {
    const items = scanner.push(text);
    if (items.length > 0) yield items;
  }
  const items = scanner.end();
  if (items.length > 0) yield items;
}

/** Cuts the document into its entries; of everything around them it keeps a bounded amount. */
class Scanner {
  #part: 'head' | 'between' | 'entry' | 'tail' = 'head';
  #line = 1;
  /** Up to and with the bracket that opens `files`. */
  #head = '';
  #tail = '';
  #entry = '';
  #entryLine = 1;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #items: ManifestItem[] = [];

  push(text: ByteText): readonly ManifestItem[] {
    this.#items = [];
    for (let at = 0; at < text.length;) {
      switch (this.#part) {
        case 'head':
          at = this.#readHead(text, at);
          break;
        case 'between':
          at = this.#readBetween(text, at);
          break;
        case 'entry':
          at = this.#readEntry(text, at);
          break;
        case 'tail':
          if (this.#tail.length <= MAX_FRAME_BYTES) this.#tail += text.slice(at);
          at = text.length;
          break;
      }
    }
    return this.#items;
  }

  end(): readonly ManifestItem[] {
    this.#items = [];
    if (this.#part === 'head') throw notOurs();
    const document =
      this.#part === 'tail' && this.#tail.length <= MAX_FRAME_BYTES ? this.#head + this.#tail : '';
    if (parseJson(document) === undefined) {
      const [line, text] = this.#part === 'entry' ? [this.#entryLine, this.#entry] : [this.#line, this.#tail];
      this.#items.push(problem(line, text, 'is not how the document ends: it is cut off or damaged'));
    }
    return this.#items;
  }

  /** The head ends where a bracket opens the array `files` of the outermost object. */
  #readHead(text: ByteText, from: number): number {
    for (let at = from; at < text.length; at += 1) {
      const character = text[at] ?? '';
      this.#head += character;
      if (character === '\n') this.#line += 1;
      if (this.#head.length > MAX_FRAME_BYTES) throw notOurs();
      if (character !== '[') continue;
      const head = parseJson(`${this.#head}]}`);
      if (!isObject(head) || Object.keys(head).at(-1) !== 'files') continue;
      if (head['format'] !== FORMAT) throw notOurs();
      if (head['version'] !== VERSION) {
        throw new HeddleError(
          'manifest-unreadable',
          `The manifest is of version ${JSON.stringify(head['version'] ?? null)}, and this Heddle reads version ${VERSION}.`,
        );
      }
      this.#part = 'between';
      return at + 1;
    }
    return text.length;
  }

  #readBetween(text: ByteText, from: number): number {
    for (let at = from; at < text.length; at += 1) {
      const character = text[at];
      if (character === '\n') this.#line += 1;
      if (character === '{') {
        this.#part = 'entry';
        this.#entryLine = this.#line;
        this.#entry = '';
        this.#depth = 0;
        this.#inString = false;
        this.#isEscaped = false;
        return at;
      }
      if (character === ']') {
        this.#part = 'tail';
        return at;
      }
      if (character !== ',' && !isSpace(character)) return this.#passGarbage(text, at);
    }
    return text.length;
  }

  /** Told once a line, as far as it is in this piece of the text. */
  #passGarbage(text: ByteText, from: number): number {
    let at = from;
    while (at < text.length && text[at] !== '\n' && text[at] !== '{' && text[at] !== ']') at += 1;
    const last = this.#items.at(-1);
    if (last?.line !== this.#line || !('message' in last)) {
      this.#items.push(problem(this.#line, text.slice(from, at), 'has something that is no entry'));
    }
    return at;
  }

  #readEntry(text: ByteText, from: number): number {
    for (let at = from; at < text.length; at += 1) {
      const character = text[at];
      if (character === '\n') {
        this.#line += 1;
        // No string holds one: its quotation mark is missing. The next line may be sound.
        if (this.#inString) return this.#finish(text.slice(from, at), at + 1);
      } else if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#inString) {
        if (character === '\\') this.#isEscaped = true;
        else if (character === '"') this.#inString = false;
      } else if (character === '"') this.#inString = true;
      else if (character === '{') this.#depth += 1;
      else if (character === '}') {
        this.#depth -= 1;
        if (this.#depth === 0) return this.#finish(text.slice(from, at + 1), at + 1);
      }
    }
    this.#keep(text.slice(from));
    return text.length;
  }

  #keep(piece: ByteText): void {
    if (this.#entry.length <= MAX_ENTRY_BYTES) this.#entry += piece.slice(0, MAX_ENTRY_BYTES + 1);
  }

  #finish(piece: ByteText, next: number): number {
    this.#keep(piece);
    this.#items.push(readEntry(this.#entry, this.#entryLine));
    this.#entry = '';
    this.#part = 'between';
    return next;
  }
}

function readEntry(text: ByteText, line: number): ManifestItem {
  if (text.length > MAX_ENTRY_BYTES) return problem(line, text, 'is too long');
  // Bytes that are not UTF-8 must not become another name.
  const value = parseJson(unicodeFromText(text) ?? '');
  if (!isObject(value)) return problem(line, text, 'is not JSON');
  const name = readName(value);
  if (name === null) return problem(line, text, 'names no file');
  if (displayPath(name).includes('\0')) return problem(line, text, NUL_IN_NAME);
  const size = value['size'] ?? null;
  if (size !== null && (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)) {
    return problem(line, text, 'has an invalid size');
  }
  const digests = readDigests(value['digests']);
  return typeof digests === 'string'
    ? problem(line, text, digests)
    : { name, digests, alternatives: [], size, line };
}

function readName(value: Readonly<Record<string, unknown>>): FsPath | null {
  const { name, nameBase64: base64 } = value;
  if (base64 === undefined) return typeof name === 'string' && name !== '' ? name : null;
  if (typeof base64 !== 'string') return null;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === base64 ? pathFromBytes(bytes) : null;
}

/** Those of algorithms that are not known are passed over. @returns what is wrong with them, as text */
function readDigests(value: unknown): CheckDigests | string {
  if (!isObject(value)) return 'has no digests';
  const digests: Partial<Record<CheckAlgorithm, string>> = {};
  for (const algorithm of CHECK_ALGORITHMS) {
    const hex = value[algorithm];
    if (hex === undefined) continue;
    if (typeof hex !== 'string' || hex.length !== DIGEST_BYTES[algorithm] * 2 || !/^[0-9a-f]+$/iu.test(hex)) {
      return wrongDigest(algorithm);
    }
    digests[algorithm] = hex.toLowerCase();
  }
  if (Object.keys(digests).length > 0) return digests;
  const others = Object.keys(value).slice(0, 3);
  return others.length === 0 ? 'has no digests' : lacksAlgorithm(others.join(', '));
}

/** @returns `undefined` for what is not JSON, or nested deeper than any call is */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}

function notOurs(): HeddleError {
  return new HeddleError('manifest-unreadable', 'The file is JSON, but not a manifest that Heddle wrote.');
}
