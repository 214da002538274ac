/** As much of PowerShell's syntax as browsers write: words, texts, tables, groups in brackets (about_Parsing). */
import { Fault } from './entry';

/** A bare word is a string; the rest says what it is. */
export type Word =
  | string
  | { readonly text: string }
  | { readonly variable: string }
  | { readonly group: readonly Word[] }
  | { readonly table: Hashtable };
export type Hashtable = readonly (readonly [name: Word, value: Word])[];

const MAX_DEPTH = 16;
const SPACE = /(?:[ \t]|`\r?\n|`\r)*(?:#[^\r\n]*)?/uy;
const SPACE_AND_LINES = /(?:[\s;]|#[^\r\n]*(?:[\r\n]|$))*/uy;
const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

export class PowerShellText {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** From 1. */
  get line(): number {
    for (; this.#counted < this.#at; this.#counted++) if (this.#text[this.#counted] === '\n') this.#line += 1;
    return this.#line;
  }

  /** @returns whether there is one */
  nextStatement(): boolean {
    this.#take(SPACE_AND_LINES);
    // The prompt, where it was copied, too.
    this.#take(/PS [^\r\n>]*>+[ \t]*/uy);
    return this.#at < this.#text.length;
  }

  /** To the end of the line on which it went wrong. */
  skipStatement(): void {
    this.#take(/[^\r\n]*/uy);
  }

  /** The words of one statement, to its end. @throws Fault */
  words(): readonly Word[] {
    const words: Word[] = [];
    for (;;) {
      this.#take(SPACE);
      if (this.#at >= this.#text.length || this.#take(/[;\r\n]|&(?=[ \t]*(?:\r|\n|$))/uy) !== null)
        return words;
      words.push(this.#word(0));
    }
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #word(depth: number): Word {
    if (depth > MAX_DEPTH) throw new Fault('is nested too deeply');
    const first = this.#text[this.#at] ?? '';
    if (first === '"') return { text: this.#doubleQuoted() };
    if (first === "'") return { text: this.#singleQuoted() };
    if (first === '@' && this.#text[this.#at + 1] === '{') return { table: this.#table(depth) };
    if (first === '(') return { group: this.#group(depth) };
    if (first === ',' || first === '=') {
      this.#at += 1;
      return first;
    }
    const variable = this.#take(/\$[A-Za-z_][\w.]*/uy);
    if (variable !== null) return { variable: variable.slice(1) };
    const bare = this.#take(/[^\s"'`()@{}$;,|<>=]+/uy);
    if (bare === null) throw new Fault('has a part that only PowerShell can fill in');
    return bare;
  }

  #group(depth: number): readonly Word[] {
    const words: Word[] = [];
    this.#at += 1;
    for (;;) {
      this.#take(SPACE_AND_LINES);
      if (this.#take(/\)/uy) !== null) return words;
      if (this.#at >= this.#text.length) throw new Fault('has a bracket that does not end');
      words.push(this.#word(depth + 1));
    }
  }

  #table(depth: number): Hashtable {
    const pairs: [Word, Word][] = [];
    this.#at += 2;
    for (;;) {
      this.#take(SPACE_AND_LINES);
      if (this.#take(/\}/uy) !== null) return pairs;
      if (this.#at >= this.#text.length) throw new Fault('has a bracket that does not end');
      const name = this.#word(depth + 1);
      this.#take(SPACE);
      if (this.#take(/=/uy) === null) throw new Fault('has headers that are not written out');
      this.#take(SPACE);
      pairs.push([name, this.#word(depth + 1)]);
    }
  }

  #singleQuoted(): string {
    let inner = '';
    let plain = (this.#at += 1);
    for (;;) {
      const end = this.#text.indexOf("'", this.#at);
      if (end < 0) throw new Fault('has a quote that does not end');
      this.#at = end + 1;
      if (this.#text[this.#at] !== "'") return inner + this.#text.slice(plain, end);
      inner += this.#text.slice(plain, this.#at);
      plain = this.#at += 1;
    }
  }

  #doubleQuoted(): string {
    const pieces: string[] = [];
    let plain = (this.#at += 1);
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (character !== '"' && character !== '`' && character !== '$') continue;
      const next = this.#text[this.#at + 1] ?? '';
      if (character === '$') {
        if (!/[A-Za-z_({:?$^]/u.test(next)) continue;
        pieces.push(this.#text.slice(plain, this.#at));
        // A character by its number is all that browsers have filled in.
        const [, code] = /^\$\(\[char\](\d{1,5})\)$/u.exec(this.#take(/\$\(\[char\]\d{1,5}\)/uy) ?? '') ?? [];
        if (code === undefined) throw new Fault('has a part that only PowerShell can fill in');
        pieces.push(String.fromCharCode(Number(code)));
      } else {
        pieces.push(this.#text.slice(plain, this.#at));
        if (character === '"' && next !== '"') {
          this.#at += 1;
          return pieces.join('');
        }
        pieces.push(character === '"' ? '"' : (ESCAPES[next] ?? next));
        this.#at += 2;
      }
      plain = this.#at;
      this.#at -= 1;
    }
    throw new Fault('has a quote that does not end');
  }
}
