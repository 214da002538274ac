/**
 * Names for files that come from elsewhere (URLs now), made safe for every
 * file system that Heddle may meet. The rules are the same on every platform,
 * so that one list gives the same names everywhere and a folder can move to
 * another system later.
 *
 * A safe name is one path part: never empty, `.` or `..`; without separators,
 * control characters, characters that Windows refuses and characters that
 * reorder or hide text; not a device name of Windows; not hidden (a leading
 * dot becomes `_`, as in browsers, so that no server can drop a `.bashrc`);
 * without spaces or dots at its end; at most 255 bytes in UTF-8.
 */
export const MAX_NAME_BYTES = 255;
/** Kept free for the numbers of names that are taken: ` (999)`. */
const NUMBER_ROOM = 6;
/** A longer "extension" is part of a sentence, not a type. */
const MAX_EXTENSION_BYTES = 32;

const encoder = new TextEncoder();

// Separators and what Windows refuses; C0, DEL and C1; lone surrogates; bidirectional controls, the
// zero-width space, line separators, the byte order mark: nothing that a list could not show as it is.
// (The zero-width joiners stay: Persian words and many emoji are spelt with them.)
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\\/:*?"<>|\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Cs}/gu;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[. ]|$)/iu;

/**
 * The name for a URL's file: its last path segment, percent-decoded where that gives UTF-8. A URL whose path
 * ends in `/` gives `index.html`.
 */
export function fileNameFromUrl(url: URL): string {
  const segment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  if (segment === '') return 'index.html';
  let text = segment;
  try {
    text = decodeURIComponent(segment);
  } catch {
    // Not UTF-8: the segment as it is written is ASCII and faithful.
  }
  return safeFileName(text);
}

/**
 * The name for a file that the answer gives none: after the URL that the user wrote, but after the one that redirects
 * led to where only that one says what kind of file it is (`/download?id=7` and `/files/report.pdf`).
 */
export function fileNameFromUrls(asked: URL, final: URL): string {
  const isTyped = (url: URL): boolean =>
    splitExtension(url.pathname.slice(url.pathname.lastIndexOf('/') + 1))[1] !== '';
  return fileNameFromUrl(!isTyped(asked) && isTyped(final) ? final : asked);
}

/** What a file is called unless the answer says otherwise. @param given by the list, or `null` */
export function expectedFileName(given: string | null, url: URL): string {
  return given === null ? fileNameFromUrl(url) : safeFileName(given);
}

/** Any text as a safe name; `download` where nothing of it is left. Safe names come out unchanged. */
export function safeFileName(text: string): string {
  const clean = trimEnd(text.replace(UNSAFE, '_').trimStart());
  const shown = clean.startsWith('.') ? `_${clean.slice(1)}` : clean;
  const name = WINDOWS_DEVICE.test(shown) ? `_${shown}` : shown;
  return name === '' ? 'download' : fit(name, '', MAX_NAME_BYTES - NUMBER_ROOM);
}

/** `name.ext`, `name (1).ext`, `name (2).ext`…: what a file is called when its name is taken. */
export function numberedName(name: string, number: number): string {
  return number === 0 ? name : fit(name, ` (${number})`, MAX_NAME_BYTES);
}

/** Splits before the extension; `.tar.gz` and its like are one extension. */
export function splitExtension(name: string): readonly [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  if (dot <= 0) return [name, ''];
  const tar = /\.tar\.[a-z0-9]{1,4}$/iu.exec(name);
  const at = tar !== null && tar.index > 0 ? tar.index : dot;
  const extension = name.slice(at);
  return byteLength(extension) > MAX_EXTENSION_BYTES ? [name, ''] : [name.slice(0, at), extension];
}

/** Stem, insert and extension, the stem cut at a code point so that all is at most `limit` bytes. */
function fit(name: string, insert: string, limit: number): string {
  // No character takes more than three bytes for each of its units.
  if ((name.length + insert.length) * 3 <= limit && insert === '') return name;
  const [stem, extension] = splitExtension(name);
  const room = limit - byteLength(insert) - byteLength(extension);
  if (byteLength(stem) <= room) return stem + insert + extension;
  let used = 0;
  let cut = '';
  for (const character of stem) {
    used += byteLength(character);
    if (used > room) break;
    cut += character;
  }
  return trimEnd(cut) + insert + extension;
}

function trimEnd(text: string): string {
  // A loop, not /[.\s]+$/: that one takes quadratic time on long inner runs of dots.
  let end = text.length;
  while (end > 0 && (text[end - 1] === '.' || /\s/u.test(text[end - 1] ?? ''))) end -= 1;
  return text.slice(0, end);
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
