/** Literals of JavaScript: what JSON has, and names without quotes, either kind of quotes, commas at the end. */
import { Fault } from './entry';

export type JsValue =
  string | number | boolean | null | readonly JsValue[] | { readonly [name: string]: JsValue };

const MAX_DEPTH = 32;
const SPACE = /\s*/uy;
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  0: '\0',
};

/** Reads on and on through one text. */
export class JsLiterals {
  readonly #text: string;
  #at = 0;
  #line = 1;
  /** Up to where lines were counted. */
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** From 1. */
  get line(): number {
    for (; this.#counted < this.#at; this.#counted++) if (this.#text[this.#counted] === '\n') this.#line += 1;
    return this.#line;
  }

  /** @param pattern sticky, may be empty */
  skip(pattern: RegExp): void {
    this.take(pattern);
  }

  /** @param pattern sticky. @returns whether it was there */
  take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }

  /** To where it begins, or to the end. @param pattern global */
  skipTo(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    this.#at = pattern.exec(this.#text)?.index ?? this.#text.length;
  }

  /** @throws Fault */
  value(depth = 0): JsValue {
    if (depth > MAX_DEPTH) throw new Fault('is nested too deeply');
    this.skip(SPACE);
    const first = this.#text[this.#at] ?? '';
    if (first === '"' || first === "'" || first === '`') return this.#string(first);
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    const word = this.#word(/-?[\w.+$]{1,40}/uy);
    if (word === 'null' || word === 'undefined') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (word !== '' && Number.isFinite(Number(word))) return Number(word);
    throw new Fault('has a value that is not written out');
  }

  #word(pattern: RegExp): string {
    const from = this.#at;
    return this.take(pattern) ? this.#text.slice(from, this.#at) : '';
  }

  #string(quote: string): string {
    const pieces: string[] = [];
    let plain = (this.#at += 1);
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at] ?? '';
      if (character === quote) {
        pieces.push(this.#text.slice(plain, this.#at));
        this.#at += 1;
        return pieces.join('');
      }
      if (quote === '`' && character === '$' && this.#text[this.#at + 1] === '{')
        throw new Fault('has a value that is not written out');
      if ((character === '\n' || character === '\r') && quote !== '`') break;
      if (character !== '\\') continue;
      pieces.push(this.#text.slice(plain, this.#at));
      this.#at += 1;
      pieces.push(this.#escape());
      plain = this.#at + 1;
    }
    throw new Fault('has a text that does not end');
  }

  /** Leaves the position on the last character of it. @throws Fault */
  #escape(): string {
    const character = this.#text[this.#at] ?? '';
    if (character === 'u' || character === 'x') {
      const coded = /(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/iuy;
      coded.lastIndex = this.#at;
      const [whole, braced, four, two] = coded.exec(this.#text) ?? [];
      const code = parseInt(braced ?? four ?? two ?? '', 16);
      if (whole === undefined || code > 0x10ffff) throw new Fault('has an invalid escape');
      this.#at += whole.length - 1;
      // Halves of one character come one after the other.
      return four === undefined ? String.fromCodePoint(code) : String.fromCharCode(code);
    }
    if (character === '\r' && this.#text[this.#at + 1] === '\n') this.#at += 1;
    if (character === '\n' || character === '\r') return '';
    return ESCAPES[character] ?? character;
  }

  #object(depth: number): JsValue {
    const entries: [string, JsValue][] = [];
    this.#at += 1;
    for (;;) {
      this.skip(SPACE);
      if (this.take(/\}/uy)) return Object.fromEntries(entries);
      const quote = this.#text[this.#at] ?? '';
      const name = quote === '"' || quote === "'" ? this.#string(quote) : this.#word(/[\w$]{1,100}/uy);
      if (!this.take(/\s*:/uy)) throw new Fault('has code that is not understood');
      entries.push([name, this.value(depth + 1)]);
      this.skip(SPACE);
      if (!this.take(/,|(?=\})/uy)) throw new Fault('has code that is not understood');
    }
  }

  #array(depth: number): JsValue {
    const values: JsValue[] = [];
    this.#at += 1;
    for (;;) {
      this.skip(SPACE);
      if (this.take(/\]/uy)) return values;
      values.push(this.value(depth + 1));
      this.skip(SPACE);
      if (!this.take(/,|(?=\])/uy)) throw new Fault('has code that is not understood');
    }
  }
}
