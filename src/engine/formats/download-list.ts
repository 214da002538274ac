/** Lists of downloads in every format that is known; what each looks like is in docs/lists.md. */
import type { ListedEntry, ListFormat } from '../../common/model/download';
import { detectFormat, LOOK_AT_CHARACTERS } from './detect-format';
import { readAria2 } from './list-aria2';
import { readCommands } from './list-curl';
import { readFetch } from './list-fetch';
import { readHtml } from './list-html';
import { readHar, readJson } from './list-json';
import { readM3u } from './list-m3u';
import { readMarkdown } from './list-markdown';
import { readMetalink } from './list-metalink';
import { readPowerShell } from './list-powershell';
import { readCsv, readJsonLines } from './list-records';
import { readSitemap } from './list-sitemap';
import { readUrls } from './list-urls';
import type { Remark } from './remark';
import { decodeText, evenPieces, readHead, textLines, withHead, type Bytes } from './text-lines';

export interface ListListener {
  /** Before the first entry. */
  readonly format: (format: ListFormat) => void;
  readonly remark: Remark;
}

export interface ReadOptions extends Partial<ListListener> {
  /** What the list's name says of it, where its format is told by its beginning. */
  readonly hint?: ListFormat | null;
}

/**
 * @param format `null`: told by the beginning
 * @param after entries and faults that an earlier reading gave: they are passed over
 */
export async function* readDownloadList(
  chunks: Bytes,
  format: ListFormat | null,
  after = 0,
  options: ReadOptions = {},
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const texts = decodeText(chunks);
  const head = format === null ? await readHead(texts, LOOK_AT_CHARACTERS) : '';
  const found = format ?? detectFormat(head, options.hint);
  options.format?.(found);
  let toPass = after;
  const remark = options.remark ?? (() => undefined);
  for await (const entries of read(found, evenPieces(withHead(head, texts)), remark)) {
    if (toPass === 0) {
      yield entries;
      continue;
    }
    const rest = entries.slice(toPass);
    toPass = Math.max(0, toPass - entries.length);
    if (rest.length > 0) yield rest;
  }
}

function read(
  format: ListFormat,
  texts: AsyncIterable<string>,
  remark: Remark,
): AsyncIterable<readonly ListedEntry[]> {
  switch (format) {
    case 'urls':
      return readUrls(textLines(texts), remark);
    case 'aria2':
      return readAria2(textLines(texts), remark);
    case 'csv':
      return readCsv(texts);
    case 'json':
      return readJson(texts);
    case 'jsonl':
      return readJsonLines(textLines(texts));
    case 'har':
      return readHar(texts, remark);
    case 'html':
    case 'bookmarks':
      return readHtml(texts, remark);
    case 'markdown':
      return readMarkdown(textLines(texts), remark);
    case 'm3u':
      return readM3u(textLines(texts), remark);
    case 'sitemap':
      return readSitemap(texts, remark);
    case 'metalink':
      return readMetalink(texts);
    case 'curl':
      return readCommands(texts);
    case 'powershell':
      return readPowerShell(texts);
    case 'fetch':
      return readFetch(texts);
  }
}
