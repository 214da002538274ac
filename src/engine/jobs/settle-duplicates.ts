/**
 * What becomes of copies of one file: they go to the system's trash, become further names of the one that stays, or
 * share its blocks.
 * The one that stays is read before anything goes, and so is each that goes: a file whose content is no longer that of
 * its group is left alone.
 */
import { constants } from 'node:fs';
import { link, lstat, open, rename } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { DuplicateEnd, DuplicatesSettled } from '../../common/model/duplicates';
import { HeddleError, toErrorData, type ErrorData } from '../../common/model/errors';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { errorCode, isSameFile, lstatOrNull, native, parentPath, unlinkIfThere } from '../../files/entries';
import { isOneEntry, loosePath } from '../../files/folded-names';
import { loadHasher } from '../../files/hashers';
import { shareExtents } from '../../files/share-extents';
import type { GroupMember, StoredGroup } from '../store/duplicate-repository';
import type { TaskStore } from '../store/task-store';

const CHUNK_BYTES = 1 << 20;
/** Of one file; those beyond stay as they are. */
const MOST_NAMES = 10_000;
/** As of any file that may have been swapped: a link is refused, and a FIFO that nobody writes to is not waited for. */
const known: Readonly<Record<string, number | undefined>> = constants;
const OPEN_FLAGS = constants.O_RDONLY | (known['O_NOFOLLOW'] ?? 0) | (known['O_NONBLOCK'] ?? 0);

export interface DuplicateOrder {
  readonly jobId: number;
  readonly groupId: number;
  /** The task whose file stays. */
  readonly keep: number;
  /** Tasks whose files go. */
  readonly go: readonly number[];
  readonly how: DuplicateEnd;
}

/** One at a time: of two that keep different copies, each could take the one that the other keeps. */
export class DuplicateOrders {
  readonly #tasks: TaskStore;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(tasks: TaskStore) {
    this.#tasks = tasks;
  }

  /** @param trash moves a file to the system's trash @throws HeddleError where nothing was done */
  settle(order: DuplicateOrder, trash: (path: FsPath) => Promise<void>): Promise<DuplicatesSettled> {
    const settled = this.#last.then(() => settleDuplicates(this.#tasks, order, trash, this.#closing.signal));
    this.#last = settled.catch(() => undefined);
    return settled;
  }

  /** The file whose turn it is goes yet, if it was read; no other does. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#last;
  }
}

/**
 * @param trash moves a file to the system's trash
 * @param signal stops it before the next file goes
 * @throws HeddleError where nothing was done
 */
async function settleDuplicates(
  tasks: TaskStore,
  { jobId, groupId, keep, go, how }: DuplicateOrder,
  trash: (path: FsPath) => Promise<void>,
  signal: AbortSignal,
): Promise<DuplicatesSettled> {
  signal.throwIfAborted();
  const group = tasks.duplicates.group(groupId);
  if (group?.jobId !== jobId) throw new HeddleError('no-such-group', 'These files are no group any more.');
  const memberOf = (id: number): GroupMember => {
    const [member] = tasks.duplicates.members(jobId, group, id - 1, 1);
    if (member?.id === id) return member;
    throw new HeddleError('no-such-group', 'One of these files is not in the group any more.');
  };
  if (go.includes(keep)) throw new HeddleError('bad-request', 'The file that stays cannot go.');
  const kept = memberOf(keep);
  const others = [...new Set(go)].map(memberOf);
  let keptLook = await unchangedFile(kept.path, group, signal);
  let done = 0;
  const failures: ErrorData[] = [];
  const fail = (error: unknown, path: FsPath): void => {
    failures.push(toErrorData(error, displayPath(path)));
  };
  for (const other of others) {
    try {
      const look = await unchangedFile(other.path, group, signal);
      const isName = isSameFile(look, keptLook);
      // Where inodes are made up, two spellings of one name have two of them.
      const isSpelling = loosePath(kept.path) === loosePath(other.path) && isOneEntry(kept.path, other.path);
      if (isSpelling || (isName && how === 'trash')) throw oneFile(other.path);
      // What was read a moment ago is still what is there.
      await assertSame(kept.path, keptLook);
      await assertSame(other.path, look);
      if (how === 'reflink') {
        if (!isName) await shareBlocks(kept.path, keptLook, other.path, look);
        tasks.duplicates.settle(jobId, group, other, 'unique', other.inode);
        done += 1;
        continue;
      }
      if (how === 'trash') await trash(other.path);
      // It may have become one just before the process was killed.
      else if (!isName) keptLook = await replaceByLink(kept.path, keptLook, other.path, look);
      if (lstatOrNull(kept.path) === null) throw wentToo(kept.path, other.path);
      // As long as it has another name, it takes its space.
      const names = isName ? [] : namesLeft(tasks.duplicates.links(jobId, other, MOST_NAMES), look);
      const [standIn] = how === 'trash' ? names : [];
      if (how === 'trash') tasks.duplicates.settle(jobId, group, other, 'deleted', null, standIn?.path);
      else tasks.duplicates.settle(jobId, group, other, 'hard-link', kept.inode);
      done += 1;
      if (how === 'trash') continue;
      for (const name of names) {
        try {
          keptLook = await replaceByLink(kept.path, keptLook, name.path, name.look);
        } catch (error) {
          fail(error, name.path);
        }
      }
    } catch (error) {
      if (signal.aborted) break;
      fail(error, other.path);
    }
  }
  return { done, failures };
}

/** Those that still lead to the file as it was read. */
function namesLeft(
  paths: readonly FsPath[],
  read: BigIntStats,
): readonly { readonly path: FsPath; readonly look: BigIntStats }[] {
  return paths.flatMap((path) => {
    const look = lstatOrNull(path);
    return look !== null && isSameFile(look, read) && look.mtimeNs === read.mtimeNs ? [{ path, look }] : [];
  });
}

function oneFile(other: FsPath): HeddleError {
  return new HeddleError(
    'same-file',
    `${displayPath(other)} is another name of the file that stays. It was left as it is.`,
  );
}

/** Inodes do not tell of everything that leads to one file: a share that is mounted twice, say. */
function wentToo(kept: FsPath, other: FsPath): HeddleError {
  return new HeddleError(
    'same-file',
    `${displayPath(kept)} is gone since ${displayPath(other)} was moved to the trash: both were names of one file. Restore it from the trash.`,
  );
}

/** @throws HeddleError `changed` where it is not the group's file any more */
async function unchangedFile(
  path: FsPath,
  { size, digest }: StoredGroup,
  signal: AbortSignal,
): Promise<BigIntStats> {
  let file;
  try {
    file = await open(native(path), OPEN_FLAGS);
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new HeddleError('missing', `${displayPath(path)} is not there any more.`);
    throw error;
  }
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile() || before.size !== BigInt(size)) throw changedSince(path);
    const hasher = (await loadHasher('blake3')).create();
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      hasher.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    const after = await file.stat({ bigint: true });
    if (hasher.digest() !== digest || !isUntouched(before, after)) throw changedSince(path);
    return after;
  } finally {
    await file.close();
  }
}

function isUntouched(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}

async function assertSame(path: FsPath, look: BigIntStats): Promise<void> {
  const now = await lstat(native(path), { bigint: true });
  if (now.isFile() && now.dev === look.dev && now.ino === look.ino && isUntouched(look, now)) return;
  throw changedSince(path);
}

function changedSince(path: FsPath): HeddleError {
  return new HeddleError(
    'changed',
    `${displayPath(path)} has changed since it was compared. It was left as it is.`,
  );
}

/** @throws HeddleError where the system found that they differ, or cannot do it; then nothing has changed */
async function shareBlocks(
  kept: FsPath,
  keptLook: BigIntStats,
  other: FsPath,
  look: BigIntStats,
): Promise<void> {
  if (look.size < look.blksize)
    throw new HeddleError(
      'no-reflinks',
      `${displayPath(other)} is smaller than a block of its disk, so there is nothing to share. It was left as it is.`,
    );
  const from = await open(native(kept), OPEN_FLAGS);
  try {
    if (!isSameFile(await from.stat({ bigint: true }), keptLook)) throw changedSince(kept);
    const to = await open(native(other), OPEN_FLAGS);
    try {
      if (!isSameFile(await to.stat({ bigint: true }), look)) throw changedSince(other);
      const shared = await shareExtents(from.fd, to.fd, Number(look.size));
      if (shared === 'differs') throw changedSince(other);
      if (shared === 'other-file-system')
        throw new HeddleError(
          'other-file-system',
          `${displayPath(other)} is on another file system than the file that stays. They cannot share blocks.`,
        );
      if (shared === 'unable')
        throw new HeddleError(
          'no-reflinks',
          `${displayPath(other)} is on a file system whose files cannot share blocks (btrfs, XFS and bcachefs can). It was left as it is.`,
        );
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** The name is never gone: the new link takes it in one step. @returns how the file that stays looks now */
async function replaceByLink(
  kept: FsPath,
  keptLook: BigIntStats,
  other: FsPath,
  look: BigIntStats,
): Promise<BigIntStats> {
  const temporary = joinPath(parentPath(other), `.heddle-link-${look.ino}`);
  try {
    await link(native(kept), native(temporary));
  } catch (error) {
    if (errorCode(error) === 'EXDEV')
      throw new HeddleError(
        'other-file-system',
        `${displayPath(other)} is on another file system than the file that stays. A hard link cannot lead there.`,
      );
    const there = errorCode(error) === 'EEXIST' ? lstatOrNull(temporary) : null;
    // A process that was killed here left it.
    if (there === null || !isSameFile(there, keptLook)) throw error;
  }
  try {
    const linked = await lstat(native(temporary), { bigint: true });
    // The file that stays may have been replaced since it was looked at. Its time of change is that of the link now.
    if (!isSameFile(linked, keptLook) || linked.size !== keptLook.size || linked.mtimeNs !== keptLook.mtimeNs)
      throw changedSince(kept);
    await assertSame(other, look);
    await rename(native(temporary), native(other));
  } finally {
    // Also where both names were of one file by then: such a rename does nothing.
    unlinkIfThere(temporary);
  }
  return lstat(native(kept), { bigint: true });
}
