import { mkdirSync, statSync } from 'node:fs';
import { parentPath, type FsPath } from '../common/paths';
import { native } from './native-path';

/**
 * Makes a folder and those above it; harmless if it is there. Node's own `recursive` never comes back where a
 * file system refuses a new folder with ENOENT although the one above exists, as `/proc` does.
 * @param mode of folders that are made
 * @throws the system's error
 */
export function makeFolders(path: FsPath, mode = 0o777): void {
  try {
    makeOne(path, mode);
  } catch (error) {
    const parent = parentPath(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    makeFolders(parent, mode);
    makeOne(path, mode);
  }
}

function makeOne(path: FsPath, mode: number): void {
  try {
    mkdirSync(native(path), mode);
  } catch (error) {
    // Systems differ in what they say of a folder that is there: EEXIST, EROFS, EPERM at a root.
    if (statSync(native(path), { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
