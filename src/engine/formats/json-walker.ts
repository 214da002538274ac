/** Walks through a JSON text that comes in pieces, and gives the values that are asked for, one at a time. */
import { Fault } from './entry';

export type JsonPath = readonly (string | number)[];

export interface TakenValue {
  readonly path: JsonPath;
  /** On which it begins, from 1. */
  readonly line: number;
  /** `null`: longer than what is kept of one. */
  readonly text: string | null;
}

/** What to do with a value: look at what is in it, give it whole, or pass it over. Only arrays and objects are entered. */
export type Choice = 'enter' | 'take' | 'skip';

const MAX_DEPTH = 64;
const MAX_NAME = 1000;
const IN_STRING = /[^"\\\n]*/uy;
/** Outside of texts, of what is not entered. */
const PLAIN = /[^"{}[\]\n,]*/uy;
const SPACE = /[ \t\r]*/uy;

interface Level {
  readonly isArray: boolean;
  index: number;
  name: string | null;
  /** What may come next in an object: a name, its colon, a value; a comma or the end. */
  next: 'name' | 'colon' | 'value' | 'end';
}

interface OpenText {
  readonly pieces: string[];
  length: number;
  isEscaped: boolean;
}

/** A value that is not entered. */
interface OpenValue {
  readonly path: JsonPath;
  readonly line: number;
  /** `null`: it is passed over. */
  pieces: string[] | null;
  length: number;
  depth: number;
  readonly isText: boolean;
}

export class JsonWalker {
  readonly #choose: (path: JsonPath, opens: '[' | '{' | '') => Choice;
  readonly #maxLength: number;
  readonly #levels: Level[] = [];
  #line = 1;
  /** Whether the document's own value has ended; another one may follow. */
  #began = false;
  #string: OpenText | null = null;
  #whole: OpenValue | null = null;
  #taken: TakenValue[] = [];

  /** @param maxLength characters of one value that is taken */
  constructor(choose: (path: JsonPath, opens: '[' | '{' | '') => Choice, maxLength: number) {
    this.#choose = choose;
    this.#maxLength = maxLength;
  }

  get line(): number {
    return this.#line;
  }

  /** Whether the text may end here. */
  get isWhole(): boolean {
    return this.#levels.length === 0 && this.#string === null && (this.#whole === null || this.#isScalar());
  }

  /** @throws Fault where it is no JSON. @returns the values that are whole */
  push(text: string): TakenValue[] {
    for (let at = 0; at < text.length;) {
      if (this.#string !== null) at = this.#inString(text, at, this.#string);
      else if (this.#whole !== null) at = this.#inWhole(text, at, this.#whole);
      else at = this.#between(text, at);
    }
    return this.#taken.splice(0);
  }

  /** The last value, where nothing follows that ends it. */
  end(): TakenValue[] {
    if (this.#whole !== null && this.#isScalar()) this.#endWhole(this.#whole);
    return this.taken();
  }

  /** What is whole and was not given yet. */
  taken(): TakenValue[] {
    return this.#taken.splice(0);
  }

  #isScalar(): boolean {
    return this.#whole?.depth === 0 && !this.#whole.isText;
  }

  #inString(text: string, at: number, string: OpenText): number {
    let end = at;
    let isOver = false;
    while (end < text.length && !isOver) {
      if (string.isEscaped) {
        string.isEscaped = false;
        end += 1;
        continue;
      }
      IN_STRING.lastIndex = end;
      IN_STRING.test(text);
      end = IN_STRING.lastIndex;
      if (text[end] === '\\') string.isEscaped = true;
      else if (text[end] === '"') isOver = true;
      else if (text[end] === '\n') this.#line += 1;
      if (end < text.length) end += 1;
    }
    const piece = text.slice(at, end);
    if (this.#whole === null) {
      if (string.length < MAX_NAME) string.pieces.push(piece);
      string.length += piece.length;
    } else {
      this.#keep(this.#whole, piece);
    }
    if (isOver) this.#endString(string);
    return end;
  }

  #endString(string: OpenText): void {
    this.#string = null;
    if (this.#whole !== null) {
      if (this.#whole.depth === 0) this.#endWhole(this.#whole);
      return;
    }
    const level = this.#levels.at(-1);
    if (level === undefined) return;
    let name = '';
    try {
      if (string.length < MAX_NAME) name = String(JSON.parse(`"${string.pieces.join('')}`));
    } catch {
      throw new Fault('is not JSON');
    }
    level.name = name;
    level.next = 'colon';
  }

  #keep(whole: OpenValue, piece: string): void {
    whole.length += piece.length;
    if (whole.length > this.#maxLength) whole.pieces = whole.pieces === null ? null : [];
    else whole.pieces?.push(piece);
  }

  #inWhole(text: string, at: number, whole: OpenValue): number {
    PLAIN.lastIndex = at;
    PLAIN.test(text);
    const end = PLAIN.lastIndex;
    const character = text[end] ?? '';
    const isScalar = whole.depth === 0;
    const ends = isScalar && (character === ',' || character === '}' || character === ']');
    const upTo = character === '' || ends ? end : end + 1;
    this.#keep(whole, text.slice(at, upTo));
    if (character === '\n') this.#line += 1;
    else if (character === '"') {
      if (isScalar) throw new Fault('is not JSON');
      this.#string = { pieces: [], length: 0, isEscaped: false };
    } else if (character === '{' || character === '[') {
      if (isScalar) throw new Fault('is not JSON');
      whole.depth += 1;
    } else if (ends) this.#endWhole(whole);
    else if (character === '}' || character === ']') {
      whole.depth -= 1;
      if (whole.depth === 0) this.#endWhole(whole);
    }
    return upTo;
  }

  #endWhole({ path, line, pieces, length }: OpenValue): void {
    this.#whole = null;
    if (pieces !== null)
      this.#taken.push({ path, line, text: length > this.#maxLength ? null : pieces.join('') });
  }

  #between(text: string, from: number): number {
    SPACE.lastIndex = from;
    SPACE.test(text);
    const at = SPACE.lastIndex;
    const character = text[at];
    if (character === undefined) return at;
    if (character === '\n') {
      this.#line += 1;
      return at + 1;
    }
    const level = this.#levels.at(-1);
    if (level === undefined) {
      // Values behind one another, as in two documents that were put together.
      if (this.#began && character === ',') throw new Fault('is not JSON');
      this.#began = true;
      return this.#value(character, at, []);
    }
    if (character === (level.isArray ? ']' : '}')) {
      this.#levels.pop();
      return at + 1;
    }
    if (character === ',' && level.next === 'end') {
      level.next = level.isArray ? 'value' : 'name';
      level.index += 1;
      return at + 1;
    }
    if (character === ':' && level.next === 'colon') {
      level.next = 'value';
      return at + 1;
    }
    if (character === '"' && level.next === 'name') {
      this.#string = { pieces: [], length: 0, isEscaped: false };
      return at + 1;
    }
    if (level.next !== 'value') throw new Fault('is not JSON');
    level.next = 'end';
    return this.#value(character, at, this.#path());
  }

  #path(): JsonPath {
    return this.#levels.map(({ isArray, index, name }) => (isArray ? index : (name ?? '')));
  }

  #value(character: string, at: number, path: JsonPath): number {
    const opens = character === '{' || character === '[' ? character : '';
    if (opens === '' && !/["\-0-9tfn]/u.test(character)) throw new Fault('is not JSON');
    const choice = this.#choose(path, opens);
    if (choice === 'enter' && opens !== '') {
      if (this.#levels.length >= MAX_DEPTH) throw new Fault('is nested too deeply');
      const isArray = opens === '[';
      this.#levels.push({ isArray, index: 0, name: null, next: isArray ? 'value' : 'name' });
      return at + 1;
    }
    const isText = character === '"';
    this.#whole = {
      path,
      line: this.#line,
      pieces: choice === 'take' ? [] : null,
      length: 0,
      depth: opens === '' ? 0 : 1,
      isText,
    };
    this.#keep(this.#whole, character);
    if (isText) this.#string = { pieces: [], length: 0, isEscaped: false };
    return at + 1;
  }
}
