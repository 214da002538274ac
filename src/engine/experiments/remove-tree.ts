import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { joinPath, pathFromBytes, type FsPath } from '../../common/model/paths';
import { native } from '../../files/entries';

/** Removes a folder with all that is in it, also what a copy made that nobody may write into. */
export async function removeTree(path: FsPath): Promise<void> {
  try {
    await rm(native(path), { recursive: true, force: true });
  } catch {
    await makeWritable(path);
    await rm(native(path), { recursive: true, force: true });
  }
}

async function makeWritable(folder: FsPath): Promise<void> {
  const stats = await lstat(native(folder)).catch(() => null);
  if (stats?.isDirectory() !== true) return;
  await chmod(native(folder), 0o700);
  for (const entry of await readdir(native(folder), { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isDirectory()) await makeWritable(joinPath(folder, pathFromBytes(entry.name)));
  }
}
