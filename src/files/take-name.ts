/**
 * How a finished file gets its name: atomically, and never over what is there unless that is to be replaced. A hard
 * link does it where there are any; it also leaves the temporary name, which proves after a crash whose the file is.
 *
 * Symbolic links are never linked: where link(2) follows them (macOS), their name would become one more name of the
 * file that they lead to.
 */
import { chmodSync, closeSync, linkSync, openSync, renameSync, type BigIntStats } from 'node:fs';
import { HeddleError } from '../common/model/errors';
import { displayName, displayPath, joinPath, type FsPath } from '../common/model/paths';
import { errorCode, lstatOrNull, native, parentPath, unlinkIfThere } from './entries';
import { withHeldName } from './held-names';
import { isInTheWay, patiently, type Patience } from './patience';
import { renameExclusive, type RenameExclusive } from './rename-exclusive';
import { withVolumeLock } from './volume-lock';
import { IS_WINDOWS } from './windows-paths';

export interface Placed {
  readonly target: FsPath;
  /** The temporary name, where it still links to the target. */
  readonly release?: FsPath;
}

/** The system's `link`, replaceable so that tests can take hard links away. */
export type Link = (existing: string | Buffer, name: string | Buffer) => void;

export interface Naming {
  /** `null`: what gets the name must not be linked, as it is a symbolic link itself. */
  readonly link: Link | null;
  readonly renameExclusive: RenameExclusive;
}

export const NAMING: Naming = { link: linkSync, renameExclusive };

/**
 * Gives the finished `temp` the name `target`.
 * @param workDirectory of the job, on the target's file system
 * @returns `null` when that name is taken
 * @throws system errors, `EXDEV` among them
 */
export function placeAt(
  temp: FsPath,
  target: FsPath,
  workDirectory: FsPath,
  naming: Naming = NAMING,
): Placed | null {
  if (naming.link !== null) {
    try {
      naming.link(native(temp), native(target));
      return { target, release: temp };
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return null;
      throwUnlessLinkless(error);
    }
  }
  const renamed = naming.renameExclusive(temp, target);
  if (renamed !== null) return renamed ? { target } : null;
  return renameLocked(temp, target, workDirectory);
}

/** @throws HeddleError `target-is-special`: a rename would put a file where `/dev/null` was, say */
export function refuseSpecial(target: FsPath, there: BigIntStats | null): void {
  if (there === null || there.isFile() || there.isSymbolicLink() || there.isDirectory()) return;
  throw new HeddleError(
    'target-is-special',
    `${displayPath(target)} is a device, pipe or socket, which is never replaced nor written to. Choose another name.`,
  );
}

/**
 * Puts the finished file in the place of what is there, in one step; the temporary name stays a second link to it.
 * @throws HeddleError `target-is-special`; system errors
 */
export function replaceAt(temp: FsPath, target: FsPath, { link }: Naming = NAMING): Placed {
  refuseSpecial(target, lstatOrNull(target));
  const second = joinPath(parentPath(temp), `${displayName(temp)}.link`);
  if (link !== null) {
    unlinkIfThere(second);
    try {
      link(native(temp), native(second));
    } catch (error) {
      throwUnlessLinkless(error);
      rename(temp, target);
      return { target };
    }
    rename(second, target);
    return { target, release: temp };
  }
  rename(temp, target);
  return { target };
}

/** Windows replaces nothing that is read-only, and this is asked for: it is no longer, until it is replaced. */
function renameOverReadOnly(from: FsPath, to: FsPath, call: RenameCalls['rename']): void {
  try {
    call(native(from), native(to));
  } catch (error) {
    const there = errorCode(error) === 'EPERM' ? lstatOrNull(to) : null;
    if (there?.isFile() !== true || (there.mode & 0o200n) !== 0n) throw error;
    chmodSync(native(to), 0o666);
    try {
      call(native(from), native(to));
    } catch (again) {
      chmodSync(native(to), Number(there.mode & 0o777n));
      throw again;
    }
  }
}

/** Replaceable for tests. */
export interface RenameCalls {
  readonly rename: (from: string | Buffer, to: string | Buffer) => void;
  readonly isWindows: boolean;
  readonly patience?: Patience;
}

/** @throws HeddleError `in-use`, on Windows, where waiting was in vain; system errors */
export function rename(
  from: FsPath,
  to: FsPath,
  { rename: call, isWindows, patience }: RenameCalls = { rename: renameSync, isWindows: IS_WINDOWS },
): void {
  try {
    patiently(
      () => {
        if (isWindows) renameOverReadOnly(from, to, call);
        else call(native(from), native(to));
      },
      isWindows,
      patience,
    );
  } catch (cause) {
    if (!isWindows || !isInTheWay(cause)) throw cause;
    throw new HeddleError(
      'in-use',
      `${displayPath(to)} is open in another program, or this user may not change it. Close it there, then retry.`,
      { cause, retryable: true },
    );
  }
}

/**
 * What `link` answers where the file system has no hard links (FAT, exFAT, some network shares; on Windows, too), or
 * another program has the file open: renaming is tried then, and says why if it cannot be either.
 */
const NO_HARD_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
  'EISDIR',
  'UNKNOWN',
  'EBUSY',
  'EACCES',
]);

export function throwUnlessLinkless(error: unknown): void {
  const code = errorCode(error);
  if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
}

/**
 * Where nothing renames without replacing: the name is locked against every other task of the job, and the file system
 * against other jobs, then the name is seen to be free. Another program's file that takes the name between that look
 * and the rename is replaced; there is no call that could prevent it. A lock that a crash left behind makes the next task take another name, no more.
 */
function renameLocked(temp: FsPath, target: FsPath, workDirectory: FsPath): Placed | null {
  const lock = withHeldName(workDirectory, 'locks', target, (path) => {
    try {
      closeSync(openSync(native(path), 'wx'));
      return path;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return null;
      throw error;
    }
  });
  if (lock === null) return null;
  try {
    return withVolumeLock(parentPath(target), () => {
      if (lstatOrNull(target) !== null) return null;
      rename(temp, target);
      return { target };
    });
  } finally {
    unlinkIfThere(lock);
  }
}
