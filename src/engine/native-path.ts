import type { FsPath } from '../common/paths';

/** A path as Node's file system calls take it. */
export function native(path: FsPath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}
