/** Metalink 4 (RFC 5854): files with their addresses, sizes and digests. `metaurl` and `pieces` are passed over. */
import { SaxesParser } from 'saxes';
import type { CheckAlgorithm } from '../../common/model/digests';
import type { ListedEntry } from '../../common/model/download';
import { Fault, fault, isDigestName, listed, makeEntry, readDigest, readSize } from './entry';

/** RFC 5854 §4.2.16.2. */
const PART = 65_536;
const LOWEST_PRIORITY = 999_999;
const MAX_TEXT = 65_536;
const MAX_DEPTH = 64;
/** Without an event between, as of an attribute without end. */
const MAX_SILENCE = 4_194_304;

interface MetalinkFile {
  readonly line: number;
  readonly name: string;
  readonly urls: { readonly url: string; readonly priority: number }[];
  readonly digests: (readonly [type: string, hex: string])[];
  size: string | null;
}

export async function* readMetalink(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  // Entities of a document type are not expanded by this parser: an entity bomb is a fault, no more.
  const parser = new SaxesParser();
  const found: ListedEntry[] = [];
  const open: { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[] = [];
  let file = null as MetalinkFile | null;
  let text = '';
  let broken = null as string | null;
  let silence = 0;
  // What the parser says quotes the text.
  parser.on('error', () => {
    broken ??= 'it is not well-formed XML';
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === 0 && local(name) !== 'metalink') broken ??= 'its root has another name';
    if (open.length > MAX_DEPTH) broken ??= 'it is nested too deeply';
    open.push({ name: local(name), attributes });
    text = '';
    silence = 0;
    if (local(name) === 'file') {
      file = { line: parser.line, name: attributes['name'] ?? '', urls: [], digests: [], size: null };
    }
  });
  parser.on('text', (piece) => {
    if (text.length < MAX_TEXT) text += piece;
  });
  parser.on('cdata', (piece) => {
    if (text.length < MAX_TEXT) text += piece;
  });
  parser.on('closetag', () => {
    const tag = open.pop();
    if (tag === undefined || file === null || broken !== null) return;
    const inFile = open.at(-1)?.name === 'file';
    const value = text.trim();
    if (tag.name === 'file') {
      found.push(read(file));
      file = null;
    } else if (inFile && tag.name === 'url') {
      file.urls.push({ url: value, priority: Number(tag.attributes['priority'] ?? LOWEST_PRIORITY) });
    } else if (inFile && tag.name === 'size') {
      file.size = value;
    } else if (inFile && tag.name === 'hash') {
      file.digests.push([tag.attributes['type'] ?? '', value]);
    }
    text = '';
  });
  for await (const piece of texts) {
    // In parts: what is nested without end is noticed before all of it is taken.
    for (let at = 0; at < piece.length && broken === null; at += PART) {
      silence += PART;
      parser.write(piece.slice(at, at + PART));
      if (silence > MAX_SILENCE) broken = 'a part of it is too long';
    }
    if (broken !== null) break;
    if (found.length > 0) yield found.splice(0);
  }
  if (broken === null) parser.close();
  if (broken !== null) found.push(fault(parser.line, '', `is not a Metalink document: ${broken}`));
  if (found.length > 0) yield found;
}

function read({ line, name, urls, digests, size }: MetalinkFile): ListedEntry {
  return listed(line, urls[0]?.url ?? '', () => {
    // RFC 5854 §4.1.2.1 asks for one.
    if (name === '') throw new Fault('has no name');
    const known: Partial<Record<CheckAlgorithm, string>> = {};
    for (const [type, hex] of digests) if (isDigestName(type)) Object.assign(known, readDigest(type, hex));
    return makeEntry({
      urls: [...urls]
        .filter(({ url }) => /^https?:/iu.test(url))
        .sort((left, right) => left.priority - right.priority)
        .map(({ url }) => url),
      // A folder in the name is allowed, leading out of it is not (RFC 5854 §4.1.2.1).
      fileName: name,
      size: size === null ? null : readSize(size),
      digests: known,
    });
  });
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
