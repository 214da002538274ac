/**
 * What a file has beside its bytes: owner, mode, extended attributes (POSIX ACLs are among them), times. What the
 * target's file system or this user's rights do not allow is left out and told; a copy does not fail for it.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lutimesSync,
  openSync,
  type BigIntStats,
} from 'node:fs';
import type { Lost } from '../common/model/copy-options';
import type { FsPath } from '../common/model/paths';
import { errorCode, lstatOrNull, native } from '../files/entries';
import { setExactTimes } from '../files/exact-times';
import type { AttributeHolder } from '../files/libc';
import { compareExtended, copyAcl, readExtended, setExtended } from './extended-attributes';

const user = process.getuid?.();
/** Only a superuser can be expected to give files away. */
const isRoot = user === 0;
const groups = new Set(process.getgroups?.().map(BigInt) ?? []);

/** Answers of systems that cannot, or may not, keep something. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'EINVAL',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EROFS',
]);

/** Linux's, which is not among Node's constants: a place in the tree that is not opened. */
const O_PATH = 0o10_000_000;

export interface Named {
  readonly source: AttributeHolder;
  readonly target: AttributeHolder;
}

/** What new files of a folder have from it. */
export interface Birth {
  readonly uid: bigint;
  readonly gid: bigint;
  readonly hasAcl: boolean;
}

/**
 * Gives `target`, which is new and open to its owner alone, what `source` has beside its bytes. The order matters: a
 * change of owner takes set-user-ID and capabilities away; an ACL that was inherited counts as soon as the mode does;
 * and everything changes times.
 * @param source an open file, or the path of a link
 * @param lost gets what could not be kept
 * @param birth what the target has already, where that is known
 * @param named by what attributes are read and written, where open files do not do for it
 */
export function copyAttributes(
  source: AttributeHolder,
  stats: BigIntStats,
  target: AttributeHolder,
  lost: Set<Lost>,
  birth: Birth | null = null,
  named: Named = { source, target },
): void {
  const owned = (birth?.uid === stats.uid && birth.gid === stats.gid) || setOwner(target, stats);
  if (!owned && isRoot) lost.add('owner');
  const wanted = readExtended(named.source, lost);
  if (birth?.hasAcl !== false || wanted.size > 0) setExtended(wanted, named.target, () => undefined, lost);
  copyAcl(source, target, lost);
  // A link has no mode of its own.
  if (
    !stats.isSymbolicLink() &&
    !attempt(() => {
      chmod(target, wantedMode(stats, owned));
    })
  )
    lost.add('mode');
  if (
    !attempt(() => {
      setTimes(target, stats.atimeNs, stats.mtimeNs);
    })
  )
    lost.add('times');
}

/** A file, link or folder by its path, which is not followed. */
export interface Entry {
  readonly path: FsPath;
  readonly stats: BigIntStats;
}

/**
 * What an entry at the target has otherwise than its source, and could be expected to have. Times are not among it:
 * how exactly a file system keeps them, others know.
 */
export function differences(source: Entry, target: Entry): Set<Lost> {
  const differing = new Set<Lost>();
  const [from, there] = [source.stats, target.stats];
  if (!hasOwner(from, there)) differing.add('owner');
  if (!hasMode(from, there)) differing.add('mode');
  if (compareExtended(readExtended(source.path, new Set()), target.path) !== null)
    differing.add('attributes');
  return differing;
}

/**
 * Brings what differs up to date.
 * @param times whether to set the times, too
 * @param lost gets what could not be
 * @returns whether anything came to be as it is at the source
 */
export function bringUpToDate(source: Entry, target: Entry, times: boolean, lost: Set<Lost>): boolean {
  const before = differences(source, target);
  const { path } = target;
  const [from, there] = [source.stats, target.stats];
  if (before.has('owner')) setOwner(path, from);
  if (before.has('attributes')) {
    const wanted = readExtended(source.path, lost);
    const isFolder = there.isDirectory();
    // Without its ACL the group would have for a moment what its mask allows.
    if (compareExtended(wanted, path) === 'acl')
      attempt(() => {
        chmod(path, Number(there.mode & 0o7700n));
      });
    const openUp = (): void => {
      attempt(() => {
        chmod(path, Number(there.mode & 0o7700n) | (isFolder ? 0o700 : 0o600));
      });
    };
    setExtended(wanted, path, openUp, lost);
  }
  if (before.size > 0 && !there.isSymbolicLink()) {
    const owned = isOwned(from, lstatOrNull(path) ?? there);
    attempt(() => {
      chmod(path, wantedMode(from, owned));
    });
  }
  const timesSet =
    times &&
    attempt(() => {
      setTimes(path, from.atimeNs, from.mtimeNs);
    });
  if (times && !timesSet) lost.add('times');
  if (before.size === 0) return timesSet;
  const now = lstatOrNull(path);
  const after = now === null ? before : differences(source, { path, stats: now });
  for (const what of after) lost.add(what);
  return timesSet || [...before].some((what) => !after.has(what));
}

function isOwned(from: BigIntStats, there: BigIntStats): boolean {
  return from.uid === there.uid && from.gid === there.gid;
}

function hasOwner(from: BigIntStats, there: BigIntStats): boolean {
  if (user === undefined || isOwned(from, there)) return true;
  if (isRoot) return false;
  return from.gid === there.gid || there.uid !== BigInt(user) || !groups.has(from.gid);
}

function hasMode(from: BigIntStats, there: BigIntStats): boolean {
  if (user === undefined || from.isSymbolicLink()) return true;
  return Number(there.mode & 0o7777n) === wantedMode(from, isOwned(from, there));
}

/** @returns whether the owner and group are the source's */
function setOwner(target: AttributeHolder, { uid, gid }: BigIntStats): boolean {
  if (user === undefined) return true;
  const change = (toUser: number, toGroup: number): boolean =>
    attempt(() => {
      if (typeof target === 'number') fchownSync(target, toUser, toGroup);
      else lchownSync(native(target), toUser, toGroup);
    });
  if (change(Number(uid), Number(gid))) return true;
  // The group alone may be one of this user's; without the owner that is no reason to keep set-group-ID.
  change(user, Number(gid));
  return false;
}

/**
 * Set-user-ID and its like lend the owner's rights: they are kept where the owner is the same, as `cp -a` does, and
 * never lend those of whoever copies.
 */
function wantedMode({ mode }: BigIntStats, owned: boolean): number {
  return Number(mode & (owned ? 0o7777n : 0o777n));
}

/** Of a path, that of the entry itself: a link that came to be there is not followed. */
function chmod(target: AttributeHolder, mode: number): void {
  if (typeof target === 'number') {
    fchmodSync(target, mode);
    return;
  }
  if (process.platform !== 'linux') {
    chmodSync(native(target), mode);
    return;
  }
  const place = openSync(native(target), O_PATH | constants.O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${place}`, mode);
  } finally {
    closeSync(place);
  }
}

export function setTimes(target: AttributeHolder, atimeNs: bigint, mtimeNs: bigint): void {
  if (setExactTimes(target, atimeNs, mtimeNs)) return;
  if (typeof target === 'number') futimesSync(target, secondsOf(atimeNs), secondsOf(mtimeNs));
  else lutimesSync(native(target), secondsOf(atimeNs), secondsOf(mtimeNs));
}

/**
 * Older than every source: whoever copies again sees that the file is not its source yet, and is not newer either. Each
 * write sets the time anew, so that it is the mark of those that can have no other; and one who does not own the file
 * may not set it.
 */
export function looksOld(fd: number): void {
  try {
    setTimes(fd, 0n, 0n);
  } catch (error) {
    if (errorCode(error) !== 'EPERM' && errorCode(error) !== 'EACCES') throw error;
  }
}

/** Node takes times as seconds in a double: near the present that keeps about a quarter of a microsecond. */
function secondsOf(ns: bigint): number {
  return Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9;
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !NOT_KEPT.has(code)) throw error;
    return false;
  }
}
