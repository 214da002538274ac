import { chmodSync, constants, copyFileSync } from 'node:fs';
import type { FsPath } from '../common/model/paths';
import { native, unlinkIfThere } from '../files/entries';
import { loadKoffi, terminated, type Koffi } from '../files/koffi';

/** @throws where blocks cannot be shared */
export type Share = (fd: number, path: FsPath) => void;

/** Of macOS. */
const AT_FDCWD = -2;

let loaded: Share | null | undefined;

/**
 * Makes a file that shares the blocks of an open one, so that no byte is copied, where the file system can (btrfs, XFS,
 * APFS). The source is named through its descriptor, under which nothing can have been swapped.
 * @returns whether there is one at `path` now
 */
export function shareBlocks(fd: number, path: FsPath): boolean {
  if (loaded === undefined) loaded = load();
  if (loaded === null) return false;
  try {
    loaded(fd, path);
    // Who may do what is copied later, and what is read-only takes no attributes.
    chmodSync(native(path), 0o600);
    return true;
  } catch {
    unlinkIfThere(path);
    return false;
  }
}

function load(): Share | null {
  try {
    return shareOf(loadKoffi, process.platform);
  } catch {
    return null;
  }
}

/** Replaceable parts for tests. @returns `null` where there is no such call */
export function shareOf(library: () => Koffi, platform: NodeJS.Platform): Share | null {
  switch (platform) {
    case 'linux': {
      const flags = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;
      return (fd, path) => {
        copyFileSync(`/proc/self/fd/${fd}`, native(path), flags);
      };
    }
    case 'darwin': {
      const system = library().load(null);
      const clone = system.func('int fclonefileat(int from, int folder, const void *path, uint32_t flags)');
      const setFlags = system.func('int lchflags(const void *path, uint32_t flags)');
      return (fd, path) => {
        const name = terminated(path);
        if (clone(fd, AT_FDCWD, name, 0) !== 0) throw new Error('fclonefileat');
        // A file that is locked in Finder has a locked clone, which could not be given its name.
        if (setFlags(name, 0) !== 0) throw new Error('lchflags');
      };
    }
    default:
      return null;
  }
}
