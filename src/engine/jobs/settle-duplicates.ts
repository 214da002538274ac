/**
 * What becomes of copies of one file: they go to the system's trash, or become further names of the one that stays.
 * The one that stays is read before anything goes, and so is each that goes: a file whose content is no longer that of
 * its group is left alone.
 */
import { constants } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import type { DuplicateEnd, DuplicatesSettled } from '../../common/model/duplicates';
import { HeddleError, toErrorData, type ErrorData } from '../../common/model/errors';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { errorCode, isSameFile, native, parentPath } from '../../files/entries';
import { loadHasher } from '../../files/hashers';
import type { GroupMember, StoredGroup } from '../store/duplicate-repository';
import type { TaskStore } from '../store/task-store';

const CHUNK_BYTES = 1 << 20;

export interface DuplicateOrder {
  readonly jobId: number;
  readonly groupId: number;
  /** The task whose file stays. */
  readonly keep: number;
  /** Tasks whose files go. */
  readonly go: readonly number[];
  readonly how: DuplicateEnd;
}

/** @param trash moves a file to the system's trash @throws HeddleError where nothing was done */
export async function settleDuplicates(
  tasks: TaskStore,
  { jobId, groupId, keep, go, how }: DuplicateOrder,
  trash: (path: FsPath) => Promise<void>,
): Promise<DuplicatesSettled> {
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
  let keptLook = await unchangedFile(kept.path, group);
  let done = 0;
  const failures: ErrorData[] = [];
  for (const other of others) {
    try {
      const look = await unchangedFile(other.path, group);
      if (isSameFile(look, keptLook))
        throw new HeddleError(
          'same-file',
          `${displayPath(other.path)} is already another name of the file that stays.`,
        );
      // What was read a moment ago is still what is there.
      await assertSame(kept.path, keptLook);
      await assertSame(other.path, look);
      if (how === 'trash') await trash(other.path);
      else keptLook = await replaceByLink(kept.path, other.path, look);
      tasks.duplicates.settle(jobId, group, other.id, how === 'trash' ? null : kept.inode);
      done += 1;
    } catch (error) {
      failures.push(toErrorData(error, displayPath(other.path)));
    }
  }
  return { done, failures };
}

/** @throws HeddleError `changed` where it is not the group's file any more */
async function unchangedFile(path: FsPath, { size, digest }: StoredGroup): Promise<BigIntStats> {
  const shown = displayPath(path);
  const changed = (): HeddleError =>
    new HeddleError('changed', `${shown} has changed since it was compared. It was left as it is.`);
  let file;
  try {
    file = await open(native(path), constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new HeddleError('missing', `${shown} is not there any more.`);
    throw error;
  }
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile() || before.size !== BigInt(size)) throw changed();
    const hasher = (await loadHasher('blake3')).create();
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      hasher.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    const after = await file.stat({ bigint: true });
    if (hasher.digest() !== digest || !isUntouched(before, after)) throw changed();
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
  throw new HeddleError(
    'changed',
    `${displayPath(path)} has changed since it was compared. It was left as it is.`,
  );
}

/** The name is never gone: the new link takes it in one step. @returns how the file that stays looks now */
async function replaceByLink(kept: FsPath, other: FsPath, look: BigIntStats): Promise<BigIntStats> {
  const temporary = joinPath(parentPath(other), `.heddle-link-${look.ino}`);
  try {
    await link(native(kept), native(temporary));
  } catch (error) {
    if (errorCode(error) === 'EXDEV')
      throw new HeddleError(
        'other-file-system',
        `${displayPath(other)} is on another file system than the file that stays. A hard link cannot lead there.`,
      );
    throw error;
  }
  try {
    await assertSame(other, look);
    await rename(native(temporary), native(other));
  } catch (error) {
    await unlink(native(temporary));
    throw error;
  }
  return lstat(native(kept), { bigint: true });
}
