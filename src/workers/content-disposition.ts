/**
 * The Content-Disposition response header (RFC 6266): how the server wants a file to be called.
 *
 * It is read as browsers read it, which is more than the grammar of RFC 6266 §4.1 allows: real servers send
 * spaces and commas in unquoted values, empty parameters, raw bytes and escapes. What is read stays text from a server:
 * it may hold path separators and control characters, so it becomes a name only through `safeFileName`.
 *
 * Every character of a header is looked at a fixed number of times, whatever the header.
 */
export interface ContentDisposition {
  /** What is neither `inline` nor `attachment` counts as `attachment` (RFC 6266 §4.2). */
  readonly type: 'inline' | 'attachment';
  /** The name as the server wrote it, decoded, not yet safe; `null`: it gives none. Never blank. */
  readonly fileName: string | null;
}

interface Parameter {
  /** Lower-case. */
  readonly name: string;
  /** One character a byte; quotes and escapes undone. */
  readonly value: string;
  readonly quoted: boolean;
}

/**
 * @param header one header's value, one character a byte; never throws
 */
export function parseContentDisposition(header: string): ContentDisposition {
  const typeEnd = endOf(header, ';', 0);
  const type = trimBlanks(header.slice(0, typeEnd)).toLowerCase();
  let plain: string | null = null;
  let extended: string | null = null;
  // The first of two equal parameters wins, as in browsers; RFC 6266 §4.1 calls a header with both invalid.
  for (const parameter of parametersOf(header, typeEnd + 1)) {
    if (parameter.name === 'filename') plain ??= presentable(decodeFileName(parameter.value));
    else if (parameter.name === 'filename*' && !parameter.quoted) {
      extended ??= presentable(decodeExtValue(parameter.value));
    }
  }
  // RFC 6266 §4.3: `filename*` is preferred wherever both are there and understood.
  return { type: type === 'inline' ? 'inline' : 'attachment', fileName: extended ?? plain };
}

/** Parameters with a value, in order. One whose quotes are never closed is dropped: it may have been cut off. */
function* parametersOf(header: string, from: number): Generator<Parameter> {
  let at = from;
  while (at < header.length) {
    const nameEnd = endOfName(header, at);
    // Blanks before the `=` are allowed, so `filename *=` is a parameter of the odd name "filename *".
    const name = trimBlanks(header.slice(at, nameEnd)).toLowerCase();
    if (header[nameEnd] !== '=') {
      at = nameEnd + 1;
      continue;
    }
    const start = skipBlanks(header, nameEnd + 1);
    if (header[start] === '"') {
      const string = quotedString(header, start);
      if (string === null) return;
      yield { name, value: string.text, quoted: true };
      // What stands between the closing quote and the `;` belongs to nothing.
      at = endOf(header, ';', string.end) + 1;
    } else {
      const end = endOf(header, ';', start);
      yield { name, value: trimBlanks(header.slice(start, end)), quoted: false };
      at = end + 1;
    }
  }
}

/**
 * A quoted-string (RFC 9110 §5.6.4) that begins at `start`. A backslash stands for the character behind it.
 * @returns its text and where it ends, behind the quote; `null` where it does not
 */
function quotedString(header: string, start: number): { readonly text: string; readonly end: number } | null {
  const pieces: string[] = [];
  let from = start + 1;
  for (let at = from; at < header.length; at += 1) {
    if (header[at] === '"') {
      pieces.push(header.slice(from, at));
      return { text: pieces.join(''), end: at + 1 };
    }
    if (header[at] === '\\') {
      pieces.push(header.slice(from, at));
      at += 1;
      from = at;
    }
  }
  return null;
}

/**
 * An ext-value (RFC 8187 §3.2.1): `UTF-8'en'na%C3%AFve`. Characters that should have been escaped are taken as
 * they are, for many servers escape too little; an escape that is none, bytes that are not of the charset,
 * another charset than UTF-8 (RFC 8187 §3.2) or ISO-8859-1 (its predecessor, RFC 5987 §3.2): all not understood.
 */
function decodeExtValue(value: string): string | null {
  const [, charset, escaped] = /^([a-z0-9-]+)'[a-z0-9-]*'([\x20-\x7e]*)$/iu.exec(value) ?? [];
  if (charset === undefined || escaped === undefined || /%(?![0-9a-f]{2})/iu.test(escaped)) return null;
  const bytes = escaped.replace(/%(..)/gu, fromHex);
  switch (charset.toLowerCase()) {
    case 'utf-8':
      return decodeUtf8(bytes);
    case 'iso-8859-1':
      return bytes;
    default:
      return null;
  }
}

const ENCODED_WORD = /^=\?([^?]+)\?([bq])\?([^?]*)\?=$/iu;

/**
 * What servers write that know `filename*` not: words of RFC 2047, percent escapes of UTF-8. RFC 6266 has neither, and
 * browsers read both; here as Chromium does (net/http/http_content_disposition.cc), but for what cannot be decoded,
 * which stays as it is.
 */
function decodeFileName(bytes: string): string {
  if (!bytes.includes('%') && !bytes.includes('=?')) return decodeBytes(bytes);
  let text = '';
  // White space between encoded words is no part of them, nor is that behind one.
  let isBehindEncoded = true;
  for (const word of bytes.split(/([ \t\r\n])/u)) {
    if (/^[ \t\r\n]?$/u.test(word)) {
      if (word !== '' && !isBehindEncoded) text += ' ';
      continue;
    }
    const [, charset, kind = '', encoded = ''] = ENCODED_WORD.exec(word) ?? [];
    isBehindEncoded = charset !== undefined;
    const decoded =
      charset === undefined
        ? decodePercent(word)
        : decodeCharset(kind.toLowerCase() === 'b' ? decodeBase64(encoded) : decodeQ(encoded), charset);
    if (decoded === null) return decodeBytes(bytes);
    text += decoded;
  }
  return text;
}

/** A word with bytes past ASCII is not escaped. @returns `null` where the escapes are not UTF-8 */
function decodePercent(word: string): string | null {
  // eslint-disable-next-line no-control-regex -- ASCII is what it looks for
  if (!word.includes('%') || !/^[\u0000-\u007f]*$/u.test(word)) return decodeBytes(word);
  return decodeUtf8(word.replace(/%([0-9a-f]{2})/giu, fromHex));
}

/** RFC 2047 §4.2. */
function decodeQ(encoded: string): string | null {
  if (/=(?![0-9a-f]{2})/iu.test(encoded)) return null;
  return encoded.replaceAll('_', ' ').replace(/=(..)/gu, fromHex);
}

function decodeBase64(encoded: string): string | null {
  return /^[a-z0-9+/]*={0,2}$/iu.test(encoded) ? Buffer.from(encoded, 'base64').toString('latin1') : null;
}

function fromHex(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** @param bytes one a character. @returns `null` where they are none of the charset, or nobody knows it */
function decodeCharset(bytes: string | null, charset: string): string | null {
  if (bytes === null) return null;
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
}

/** Raw bytes of a header: UTF-8 where they can be, for no other text looks like it; else ISO-8859-1. */
function decodeBytes(bytes: string): string {
  return decodeUtf8(bytes) ?? bytes;
}

/** @returns `null` where the bytes (one a character) are not UTF-8, or a character is no byte: decoded already */
function decodeUtf8(bytes: string): string | null {
  const codes = Uint8Array.from(bytes, (character) => character.charCodeAt(0));
  if (codes.some((code, at) => code !== bytes.charCodeAt(at))) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(codes);
  } catch {
    return null;
  }
}

/** A blank name is none: the URL's is better. */
function presentable(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

/** Where `mark` is next, or the header's end. */
function endOf(header: string, mark: string, from: number): number {
  const at = header.indexOf(mark, from);
  return at === -1 ? header.length : at;
}

/** Where the next `=` or `;` is. Two searches would look through the whole rest for each empty parameter. */
function endOfName(header: string, from: number): number {
  let at = from;
  while (at < header.length && header[at] !== '=' && header[at] !== ';') at += 1;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text[at])) at += 1;
  return at;
}

/**
 * Without optional white space (RFC 9110 §5.6.3) around. Not `trim()`: the byte A0 is a space to it, and part of
 * an `à` in UTF-8.
 */
function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  let end = text.length;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
