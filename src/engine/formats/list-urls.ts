/** One URL a line, with ranges; empty lines and those that begin with `#` are passed over. */
import { plainEntry, type ListedEntry } from '../../common/model/download';
import { fault, isHttpUrl, Fault, makeEntry } from './entry';
import type { Line } from './text-lines';
import { expandUrl, hasRanges } from './url-ranges';

const AT_ONCE = 1000;
/** No server takes a URL of this length. */
export const MAX_URL_CHARACTERS = 65_536;

export async function* readUrls(
  groups: AsyncIterable<readonly Line[]>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let number = 0;
  for await (const lines of groups) {
    let entries: ListedEntry[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      const url = text.trim();
      if (url === '' || url.startsWith('#')) continue;
      if (tooLong || url.length > MAX_URL_CHARACTERS) {
        entries.push(fault(number, url, 'is longer than any address'));
      } else if (!hasRanges(url)) {
        entries.push(
          isHttpUrl(url)
            ? { line: number, entry: plainEntry(url) }
            : fault(number, url, 'is not an HTTP or HTTPS address'),
        );
      } else {
        try {
          for (const each of expandUrl(url)) {
            entries.push({ line: number, entry: makeEntry({ urls: [each] }) });
            if (entries.length < AT_ONCE) continue;
            yield entries;
            entries = [];
          }
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          entries.push(fault(number, url, error.message));
        }
      }
    }
    if (entries.length > 0) yield entries;
  }
}
