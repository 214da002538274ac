/** Which file it is that was read, and whether its digests may be remembered. */
import type { BigIntStats } from 'node:fs';
import type { FileIdentity } from '../common/model/tasks';
import { libc } from '../files/libc';
import { mountToRememberBy } from '../files/volumes';

/**
 * A file that was changed less than this long ago may be changed again without its times telling: they are as coarse
 * as the system's clock, on some file systems a second or two. So may one whose times lie in the future.
 */
const SETTLED_MS = 3000;

/** Devices of which nothing is remembered: each file need not be asked for it. */
const unremembered = new Set<bigint>();

/** Size, time of modification and time of change. */
export function versionOf(stats: BigIntStats): string {
  return `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

export function inodeOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

/**
 * The identity by which the digests of an open file may be looked up and remembered. To be asked for before the file is
 * read. Pages that wait to be written to the device can be changed through a memory map without a trace in the times.
 * @returns `null` where they must not be remembered
 */
export function identityToRemember(fd: number, stats: BigIntStats): FileIdentity | null {
  const changed = stats.ctimeNs > stats.mtimeNs ? stats.ctimeMs : stats.mtimeMs;
  if (Date.now() - Number(changed) <= SETTLED_MS) return null;
  if (unremembered.has(stats.dev)) return null;
  const mount = mountToRememberBy(fd);
  if (mount === null) unremembered.add(stats.dev);
  if (mount === null || libc()?.isWrittenBack(fd) !== true) return null;
  return { file: inodeOf(stats), pathKey: null, version: versionOf(stats), mount };
}
