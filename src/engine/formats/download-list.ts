/** Placeholder until the real readers of lists are here: one URL a line. */
import type { ListedEntry, ListFormat } from '../../common/download';
import { readUrlList } from './url-list';

export async function* readDownloadList(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  _format: ListFormat | null,
  after = 0,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let seen = 0;
  let batch: ListedEntry[] = [];
  for await (const entry of readUrlList(chunks)) {
    seen += 1;
    if (seen <= after) continue;
    batch.push(
      'error' in entry
        ? entry
        : {
            line: entry.line,
            entry: {
              urls: [entry.url],
              fileName: null,
              directory: null,
              size: null,
              digests: {},
              method: 'GET',
              headers: [],
              body: null,
            },
          },
    );
    if (batch.length < 1000) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
