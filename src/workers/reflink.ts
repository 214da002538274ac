import { constants, copyFileSync } from 'node:fs';
import type { FsPath } from '../common/model/paths';
import { native, unlinkIfThere } from '../files/entries';

/**
 * Makes a file that shares the blocks of an open one, so that no byte is copied, where the file system can (btrfs, XFS).
 * The source is named through its descriptor, under which nothing can have been swapped; so on Linux only.
 * @returns whether there is one at `path` now
 */
export function shareBlocks(fd: number, path: FsPath): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const flags = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;
    copyFileSync(`/proc/self/fd/${fd}`, native(path), flags);
    return true;
  } catch {
    unlinkIfThere(path);
    return false;
  }
}
