/**
 * What a file has beside its bytes: owner, mode, extended attributes (POSIX ACLs are among them), times. What the
 * target's file system or this user's rights do not allow is left out and told; a copy does not fail for it.
 */
import {
  chmodSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lutimesSync,
  type BigIntStats,
} from 'node:fs';
import type { Lost } from '../common/copy-options';
import { errorCode, native } from '../files/entries';
import { libc, type AttributeHolder } from '../files/libc';

/** Only a superuser can be expected to give files away. */
const isRoot = process.getuid?.() === 0;

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

/** Devices whose files have no extended attributes. */
const without = new Set<bigint>();

/**
 * Gives `target` what `source` has beside its bytes. Times come last: everything else changes them.
 * @param source an open file, or the path of a link or folder
 * @param lost gets what could not be kept
 */
export function copyAttributes(
  source: AttributeHolder,
  stats: BigIntStats,
  target: AttributeHolder,
  lost: Set<Lost>,
): void {
  // Before the mode: a change of owner takes set-user-ID away.
  const owned = setOwner(target, stats);
  if (!owned && isRoot) lost.add('owner');
  // A link has no mode of its own.
  if (
    !stats.isSymbolicLink() &&
    !attempt(() => {
      setMode(target, stats, owned);
    })
  )
    lost.add('mode');
  copyExtended(source, stats.dev, target, lost);
  if (
    !attempt(() => {
      setTimes(target, stats.atimeNs, stats.mtimeNs);
    })
  )
    lost.add('times');
}

/** @returns whether the owner and group are the source's */
function setOwner(target: AttributeHolder, { uid, gid }: BigIntStats): boolean {
  if (process.getuid === undefined) return true;
  const change = (user: number, group: number): boolean =>
    attempt(() => {
      if (typeof target === 'number') fchownSync(target, user, group);
      else lchownSync(native(target), user, group);
    });
  if (change(Number(uid), Number(gid))) return true;
  // The group alone may be one of this user's; without the owner that is no reason to keep set-group-ID.
  change(process.getuid(), Number(gid));
  return false;
}

/**
 * Set-user-ID and its like lend the owner's rights: they are kept where the owner is the same, as `cp -a` does, and
 * never lend those of whoever copies.
 */
function setMode(target: AttributeHolder, stats: BigIntStats, owned: boolean): void {
  const mode = Number(stats.mode & (owned ? 0o7777n : 0o777n));
  if (typeof target === 'number') fchmodSync(target, mode);
  else chmodSync(native(target), mode);
}

export function setTimes(target: AttributeHolder, atimeNs: bigint, mtimeNs: bigint): void {
  const exact = libc();
  if (exact !== null) exact.setTimes(target, atimeNs, mtimeNs);
  else if (typeof target === 'number') futimesSync(target, secondsOf(atimeNs), secondsOf(mtimeNs));
  else lutimesSync(native(target), secondsOf(atimeNs), secondsOf(mtimeNs));
}

/** Node takes times as seconds in a double: near the present that keeps about a quarter of a microsecond. */
function secondsOf(ns: bigint): number {
  return Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9;
}

function copyExtended(
  source: AttributeHolder,
  device: bigint,
  target: AttributeHolder,
  lost: Set<Lost>,
): void {
  const system = libc();
  if (system === null) {
    lost.add('attributes');
    return;
  }
  if (without.has(device)) return;
  let names: string[];
  try {
    names = system.attributes(source);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOTSUP' || code === 'EOPNOTSUPP') without.add(device);
    else lost.add('attributes');
    return;
  }
  for (const name of names) {
    if (isOfTheSystem(name)) continue;
    try {
      system.setAttribute(target, name, system.attribute(source, name));
    } catch {
      lost.add('attributes');
    }
  }
}

/** Labels that the target's system gives by its own rules, and those of layered file systems. */
function isOfTheSystem(name: string): boolean {
  return name === 'security.selinux' || name.startsWith('trusted.overlay.') || name.startsWith('system.nfs4');
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
