/**
 * Small files, of which there are many: read at once, written at once to a file that has no name yet (`O_TMPFILE`), and
 * named when all is well and on the device. Nothing is left of one that is killed half-way. Where this cannot be, or the
 * target exists, the copy goes the long way.
 */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { CopyOptions, Lost } from '../common/model/copy-options';
import type { Digests } from '../common/model/digests';
import type { FsPath } from '../common/model/paths';
import type { TaskOutcome } from '../common/model/tasks';
import { nowMs } from '../common/threads/board';
import { errorCode, lstatOrNull, native, parentPath } from '../files/entries';
import type { HasherFactory } from '../files/hashers';
import { libc } from '../files/libc';
import { isInMemory } from '../files/volumes';
import { copyAttributes, type Birth } from './attributes';
import { SMALL_BYTES, type CopyHashers } from './copy-data';
import { aboutTarget, targetError } from './copy-errors';
import { bufferOf, type CopyMemory } from './copy-memory';
import type { TargetFolders } from './copy-target';
import { givesAcls } from './extended-attributes';
import { mismatch } from './read-back';
import type { TaskContext } from './runtime';
import { OPEN_TO_READ, throwIfChanged } from './source-file';

/** `O_TMPFILE` is not among Node's constants. This is its value on every architecture that Node is built for. */
const O_TMPFILE = 0o20_000_000 | constants.O_DIRECTORY;
/** Somebody may give a folder a default ACL, or a group to its files: after this time it is looked at anew. */
const KNOWN_MS = 100;
/** The process, or the system, has no more descriptors. */
const TOO_MANY_OPEN: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

/** A copy that has its bytes and what its source has beside them, and no name yet. Both files are open. */
export interface Begun {
  readonly source: FsPath;
  readonly target: FsPath;
  readonly folder: Folder;
  readonly from: number;
  readonly to: number;
  readonly before: BigIntStats;
  readonly bytes: number;
  readonly lost: readonly Lost[];
  readonly digests: Digests;
  /** What reading it back has to give; `null`: it is not read back. */
  readonly check: string | null;
  readonly dataMs: number;
  readonly context: TaskContext;
}

/** Neither begun nor to go the long way yet: descriptors have to be closed first. */
export const TOO_MANY = Symbol('too many open files');

/** The folder that the last file went to: the next one goes there too, as a rule. */
export interface Folder {
  readonly path: FsPath;
  readonly of: TargetFolders;
  readonly device: bigint;
  /** Found out by the first file in it. */
  birth: Birth | null;
  readonly isInMemory: boolean;
  readonly lookedAtMs: number;
}

const NOTHING: readonly Lost[] = [];

/** How a job copies. */
export interface SmallManner {
  readonly options: Pick<CopyOptions, 'sync' | 'verify'>;
  readonly hashers: CopyHashers;
}

export class SmallCopies {
  readonly #memory: CopyMemory;
  readonly #wanted: readonly HasherFactory[];
  /** For reading back; `null`: nothing is. */
  readonly #check: HasherFactory | null;
  /** Whether a copy has to be on its device before it gets its name. */
  readonly isFlushed: boolean;
  /** Devices that know no files without a name. */
  readonly #without = new Set<bigint>();
  #folder: Folder | null = null;
  readonly #lost = new Set<Lost>();
  /** Targets were there: look first. */
  #looksFirst = false;

  constructor(memory: CopyMemory, { options, hashers }: SmallManner) {
    this.#memory = memory;
    this.#wanted = hashers.wanted;
    this.#check = options.verify ? hashers.check : null;
    this.isFlushed = options.sync || options.verify;
  }

  /**
   * @returns `null` where it has to go the long way; nothing was made then
   * @throws HeddleError, system errors: the copy fails
   */
  begin(
    source: FsPath,
    target: FsPath,
    folders: TargetFolders,
    context: TaskContext,
  ): Begun | typeof TOO_MANY | null {
    const startedMs = nowMs();
    const folder = this.#folderOf(target, folders, startedMs);
    if (libc() === null || this.#without.has(folder.device)) return null;
    if (this.#looksFirst && lstatOrNull(target) !== null) return null;
    let from: number;
    try {
      from = openSync(native(source), OPEN_TO_READ);
    } catch (error) {
      return tooManyOpen(error);
    }
    let to: number | typeof TOO_MANY | null = null;
    let isBegun = false;
    try {
      const before = fstatSync(from, { bigint: true });
      const size = Number(before.size);
      if (!before.isFile() || size > SMALL_BYTES || size === 0) return null;
      to = this.#openNameless(folder);
      if (typeof to !== 'number') return to;
      const content = this.#pour(from, to, size, target, context);
      if (content === null) return null;
      const check = this.#check?.whole(content) ?? null;
      const digests: { -readonly [Algorithm in keyof Digests]: Digests[Algorithm] } = {};
      for (const hasher of this.#wanted) digests[hasher.algorithm] = hasher.whole(content);
      try {
        this.#lost.clear();
        copyAttributes(from, before, to, this.#lost, (folder.birth ??= birthOf(to, folder)));
      } catch (error) {
        throw targetError(error, target);
      }
      isBegun = true;
      const lost = this.#lost.size === 0 ? NOTHING : [...this.#lost];
      const dataMs = nowMs() - startedMs;
      return { source, target, folder, from, to, before, bytes: size, lost, digests, check, dataMs, context };
    } finally {
      if (!isBegun) {
        closeSync(from);
        if (typeof to === 'number') closeSync(to);
      }
    }
  }

  /**
   * Names one that is on its device, if it is to be. It stays open.
   * @param flushMs what that took; `null`: it need not be
   * @returns `null` where it has to go the long way, and has no name
   * @throws HeddleError `changed-while-copying`, `verify-mismatch`; TaskCancelled
   */
  name(begun: Begun, flushMs: number | null): TaskOutcome | null {
    const { source, target, from, to, before, bytes, lost, digests, dataMs, context } = begun;
    context.throwIfCancelled();
    throwIfChanged(source, from, before, bytes);
    const verifyMs = this.#verify(begun);
    if (!this.#name(to, target, begun.folder)) return null;
    return {
      state: 'done',
      bytes,
      target,
      finding: 'new',
      copied: { method: 'read-write', dataMs, flushMs, verifyMs, kept: 0 },
      ...(this.#wanted.length === 0 ? {} : { digests }),
      ...(lost.length === 0 ? {} : { lost }),
    };
  }

  /** @returns milliseconds that it took; `null`: not asked for */
  #verify({ to, target, folder, bytes, check, context }: Begun): number | null {
    if (check === null || this.#check === null) return null;
    const startedMs = nowMs();
    // There is no device to read from, and asking for it takes longer than reading.
    if (!folder.isInMemory) libc()?.dropFromMemory(to);
    const buffer = bufferOf(this.#memory, context.lane);
    // One byte more than it should have.
    const read = aboutTarget(target, () => readSync(to, buffer, 0, bytes + 1, 0));
    const found = this.#check.whole(buffer.subarray(0, read));
    if (found !== check) throw mismatch(target, check, found);
    return nowMs() - startedMs;
  }

  #folderOf(target: FsPath, folders: TargetFolders, now: number): Folder {
    const path = parentPath(target);
    // Paths that are no text are not worth a comparison.
    const last = this.#folder;
    if (last?.path === path && last.of === folders && now - last.lookedAtMs < KNOWN_MS) return last;
    const device = aboutTarget(target, () => folders.ensureParent(target));
    const inMemory = isInMemory(path);
    return (this.#folder = { path, of: folders, device, birth: null, isInMemory: inMemory, lookedAtMs: now });
  }

  /** @returns what was copied, valid until the next; `null`: the source is not what it says */
  #pour(from: number, to: number, size: number, target: FsPath, { lane }: TaskContext): Buffer | null {
    const buffer = bufferOf(this.#memory, lane);
    // Less than it says: a file in /sys, or one that was cut off meanwhile. More: it grows.
    if (readSync(from, buffer, 0, buffer.length, 0) !== size) return null;
    try {
      for (let at = 0; at < size;) at += writeSync(to, buffer, at, size - at, at);
    } catch (error) {
      throw targetError(error, target);
    }
    return buffer.subarray(0, size);
  }

  #openNameless({ path, device }: Folder): number | typeof TOO_MANY | null {
    try {
      return openSync(native(path), O_TMPFILE | constants.O_RDWR, 0o600);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EOPNOTSUPP' || code === 'EISDIR' || code === 'ENOTSUP') this.#without.add(device);
      // The long way meets the others again, and says what they mean.
      return tooManyOpen(error);
    }
  }

  /** @returns whether it has its name now */
  #name(to: number, target: FsPath, { device }: Folder): boolean {
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

function birthOf(to: number, { path }: Folder): Birth {
  const { uid, gid } = fstatSync(to, { bigint: true });
  return { uid, gid, hasAcl: givesAcls(path) };
}

/** Without a name, nothing is left of it. */
export function close({ from, to }: Begun): void {
  closeSync(from);
  closeSync(to);
}

function tooManyOpen(error: unknown): typeof TOO_MANY | null {
  return TOO_MANY_OPEN.has(errorCode(error) ?? '') ? TOO_MANY : null;
}
