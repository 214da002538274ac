/**
 * Paths of Windows. Inside Heddle their parts are separated by `/`, as everywhere: Windows takes it, no name there
 * has either of the two, and one rule then cuts all paths. Where paths come from the system or the user they are
 * brought into that form.
 */
import { win32 } from 'node:path';
import { pathFromBytes, pathToBytes, type FsPath } from '../common/model/paths';

export const IS_WINDOWS = process.platform === 'win32';

/**
 * The path from the root on, in Heddle's form: `C:/x/y`, `//server/share/x`. `\\?\`, which only says that a path may be
 * long, is left out, since Node puts it in front where it is needed.
 */
export function absoluteWindowsPath(path: FsPath): FsPath {
  const resolved = win32.resolve(textOf(path)).replaceAll('\\', '/');
  const plain = resolved.replace(/^\/\/\?\/UNC\//iu, '//').replace(/^\/\/\?\/(?=[a-z]:\/)/iu, '');
  return fromText(plain.replace(/^[a-z](?=:)/u, (drive) => drive.toUpperCase()));
}

/** As Heddle has paths of this system inside: with `/` where Windows has `\`. */
export function withSlashes(path: FsPath, isWindows = IS_WINDOWS): FsPath {
  if (!isWindows) return path;
  return typeof path === 'string'
    ? path.replaceAll('\\', '/')
    : path.map((byte) => (byte === 0x5c ? 0x2f : byte));
}

/**
 * Length of what cannot be left upwards: 1 of `/x`, 3 of `C:/x`, that of `//server/share/`; 0 of a relative path.
 * @param path a character for each byte, or text
 */
export function rootLength(path: string, isWindows = IS_WINDOWS): number {
  return isWindows ? win32.parse(path).root.length : Number(path.startsWith('/'));
}

/**
 * The UTF-16 of a path that came as bytes: file names of Windows may hold halves of surrogate pairs, which come as
 * bytes that are not UTF-8 (WTF-8, as libuv has it).
 */
function textOf(path: FsPath): string {
  if (typeof path === 'string') return path;
  let text = '';
  let from = 0;
  const bytes = Buffer.from(path);
  for (let at = 0; at + 2 < bytes.length; at++) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    if (first !== 0xed || second < 0xa0 || third < 0x80) continue;
    text += bytes.toString('utf8', from, at);
    text += String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
    at += 2;
    from = at + 1;
  }
  return text + bytes.toString('utf8', from);
}

function fromText(text: string): FsPath {
  if (!/\p{Cs}/u.test(text)) return text;
  const parts = Array.from(text, (character) => {
    const unit = character.codePointAt(0) ?? 0;
    return unit < 0xd800 || unit > 0xdfff
      ? pathToBytes(character)
      : Uint8Array.of(0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  });
  return pathFromBytes(Buffer.concat(parts));
}
