/**
 * Metalink 4 (RFC 5854) and 3.0: files with their addresses, sizes and digests. Torrents and digests of pieces are
 * passed over.
 */
import type { CheckAlgorithm } from '../../common/model/digests';
import type { ListedEntry } from '../../common/model/download';
import { Fault, isDigestName, listed, makeEntry, readDigest, readSize } from './entry';
import { readXml, type XmlElement } from './xml-elements';

/** RFC 5854 §4.2.16.2. */
const LOWEST_PRIORITY = 999_999;

interface MetalinkFile {
  readonly line: number;
  readonly name: string;
  readonly urls: { readonly url: string; readonly priority: number }[];
  readonly digests: (readonly [type: string, hex: string])[];
  size: string | null;
}

export function readMetalink(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let file: MetalinkFile | null = null;
  return readXml(texts, {
    what: 'a Metalink document',
    roots: ['metalink'],
    open: ({ name, attributes, line }) => {
      if (name === 'file') file = { line, name: attributes['name'] ?? '', urls: [], digests: [], size: null };
    },
    close: (element, value, parent) => {
      if (file === null) return null;
      const { name, attributes } = element;
      if (name === 'file') {
        const entry = read(file);
        file = null;
        return entry;
      }
      // Metalink 3.0 has groups around them.
      const isIn = (group: string): boolean => parent?.name === 'file' || parent?.name === group;
      const isHttp = /^https?$/iu.test(attributes['type'] ?? 'http');
      if (name === 'url' && isHttp && isIn('resources'))
        file.urls.push({ url: value, priority: priorityOf(element) });
      else if (name === 'hash' && isIn('verification')) file.digests.push([attributes['type'] ?? '', value]);
      else if (name === 'size' && parent?.name === 'file') file.size = value;
      return null;
    },
  });
}

/** The lower the sooner. Metalink 3.0 has a preference instead, up to 100, and the higher it is the sooner. */
function priorityOf({ attributes: { priority, preference } }: XmlElement): number {
  const given = priority ?? (preference === undefined ? undefined : 100 - Number(preference));
  return given === undefined || Number.isNaN(Number(given)) ? LOWEST_PRIORITY : Number(given);
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
