/** The links of a text in Markdown (CommonMark 0.31), and addresses that stand in it bare. */
import type { ListedEntry } from '../../common/model/download';
import { unescapeHtml } from './html-tags';
import { Links } from './links';
import type { Remark } from './remark';
import type { Line } from './text-lines';

const FENCE = /^ {0,3}(`{3,}|~{3,})/u;
const DEFINITION = /^ {0,3}\[[^\]]{1,999}\]:\s*(?:<([^<>]*)>|(\S+))/u;
const BARE = /https?:\/\/[^\s<>"`\\^{|}[\]]+/iuy;
const HREF = /^<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/iu;
const MAX_TAG = 8192;

export async function* readMarkdown(
  groups: AsyncIterable<readonly Line[]>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const links = new Links();
  let number = 0;
  let images = 0;
  /** What ends the code that this line is in. */
  let fence: string | null = null;
  for await (const lines of groups) {
    const found: ListedEntry[] = [];
    const add = (link: string): void => {
      const entry = links.read(number, unescapeHtml(link));
      if (entry !== null) found.push(entry);
    };
    for (const { text } of lines) {
      number += 1;
      const mark = FENCE.exec(text)?.[1] ?? null;
      if (fence !== null) {
        if (mark?.startsWith(fence) === true) fence = null;
        continue;
      }
      if (mark !== null) {
        fence = mark;
        continue;
      }
      const [, inBrackets, plain] = DEFINITION.exec(text) ?? [];
      const defined = inBrackets ?? plain;
      if (defined !== undefined) add(defined);
      else images += readLine(text, add);
    }
    if (found.length > 0) yield found;
  }
  if (images > 0)
    remark(
      1,
      `${images} ${images === 1 ? 'image was' : 'images were'} left out: what is shown in the text is not linked.`,
    );
  const rest = links.end(remark);
  if (rest.length > 0) yield rest;
}

/** Every character is looked at a fixed number of times. @returns how many images there are */
function readLine(text: string, add: (link: string) => void): number {
  const code = codeSpans(text);
  /** Brackets that are open, and whether they are of an image. */
  const open: boolean[] = [];
  let images = 0;
  const lastTagEnd = text.lastIndexOf('>');
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') {
      at += 1;
    } else if (character === '`') {
      at = (code.get(at) ?? at + 1) - 1;
    } else if (character === '[') {
      open.push(text[at - 1] === '!');
    } else if (character === ']') {
      const isImage = open.pop();
      if (isImage === undefined || text[at + 1] !== '(') continue;
      const { link, end } = destination(text, at + 2, lastTagEnd);
      if (isImage) images += 1;
      else add(link);
      at = end - 1;
    } else if (character === '<') {
      if (at > lastTagEnd || !/[a-z/!]/iu.test(text[at + 1] ?? '')) continue;
      const end = text.indexOf('>', at);
      const inner = text.slice(at, Math.min(end + 1, at + MAX_TAG));
      if (/^<https?:[^\s<>]*>$/iu.test(inner)) add(inner.slice(1, -1));
      else {
        const [, double, single, bare] = HREF.exec(inner) ?? [];
        const link = double ?? single ?? bare;
        if (link !== undefined) add(link);
      }
      at = end;
    } else if ((character === 'h' || character === 'H') && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) {
      BARE.lastIndex = at;
      const [bare] = BARE.exec(text) ?? [];
      if (bare === undefined) continue;
      add(withoutPunctuation(bare));
      at += bare.length - 1;
    }
  }
  return images;
}

/** Where code in a line begins, and behind which place it ends: marks of one length are a pair. */
function codeSpans(text: string): ReadonlyMap<number, number> {
  const spans = new Map<number, number>();
  if (!text.includes('`')) return spans;
  const marks = [...text.matchAll(/`+/gu)];
  const nextOfLength = new Map<number, number>();
  for (const { 0: mark, index } of marks.reverse()) {
    const next = nextOfLength.get(mark.length);
    spans.set(index, next ?? index + mark.length);
    nextOfLength.set(mark.length, index + mark.length);
  }
  return spans;
}

/** Of `[text](address "title")`, from behind the bracket. */
function destination(
  text: string,
  from: number,
  lastTagEnd: number,
): { readonly link: string; readonly end: number } {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  if (text[at] === '<') {
    const end = at > lastTagEnd ? -1 : text.indexOf('>', at);
    return end < 0 ? { link: '', end: at + 1 } : { link: text.slice(at + 1, end), end: end + 1 };
  }
  const start = at;
  let depth = 0;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (/\s/u.test(character)) break;
    if (character === '(') depth += 1;
    else if (character === ')' && (depth -= 1) < 0) break;
  }
  return { link: text.slice(start, at).replaceAll(/\\([!-/:-@[-`{-~])/gu, '$1'), end: at };
}

/** Marks at the end belong to the sentence, and so does a bracket that was not opened (GFM, "Extended autolinks"). */
function withoutPunctuation(url: string): string {
  let end = url.length;
  let opened = 0;
  for (const character of url) {
    if (character === '(') opened += 1;
    else if (character === ')') opened -= 1;
  }
  for (; end > 0; end--) {
    const last = url[end - 1] ?? '';
    if (last === ')' && opened < 0) opened += 1;
    else if (!".,;:!?'*_~".includes(last)) break;
  }
  return url.slice(0, end);
}
