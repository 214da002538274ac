/**
 * What is at the target already: whether its content is its source's, where that is asked for; its digests, where they
 * are wanted; and what it has otherwise than its source, brought up to date without copying a byte.
 */
import { closeSync, fstatSync, fsyncSync, openSync, statSync, statfsSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { CopyOptions, Lost } from '../common/model/copy-options';
import { HeddleError } from '../common/model/errors';
import type { Digests } from '../common/model/digests';
import type { TaskOutcome } from '../common/model/tasks';
import { displayPath, type FsPath } from '../common/model/paths';
import { isSameFile, lstatOrNull, native, parentPath } from '../files/entries';
import { libc } from '../files/libc';
import { isPseudo } from '../files/volumes';
import { bringUpToDate, differences, type Entry } from './attributes';
import type { CopyHashers } from './copy-data';
import { bufferOf, type CopyMemory } from './copy-memory';
import { aboutTarget, targetError } from './copy-errors';
import { isSameTime, isUnchanged, type Copy } from './copy-existing';
import type { TaskContext } from './runtime';
import { OPEN_TO_READ, hasChanged, openingFailure } from './source-file';
import { wait, type Io, type Step } from './steps';

/** What reading has found. `same`: `null` where it was not asked for, or sizes had told it. */
export interface Contents {
  readonly same: boolean | null;
  readonly digests: Digests;
}

export const NOT_READ: Contents = { same: null, digests: {} };

export interface Reading {
  readonly copy: Copy;
  readonly options: CopyOptions;
  readonly hashers: CopyHashers;
  readonly memory: CopyMemory;
  readonly context: TaskContext;
}

/** Whether contents are to be compared before it is said that the two are the same. */
export function wantsComparing(copy: Copy, { checksum, verify }: CopyOptions, source: BigIntStats): boolean {
  // A file without blocks may be one whose size is not what it holds.
  if (!(checksum || verify || source.blocks === 0n) || !source.isFile()) return false;
  const there = lstatOrNull(copy.target);
  if (there?.isFile() !== true) return false;
  if (isSameFile(source, there)) return false;
  if (source.size !== there.size) return isPseudo(copy.source);
  return checksum || (verify && isUnchanged(copy, source, there));
}

/**
 * Reads source and target side by side, up to where they differ.
 * @throws HeddleError `changed-while-copying`; system errors
 */
export function* compareContents(reading: Reading, io: Io): Step<Contents> {
  const { copy, memory, context } = reading;
  const from = open(copy.source, copy.source);
  try {
    const to = aboutTarget(copy.target, () => open(copy.target, copy.target));
    try {
      const before = [fstatSync(from, { bigint: true }), fstatSync(to, { bigint: true })] as const;
      // From the device, as far as it can be had: what was asked for is what is stored.
      if (reading.options.verify) libc()?.dropFromMemory(to);
      context.setBytesTotal(Number(before[0].size));
      const buffer = bufferOf(memory, context.lane);
      const half = buffer.length / 2;
      const [ours, theirs] = [buffer.subarray(0, half), buffer.subarray(half)];
      const hashers = reading.hashers.wanted.map((factory) => factory.create());
      let same = true;
      for (let at = 0; same;) {
        context.throwIfCancelled();
        const length = yield* fill(io, from, ours, at);
        const other = yield* fillFrom(copy.target, io, to, theirs, at);
        same = length === other && ours.compare(theirs, 0, length, 0, length) === 0;
        for (const hasher of hashers) hasher.update(ours.subarray(0, length));
        at += length;
        context.setBytesDone(at);
        if (length < half) break;
      }
      throwIfChanged(copy.source, from, before[0]);
      throwIfChanged(copy.target, to, before[1]);
      if (!same) return { same, digests: {} };
      const names = reading.hashers.wanted.map(({ algorithm }) => algorithm);
      return {
        same,
        digests: Object.fromEntries(names.map((name, index) => [name, hashers[index]?.digest()])),
      };
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}

/** Of the file at the target, which was there already. */
export function* digestsOf(target: FsPath, reading: Omit<Reading, 'copy'>, io: Io): Step<Digests> {
  const { hashers, memory, context } = reading;
  const fd = aboutTarget(target, () => open(target, target));
  try {
    const before = fstatSync(fd, { bigint: true });
    context.setBytesTotal(Number(before.size));
    const buffer = bufferOf(memory, context.lane);
    const states = hashers.wanted.map((factory) => factory.create());
    for (let at = 0; ;) {
      context.throwIfCancelled();
      const read = yield* fillFrom(target, io, fd, buffer, at);
      for (const state of states) state.update(buffer.subarray(0, read));
      at += read;
      context.setBytesDone(at);
      if (read < buffer.length) break;
    }
    throwIfChanged(target, fd, before);
    return Object.fromEntries(
      hashers.wanted.map(({ algorithm }, index) => [algorithm, states[index]?.digest() ?? '']),
    );
  } finally {
    closeSync(fd);
  }
}

/** Of an entry whose content is the source's: what it has besides, as at the source now. */
export function updated(
  copy: Copy,
  source: BigIntStats,
  options: CopyOptions,
  outcome: TaskOutcome,
): TaskOutcome {
  const pair = entries(copy, source);
  if (pair === null) return outcome;
  const lost = new Set<Lost>();
  const isUpdated = aboutTarget(copy.target, () => {
    const times = !isSameTime(copy, source, pair.target.stats);
    const changed = bringUpToDate(pair.source, pair.target, times, lost);
    if (changed && options.sync) flush(copy.target);
    return changed;
  });
  const told = lost.size === 0 ? outcome : { ...outcome, lost: [...lost] };
  return isUpdated ? asUpdated(told) : told;
}

/** What {@link updated} would say, found out without writing. */
export function wouldBeUpdated(copy: Copy, source: BigIntStats, outcome: TaskOutcome): TaskOutcome {
  const pair = entries(copy, source);
  if (pair === null) return outcome;
  const { stats } = pair.target;
  const differs = aboutTarget(
    copy.target,
    () =>
      !isSameTime(copy, source, stats) ||
      (keepsRights(copy.target, stats) && differences(pair.source, pair.target).size > 0),
  );
  return differs ? asUpdated(outcome) : outcome;
}

/** Whether files there may have modes and owners of their own, as far as looking tells. */
function keepsRights(target: FsPath, { mode }: BigIntStats): boolean {
  const folder = native(parentPath(target));
  const { type } = statfsSync(folder);
  if (WITHOUT_RIGHTS.has(type)) return false;
  // Its FAT and its like give all files of a disk one mode, which is that of folders as well.
  return type !== FUSE || (statSync(folder, { bigint: true }).mode & 0o777n) !== (mode & 0o777n);
}

/** statfs(2) on Linux: FAT and exFAT. */
const WITHOUT_RIGHTS: ReadonlySet<number> = new Set([0x4d44, 0x2011_bab0]);
const FUSE = 0x6573_5546;

/** `null`: what is there is left as it is. */
function entries(copy: Copy, source: BigIntStats): { readonly source: Entry; readonly target: Entry } | null {
  if (copy.policy === 'skip') return null;
  const there = lstatOrNull(copy.target);
  if (there === null || isSameFile(source, there)) return null;
  return { source: { path: copy.source, stats: source }, target: { path: copy.target, stats: there } };
}

function asUpdated({ bytes, target, digests, lost }: TaskOutcome): TaskOutcome {
  return {
    state: 'done',
    bytes,
    target,
    finding: 'updated',
    ...(digests === undefined ? {} : { digests }),
    ...(lost === undefined ? {} : { lost }),
  };
}

function flush(target: FsPath): void {
  let fd: number;
  try {
    fd = openSync(native(target), OPEN_TO_READ);
  } catch {
    // A link, or what may not be read: it is flushed with its folder.
    return;
  }
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function open(path: FsPath, named: FsPath): number {
  try {
    return openSync(native(path), OPEN_TO_READ);
  } catch (error) {
    throw openingFailure(error, named);
  }
}

/** Until the buffer is full or the file ends. */
function* fill(io: Io, fd: number, buffer: Buffer, position: number): Step<number> {
  for (let total = 0; ;) {
    const part = buffer.subarray(total);
    const read = yield* wait(io.read(fd, part, part.length, position + total));
    total += read;
    if (read === 0 || total === buffer.length) return total;
  }
}

function* fillFrom(target: FsPath, io: Io, fd: number, buffer: Buffer, position: number): Step<number> {
  try {
    return yield* fill(io, fd, buffer, position);
  } catch (error) {
    throw targetError(error, target);
  }
}

function throwIfChanged(path: FsPath, fd: number, before: BigIntStats): void {
  if (!hasChanged(before, fstatSync(fd, { bigint: true }))) return;
  throw new HeddleError('changed-while-copying', `${displayPath(path)} changed while it was read.`, {
    retryable: true,
  });
}
