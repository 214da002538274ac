/** What a download is called that was given as addresses and not as a file: after its files, or the page they are on. */
import type { ListFormat } from '../../common/model/download';
import { formatCount } from '../../common/model/units';
import { expectedFileName } from '../../files/file-name';
import { isHttpUrl } from '../formats/entry';
import { unescapeHtml } from '../formats/html-tags';

/** The beginning of a list. */
export interface ListHead {
  readonly text: string;
  readonly format: ListFormat;
  /** Whether the text is all of the list. */
  readonly isWhole: boolean;
}

const MOST_CHARACTERS = 120;
const ADDRESS = /https?:\/\/[^\s"'<>\\]+/giu;
const TITLE = /<title\b[^>]*>([^<]*)<\/title/iu;

/** @param out what the user calls the file of a lone address. @param isOne whether there is no other list */
export function downloadName(
  { text, format, isWhole }: ListHead,
  out: string | null,
  isOne: boolean,
): string {
  const title = format === 'html' ? (TITLE.exec(text)?.[1] ?? '') : '';
  const titled = unescapeHtml(title).replaceAll(/\s+/gu, ' ').trim();
  if (titled !== '') return short(titled);
  const [first, ...others] = [...text.matchAll(ADDRESS)].map(([address]) => address).filter(isHttpUrl);
  if (first === undefined) return 'Downloads';
  const url = new URL(first);
  if (format === 'html') return short(`Links to ${url.host}`);
  // Of a page no one would think of as "index.html".
  const name = out ?? (url.pathname.endsWith('/') ? url.host : expectedFileName(null, url));
  const isAll = isOne && isWhole;
  if (isAll && others.length === 0) return short(name);
  // Other lists say more than one address of some files.
  const count = isAll && format === 'urls' ? `${formatCount(others.length)} more` : 'more';
  return `${short(name)} and ${count}`;
}

function short(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= MOST_CHARACTERS) return text;
  return `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`;
}
