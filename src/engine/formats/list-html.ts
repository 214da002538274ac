/** The links of a web page, and of bookmarks as browsers export them: the addresses of `a` and `area`. */
import type { ListedEntry } from '../../common/model/download';
import { isHttpUrl } from './entry';
import { HtmlTags, type HtmlTag } from './html-tags';
import { Links } from './links';
import type { Remark } from './remark';

const AT_ONCE = 1000;
const MAX_BASE = 8192;

export async function* readHtml(
  texts: AsyncIterable<string>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const tags = new HtmlTags();
  const links = new Links();
  let found: ListedEntry[] = [];
  let isFirst = true;
  const take = (tag: HtmlTag): void => {
    if (tag.name === 'base') {
      links.base ??= addressOf(tag.attribute('href'));
    } else if (tag.name === 'a' || tag.name === 'area') {
      const link = links.read(tag.line, tag.attribute('href'));
      if (link !== null) found.push(link);
    }
  };
  for await (const text of texts) {
    // Browsers write where a page came from into what they save.
    if (isFirst) links.saved = addressOf(/<!--\s{0,20}saved from url=\(\d+\)(\S{1,8000})/iu.exec(text)?.[1]);
    isFirst = false;
    for (const tag of tags.push(text)) take(tag);
    if (found.length < AT_ONCE) continue;
    yield found;
    found = [];
  }
  for (const tag of tags.push('', true)) take(tag);
  found.push(...links.end(remark));
  if (found.length > 0) yield found;
}

function addressOf(text: string | null | undefined): URL | null {
  return text != null && text.length < MAX_BASE && isHttpUrl(text) ? new URL(text) : null;
}
