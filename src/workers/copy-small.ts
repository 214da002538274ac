/**
 * Small files, of which there are many: read at once, written at once to a file that has no name yet (`O_TMPFILE`), and
 * named when all is well. Nothing is left of one that is killed half-way. Where this cannot be, or the target exists,
 * the copy goes the long way.
 */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { nowMs } from '../common/threads/board';
import type { Lost } from '../common/model/copy-options';
import type { TaskOutcome } from '../common/model/tasks';
import type { FsPath } from '../common/model/paths';
import { copyAttributes } from './attributes';
import { SMALL_BYTES } from './copy-data';
import { aboutTarget } from './copy-errors';
import { bufferOf, type CopyMemory } from './copy-memory';
import type { TargetFolders } from './copy-target';
import { errorCode, lstatOrNull, native, parentPath } from '../files/entries';
import { libc } from '../files/libc';
import type { TaskContext } from './runtime';
import { OPEN_TO_READ, throwIfChanged } from './source-file';

/** `O_TMPFILE` is not among Node's constants. This is its value on every architecture that Node is built for. */
const O_TMPFILE = 0o20_000_000 | constants.O_DIRECTORY;

export class SmallCopies {
  readonly #memory: CopyMemory;
  /** Devices that know no files without a name. */
  readonly #without = new Set<bigint>();
  /** Targets were there: look first. */
  #looksFirst = false;

  constructor(memory: CopyMemory) {
    this.#memory = memory;
  }

  /** @returns `null` where it has to go the long way; nothing was made then */
  copy(
    source: FsPath,
    target: FsPath,
    folders: TargetFolders,
    sync: boolean,
    context: TaskContext,
  ): TaskOutcome | null {
    const device = aboutTarget(target, () => folders.ensureParent(target));
    if (libc() === null || this.#without.has(device)) return null;
    if (this.#looksFirst && lstatOrNull(target) !== null) return null;
    let from: number;
    try {
      from = openSync(native(source), OPEN_TO_READ);
    } catch {
      return null;
    }
    try {
      const before = fstatSync(from, { bigint: true });
      if (!before.isFile() || before.size > SMALL_BYTES || before.size === 0n) return null;
      return this.#copyOpen(source, from, before, target, device, sync, context);
    } finally {
      closeSync(from);
    }
  }

  #copyOpen(
    source: FsPath,
    from: number,
    before: BigIntStats,
    target: FsPath,
    device: bigint,
    sync: boolean,
    context: TaskContext,
  ): TaskOutcome | null {
    const to = this.#openNameless(target, device);
    if (to === null) return null;
    try {
      const startedMs = nowMs();
      const buffer = bufferOf(this.#memory, context.lane);
      const bytes = readSync(from, buffer, 0, buffer.length, 0);
      // Less than it says: a file in /sys, or one that was cut off meanwhile.
      if (BigInt(bytes) !== before.size) return null;
      const lost = new Set<Lost>();
      const flushMs = aboutTarget(target, () => {
        for (let at = 0; at < bytes;) at += writeSync(to, buffer, at, bytes - at, at);
        copyAttributes(from, before, to, lost);
        if (!sync) return null;
        const flushingMs = nowMs();
        fsyncSync(to);
        return nowMs() - flushingMs;
      });
      throwIfChanged(source, from, before, bytes);
      if (!this.#name(to, target, device)) return null;
      context.setBytesDone(bytes);
      return {
        state: 'done',
        bytes,
        target,
        finding: 'new',
        copied: {
          method: 'read-write',
          dataMs: nowMs() - startedMs - (flushMs ?? 0),
          flushMs,
          verifyMs: null,
          kept: 0,
        },
        ...(lost.size === 0 ? {} : { lost: [...lost] }),
      };
    } finally {
      closeSync(to);
    }
  }

  #openNameless(target: FsPath, device: bigint): number | null {
    try {
      return openSync(native(parentPath(target)), O_TMPFILE | constants.O_RDWR, 0o600);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EOPNOTSUPP' || code === 'EISDIR' || code === 'ENOTSUP') this.#without.add(device);
      // The long way meets the others again, and says what they mean.
      return null;
    }
  }

  /** @returns whether it has its name now */
  #name(to: number, target: FsPath, device: bigint): boolean {
    try {
      libc()?.nameOpenFile(to, target);
      return true;
    } catch (error) {
      // Whatever it is, the long way meets it again. Without /proc, say, no file gets its name like this.
      if (errorCode(error) === 'EEXIST') this.#looksFirst = true;
      else this.#without.add(device);
      return false;
    }
  }
}
