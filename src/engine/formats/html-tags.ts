/** The tags of an HTML text that comes in pieces, with their attributes. What is no markup is passed over. */
export interface HtmlTag {
  /** Lower-case; `/a` for an end. */
  readonly name: string;
  /** Lower-case names; character references undone. */
  readonly attribute: (name: string) => string | null;
  readonly line: number;
}

/** What is longer is no tag. */
const MAX_TAG = 65_536;
/** Their content is text, whatever it looks like. */
const RAW: ReadonlySet<string> = new Set([
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
  'iframe',
  'noembed',
]);
const LINE_FEED = 10;
const NAME = /\/?[a-z][^\s/>]*/iuy;

export class HtmlTags {
  #rest = '';
  #line = 1;
  /** What ends the part that is passed over: a comment, a script. */
  #until: string | null = null;

  get line(): number {
    return this.#line;
  }

  /** @param isLast nothing follows */
  push(piece: string, isLast = false): HtmlTag[] {
    const tags: HtmlTag[] = [];
    const text = this.#rest + piece;
    let at = 0;
    for (;;) {
      if (this.#until !== null) {
        const end = indexOfEnd(text, this.#until, at);
        if (end < 0) {
          const kept = Math.max(at, text.length - this.#until.length);
          this.#count(text, at, kept);
          at = kept;
          break;
        }
        this.#until = null;
        this.#count(text, at, end);
        at = end;
      }
      const open = text.indexOf('<', at);
      if (open < 0) {
        this.#count(text, at, text.length);
        at = text.length;
        break;
      }
      this.#count(text, at, open);
      at = open;
      if (!isLast && text.length - open < 4) break;
      if (text.startsWith('<!--', open)) {
        this.#until = '-->';
        at = open + 4;
        continue;
      }
      NAME.lastIndex = open + 1;
      const [name = ''] = NAME.exec(text) ?? [];
      if (name === '' && text[open + 1] !== '!' && text[open + 1] !== '?') {
        at = open + 1;
        continue;
      }
      const end = endOfTag(text, open + 1);
      if (end < 0) {
        if (!isLast && text.length - open <= MAX_TAG) break;
        // All of it was looked at, and is not looked at again.
        this.#count(text, at, text.length);
        at = text.length;
        break;
      }
      const lower = name.toLowerCase();
      if (name !== '') {
        const inner = text.slice(open + 1 + name.length, end - 1);
        tags.push({ name: lower, line: this.#line, attribute: (wanted) => attributeOf(inner, wanted) });
      }
      this.#count(text, at, end);
      at = end;
      if (RAW.has(lower)) this.#until = `</${lower}`;
    }
    this.#rest = text.slice(at);
    return tags;
  }

  #count(text: string, from: number, to: number): void {
    for (let at = from; at < to; at++) if (text.charCodeAt(at) === LINE_FEED) this.#line += 1;
  }
}

function indexOfEnd(text: string, end: string, from: number): number {
  if (end === '-->') {
    const at = text.indexOf(end, from);
    return at < 0 ? -1 : at + end.length;
  }
  for (let at = text.indexOf('</', from); at >= 0; at = text.indexOf('</', at + 2))
    if (text.slice(at, at + end.length).toLowerCase() === end) return at;
  return -1;
}

/** @returns behind the `>` that ends it, which is none between quotes; -1: it does not end here */
function endOfTag(text: string, from: number): number {
  let quote = '';
  let isValue = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') {
      return at + 1;
    } else if (isValue && (character === '"' || character === "'")) {
      quote = character;
    }
    // A quote elsewhere than at a value's beginning is a character like others.
    if (!/\s/u.test(character)) isValue = character === '=';
  }
  return -1;
}

const ATTRIBUTE = /([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gu;

/** @param inner of a tag, behind its name. @returns `null` where there is none */
function attributeOf(inner: string, wanted: string): string | null {
  for (const [, name = '', double, single, bare] of inner.matchAll(ATTRIBUTE)) {
    if (name.toLowerCase() === wanted) return unescapeHtml(double ?? single ?? bare ?? '');
  }
  return null;
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  sol: '/',
  colon: ':',
  period: '.',
  quest: '?',
  equals: '=',
  num: '#',
  percnt: '%',
  plus: '+',
  lowbar: '_',
  commat: '@',
  lpar: '(',
  rpar: ')',
  comma: ',',
  semi: ';',
};

/** Character references as they come in addresses; others stay as they are. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8})(?=;)|(amp|lt|gt|quot)(?![a-z0-9=]));?/giu,
    (whole, decimal?: string, hex?: string, name?: string, bare?: string) => {
      const named = name ?? bare;
      if (named !== undefined) return NAMED[named.toLowerCase()] ?? whole;
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
