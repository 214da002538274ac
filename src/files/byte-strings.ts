/**
 * Byte strings: paths with one character for each byte (latin1). They are cut and compared as text is, in the order of
 * the bytes, and take half the memory of buffers.
 */
import { pathFromBytes, type FsPath } from '../common/model/paths';
import { IS_WINDOWS } from './windows-paths';

export function byteString(path: FsPath): string {
  return typeof path === 'string' && isAscii(path) ? path : Buffer.from(path).toString('latin1');
}

export function fromByteString(bytes: string): FsPath {
  return isAscii(bytes) ? bytes : pathFromBytes(Buffer.from(bytes, 'latin1'));
}

/** As Node's file system calls take it. On Windows only text may be longer than 260 characters there. */
export function nativeByteString(bytes: string): string | Buffer {
  if (isAscii(bytes)) return bytes;
  const system = Buffer.from(bytes, 'latin1');
  const text = IS_WINDOWS ? pathFromBytes(system) : system;
  return typeof text === 'string' ? text : system;
}

/** Then a byte string and the text of its bytes are one. */
export function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- every ASCII character, control characters too
  return /^[\u0000-\u007f]*$/u.test(text);
}
