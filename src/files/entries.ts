/** Entries of folders, for engine and workers alike: paths as the system takes them, looks, folders on the way. */
import { lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { FsPath } from '../common/model/paths';
import { byteString, fromByteString } from './byte-strings';
import { errorCode } from './error-code';
import { patiently } from './patience';
import { IS_WINDOWS, rootLength } from './windows-paths';

export { errorCode };

/** A path as Node's file system calls take it. */
export function native(path: FsPath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}

/** `lstat` with `null` for what is not there; below what is no folder there is nothing. */
export function lstatOrNull(path: FsPath): BigIntStats | null {
  try {
    return lstatSync(native(path), { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Some shares give no ids to files: all of them have 0 on Windows. */
export function hasInode({ ino }: BigIntStats): boolean {
  return ino !== 0n;
}

/** Whether two looks are known to be at one file. */
export function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && hasInode(a);
}

export function unlinkIfThere(path: FsPath): void {
  try {
    patiently(() => {
      unlinkSync(native(path));
    });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** What a path begins with, and its names from there on; as text, or a character for each byte. */
export function rootAndNames(path: string): { readonly root: string; readonly names: readonly string[] } {
  const length = rootLength(path);
  const names = path.slice(length).split('/');
  return { root: path.slice(0, length), names: names.filter((each) => each !== '') };
}

/** The part of a path before its last `/`; of a root that root itself. Paths of Windows may have `\` as well. */
export function parentPath(path: FsPath, isWindows = IS_WINDOWS): FsPath {
  const text = typeof path === 'string' ? path : byteString(path);
  const root = rootLength(text, isWindows);
  const above = text.slice(0, Math.max(root, lastSlash(text, isWindows)));
  if (above === '') return '.';
  return typeof path === 'string' ? above : fromByteString(above);
}

/** What {@link parentPath} leaves out; '' of the root itself. */
export function lastPart(path: FsPath, isWindows = IS_WINDOWS): FsPath {
  const text = typeof path === 'string' ? path : byteString(path);
  const last = text.slice(Math.max(rootLength(text, isWindows), lastSlash(text, isWindows) + 1));
  return typeof path === 'string' ? last : fromByteString(last);
}

function lastSlash(path: string, isWindows: boolean): number {
  return isWindows ? Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) : path.lastIndexOf('/');
}

/** Makes a job's work directory (and what is above it), for this user alone; harmless if it is there. */
export function makeWorkDirectory(workDirectory: FsPath): void {
  makeFolders(workDirectory, 0o700);
}

/**
 * Makes a folder and those above it; harmless if it is there. Node's own `recursive` never comes back where a
 * file system refuses a new folder with ENOENT although the one above exists, as `/proc` does.
 * @param mode of the last one
 */
export function makeFolders(folder: FsPath, mode = 0o777): void {
  try {
    makeFolder(folder, mode);
  } catch (error) {
    const parent = parentPath(folder);
    if (errorCode(error) !== 'ENOENT' || parent === folder) throw error;
    makeFolders(parent);
    makeFolder(folder, mode);
  }
}

function makeFolder(folder: FsPath, mode: number): void {
  try {
    mkdirSync(native(folder), mode);
  } catch (error) {
    // Systems differ in what they say of a folder that is there: EEXIST, EROFS, EPERM at a root.
    if (statSync(native(folder), { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
