/**
 * Bytes as text in which each character stands for one byte (ISO-8859-1). Manifests are read so: their syntax
 * is ASCII, which patterns can look for, and the names between are bytes that must come out as they went in.
 */
import { displayPath, pathFromBytes, pathToBytes, type FsPath } from '../../common/model/paths';
import { decodeText } from './text-lines';

/** One character for each byte, U+0000 to U+00FF. */
export type ByteText = string;

const UTF8_BOM: ByteText = '\xef\xbb\xbf';
const SHOWN_BYTES = 400;
const SHOWN_CHARACTERS = 120;

/** A byte order mark is dropped; UTF-16, as PowerShell writes it, becomes UTF-8. */
export async function* byteTexts(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ByteText, void, undefined> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    // A byte order mark may come in pieces.
    let head: ByteText = '';
    let next = await source.next();
    for (; next.done !== true && head.length < UTF8_BOM.length; next = await source.next()) {
      head += fromBytes(next.value);
    }
    const first = next;
    const rest = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      for (let each = first; each.done !== true; each = await source.next()) yield each.value;
    };
    if (/^(?:\xff\xfe|\xfe\xff)/u.test(head)) {
      const whole = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        yield toBytes(head);
        yield* rest();
      };
      for await (const text of decodeText(whole())) yield fromBytes(pathToBytes(text));
      return;
    }
    const start = head.startsWith(UTF8_BOM) ? head.slice(UTF8_BOM.length) : head;
    if (start !== '') yield start;
    for await (const chunk of rest()) yield fromBytes(chunk);
  } finally {
    await source.return?.();
  }
}

function fromBytes(bytes: Uint8Array): ByteText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function toBytes(text: ByteText): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function pathFromText(text: ByteText): FsPath {
  // Most names are ASCII, which is the same in both.
  return isAscii(text) ? text : pathFromBytes(toBytes(text));
}

function isAscii(text: ByteText): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** @returns `null` for what is not UTF-8 */
export function unicodeFromText(text: ByteText): string | null {
  const decoded = pathFromText(text);
  return typeof decoded === 'string' ? decoded : null;
}

/**
 * Text around a name: `compose` meets it as Unicode or as bytes, whichever it is, and may change ASCII characters
 * in it and no others.
 */
export function composeAround(name: FsPath, compose: (name: string) => string): string | Uint8Array {
  return typeof name === 'string' ? compose(name) : toBytes(compose(fromBytes(name)));
}

/** The beginning of a line for people: nothing in it steers a terminal. */
export function shownText(text: ByteText): string {
  const [shown = ''] =
    new RegExp(`^.{0,${SHOWN_CHARACTERS}}`, 'su').exec(
      displayPath(pathFromText(text.slice(0, SHOWN_BYTES))),
    ) ?? [];
  return shown.replace(/[\p{Cc}\p{Cf}]/gu, '?') + (text.length > shown.length ? '…' : '');
}
