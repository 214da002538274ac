import { statfsSync } from 'node:fs';
import type { FsPath } from '../common/model/paths';
import { native } from './entries';

/** Bytes that this user can still write to the file system of a folder; `null`: it does not say. @throws system errors */
export function freeBytes(folder: FsPath): number | null {
  const { bavail, bsize } = statfsSync(native(folder));
  return bsize === 0 ? null : bavail * bsize;
}
