/**
 * URL lists: text with one URL a line. Lines are trimmed; empty ones and those
 * that begin with `#` are passed over. UTF-8, or UTF-16 with a byte order mark
 * (as Windows editors save it); lines end in LF or CRLF.
 */
import { TextDecoder } from 'node:util';
import type { ErrorData } from '../../common/errors';

/** No server takes a URL of this length; a line beyond it is reported and passed over, never kept in memory. */
export const MAX_LINE_CHARACTERS = 65_536;
/** How much of a faulty line its message shows. */
const SHOWN_CHARACTERS = 120;

/** `line` counts from 1. */
export type UrlListEntry =
  | { readonly line: number; readonly url: string }
  | { readonly line: number; readonly text: string; readonly error: ErrorData };

/** Takes a list in pieces of any size. */
export class UrlListParser {
  readonly #after: number;
  #decoder: TextDecoder | null = null;
  #head = new Uint8Array(0);
  #rest = '';
  /** The line that is being gathered is too long; its further text is dropped. */
  #tooLong = false;
  #line = 0;

  /** @param after lines up to this number are counted and not given: where an earlier reader got to */
  constructor(after = 0) {
    this.#after = after;
  }

  /** Lines taken so far. */
  get line(): number {
    return this.#line;
  }

  push(chunk: Uint8Array): UrlListEntry[] {
    if (this.#decoder !== null) return this.#take(this.#decoder.decode(chunk, { stream: true }));
    // A byte order mark may come in pieces.
    const head = new Uint8Array(this.#head.length + chunk.length);
    head.set(this.#head, 0);
    head.set(chunk, this.#head.length);
    this.#head = head;
    return head.length < 2 ? [] : this.#start();
  }

  /** The last line, where no line end follows it. */
  end(): UrlListEntry[] {
    const entries = this.#decoder === null ? this.#start() : [];
    entries.push(...this.#take(this.#decoder?.decode() ?? ''));
    if (this.#rest !== '' || this.#tooLong) this.#finishLine(entries);
    return entries;
  }

  #start(): UrlListEntry[] {
    const [first, second] = this.#head;
    const encoding =
      first === 0xff && second === 0xfe
        ? 'utf-16le'
        : first === 0xfe && second === 0xff
          ? 'utf-16be'
          : 'utf-8';
    // Decoders drop the byte order mark.
    this.#decoder = new TextDecoder(encoding);
    const head = this.#head;
    this.#head = new Uint8Array(0);
    return this.#take(this.#decoder.decode(head, { stream: true }));
  }

  #take(text: string): UrlListEntry[] {
    const entries: UrlListEntry[] = [];
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      this.#gather(text.slice(at, end));
      this.#finishLine(entries);
      at = end + 1;
    }
    this.#gather(text.slice(at));
    return entries;
  }

  #gather(piece: string): void {
    if (this.#tooLong || piece === '') return;
    if (this.#rest.length + piece.length > MAX_LINE_CHARACTERS) {
      this.#tooLong = true;
      this.#rest = (this.#rest + piece.slice(0, SHOWN_CHARACTERS)).slice(0, SHOWN_CHARACTERS);
      return;
    }
    this.#rest += piece;
  }

  #finishLine(entries: UrlListEntry[]): void {
    const text = this.#rest.trim();
    const tooLong = this.#tooLong;
    this.#rest = '';
    this.#tooLong = false;
    this.#line += 1;
    if (this.#line <= this.#after || text === '' || text.startsWith('#')) return;
    const line = this.#line;
    if (tooLong) {
      entries.push({ line, text, error: badUrl(line, text, 'is longer than any address') });
    } else if (isHttpUrl(text)) {
      entries.push({ line, url: text });
    } else {
      entries.push({ line, text, error: badUrl(line, text, 'is not an HTTP or HTTPS address') });
    }
  }
}

/** Reads a whole list, chunk by chunk. */
export async function* readUrlList(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  after = 0,
): AsyncGenerator<UrlListEntry, void, undefined> {
  const parser = new UrlListParser(after);
  for await (const chunk of chunks) yield* parser.push(chunk);
  yield* parser.end();
}

function isHttpUrl(text: string): boolean {
  // Bytes that are no UTF-8 were decoded to U+FFFD; the address they stood for is not known.
  if (!/^https?:\/\//iu.test(text) || text.includes('\ufffd')) return false;
  return URL.canParse(text);
}

function badUrl(line: number, text: string, what: string): ErrorData {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return { code: 'bad-url', message: `Line ${line} ${what}: ${shown}`, retryable: false };
}
