/** Sitemaps (sitemaps.org/protocol.html), and indexes of them. */
import type { ListedEntry } from '../../common/model/download';
import { listed, makeEntry } from './entry';
import type { Remark } from './remark';
import { readXml } from './xml-elements';

export function readSitemap(
  texts: AsyncIterable<string>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  return readXml(texts, {
    what: 'a sitemap',
    roots: ['urlset', 'sitemapindex'],
    open: ({ name, line }) => {
      if (name === 'sitemapindex')
        remark(line, 'It is an index: its addresses are those of sitemaps, which are lists themselves.');
    },
    close: ({ name, line }, text, parent) =>
      name === 'loc' && (parent?.name === 'url' || parent?.name === 'sitemap')
        ? listed(line, text, () => makeEntry({ urls: [text] }))
        : null,
  });
}
