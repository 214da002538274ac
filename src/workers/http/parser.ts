/**
 * Answers of HTTP/1.x (RFC 9112) out of bytes as they come. It knows of no connection and keeps no bytes of a body:
 * {@link ResponseParser.feed} it what was read, and ask for the {@link ResponseParser.next} thing in it until that is
 * {@link MORE}. However the bytes are split, the same things come out.
 */
import { badAnswer } from '../http-errors';
import { readFields, type Fields } from './fields';
import { framingOf, type Framing } from './framing';

/** All that was fed is read. */
export const MORE = 0;
/** The head of a final answer is there: {@link ResponseParser.head}. */
export const HEAD = 1;
/** Bytes of its body: {@link ResponseParser.data}. */
export const DATA = 2;
/** The answer is whole; what is behind it is none of it. */
export const END = 3;
export type Step = typeof MORE | typeof HEAD | typeof DATA | typeof END;

export interface Head {
  readonly status: number;
  /** Of the version: 0 for HTTP/1.0. */
  readonly minor: number;
  readonly fields: Fields;
  readonly framing: Framing;
}

/** Bytes of one head, and of what follows a chunked body. curl stops at 300 KB. */
export const MOST_HEAD_BYTES = 264 * 1024;
/** Of the line before a chunk: a number and extensions that nobody uses. */
const MOST_CHUNK_LINE_BYTES = 16 * 1024;

const LF = 10;
const CR = 13;
const SEMICOLON = 59;
const SPACE = 32;
const TAB = 9;

/** What comes next. */
const IN_HEAD = 0;
const IN_LENGTH = 1;
const IN_CHUNK_SIZE = 2;
/** Blanks behind the number. */
const BEHIND_CHUNK_SIZE = 3;
const IN_CHUNK_EXTENSION = 4;
const AFTER_CHUNK_SIZE_CR = 5;
const IN_CHUNK = 6;
const AFTER_CHUNK = 7;
const AFTER_CHUNK_CR = 8;
const IN_TRAILERS = 9;
const UNTIL_CLOSE = 10;
const IS_OVER = 11;

/** What a line has in it. One is empty that has nothing before its end, be that CR LF or LF alone (RFC 9112 §2.2). */
const IS_EMPTY = 0;
const HAS_CR = 1;
const HAS_TEXT = 2;

/** With this every answer begins. */
const PREFIX = Buffer.from('HTTP/');
const NO_BYTES = Buffer.alloc(0);

export class ResponseParser {
  /** That of the answer that is being read; `null` before it is whole. */
  head: Head | null = null;
  #method = 'GET';
  #bytes: Buffer = NO_BYTES;
  /** Where in what was fed the head begins, or the bytes of the body; and where these end. */
  #dataStart = 0;
  #dataEnd = 0;
  #at = 0;
  #end = 0;
  #state = IS_OVER;
  /** Bytes of the body, or of a chunk, that are still to come. */
  #left = 0;
  /** Of the body. */
  #received = 0;
  /** Bytes of the head, of a chunk's line or of the trailers so far. */
  #read = 0;
  /** What the line has in it so far. */
  #line = HAS_TEXT;
  /** Digits of a chunk's size. */
  #digits = 0;
  /** The head so far, where it did not come at once. */
  #kept: Buffer = NO_BYTES;
  #keptBytes = 0;

  /** Before each answer. @param method of the request: it says whether a body follows (RFC 9112 §6.3) */
  begin(method: string): void {
    this.#method = method;
    this.#beginHead();
    this.#received = 0;
  }

  #beginHead(): void {
    this.head = null;
    this.#state = IN_HEAD;
    this.#read = 0;
    this.#line = HAS_TEXT;
    this.#keptBytes = 0;
  }

  /** @param bytes are read by {@link next}; nothing of them is needed once that has said {@link MORE} */
  feed(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** What {@link DATA} told of. */
  get data(): Buffer {
    return this.#bytes.subarray(this.#dataStart, this.#dataEnd);
  }

  /** What was fed and is not read yet. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at, this.#end);
  }

  /** Whether anything of the answer has come. */
  get hasBegun(): boolean {
    return this.#state !== IN_HEAD || this.#read > 0;
  }

  /** @throws HeddleError `bad-answer` */
  next(): Step {
    while (this.#at < this.#end) {
      switch (this.#state) {
        case IN_HEAD:
          if (!this.#readHead()) return MORE;
          if (this.#takeHead()) return HEAD;
          break;
        case IN_LENGTH:
          if (this.#left === 0) return this.#over();
          return this.#takeData(Math.min(this.#left, this.#end - this.#at));
        case IN_CHUNK:
          if (this.#left > 0) return this.#takeData(Math.min(this.#left, this.#end - this.#at));
          this.#state = AFTER_CHUNK;
          break;
        case UNTIL_CLOSE:
          return this.#takeData(this.#end - this.#at);
        case IS_OVER:
          return MORE;
        case IN_TRAILERS:
          if (this.#readTrailers()) return this.#over();
          break;
        default:
          this.#readChunkLine();
      }
    }
    // What ends without further bytes.
    if (this.#state === IN_LENGTH && this.#left === 0) return this.#over();
    return MORE;
  }

  /**
   * The connection was closed in good order.
   * @returns whether the answer is whole by that
   */
  close(): boolean {
    // The last chunk was there (RFC 9112 §8).
    return this.#state === UNTIL_CLOSE || this.#state === IN_TRAILERS || this.#state === IS_OVER;
  }

  #over(): Step {
    this.#state = IS_OVER;
    return END;
  }

  #takeData(length: number): Step {
    this.#dataStart = this.#at;
    this.#at += length;
    this.#dataEnd = this.#at;
    this.#left -= length;
    this.#received += length;
    return DATA;
  }

  // The head

  /** Looks for the empty line. @returns whether it is there */
  #readHead(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    // Empty lines before an answer are left over from the one before (RFC 9112 §2.2).
    if (this.#read === 0) while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
    const start = at;
    for (let known = this.#read; known < PREFIX.length && at < end; known++, at++) {
      if (bytes[at] !== PREFIX[known]) throw badAnswer('it does not begin with HTTP/ and a version');
    }
    let line = at > start ? HAS_TEXT : this.#line;
    let isWhole = false;
    while (at < end && !isWhole) {
      const byte = bytes[at++] ?? 0;
      if (byte > CR) line = HAS_TEXT;
      else if (byte === LF) {
        isWhole = line !== HAS_TEXT;
        line = IS_EMPTY;
      } else line = byte === CR && line === IS_EMPTY ? HAS_CR : HAS_TEXT;
    }
    this.#line = line;
    this.#read += at - start;
    this.#at = at;
    if (this.#read > MOST_HEAD_BYTES) throw badAnswer('its headers are too large');
    if (!isWhole || this.#keptBytes > 0) this.#keep(start, at);
    else this.#dataStart = start;
    return isWhole;
  }

  #keep(start: number, end: number): void {
    const length = end - start;
    if (this.#keptBytes + length > this.#kept.length) {
      const room = Buffer.allocUnsafe(Math.max(1024, 2 * (this.#keptBytes + length)));
      this.#kept.copy(room, 0, 0, this.#keptBytes);
      this.#kept = room;
    }
    this.#bytes.copy(this.#kept, this.#keptBytes, start, end);
    this.#keptBytes += length;
  }

  /** @returns whether it is the final one: others only announce it (RFC 9110 §15.2) */
  #takeHead(): boolean {
    const text =
      this.#keptBytes > 0
        ? this.#kept.toString('latin1', 0, this.#keptBytes)
        : this.#bytes.toString('latin1', this.#dataStart, this.#at);
    this.#kept = NO_BYTES;
    if (text.includes('\0')) throw badAnswer('there is a NUL in its headers');
    const { status, minor, next } = readStatus(text);
    const fields = readFields(text, next);
    if (status < 200) {
      if (status === 101) throw badAnswer('it changes the protocol (101), which was not asked for');
      this.#beginHead();
      return false;
    }
    const framing = framingOf(this.#method, status, minor, fields);
    this.head = { status, minor, fields, framing };
    switch (framing.body) {
      case 'none':
        this.#state = IN_LENGTH;
        this.#left = 0;
        break;
      case 'length':
        this.#state = IN_LENGTH;
        this.#left = framing.length ?? 0;
        break;
      case 'chunked':
        this.#beginChunk();
        break;
      case 'until-close':
        this.#state = UNTIL_CLOSE;
    }
    return true;
  }

  // The chunked coding (RFC 9112 §7.1)

  #beginChunk(): void {
    this.#state = IN_CHUNK_SIZE;
    this.#left = 0;
    this.#digits = 0;
    this.#read = 0;
  }

  /** One byte of the line before a chunk, or of the end of line behind it. */
  #readChunkLine(): void {
    const byte = this.#bytes[this.#at++] ?? 0;
    switch (this.#state) {
      case IN_CHUNK_SIZE: {
        const digit = hexDigit(byte);
        if (digit !== -1) {
          this.#digits++;
          this.#left = this.#left * 16 + digit;
          if (this.#left > Number.MAX_SAFE_INTEGER)
            throw badAnswer('the size of a chunk is no number that can be');
          break;
        }
        if (this.#digits === 0) throw badAnswer('a chunk does not begin with its size');
        this.#state = BEHIND_CHUNK_SIZE;
        this.#endOfSize(byte);
        break;
      }
      case BEHIND_CHUNK_SIZE:
        this.#endOfSize(byte);
        break;
      case IN_CHUNK_EXTENSION:
        if (byte === LF) this.#beginChunkData();
        else if (byte === CR) this.#state = AFTER_CHUNK_SIZE_CR;
        break;
      case AFTER_CHUNK_SIZE_CR:
        if (byte !== LF) throw badAnswer('the line before a chunk does not end');
        this.#beginChunkData();
        break;
      case AFTER_CHUNK:
        if (byte === CR) this.#state = AFTER_CHUNK_CR;
        else if (byte === LF) this.#beginChunk();
        else throw badAnswer('a chunk is longer than it says');
        break;
      default:
        if (byte !== LF) throw badAnswer('a chunk is longer than it says');
        this.#beginChunk();
    }
    if (++this.#read > MOST_CHUNK_LINE_BYTES) throw badAnswer('the line before a chunk is too long');
  }

  #endOfSize(byte: number): void {
    if (byte === LF) this.#beginChunkData();
    else if (byte === CR) this.#state = AFTER_CHUNK_SIZE_CR;
    else if (byte === SEMICOLON) this.#state = IN_CHUNK_EXTENSION;
    else if (byte !== SPACE && byte !== TAB) throw badAnswer('the size of a chunk is no number');
  }

  #beginChunkData(): void {
    this.#read = 0;
    this.#line = IS_EMPTY;
    // Beside the chunks' own sizes another length is nothing to go by, unless both say the same.
    const promised = this.head?.framing.length ?? null;
    const size = this.#received + this.#left;
    if (promised !== null && (this.#left === 0 ? size !== promised : size > promised)) {
      throw badAnswer('its Content-Length and its chunks contradict each other');
    }
    this.#state = this.#left === 0 ? IN_TRAILERS : IN_CHUNK;
  }

  /** Fields behind the body, that nobody asked for, up to an empty line. @returns whether that is there */
  #readTrailers(): boolean {
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at++];
      if (++this.#read > MOST_HEAD_BYTES) throw badAnswer('its headers are too large');
      if (byte === LF) {
        if (this.#line !== HAS_TEXT) return true;
        this.#line = IS_EMPTY;
      } else this.#line = byte === CR && this.#line === IS_EMPTY ? HAS_CR : HAS_TEXT;
    }
    return false;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  // Upper case to lower case.
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

interface StatusLine {
  readonly status: number;
  readonly minor: number;
  /** Where the next line begins. */
  readonly next: number;
}

const STATUS_LINE = /^HTTP\/(\d)\.(\d) +(\d{3})(?:[ \t][^\r]*)?\r?$/u;

function readStatus(text: string): StatusLine {
  const lf = text.indexOf('\n');
  // The usual one, without taking it apart.
  if (text.startsWith('HTTP/1.1 200 OK\r\n')) return { status: 200, minor: 1, next: lf + 1 };
  const [, major, minor, status] = STATUS_LINE.exec(text.slice(0, lf)) ?? [];
  if (major === undefined) throw badAnswer('its first line is not that of an answer');
  if (major !== '1') throw badAnswer(`it speaks HTTP/${major}.${minor ?? ''}`);
  if (Number(status) < 100) throw badAnswer(`its status is ${status ?? ''}`);
  return { status: Number(status), minor: Number(minor), next: lf + 1 };
}
