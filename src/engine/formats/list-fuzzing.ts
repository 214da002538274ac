/** For tests: lists that went wrong in every way, and what holds for whatever is read of them. */
import { isDeepStrictEqual } from 'node:util';
import { LIST_FORMATS, type ListFormat } from '../../common/model/download';
import { isHttpUrl } from './entry';
import { unescapeHtml } from './html-tags';
import { readList, type WholeList } from './read-list';
import { decodeText } from './text-lines';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What steers one reader or another. */
export const PIECES: readonly string[] = [
  ...'\n|\r|\r\n|\t| |\u0000|\u0007|\u00a0|\ufeff|\ufffd|#|\'|"|`|\\|^|$|%|&|;|,|=|:|<|>|(|)|[|]|{|}|@|/|-|!|*|~|?|.'.split(
    '|',
  ),
  '|',
  ...[
    'http://a/',
    'https://u:S3CRET@b/x',
    'ftp://c/',
    '//d/e',
    '[1-3]',
    '{a,b}',
    '\\\n',
    '^\r\n',
    '`\n',
    "$'",
    '\\x41',
    '^"',
  ],
  ...[
    'curl ',
    ' -H ',
    ' -o ',
    ' --data ',
    'wget ',
    ' -O ',
    'fetch("',
    '", {',
    '})',
    ' -Uri "',
    '$session',
    '@{',
    '([char]65)',
  ],
  ...[
    '\n out=x',
    '\n gid=1',
    '\n checksum=md5=',
    '\n header=A: S3CRET',
    '#EXTM3U\n',
    '#EXT-X-TARGETDURATION:1\n',
    '```\n',
    '](',
    '![',
    '[x]: ',
  ],
  ...[
    '<a href="',
    '">',
    '<!--',
    '-->',
    '<base href=',
    '<script>',
    '</script>',
    '&amp;',
    '&#x41;',
    '<?xml ',
    '<!DOCTYPE ',
    '<metalink>',
    '<file name="',
    '<url>',
    '</url>',
    '<hash type="md5">',
    '<urlset>',
    '<loc>',
    '<![CDATA[',
  ],
  ...[
    '{"url":"',
    '"},',
    '"log":{"entries":[',
    '"request":{',
    '"headers":{"X":"S3CRET"}',
    '\\u0041',
    '\\"',
    'null',
    '1e9',
    'url,filename\n',
    '""',
  ],
];

/** @param parts other lists, of which some may get into it */
export function mutated(list: Buffer, parts: readonly Buffer[], random: () => number): Buffer {
  const below = (most: number): number => Math.floor(random() * most);
  let bytes: Buffer = list;
  for (let times = 1 + below(6); times > 0; times--) {
    const at = below(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + below(random() < 0.8 ? 8 : 400));
    const replaced = (middle: Uint8Array, to = end): Buffer =>
      Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(to)]);
    const part = parts[below(parts.length)] ?? list;
    const from = below(part.length);
    switch (below(8)) {
      case 0:
        bytes = replaced(Buffer.alloc(0));
        break;
      case 1:
        bytes = replaced(Buffer.of(below(256)), at + 1);
        break;
      case 2:
        bytes = replaced(Buffer.concat([bytes.subarray(at, end), bytes.subarray(at, end)]));
        break;
      case 3:
        bytes = replaced(part.subarray(from, from + below(200)), at);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      case 5:
        bytes = replaced(Buffer.concat(Array.from({ length: below(30) }, () => bytes.subarray(at, end))));
        break;
      default:
        bytes = replaced(Buffer.from(PIECES[below(PIECES.length)] ?? ''), random() < 0.5 ? at : end);
    }
  }
  // As PowerShell and old editors save it.
  return random() < 0.03 ? Buffer.from(`\ufeff${bytes.toString()}`, 'utf16le') : bytes;
}

/** @returns what is wrong with how the list is read; `null`: nothing */
export async function wrongWith(
  list: Buffer,
  format: ListFormat | null,
  random: () => number,
): Promise<{ readonly wrong: string | null; readonly read: WholeList }> {
  const read = await readList(list, { format });
  const chunk = 1 + Math.floor(random() * Math.min(list.length, 300));
  const wrong = (await wrongInEntries(list, read)) ?? (await wrongInPieces(list, format, chunk, read));
  return { wrong, read };
}

async function wrongInPieces(
  list: Buffer,
  format: ListFormat | null,
  chunk: number,
  read: WholeList,
): Promise<string | null> {
  const again = await readList(list, { format, chunk });
  return isDeepStrictEqual(again, read) ? null : `it is another list in pieces of ${chunk} bytes`;
}

async function wrongInEntries(list: Buffer, { entries, format }: WholeList): Promise<string | null> {
  let text = '';
  for await (const piece of decodeText([list])) text += piece;
  const lines = text.split(/\r\n?|\n/u).length;
  const stands = standsIn(text, format);
  for (const each of entries) {
    if (each.line < 1 || each.line > lines + 1) return `line ${each.line} of ${lines}`;
    if ('error' in each) {
      if (each.error.message.includes('S3CRET'))
        return `it is told what a fault quotes: ${each.error.message}`;
      continue;
    }
    for (const url of each.entry.urls) {
      if (!isHttpUrl(url)) return `no address: ${JSON.stringify(url)}`;
      if (!stands(url)) return `an address that nobody wrote: ${JSON.stringify(url)}`;
    }
  }
  return null;
}

/** Whether an address stands in the text as it is, or as the format writes it. */
function standsIn(text: string, format: ListFormat): (url: string) => boolean {
  const variants: string[] = [text];
  switch (format) {
    case 'urls':
    case 'aria2':
    case 'csv':
      // Ranges are other addresses than the one that is written; a login may be an option.
      if (/[[{\\]/u.test(text) || text.includes('http-')) return () => true;
      break;
    case 'm3u':
      break;
    case 'html':
    case 'bookmarks':
    case 'markdown': {
      // Relative to what the page says.
      if (/<base|saved from/iu.test(text)) return () => true;
      const unescaped = unescapeHtml(text.replaceAll(/\\([!-/:-@[-`{-~])/gu, '$1'));
      variants.push(
        unescapeHtml(text),
        unescaped,
        unescaped.replaceAll(' ', '%20'),
        unescapeHtml(text).replaceAll(' ', '%20'),
      );
      break;
    }
    case 'curl':
    case 'powershell':
    case 'fetch': {
      // Coded characters, ranges, logins and data that become part of an address, addresses without a scheme.
      if (/\\[a-z0-7]|`[a-z0]|char|[[{%]|-[a-z]*u|-G|get|user|\n\s*\n/iu.test(text)) return () => true;
      const plain = (quoted: string): string => quoted.replaceAll(/[\\^`'"\r\n]/gu, '');
      const whole = plain(text);
      return (url) => whole.includes(plain(url)) || whole.includes(plain(url).replace(/^http:\/\//u, ''));
    }
    default:
      // What escapes and references stand for is the readers' own to know.
      if (/[\\&%<]/u.test(text)) return () => true;
  }
  return (url) =>
    variants.some((variant) => variant.includes(url) || variant.includes(url.replace(/^http:\/\//u, '')));
}

/** What tells one way in which a list is read from others: inputs that have a new one are worth keeping. */
export function waysOf({ entries, format, remarks }: WholeList): Set<string> {
  const ways = new Set<string>([format]);
  const add = (way: string): void => {
    // What it quotes tells nothing.
    ways.add(`${format}: ${way.replaceAll(/\d+|\([^)]*\)|(?<=the (?:option|header) )\S+/gu, '')}`);
  };
  remarks.forEach(add);
  for (const each of entries) {
    if ('error' in each) add(each.error.message);
    else
      for (const [name, value] of Object.entries<unknown>({ ...each.entry }))
        if (typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== null)
          add(name);
  }
  return ways;
}

/** Some of them, each at most once. */
export function someOf<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  return [...items].sort(() => random() - 0.5).slice(0, count);
}

export const FORMATS: readonly (ListFormat | null)[] = [null, null, null, ...LIST_FORMATS];
