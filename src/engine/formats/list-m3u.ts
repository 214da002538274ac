/** Playlists (M3U, M3U8): an address on each line that is no remark. HLS has its own kinds (RFC 8216). */
import { plainEntry, type DownloadEntry, type ListedEntry } from '../../common/model/download';
import { fromCopiedRequest } from './copied-request';
import { fault, isHttpUrl, listed } from './entry';
import type { Remark } from './remark';
import type { Line } from './text-lines';

export async function* readM3u(
  groups: AsyncIterable<readonly Line[]>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let number = 0;
  let toldHls = false;
  const tellHls = (line: number, what: string): void => {
    if (!toldHls) remark(line, what);
    toldHls = true;
  };
  for await (const lines of groups) {
    const entries: ListedEntry[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      const url = text.trim();
      // RFC 8216 §4.3.4.2, §4.3.3.1: of each of these there is one in every playlist of its kind.
      if (url.startsWith('#EXT-X-STREAM-INF'))
        tellHls(
          number,
          'It is an HLS playlist of playlists: its addresses are those of the playlists of each quality.',
        );
      else if (url.startsWith('#EXT-X-TARGETDURATION'))
        tellHls(
          number,
          'It is an HLS playlist: its addresses are pieces of one recording, which are not joined.',
        );
      if (url === '' || url.startsWith('#')) continue;
      // Players take headers behind a bar.
      const bar = url.indexOf('|');
      if (!tooLong && bar > 0 && isHttpUrl(url.slice(0, bar)))
        entries.push(listed(number, url, () => withHeaders(url.slice(0, bar), url.slice(bar + 1))));
      else if (!tooLong && isHttpUrl(url)) entries.push({ line: number, entry: plainEntry(url) });
      else entries.push(fault(number, url, notWhole(url)));
    }
    if (entries.length > 0) yield entries;
  }
}

/** @param text `Name=value&…`, escaped as in a query. @throws Fault */
function withHeaders(url: string, text: string): DownloadEntry {
  return fromCopiedRequest({ url, headers: [...new URLSearchParams(text)] });
}

function notWhole(url: string): string {
  return /^[a-z][a-z0-9+.-]*:/iu.test(url)
    ? 'is not an HTTP or HTTPS address'
    : 'is a place beside the playlist, whose own address is not known';
}
