/**
 * One URL a line, with ranges; empty lines and those that begin with `#` are passed over. What else may stand on a line:
 * a remark behind ` #`; mirrors of the same file behind tabs, as in aria2's lists; more addresses behind spaces.
 */
import { plainEntry, type ListedEntry } from '../../common/model/download';
import { fault, isHttpUrl, Fault, makeEntry } from './entry';
import { besideAddresses, type Remark } from './remark';
import type { Line } from './text-lines';
import { expandUrl, hasRanges } from './url-ranges';

const AT_ONCE = 1000;
/** No server takes a URL of this length. */
export const MAX_URL_CHARACTERS = 65_536;
/** One address as it was given to a command, by itself: its spaces are a part of it. */
export function asAddress(argument: string): string {
  return argument.trim().replaceAll(' ', '%20');
}

const NO_ADDRESS = 'is not an HTTP or HTTPS address';

export async function* readUrls(
  groups: AsyncIterable<readonly Line[]>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let number = 0;
  for await (const lines of groups) {
    let entries: ListedEntry[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      const line = text.trim();
      if (line === '' || line.startsWith('#')) continue;
      if (!tooLong && isPlain(line)) {
        entries.push(
          isHttpUrl(line) ? { line: number, entry: plainEntry(line) } : fault(number, line, NO_ADDRESS),
        );
        continue;
      }
      for (const entry of tooLong
        ? [fault(number, line, 'is longer than any address')]
        : onLine(number, line, remark)) {
        entries.push(entry);
        if (entries.length < AT_ONCE) continue;
        yield entries;
        entries = [];
      }
    }
    if (entries.length > 0) yield entries;
  }
}

/** Nothing but one address, whatever that is. */
function isPlain(line: string): boolean {
  return line.length <= MAX_URL_CHARACTERS && !/[\s[{\\"'<,;|]/u.test(line);
}

function* onLine(number: number, line: string, remark: Remark): Generator<ListedEntry, void, undefined> {
  const words = wordsOf(line);
  const urls = words.filter((word) => isHttpUrl(word) || (/^https?:/iu.test(word) && hasRanges(word)));
  const [first = ''] = words;
  if (words.some((word) => word.length > MAX_URL_CHARACTERS)) {
    yield fault(number, first, 'is longer than any address');
  } else if (line.includes('\t') && words.some(isHttpUrl)) {
    yield mirrors(number, line, remark);
  } else if (words.length > urls.length) {
    yield fault(
      number,
      first,
      words.length === 1
        ? NO_ADDRESS
        : 'has more than an address: put a # before remarks, and write spaces in addresses as %20',
    );
  } else {
    for (const url of urls) yield* expanded(number, url);
  }
}

/** Less a remark, and what people have around addresses and between them. */
function wordsOf(line: string): string[] {
  const remark = line.search(/\s#/u);
  const words = (remark < 0 ? line : line.slice(0, remark)).split(/\s+/u).flatMap(parted);
  if (words.length === 1) return words.map(unquoted);
  return words.map((word) => unquoted(withoutCommas(word))).filter((word) => word !== '');
}

/** Addresses with nothing but a comma between; in a query that may be one address in another. */
function parted(word: string): string[] {
  const next = word.search(/[,;|]https?:\/\//iu);
  return next < 0 || word.lastIndexOf('?', next) >= 0 ? [word] : word.split(/[,;|](?=https?:\/\/)/iu);
}

function withoutCommas(word: string): string {
  let [from, to] = [0, word.length];
  while (from < to && ',;|'.includes(word[from] ?? '')) from += 1;
  while (to > from && ',;|'.includes(word[to - 1] ?? '')) to -= 1;
  return word.slice(from, to);
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '<': '>' };

/** As in the source of a program, too, where a comma follows. */
function unquoted(word: string): string {
  const close = QUOTES[word[0] ?? ''];
  if (close === undefined) return word;
  const inner = withoutCommas(word);
  return inner.length > 1 && inner.endsWith(close) ? inner.slice(1, -1) : word;
}

/** The addresses of one file; what is none of them was a name, say, which aria2 passes over, too. */
function mirrors(number: number, line: string, remark: Remark): ListedEntry {
  const parts = wordsOf(line);
  const urls = parts.filter(isHttpUrl);
  if (parts.length > urls.length) remark(number, besideAddresses(number));
  return { line: number, entry: makeEntry({ urls }) };
}

function* expanded(number: number, url: string): Generator<ListedEntry, void, undefined> {
  if (!hasRanges(url)) {
    yield { line: number, entry: plainEntry(url) };
    return;
  }
  try {
    for (const each of expandUrl(url)) yield { line: number, entry: makeEntry({ urls: [each] }) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    yield fault(number, url, error.message);
  }
}
