/**
 * Commands as people copy them, taken apart into words: as a POSIX shell reads them (with `$'…'` of Bash and the
 * Korn shell), or as Windows' cmd.exe does. Nothing is expanded: what only a shell can fill in is said to be so.
 */

export interface ShellCommand {
  /** On which line of the text it begins, from 1. */
  readonly line: number;
  readonly words: readonly string[];
  /** What no list can know: a quote that does not end, what only a shell would put in, where its output goes. */
  readonly broken: string | null;
}

const FILLED_IN = 'has a part that only a shell can fill in';
const OPEN_QUOTE = 'has a quote that does not end';
const ELSEWHERE = 'sends its output elsewhere: name it with -o';
const IF_FAILED = 'is only for when the command before it fails';

/** Carets escape in cmd.exe alone, and a backslash ends a line that goes on in POSIX shells alone. */
function isForCmd(text: string): boolean {
  if (/\\\r?\n/u.test(text)) return false;
  return /[ \t]\^(?:"|\r|\n|$)/u.test(text) || hasCaretsOutside(text);
}

/** Before a sign that cmd.exe knows, and no quote on the line before it. */
function hasCaretsOutside(text: string): boolean {
  let isOutside = true;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\n' || character === '\r') isOutside = true;
    else if (character === '"' || character === "'") isOutside = false;
    else if (isOutside && character === '^' && '&|<>^'.includes(text[at + 1] ?? ' ')) return true;
  }
  return false;
}

export function splitCommands(text: string): ShellCommand[] {
  return isForCmd(text) ? splitForCmd(text) : splitForShell(text);
}

/** Gathers the words of one command after another. */
class Words {
  readonly commands: ShellCommand[] = [];
  #words: string[] = [];
  #began = 1;
  /** `null`: between words. */
  word: string | null = null;
  broken: string | null = null;

  at(line: number): void {
    if (this.#words.length === 0 && this.word === null) this.#began = line;
  }

  add(text: string): void {
    this.word = (this.word ?? '') + text;
  }

  endWord(): void {
    if (this.word !== null) this.#words.push(this.word);
    this.word = null;
  }

  endCommand(): void {
    this.endWord();
    if (this.#words.length > 0)
      this.commands.push({ line: this.#began, words: this.#words, broken: this.broken });
    this.#words = [];
    this.broken = null;
  }
}

/** `$` before one of these is a parameter or a command. */
const EXPANDS = /[A-Za-z0-9_({?@*#!$-]/u;

function splitForShell(text: string): ShellCommand[] {
  const out = new Words();
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    const next = text[at + 1] ?? '';
    out.at(line);
    at += 1;
    if (character === '\\') {
      const end = lineEndAt(text, at);
      if (end > at) {
        line += 1;
        at = end;
      } else {
        out.add(next);
        at += 1;
      }
    } else if (character === "'" || character === '"' || (character === '$' && /['"]/u.test(next))) {
      const isDollar = character === '$';
      const open = isDollar ? at : at - 1;
      const quoted =
        text[open] === '"'
          ? doubleQuoted(text, open + 1)
          : isDollar
            ? ansiQuoted(text, open + 1)
            : singleQuoted(text, open + 1);
      out.add(quoted.text);
      out.broken ??= quoted.broken;
      for (let each = at; each < quoted.end; each++) if (text[each] === '\n') line += 1;
      at = quoted.end;
    } else if ((character === '$' && EXPANDS.test(next)) || character === '`') {
      out.broken ??= FILLED_IN;
      out.add(character);
    } else if (character === '>' || character === '<') {
      out.broken ??= ELSEWHERE;
    } else if (out.word === null && (character === '(' || (character === '~' && /[/\s]/u.test(next)))) {
      out.broken ??= FILLED_IN;
    } else if (character === '#' && out.word === null) {
      // A remark, to the end of its line.
      while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at += 1;
    } else if (character === '\n' || character === '\r') {
      if (character === '\n' || next !== '\n') line += 1;
      out.endCommand();
    } else if (character === ';') {
      out.endCommand();
    } else if (character === '&') {
      // Part of an address that was not quoted, as people write it who do not know.
      if (/^https?:\/\//iu.test(out.word ?? '') && next !== '' && !/[\s&]/u.test(next)) {
        out.add(character);
      } else {
        out.endCommand();
        if (next === '&') at += 1;
      }
    } else if (character === '|') {
      if (next === '|') {
        at += 1;
        out.endCommand();
        out.broken = IF_FAILED;
      } else {
        out.broken ??= ELSEWHERE;
        out.endWord();
      }
    } else if (/\s/u.test(character)) {
      out.endWord();
    } else {
      out.add(character);
    }
  }
  out.endCommand();
  return out.commands;
}

interface Quoted {
  readonly text: string;
  /** Behind the closing quote. */
  readonly end: number;
  readonly broken: string | null;
}

function singleQuoted(text: string, from: number): Quoted {
  const end = text.indexOf("'", from);
  if (end < 0) return { text: text.slice(from), end: text.length, broken: OPEN_QUOTE };
  return { text: text.slice(from, end), end: end + 1, broken: null };
}

function doubleQuoted(text: string, from: number): Quoted {
  let inner = '';
  let broken: string | null = null;
  let plain = from;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') return { text: inner + text.slice(plain, at), end: at + 1, broken };
    if (character === '\\') {
      const next = text[at + 1] ?? '';
      const lineEnd = lineEndAt(text, at + 1);
      if (lineEnd > at + 1) {
        inner += text.slice(plain, at);
        plain = lineEnd;
        at = lineEnd - 1;
      } else {
        if ('"\\$`'.includes(next)) {
          inner += text.slice(plain, at);
          plain = at + 1;
        }
        at += 1;
      }
    } else if (character === '`' || (character === '$' && EXPANDS.test(text[at + 1] ?? ''))) {
      broken ??= FILLED_IN;
    }
  }
  return { text: inner + text.slice(plain), end: text.length, broken: OPEN_QUOTE };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '"': '"',
  '?': '?',
  '\\': '\\',
};
/** Behind the backslash; `\xHH` and `\nnn` are bytes, which may be part of a character in UTF-8. */
const CODED = /(?:x([0-9a-f]{1,2})|([0-7]{1,3})|u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|c(.))/isuy;

/** `$'…'` of Bash (bash(1), "QUOTING"). */
function ansiQuoted(text: string, from: number): Quoted {
  let inner = '';
  let bytes: number[] = [];
  let plain = from;
  let at = from;
  const endBytes = (): void => {
    if (bytes.length > 0) inner += Buffer.from(bytes).toString('utf8');
    bytes = [];
  };
  const take = (end: number): void => {
    if (end > plain) {
      endBytes();
      inner += text.slice(plain, end);
    }
  };
  while (at < text.length) {
    const character = text[at];
    if (character === "'") {
      take(at);
      endBytes();
      return { text: inner, end: at + 1, broken: null };
    }
    if (character !== '\\') {
      at += 1;
      continue;
    }
    take(at);
    const simple = SIMPLE_ESCAPES[text[at + 1] ?? ''];
    CODED.lastIndex = at + 1;
    const coded = simple === undefined ? CODED.exec(text) : null;
    const [whole = '', hex, octal, short, long, control] = coded ?? [];
    if (hex !== undefined || octal !== undefined) {
      bytes.push((hex === undefined ? parseInt(octal ?? '', 8) : parseInt(hex, 16)) & 0xff);
    } else {
      endBytes();
      if (simple !== undefined) inner += simple;
      else if (control !== undefined) inner += String.fromCharCode((control.codePointAt(0) ?? 0) & 0x1f);
      else if (coded === null) inner += '\\';
      else inner += codePoint(parseInt(short ?? long ?? '', 16));
    }
    at += 1 + (simple === undefined ? whole.length : 1);
    plain = at;
  }
  return { text: inner, end: text.length, broken: OPEN_QUOTE };
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

/** @returns behind the line end that stands at `at`; `at` where there is none */
function lineEndAt(text: string, at: number): number {
  if (text[at] === '\r') return text[at + 1] === '\n' ? at + 2 : at + 1;
  return text[at] === '\n' ? at + 1 : at;
}

/**
 * cmd.exe first undoes carets, outside of quotes, and ends commands; then the program itself parts its words ("Parsing
 * C++ command-line arguments", Microsoft's C runtime): `\"` and, between quotes, `""` are a quotation mark.
 */
function splitForCmd(text: string): ShellCommand[] {
  const out = new Words();
  let line = 1;
  let at = 0;
  let isQuoted = false;
  /** Of the C runtime: carets hide quotes from cmd.exe alone. */
  let isInWord = false;
  let backslashes = 0;
  const endBackslashes = (): void => {
    if (backslashes > 0) out.add('\\'.repeat(backslashes));
    backslashes = 0;
  };
  /** A character as the program gets it. */
  const pass = (character: string, next: string): number => {
    if (character === '\\') {
      backslashes += 1;
      return 0;
    }
    if (character === '"') {
      const isEscaped = backslashes % 2 === 1;
      backslashes = Math.floor(backslashes / 2);
      out.add('');
      endBackslashes();
      if (isEscaped) {
        out.add('"');
      } else if (isInWord && next === '"') {
        out.add('"');
        return 1;
      } else {
        isInWord = !isInWord;
      }
      return 0;
    }
    endBackslashes();
    if (!isInWord && (character === ' ' || character === '\t')) out.endWord();
    else out.add(character);
    return 0;
  };
  const endCommand = (): void => {
    endBackslashes();
    if (isInWord) out.broken ??= OPEN_QUOTE;
    isInWord = false;
    isQuoted = false;
    out.endCommand();
  };
  while (at < text.length) {
    const character = text[at] ?? '';
    const lineEnd = lineEndAt(text, at);
    out.at(line);
    if (character === '^' && !isQuoted) {
      const behind = lineEndAt(text, at + 1);
      if (behind > at + 1) {
        // The line goes on, and its first character is taken as it is, even a line end.
        line += 1;
        const second = lineEndAt(text, behind);
        if (second > behind) {
          line += 1;
          pass('\n', '');
        }
        at = second;
      } else {
        pass(text[at + 1] ?? '', '');
        at += 2;
      }
    } else if (lineEnd > at) {
      line += 1;
      endCommand();
      at = lineEnd;
    } else if (character === '"') {
      // cmd.exe itself takes `\"` for the end of a quote; what was copied by older browsers means it otherwise.
      if (backslashes % 2 === 0) isQuoted = !isQuoted;
      // The second one of `""` opens again what the first one closed.
      at += 1 + pass(character, text[at + 1] ?? '');
      if (text[at - 2] === '"' && text[at - 1] === '"') isQuoted = isInWord;
    } else if (!isQuoted && character === '&') {
      endCommand();
      at += text[at + 1] === '&' ? 2 : 1;
    } else if (!isQuoted && (character === '|' || character === '<' || character === '>')) {
      out.broken ??= ELSEWHERE;
      at += 1;
    } else {
      if (character === '%' && isVariable(text, at)) out.broken ??= FILLED_IN;
      pass(character, '');
      at += 1;
    }
  }
  endCommand();
  return out.commands;
}

const VARIABLE = /%[a-z_][a-z0-9_]{1,30}%/iuy;

/** `%TOKEN%`, but not the `%C3%` of an escaped address. */
function isVariable(text: string, at: number): boolean {
  VARIABLE.lastIndex = at;
  return VARIABLE.test(text) && !/^%[0-9a-f]{2}/iu.test(text.slice(at, at + 3));
}
