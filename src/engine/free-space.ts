import { statfs } from 'node:fs/promises';
import { absolutePath } from '../files/absolute-path';
import { native, parentPath } from '../files/entries';
import type { FsPath } from '../common/model/paths';

/** Bytes that are free to this user where a folder is, or would be made; `null` where that cannot be told. */
export async function freeSpace(path: string): Promise<number | null> {
  try {
    for (let at: FsPath = absolutePath(path); ;) {
      const space = await statfs(native(at)).catch(() => null);
      if (space !== null) return space.bavail * space.bsize;
      const above = parentPath(at);
      if (above === at || above === '.') return null;
      at = above;
    }
  } catch {
    return null;
  }
}
