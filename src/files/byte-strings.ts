/**
 * Byte strings: paths with one character for each byte (latin1). They are cut and compared as text is, in the order of
 * the bytes, and take half the memory of buffers.
 */
import { pathFromBytes, type FsPath } from '../common/model/paths';

export function byteString(path: FsPath): string {
  return typeof path === 'string' && isAscii(path) ? path : Buffer.from(path).toString('latin1');
}

export function fromByteString(bytes: string): FsPath {
  return isAscii(bytes) ? bytes : pathFromBytes(Buffer.from(bytes, 'latin1'));
}

/** As Node's file system calls take it. */
export function nativeByteString(bytes: string): string | Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1');
}

/** Then a byte string and the text of its bytes are one. */
export function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- every ASCII character, control characters too
  return /^[\u0000-\u007f]*$/u.test(text);
}
