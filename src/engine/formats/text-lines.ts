/** Text in pieces of bytes to lines: UTF-8, or UTF-16 (as Windows' editors and PowerShell save it). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TextDecoder } from 'node:util';

/** A line beyond this is given cut, marked as too long, and never kept in memory whole. */
export const MAX_LINE_CHARACTERS = 1_048_576;
const KEPT_OF_LONG = 200;
/** A page of commands; what is longer is a list in another form. */
const MAX_WHOLE_CHARACTERS = 4_194_304;

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface Line {
  readonly text: string;
  readonly tooLong: boolean;
}

/** So much tells how text is encoded that says it nowhere. */
const LOOK_AT_BYTES = 1024;
const PIECE_CHARACTERS = 65_536;
/** A character has up to four. */
const MOST_HEAD_BYTES = 4 * PIECE_CHARACTERS;
/** Decoded at once. */
const PIECE_BYTES = 262_144;

/** Decodes UTF-8, and UTF-16 in either order with or without a byte order mark, which is dropped. */
export async function* decodeText(chunks: Bytes): AsyncGenerator<string, void, undefined> {
  let head = new Uint8Array(0);
  let decoder: TextDecoder | null = null;
  let turned = 0;
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (decoder === null) {
      // A byte order mark may come in pieces.
      const joined = new Uint8Array(head.length + chunk.length);
      joined.set(head);
      joined.set(chunk, head.length);
      head = joined;
      if (head.length < LOOK_AT_BYTES) continue;
      decoder = new TextDecoder(encodingOf(head));
      bytes = head;
    }
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      yield decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
      // Others on this thread get their turn, whatever is in it.
      if (bytes.length >= PIECE_BYTES || (turned += bytes.length) >= PIECE_BYTES) {
        turned = 0;
        await nextTurn();
      }
    }
  }
  if (decoder === null) {
    decoder = new TextDecoder(encodingOf(head));
    yield decoder.decode(head, { stream: true });
  }
  yield decoder.decode();
}

/** A text as UTF-8 in pieces, so that a long one holds nobody up. */
export function* utf8Pieces(text: string): Generator<Buffer, void, undefined> {
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + PIECE_CHARACTERS);
    // Both halves of a character stay together.
    if (end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end += 1;
    yield Buffer.from(text.slice(at, end));
    at = end;
  }
}

/** Without a mark by its NUL characters: each character of ASCII has one in UTF-16, and no text has any in UTF-8. */
function encodingOf(head: Uint8Array): string {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const nuls = [0, 0];
  const length = Math.min(head.length, LOOK_AT_BYTES);
  for (let at = 0; at < length; at++) if (head[at] === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  // Others may part names, as those of `find -print0`.
  const some = Math.max(2, length / 5);
  if (odd >= some && even === 0) return 'utf-16le';
  return even >= some && odd === 0 ? 'utf-16be' : 'utf-8';
}

/** @returns as much of a text as is read at once, and whether it was more */
export async function readWhole(
  texts: AsyncIterable<string>,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of texts) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_WHOLE_CHARACTERS) break;
  }
  return { text: pieces.join('').slice(0, MAX_WHOLE_CHARACTERS), isCut: length > MAX_WHOLE_CHARACTERS };
}

/** Lines in groups. They end in LF, CRLF or CR. */
export async function* textLines(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly Line[], void, undefined> {
  let pieces: string[] = [];
  let length = 0;
  let isAfterCr = false;
  const end = (last: string): Line => {
    const whole = pieces.length === 0 ? last : pieces.join('') + last;
    const tooLong = length + last.length > MAX_LINE_CHARACTERS;
    pieces = [];
    length = 0;
    return { text: tooLong ? whole.slice(0, KEPT_OF_LONG) : whole, tooLong };
  };
  for await (const given of texts) {
    // CRLF may come in two pieces.
    const text = isAfterCr && given.startsWith('\n') ? given.slice(1) : given;
    if (given !== '') isAfterCr = given.endsWith('\r');
    const parts = text.includes('\r') ? text.split(/\r\n?|\n/u) : text.split('\n');
    const rest = parts.pop() ?? '';
    if (parts.length > 0) {
      const lines: Line[] = [];
      for (const part of parts) {
        lines.push(
          length === 0 && part.length <= MAX_LINE_CHARACTERS ? { text: part, tooLong: false } : end(part),
        );
      }
      yield lines;
    }
    length += rest.length;
    if (rest !== '' && (length <= MAX_LINE_CHARACTERS || pieces.length === 0))
      pieces.push(rest.slice(0, MAX_LINE_CHARACTERS));
  }
  if (length > 0) yield [end('')];
}

/** Lines in the groups in which they come. @param end what ends each: a carriage return before a line feed goes too */
export async function* splitLines(
  texts: AsyncIterable<string>,
  end: '\n' | '\r' | '\0' = '\n',
): AsyncGenerator<readonly Line[], void, undefined> {
  let rest = '';
  let tooLong = false as boolean;
  const gather = (piece: string): void => {
    if (tooLong) return;
    tooLong = rest.length + piece.length > MAX_LINE_CHARACTERS;
    rest = tooLong ? (rest + piece.slice(0, KEPT_OF_LONG)).slice(0, KEPT_OF_LONG) : rest + piece;
  };
  const take = (): Line => {
    const line = { text: end === '\n' && rest.endsWith('\r') ? rest.slice(0, -1) : rest, tooLong };
    rest = '';
    tooLong = false;
    return line;
  };
  for await (const text of texts) {
    const lines: Line[] = [];
    let at = 0;
    for (let next = text.indexOf(end); next >= 0; next = text.indexOf(end, at)) {
      gather(text.slice(at, next));
      lines.push(take());
      at = next + 1;
    }
    gather(text.slice(at));
    if (lines.length > 0) yield lines;
  }
  if (rest !== '' || tooLong) yield [take()];
}

/** Pieces of one length, but for the last: what a reader does with each is then bounded, whatever came in. */
export async function* evenPieces(texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let pieces: string[] = [];
  let length = 0;
  for await (const text of texts) {
    let at = 0;
    while (length + text.length - at >= PIECE_CHARACTERS) {
      const end = at + PIECE_CHARACTERS - length;
      pieces.push(text.slice(at, end));
      yield pieces.join('');
      pieces = [];
      length = 0;
      at = end;
    }
    if (at === text.length) continue;
    pieces.push(text.slice(at));
    length += text.length - at;
  }
  if (length > 0) yield pieces.join('');
}

/** Remembers what bytes that run through begin with. */
export class Beginning {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #head: Uint8Array[] = [];
  #length = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of this.#source) {
      if (this.#length < MOST_HEAD_BYTES) this.#head.push(chunk.slice(0, MOST_HEAD_BYTES - this.#length));
      this.#length += chunk.length;
      yield chunk;
    }
  }

  /** Whether {@link text} is all that there is. */
  get isWhole(): boolean {
    return this.#length <= MOST_HEAD_BYTES;
  }

  async text(): Promise<string> {
    let text = '';
    for await (const piece of decodeText(this.#head)) text += piece;
    return text;
  }
}

/** As much as tells a format; the rest is still to come. */
export async function readHead(
  texts: AsyncGenerator<string, void, undefined>,
  characters: number,
): Promise<string> {
  let head = '';
  for (let next = await texts.next(); next.done !== true; next = await texts.next()) {
    head += next.value;
    if (head.length >= characters) break;
  }
  return head;
}

export async function* withHead(
  head: string,
  rest: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  if (head !== '') yield head;
  yield* rest;
}
