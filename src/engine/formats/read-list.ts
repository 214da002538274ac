/** For tests: a list read whole. */
import type { DownloadEntry, ListedEntry, ListFormat } from '../../common/model/download';
import { readDownloadList } from './download-list';

export interface ReadListOptions {
  readonly after?: number;
  /** Bytes in each piece. */
  readonly chunk?: number;
  readonly format?: ListFormat | null;
  readonly hint?: ListFormat | null;
}

export interface WholeList {
  readonly entries: readonly ListedEntry[];
  readonly format: ListFormat;
  readonly remarks: readonly string[];
}

export async function readList(
  list: string | Uint8Array,
  { after = 0, chunk, format = null, hint = null }: ReadListOptions = {},
): Promise<WholeList> {
  const bytes = typeof list === 'string' ? Buffer.from(list) : list;
  const size = chunk ?? Math.max(1, bytes.length);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const entries: ListedEntry[] = [];
  const remarks: string[] = [];
  let found: ListFormat = 'urls';
  const options = {
    hint,
    format: (told: ListFormat): void => {
      found = told;
    },
    remark: (line: number, message: string): void => {
      remarks.push(`${line}: ${message}`);
    },
  };
  for await (const some of readDownloadList(chunks, format, after, options)) entries.push(...some);
  return { entries, format: found, remarks };
}

/** The entries alone. @throws Error for a fault */
export async function entriesIn(
  list: string | Uint8Array,
  options: ReadListOptions = {},
): Promise<DownloadEntry[]> {
  return (await readList(list, options)).entries.map((each) => {
    if ('error' in each) throw new Error(each.error.message);
    return each.entry;
  });
}

/** A line for each: its number, and its addresses or what is wrong with it. */
export async function outlineOf(list: string | Uint8Array, options: ReadListOptions = {}): Promise<string[]> {
  return (await readList(list, options)).entries.map((each) =>
    'entry' in each ? `${each.line} ${each.entry.urls.join(' ')}` : each.error.message,
  );
}
