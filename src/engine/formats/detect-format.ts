/** What kind of list a text is, by its beginning. */
import type { ListFormat } from '../../common/model/download';
import { isAddressName } from './list-records';

/** So much is looked at. */
export const LOOK_AT_CHARACTERS = 65_536;

const FORMATS_BY_NAME: readonly (readonly [RegExp, ListFormat])[] = [
  [/\.(?:meta4|metalink)$/iu, 'metalink'],
  [/\.(?:csv|tsv)$/iu, 'csv'],
  [/\.(?:jsonl|ndjson)$/iu, 'jsonl'],
  [/\.json$/iu, 'json'],
  [/\.har$/iu, 'har'],
  [/\.(?:md|markdown)$/iu, 'markdown'],
  [/\.x?html?$/iu, 'html'],
  [/\.m3u8?$/iu, 'm3u'],
];

/** What a file's name says of the list in it, where its content does not. @returns `null` where the name says nothing */
export function formatByName(file: string): ListFormat | null {
  return FORMATS_BY_NAME.find(([pattern]) => pattern.test(file))?.[1] ?? null;
}

/**
 * @param hint what the name says: it counts where the content says nothing, and where a page came in the list's place
 * @returns `urls`, one a line, for what is nothing else
 */
export function detectFormat(beginning: string, hint: ListFormat | null = null): ListFormat {
  // Always as much, whatever the pieces in which it came.
  const head = beginning.slice(0, LOOK_AT_CHARACTERS);
  const found = byMarkup(head) ?? byCode(head) ?? byLines(head);
  if (hint === null || found === hint) return found;
  return found === 'urls' || (found === 'html' && hint !== 'markdown') ? hint : found;
}

/** Beginnings that no other format has. */
function byMarkup(head: string): ListFormat | null {
  const start = head.trimStart();
  if (start.startsWith('<')) return byElement(start);
  if (/^\{\s*"log"\s*:\s*\{/u.test(start)) return 'har';
  if (start.startsWith('{')) return objects(start);
  if (/^\[\s*(?:["{[\]]|$)/u.test(start)) return 'json';
  // An address in quotes on each line; a comma behind it is of some program's source.
  if (/^"http[^\n]*"\s*(?:\n|$)/u.test(start)) return 'jsonl';
  return /^#EXTM3U\b/u.test(start) ? 'm3u' : null;
}

function byElement(start: string): ListFormat | null {
  if (/^<!doctype\s+netscape-bookmark/iu.test(start)) return 'bookmarks';
  if (/^<https?:/iu.test(start)) return null;
  const [, name = ''] = /^<([a-z][\w.:-]*)/iu.exec(behindProlog(start)) ?? [];
  const local = name.slice(name.indexOf(':') + 1).toLowerCase();
  if (local === 'metalink') return 'metalink';
  if (local === 'urlset' || local === 'sitemapindex') return 'sitemap';
  if (/^<!doctype\s+html/iu.test(start) || !start.startsWith('<?xml') || local === 'html') return 'html';
  return 'metalink';
}

/** From the first element on, behind declarations and comments. */
function behindProlog(start: string): string {
  let at = 0;
  while (start[at] === '<' && (start[at + 1] === '?' || start[at + 1] === '!')) {
    const close = start.startsWith('<!--', at) ? '-->' : '>';
    const end = start.indexOf(close, at);
    if (end < 0) return '';
    at = end + close.length;
    while (/\s/u.test(start[at] ?? '')) at += 1;
  }
  return start.slice(at);
}

/** One object on each line, or one that goes over several. */
function objects(start: string): ListFormat {
  const end = start.indexOf('\n');
  const first = (end < 0 ? start : start.slice(0, end)).trim();
  const isAlone = end < 0 || start.slice(end).trim() === '';
  let value: unknown;
  try {
    value = JSON.parse(first);
  } catch {
    // A line may be longer than what is looked at, or wrong among others that are right.
    const isLine = isAlone ? start.length === LOOK_AT_CHARACTERS : first.endsWith('}');
    return isLine ? 'jsonl' : 'json';
  }
  const hasAddress = Object.keys(value as object).some((name) => isAddressName(name.toLowerCase()));
  return isAlone && !hasAddress ? 'json' : 'jsonl';
}

/** Commands and calls; remarks may go before them. */
function byCode(head: string): ListFormat | null {
  const start = head.replace(/^(?:\s|#[^\n]*\n|\/\/[^\n]*\n)+/u, '');
  if (/^(?:[$%>#]\s+)?(?:curl|wget)(?:\.exe)?\s/iu.test(start)) return 'curl';
  if (/^(?:(?:const|let|var)\s+\w+\s*=\s*)?(?:await\s+)?(?:globalThis\.|window\.)?fetch\s*\(/u.test(start))
    return 'fetch';
  if (/^(?:PS [^\n>]*>\s*)?(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\s/iu.test(start))
    return 'powershell';
  return /^(?:PS [^\n>]*>\s*)?\$\w+\s*=\s*(?:New-Object\s|@\{|["'])/iu.test(start) ? 'powershell' : null;
}

const LINK =
  /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S|^[ \t]*<https?:|^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*<?https?:/imu;

function byLines(head: string): ListFormat {
  const lines = head.split(/\r\n?|\n/u);
  const [first = '', second = ''] = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (isTable(first, second)) return 'csv';
  const isAddress = /^\s*["'<]?https?:/iu.test(first);
  if (!isAddress) {
    const isMarkdown = /\]\(\s*<?https?:\/\//iu.test(head);
    if (!isMarkdown && /<a\s[^>]{0,2000}href/iu.test(head)) return 'html';
    // A list with a dash before each address, a text with links in it.
    if (isMarkdown || (LINK.test(head) && /https?:\/\//iu.test(head))) return 'markdown';
  } else if (/^\s*<https?:[^\s<>]+>\s*$/iu.test(first)) {
    return 'markdown';
  }
  // Mirrors behind one another, or an indented option below an address.
  let sawAddress = false;
  let isAria2 = /^https?:\/\/\S+\t\s*https?:\/\//iu.test(first);
  for (const line of lines) {
    if (/^https?:/iu.test(line)) sawAddress = true;
    else if (sawAddress && /^[ \t]+[a-z][a-z0-9-]*=/u.test(line)) isAria2 = true;
  }
  return isAria2 ? 'aria2' : 'urls';
}

function isTable(first: string, second: string): boolean {
  if (/^https?:/iu.test(first)) return false;
  const fieldsOf = (line: string): string[] => line.split(/[,;\t]/u);
  const columns = fieldsOf(first.toLowerCase()).map((column) => column.trim().replaceAll('"', ''));
  if (columns.some(isAddressName)) return true;
  // The first line of a table that calls its addresses otherwise: read as addresses, its rows would be wrong ones.
  const isHeading = columns.length > 1 && columns.every((column) => /^[a-z][a-z0-9 _-]*$/u.test(column));
  return isHeading && /https?:\/\//iu.test(second) && fieldsOf(second).length >= columns.length;
}
