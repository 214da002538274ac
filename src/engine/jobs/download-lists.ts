/** The lists of a download: what was given, and the job's own copies of it. */
import { Readable } from 'node:stream';
import { parseChecksum } from '../../common/model/digest-fields';
import type { ListFormat } from '../../common/model/download';
import { HeddleError } from '../../common/model/errors';
import type { DownloadRequest } from '../../common/model/job-request';
import { displayName, displayPath, type FsPath } from '../../common/model/paths';
import { absolutePath } from '../../files/absolute-path';
import { contentOf as contentOfFile } from '../../files/named-input';
import { detectFormat, formatByName } from '../formats/detect-format';
import { asAddress } from '../formats/list-urls';
import { Beginning, utf8Pieces } from '../formats/text-lines';
import type { Vault } from '../store/vault';
import type { ListHead } from './download-name';
import type { StoredList } from './job-spec';
import { ownListPath, removeOwnLists, storeOwnList } from './own-list';

interface Given {
  /** What it is called where it cannot be read. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** `null`: told by its beginning. */
  readonly format: ListFormat | null;
  /** What its name says of it. */
  readonly hint: ListFormat | null;
  readonly file?: FsPath;
}

/** @param input a list that comes with the request. @throws HeddleError where there is nothing to download */
export function mustHaveLists(request: DownloadRequest, input: AsyncIterable<Uint8Array> | null): void {
  const hasLists = request.listFiles.length > 0 || textsOf(request).length > 0 || input !== null;
  if (request.urls.length === 0 && !hasLists) throw nothingToDownload();
  if (request.format !== null && !hasLists)
    throw new HeddleError('bad-request', 'A list format was given, but no list.');
}

export interface StoreLists {
  readonly token: string;
  readonly dataDirectory: string;
  readonly vault: Vault;
  readonly input: AsyncIterable<Uint8Array> | null;
  readonly signal: AbortSignal | null;
}

export interface StoredLists {
  readonly lists: (StoredList & { readonly format: ListFormat })[];
  /** The first of them, for a name of the job. */
  readonly first: ListHead;
}

/**
 * The job's own copies. Their formats are told once, so that a job that is gone on with reads its lists as before.
 *
 * @throws HeddleError about a list or its copy; nothing is left then
 */
export async function storeLists(
  request: DownloadRequest,
  { token, dataDirectory, vault, input, signal }: StoreLists,
): Promise<StoredLists> {
  const lists: StoredLists['lists'] = [];
  let isEmpty = false;
  let first: ListHead | null = null;
  try {
    for (const { name, content, format, hint, file } of givenIn(request, input, signal)) {
      const path = ownListPath(dataDirectory, `${token}-${lists.length}.list`);
      const beginning = new Beginning(content);
      const bytes = await storeOwnList(
        path,
        { name, content: beginning.chunks() },
        [vault.sealing()],
        signal,
      );
      const head = await beginning.text();
      const list = {
        path,
        bytes,
        format: format ?? detectFormat(head, hint),
        ...(file === undefined ? {} : { file }),
      };
      lists.push(list);
      first ??= { text: head, format: list.format, isWhole: beginning.isWhole };
      isEmpty = content === input && head.trim() === '' && lists.length === 1;
    }
    if (isEmpty) throw nothingToDownload();
    return { lists, first: first ?? { text: '', format: 'urls', isWhole: true } };
  } catch (error) {
    await removeOwnLists(lists.map(({ path }) => path));
    throw error;
  }
}

function nothingToDownload(): HeddleError {
  return new HeddleError('bad-request', 'There is nothing to download: give a URL or a list.');
}

function textsOf({ text, texts }: DownloadRequest): string[] {
  return [text ?? '', ...texts].filter((each) => /\S/u.test(each));
}

function* givenIn(
  request: DownloadRequest,
  input: AsyncIterable<Uint8Array> | null,
  signal: AbortSignal | null,
): Generator<Given, void, undefined> {
  const { urls, listFiles, format } = request;
  if (urls.length > 0) yield urlsPart(request);
  for (const text of textsOf(request))
    yield { name: 'The list', content: contentOf(text), format, hint: null };
  if (input !== null) yield { name: 'Standard input', content: input, format, hint: null };
  for (const file of listFiles)
    yield {
      name: displayPath(absolutePath(file)),
      content: contentOfFile(absolutePath(file), signal),
      format,
      hint: formatByName(displayName(file)),
      file: absolutePath(file),
    };
}

function contentOf(text: string): AsyncIterable<Uint8Array> {
  return Readable.from(utf8Pieces(text)) as AsyncIterable<Uint8Array>;
}

/** URLs as they were given, and what was said of the one. */
function urlsPart({ urls, out, checksum }: DownloadRequest): Given {
  const given = { name: 'The URLs', hint: null };
  if (out === null && checksum === null)
    return { ...given, content: contentOf(`${urls.map(asAddress).join('\n')}\n`), format: 'urls' };
  if (urls.length > 1) {
    throw new HeddleError(
      'bad-request',
      'A file name or checksum applies to a single URL. For several, use a list.',
    );
  }
  const digest = checksum === null ? null : parseChecksum(checksum);
  if (checksum !== null && digest === null) {
    throw new HeddleError(
      'bad-request',
      `This is not a checksum. Write it as ALGORITHM=HEX, such as sha256=…, or as sha256-BASE64.`,
    );
  }
  const line = {
    url: asAddress(urls[0] ?? ''),
    ...(out === null ? {} : { filename: out }),
    ...(digest === null ? {} : { [digest.algorithm]: digest.hex }),
  };
  return { ...given, content: contentOf(`${JSON.stringify(line)}\n`), format: 'jsonl' };
}
