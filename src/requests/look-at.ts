import { stat } from 'node:fs/promises';
import type { OpenedPath } from '../common/opening/opened';

/** The files and folders among them. Pipes and devices are none: one might never begin, the other never end. */
export async function lookAt(paths: readonly string[]): Promise<readonly OpenedPath[]> {
  const looked = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      try {
        const stats = await stat(path);
        return stats.isFile() || stats.isDirectory() ? [{ path, isFolder: stats.isDirectory() }] : [];
      } catch {
        return [];
      }
    }),
  );
  return looked.flat();
}
