/** Entries of folders, for engine and workers alike: paths as the system takes them, looks, folders on the way. */
import { lstatSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { pathFromBytes, type FsPath } from '../common/model/paths';

/** A path as Node's file system calls take it. */
export function native(path: FsPath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
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

export function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

export function unlinkIfThere(path: FsPath): void {
  try {
    unlinkSync(native(path));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** The part of a path before its last `/`. */
export function parentPath(path: FsPath): FsPath {
  if (typeof path === 'string') {
    // Windows paths have others, too.
    const slash = path.lastIndexOf('/');
    const at = slash < 0 ? path.lastIndexOf('\\') : slash;
    if (at > 0) return path.slice(0, at);
    return slash === 0 ? '/' : '.';
  }
  const slash = path.lastIndexOf(0x2f);
  if (slash < 0) return '.';
  return slash === 0 ? '/' : pathFromBytes(path.subarray(0, slash));
}

/** What {@link parentPath} leaves out; '' of the root itself. */
export function lastPart(path: FsPath): FsPath {
  if (typeof path !== 'string') return pathFromBytes(path.subarray(path.lastIndexOf(0x2f) + 1));
  const slash = path.lastIndexOf('/');
  return path.slice((slash < 0 ? path.lastIndexOf('\\') : slash) + 1);
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
