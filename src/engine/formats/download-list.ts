/** Lists of downloads in every format that is known; what each looks like is in docs/lists.md. */
import type { ListedEntry, ListFormat } from '../../common/model/download';
import { readAria2 } from './list-aria2';
import { readCurl } from './list-curl';
import { readMetalink } from './list-metalink';
import { readCsv, readJsonLines } from './list-records';
import { readUrls } from './list-urls';
import { decodeText, readHead, splitLines, withHead, type Bytes } from './text-lines';

/** So much is looked at to tell the format. */
const LOOK_AT_CHARACTERS = 65_536;

export interface ListListener {
  /** Before the first entry. */
  readonly format: (format: ListFormat) => void;
  /** Of what was passed over and is no fault, or is worth knowing of the list as a whole. A sentence. */
  readonly remark: (line: number, message: string) => void;
}

/**
 * @param format `null`: told by the beginning
 * @param after entries and faults that an earlier reading gave: they are passed over
 */
export async function* readDownloadList(
  chunks: Bytes,
  format: ListFormat | null,
  after = 0,
  listener: Partial<ListListener> = {},
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const texts = decodeText(chunks);
  const head = format === null ? await readHead(texts, LOOK_AT_CHARACTERS) : '';
  const found = format ?? detectFormat(head);
  listener.format?.(found);
  let toPass = after;
  for await (const entries of read(found, withHead(head, texts))) {
    if (toPass === 0) {
      yield entries;
      continue;
    }
    const rest = entries.slice(toPass);
    toPass = Math.max(0, toPass - entries.length);
    if (rest.length > 0) yield rest;
  }
}

const FORMATS_BY_NAME: readonly (readonly [RegExp, ListFormat])[] = [
  [/\.(?:meta4|metalink)$/iu, 'metalink'],
  [/\.(?:csv|tsv)$/iu, 'csv'],
  [/\.(?:jsonl|ndjson)$/iu, 'jsonl'],
];

/** @returns `null` where the name says nothing */
export function formatByName(file: string): ListFormat | null {
  return FORMATS_BY_NAME.find(([pattern]) => pattern.test(file))?.[1] ?? null;
}

/** A list that is nothing else is URLs, one a line. */
export function detectFormat(beginning: string): ListFormat {
  // Always as much, whatever the pieces in which it came.
  const head = beginning.slice(0, LOOK_AT_CHARACTERS);
  const start = head.trimStart();
  if (/^(?:<\?xml|<!--|<metalink[\s>])/u.test(start)) return 'metalink';
  if (start.startsWith('{"') || /^\{\s*"/u.test(start) || start.startsWith('"http')) return 'jsonl';
  if (/^(?:#[^\n]*\n\s*)*(?:\$ )?curl\s/u.test(start)) return 'curl';
  const lines = head.split(/\r?\n/u);
  const [first = '', second = ''] = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const fieldsOf = (line: string): string[] => line.split(/[,;\t]/u);
  const columns = fieldsOf(first.toLowerCase()).map((column) => column.trim().replaceAll('"', ''));
  if (columns.includes('url') && !/^https?:/iu.test(first)) return 'csv';
  // The first line of a table that calls its addresses otherwise: read as addresses, its rows would be wrong ones.
  const isHeading = columns.length > 1 && columns.every((column) => /^[a-z][a-z0-9 _-]*$/u.test(column));
  if (isHeading && /https?:\/\//iu.test(second) && fieldsOf(second).length >= columns.length) return 'csv';
  // Mirrors behind one another, or an indented option below an address.
  let sawAddress = false;
  let isAria2 = /^https?:\/\/\S+\t\s*https?:\/\//iu.test(first);
  for (const line of lines) {
    if (/^https?:/iu.test(line)) sawAddress = true;
    else if (sawAddress && /^[ \t]+[a-z][a-z0-9-]*=/u.test(line)) isAria2 = true;
  }
  return isAria2 ? 'aria2' : 'urls';
}

function read(format: ListFormat, texts: AsyncIterable<string>): AsyncIterable<readonly ListedEntry[]> {
  switch (format) {
    case 'urls':
      return readUrls(splitLines(texts));
    case 'aria2':
      return readAria2(splitLines(texts));
    case 'csv':
      return readCsv(texts);
    case 'jsonl':
      return readJsonLines(splitLines(texts));
    case 'metalink':
      return readMetalink(texts);
    case 'curl':
      return readCurl(texts);
  }
}
