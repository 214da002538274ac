/**
 * Temporary and final names. A task writes to a temporary name, checks and
 * flushes, then *links* the file to its final name: atomic, and never over
 * something that exists. The temporary name stays until the engine has
 * recorded the result, so after a crash a second link proves that the final
 * name is this task's own work.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { createHash } from 'node:crypto';
import { numberedName } from '../common/file-name';
import { HeddleError } from '../common/errors';
import { displayPath, joinPath, pathFromBytes, pathToBytes, type FsPath } from '../common/paths';

/** More files of one name than this in one folder are a mistake. */
const MAX_NUMBER = 1_000_000;
/** How many candidate names are looked at one by one before the whole folder is. */
const DIRECT_LOOKS = 32;

/** A path as Node's file system calls take it. */
export function native(path: FsPath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength);
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** `lstat` with `null` for what is not there. */
export function lstatOrNull(path: FsPath): BigIntStats | null {
  return lstatSync(native(path), { bigint: true, throwIfNoEntry: false }) ?? null;
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
  const bytes = pathToBytes(path);
  const slash = bytes.lastIndexOf(0x2f);
  if (slash < 0) {
    // Windows paths are text.
    const back = typeof path === 'string' ? path.lastIndexOf('\\') : -1;
    return back > 0 && typeof path === 'string' ? path.slice(0, back) : '.';
  }
  return slash === 0 ? '/' : pathFromBytes(bytes.subarray(0, slash));
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

export function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

export interface Placed {
  readonly target: FsPath;
  /** The temporary name, where it still links to the target. */
  readonly release?: FsPath;
}

/** The system's `link`, replaceable so that tests can take hard links away. */
export type Link = (existing: string | Buffer, name: string | Buffer) => void;

/**
 * Gives the finished file `temp` the name `target`.
 * @returns `null` when that name is taken
 * @throws system errors, `EXDEV` among them
 */
export function placeAt(
  temp: FsPath,
  target: FsPath,
  lockDirectory: FsPath,
  link: Link = linkSync,
): Placed | null {
  try {
    link(native(temp), native(target));
    return { target, release: temp };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return null;
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
  }
  return renameWithoutReplacing(temp, target, lockDirectory);
}

/** What `link` answers where the file system has no hard links (FAT, exFAT, some network shares). */
const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * `rename` replaces, so the name is first locked against every other task of
 * the job, then seen to be free. The lock is a file in the work directory; one
 * that a crash left behind makes the next task take another name, no more.
 */
function renameWithoutReplacing(temp: FsPath, target: FsPath, lockDirectory: FsPath): Placed | null {
  const digest = createHash('sha256').update(pathToBytes(target)).digest('hex').slice(0, 32);
  const lock = joinPath(lockDirectory, `name-${digest}`);
  try {
    closeSync(openSync(native(lock), 'wx'));
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return null;
    throw error;
  }
  try {
    if (lstatOrNull(target) !== null) return null;
    renameSync(native(temp), native(target));
    return { target };
  } finally {
    unlinkIfThere(lock);
  }
}

/**
 * Places files under the first free of `name`, `name (1)`, `name (2)`…
 * It remembers where it got to with names that were taken, so that 100,000
 * files of one name do not each try all numbers from the start.
 */
export class NumberedPlaces {
  readonly #directory: string;
  readonly #lockDirectory: string;
  readonly #link: Link;
  readonly #next = new Map<string, number>();

  constructor(directory: string, lockDirectory: string, link: Link = linkSync) {
    this.#directory = directory;
    this.#lockDirectory = lockDirectory;
    this.#link = link;
  }

  place(temp: FsPath, name: string): Placed {
    for (let number = this.#next.get(name) ?? 0; number < MAX_NUMBER; number++) {
      const target = joinPath(this.#directory, numberedName(name, number));
      const placed = placeAt(temp, target, this.#lockDirectory, this.#link);
      if (placed !== null) {
        if (number > 0) this.#next.set(name, number + 1);
        return placed;
      }
    }
    throw new HeddleError(
      'no-free-name',
      `${displayPath(joinPath(this.#directory, name))} and every numbered name after it exist already.`,
    );
  }

  /** The final name that an earlier, killed run gave to the file `identity`; `null` if there is none. */
  findPlaced(identity: BigIntStats, name: string): FsPath | null {
    for (let number = 0; number < DIRECT_LOOKS; number++) {
      const target = joinPath(this.#directory, numberedName(name, number));
      const there = lstatOrNull(target);
      if (there !== null && isSameFile(there, identity)) return target;
    }
    for (const entry of readdirSync(this.#directory)) {
      const target = joinPath(this.#directory, entry);
      const there = lstatOrNull(target);
      if (there !== null && isSameFile(there, identity)) return target;
    }
    return null;
  }
}
