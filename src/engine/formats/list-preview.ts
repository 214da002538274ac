/** What a list holds, before anything starts. */
import { createHash } from 'node:crypto';
import type { DownloadEntry, ListFormat, ListPreview } from '../../common/download';
import { fileNameFromUrl, safeFileName } from '../../common/file-name';
import { detectFormat, readDownloadList, readHead } from './download-list';
import { decodeText, type Bytes } from './text-lines';

const SHOWN = 100;
const FIRST = 20;
/** About 5 ms. */
const TURN_ENTRIES = 1000;

/**
 * @param open gives the list from its beginning; it is read twice where the format is to be told
 * @param limit entries that are looked at; of a longer list the preview says that it is partial
 */
export async function previewList(
  open: () => Bytes,
  format: ListFormat | null,
  limit = 100_000,
): Promise<ListPreview> {
  const found = format ?? (await detect(open()));
  const hosts = new Map<string, number>();
  const names = new Map<string, number>();
  const seen = new Set<string>();
  const faults: ListPreview['faults'][number][] = [];
  const first: DownloadEntry[] = [];
  let entries = 0;
  let faultCount = 0;
  let duplicates = 0;
  let partial = false;
  reading: for await (const listed of readDownloadList(open(), found)) {
    for (const each of listed) {
      // Others on this thread get their turn.
      if ((entries + faultCount) % TURN_ENTRIES === 0) await new Promise((resolve) => setImmediate(resolve));
      if (entries + faultCount >= limit) {
        partial = true;
        break reading;
      }
      if ('error' in each) {
        faultCount += 1;
        if (faults.length < SHOWN)
          faults.push({ line: each.line, text: each.text, message: each.error.message });
        continue;
      }
      const { entry } = each;
      const url = new URL(entry.urls[0] ?? '');
      entries += 1;
      if (first.length < FIRST) first.push(entry);
      hosts.set(url.host, (hosts.get(url.host) ?? 0) + 1);
      const key = createHash('sha1')
        .update(`${entry.method} ${url.href} ${entry.body ?? ''}`)
        .digest('base64');
      if (seen.has(key)) duplicates += 1;
      seen.add(key);
      const name = entry.fileName === null ? fileNameFromUrl(url) : safeFileName(entry.fileName);
      const place = entry.directory === null ? name : `${entry.directory}/${name}`;
      names.set(place, (names.get(place) ?? 0) + 1);
    }
  }
  const byCount = (map: ReadonlyMap<string, number>): [string, number][] =>
    [...map].sort(([, left], [, right]) => right - left);
  return {
    format: found,
    entries,
    partial,
    hosts: byCount(hosts).map(([host, count]) => ({ host, entries: count })),
    duplicates,
    clashes: byCount(names)
      .filter(([, count]) => count > 1)
      .slice(0, SHOWN)
      .map(([name, count]) => ({ name, entries: count })),
    faults,
    faultCount,
    first,
  };
}

async function detect(chunks: Bytes): Promise<ListFormat> {
  const texts = decodeText(chunks);
  const head = await readHead(texts);
  // Lets go of the file.
  await texts.return();
  return detectFormat(head);
}
