/** Text in pieces of bytes to lines: UTF-8, or UTF-16 with a byte order mark (as Windows editors save it); LF or CRLF. */
import { TextDecoder } from 'node:util';

/** A line beyond this is given cut, marked as too long, and never kept in memory whole. */
export const MAX_LINE_CHARACTERS = 1_048_576;
const KEPT_OF_LONG = 200;

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface Line {
  readonly text: string;
  readonly tooLong: boolean;
}

/** Decodes; the byte order mark is dropped. */
export async function* decodeText(chunks: Bytes): AsyncGenerator<string, void, undefined> {
  let head = new Uint8Array(0);
  let decoder: TextDecoder | null = null;
  for await (const chunk of chunks) {
    if (decoder !== null) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    // A byte order mark may come in pieces.
    const joined = new Uint8Array(head.length + chunk.length);
    joined.set(head);
    joined.set(chunk, head.length);
    head = joined;
    if (head.length < 2) continue;
    decoder = new TextDecoder(encodingOf(head));
    yield decoder.decode(head, { stream: true });
  }
  decoder ??= new TextDecoder();
  if (head.length === 1) yield decoder.decode(head, { stream: true });
  yield decoder.decode();
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
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
