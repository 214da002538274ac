/**
 * Temporary and final names. A task writes to a temporary name, checks and
 * flushes, then *links* the file to its final name: atomic, and never over
 * something that exists. The temporary name stays until the engine has
 * recorded the result, so after a crash a second link proves that the final
 * name is this task's own work.
 */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { createHash } from 'node:crypto';
import type { ExistingPolicy } from '../common/download';
import { numberedName } from '../common/file-name';
import { HeddleError } from '../common/errors';
import {
  displayName,
  displayPath,
  joinPath,
  keyOfPath,
  parentPath,
  pathFromBytes,
  pathToBytes,
  type FsPath,
} from '../common/paths';

export { parentPath };

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
  const lock = joinPath(lockDirectory, `name-${keyOf(target)}`);
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
 * Gives finished files their names, by the job's policy for names that are taken. Two tasks of one job never get one
 * name: where files may be replaced or left, each task first claims its name in the work directory.
 */
export class FinalPlaces {
  readonly #lockDirectory: FsPath;
  readonly #policy: ExistingPolicy;
  readonly #link: Link;
  /**
   * Where it got to with names that were taken, so that 100,000 files of one name do not each try all numbers from
   * the start.
   */
  readonly #next = new Map<string, number>();

  constructor(lockDirectory: FsPath, policy: ExistingPolicy, link: Link = linkSync) {
    this.#lockDirectory = lockDirectory;
    this.#policy = policy;
    this.#link = link;
  }

  /**
   * @param id of the task, by which its claim is known
   * @param mayReplace where the policy replaces at all
   */
  place(temp: FsPath, directory: FsPath, name: string, id: number, mayReplace = true): Placed {
    const key = keyOfPath(joinPath(directory, name));
    for (let number = this.#next.get(key) ?? 0; number < MAX_NUMBER; number++) {
      const target = joinPath(directory, numberedName(name, number));
      const placed = this.#placeAt(temp, target, id, mayReplace);
      if (placed === null) continue;
      if (number > 0) this.#next.set(key, number + 1);
      return placed;
    }
    throw new HeddleError(
      'no-free-name',
      `${displayPath(joinPath(directory, name))} and every numbered name after it exist already.`,
    );
  }

  /** Whether there is a file of this name that no task of this job has made. */
  isTakenByOthers(directory: FsPath, name: string): boolean {
    const target = joinPath(directory, name);
    return lstatOrNull(target) !== null && this.#claimant(target) === null;
  }

  /** The final name that an earlier, killed run gave to the file `identity`; `null` if there is none. */
  findPlaced(identity: BigIntStats, directory: FsPath, name: string): FsPath | null {
    for (let number = 0; number < DIRECT_LOOKS; number++) {
      const target = joinPath(directory, numberedName(name, number));
      const there = lstatOrNull(target);
      if (there !== null && isSameFile(there, identity)) return target;
    }
    const folder = native(directory);
    for (const entry of existsSync(folder) ? readdirSync(folder, { encoding: 'buffer' }) : []) {
      const target = joinPath(directory, pathFromBytes(entry));
      const there = lstatOrNull(target);
      if (there !== null && isSameFile(there, identity)) return target;
    }
    return null;
  }

  #placeAt(temp: FsPath, target: FsPath, id: number, mayReplace: boolean): Placed | null {
    if (this.#policy === 'number') return placeAt(temp, target, this.#lockDirectory, this.#link);
    if (!this.claim(target, id)) return null;
    return this.#policy === 'skip' || !mayReplace
      ? placeAt(temp, target, this.#lockDirectory, this.#link)
      : replaceAt(temp, target, this.#link);
  }

  /** @returns whether the name is this task's now */
  claim(target: FsPath, id: number): boolean {
    try {
      makeClaim(this.#claimPath(target), String(id));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        makeWorkDirectory(this.#lockDirectory);
        return this.claim(target, id);
      }
      if (errorCode(error) !== 'EEXIST') throw error;
      return this.#claimant(target) === id;
    }
  }

  #claimant(target: FsPath): number | null {
    try {
      return Number(readClaim(this.#claimPath(target)));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  #claimPath(target: FsPath): FsPath {
    return joinPath(this.#lockDirectory, `claim-${keyOf(target)}`);
  }
}

/** A symbolic link that leads nowhere: it has its text from the moment that it is there. A file could be killed empty. */
function makeClaim(path: FsPath, text: string): void {
  try {
    symlinkSync(text, native(path));
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
    writeFileSync(native(path), text, { flag: 'wx' });
  }
}

function readClaim(path: FsPath): string {
  try {
    return readlinkSync(native(path));
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error;
    return readFileSync(native(path), 'utf8');
  }
}

/** A file's name in the work directory that stands for a path anywhere. */
function keyOf(path: FsPath): string {
  return createHash('sha256').update(pathToBytes(path)).digest('hex').slice(0, 32);
}

/** Puts the finished file in the place of what is there, in one step; the temporary name stays a second link to it. */
export function replaceAt(temp: FsPath, target: FsPath, link: Link = linkSync): Placed {
  const second = native(joinPath(parentPath(temp), `${displayName(temp)}.link`));
  unlinkIfThere(second);
  try {
    link(native(temp), second);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
    renameSync(native(temp), native(target));
    return { target };
  }
  renameSync(second, native(target));
  return { target, release: temp };
}
