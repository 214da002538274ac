/**
 * aria2's input files (aria2c(1), "Input File"): the addresses of one file on a line, TAB between mirrors; indented
 * lines below it are options of it. Options that tune aria2 alone are passed over.
 */
import type { CheckAlgorithm, ListedEntry } from '../../common/download';
import { Fault, listed, makeEntry, readDigest } from './entry';
import type { Line } from './text-lines';

interface Item {
  readonly line: number;
  readonly text: string;
  readonly options: (readonly [name: string, value: string])[];
}

/** They change what is fetched, and are not known here. */
const UNKNOWN_HERE: ReadonlySet<string> = new Set([
  'select-file',
  'index-out',
  'bt-metadata-only',
  'metalink-file',
  'torrent-file',
]);

export async function* readAria2(
  groups: AsyncIterable<readonly Line[]>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let number = 0;
  let item: Item | null = null;
  for await (const lines of groups) {
    const entries: ListedEntry[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      if (text.trim() === '' || text.startsWith('#')) continue;
      if (/^[ \t]/u.test(text)) {
        const [name = '', ...value] = text.trim().split('=');
        item?.options.push([name, value.join('=')]);
        continue;
      }
      if (item !== null) entries.push(read(item));
      item = { line: number, text: tooLong ? '' : text, options: [] };
    }
    if (entries.length > 0) yield entries;
  }
  if (item !== null) yield [read(item)];
}

function read({ line, text, options }: Item): ListedEntry {
  return listed(line, text, () => {
    const headers: [string, string][] = [];
    const digests: Partial<Record<CheckAlgorithm, string>> = {};
    const last = new Map<string, string>();
    for (const [name, value] of options) {
      if (UNKNOWN_HERE.has(name)) throw new Fault(`has the option ${name}, which is not known here`);
      last.set(name, value);
      if (name === 'header') {
        const colon = value.indexOf(':');
        if (colon <= 0) throw new Fault('has a header that is none');
        headers.push([value.slice(0, colon).trim(), value.slice(colon + 1).trim()]);
      } else if (name === 'checksum') {
        const [kind = '', hex = ''] = value.split('=');
        Object.assign(digests, readDigest(kind, hex));
      }
    }
    const referer = last.get('referer');
    if (referer !== undefined) headers.push(['Referer', referer]);
    const agent = last.get('user-agent');
    if (agent !== undefined) headers.push(['User-Agent', agent]);
    const user = last.get('http-user');
    const urls = text
      .split('\t')
      .map((url) => url.trim())
      .filter((url) => url !== '');
    return makeEntry({
      urls:
        user === undefined ? urls : urls.map((url) => withLogin(url, user, last.get('http-passwd') ?? '')),
      fileName: last.get('out') ?? null,
      directory: last.get('dir') ?? null,
      digests,
      headers,
    });
  });
}

function withLogin(text: string, name: string, password: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  return url.href;
}
