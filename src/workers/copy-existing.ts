/**
 * What becomes of a copy whose target exists, by the job's policy. A folder never gives way to a file, nor a file to
 * a folder; what is replaced is replaced in one step; and nothing is written through a link.
 */
import { readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { CopyPolicy } from '../common/model/copy-options';
import { HeddleError } from '../common/model/errors';
import { numberedName } from '../files/file-name';
import type { PartialState } from '../common/model/download';
import type { TaskOutcome } from '../common/model/tasks';
import { displayPath, joinPath, pathFromBytes, pathToBytes, type FsPath } from '../common/model/paths';
import { isSameFile, lastPart, lstatOrNull, native, parentPath, unlinkIfThere } from '../files/entries';
import { isUnfinished } from './extended-attributes';
import type { TargetTimes } from './target-times';
import { refuseSpecial } from '../files/take-name';

/** What is to be done: the copy is made and gets a name, or all is said already. */
export type Decision =
  { readonly how: 'new' | 'replace' | 'number' } | { readonly how: 'settled'; readonly outcome: TaskOutcome };

export interface Copy {
  readonly source: FsPath;
  readonly target: FsPath;
  readonly policy: CopyPolicy;
  readonly times: TargetTimes;
  /** A folder on the target's file system where times may be tried out; `null` in a dry run. */
  readonly scratch: FsPath | null;
}

/** What one attempt knows of its task. */
export interface CopyAttempt extends Copy {
  readonly temp: FsPath;
  /** What an earlier attempt left at `temp`. */
  readonly partial: PartialState | null | undefined;
}

/**
 * @param sameContent what comparing the two has found; `null`: size and time tell
 * @throws HeddleError `target-exists`, `target-is-a-folder`, `target-is-special`
 */
export function decide(
  copy: Copy,
  source: BigIntStats,
  there: BigIntStats | null,
  sameContent: boolean | null = null,
): Decision {
  if (there === null) return { how: 'new' };
  const { target, policy } = copy;
  // One file has one size and one time: where inodes are made up, two may have one number.
  if (isSameFile(source, there) && source.size === there.size && source.mtimeNs === there.mtimeNs) {
    return left(copy, 'unchanged', `${displayPath(target)} is its source by another name.`);
  }
  if (sameContent ?? isUnchanged(copy, source, there)) {
    return { how: 'settled', outcome: unchanged(copy) };
  }
  if (policy !== 'skip' && policy !== 'number') refuseSpecial(target, there);
  switch (policy) {
    case 'skip':
      return left(copy, 'kept', `${displayPath(target)} exists already and was left as it is.`);
    case 'number':
      return { how: 'number' };
    case 'newer':
      if (!there.isDirectory() && !isOlder(copy, source, there)) {
        return left(
          copy,
          'kept',
          `${displayPath(target)} is not older than its source and was left as it is.`,
        );
      }
      break;
    case 'refuse':
      if (!there.isDirectory()) {
        throw new HeddleError(
          'target-exists',
          `${displayPath(target)} exists already and was left as it is.`,
        );
      }
      break;
    case 'overwrite':
      break;
  }
  if (there.isDirectory()) {
    throw new HeddleError(
      'target-is-a-folder',
      `${displayPath(target)} is a folder, which is never replaced by a file. Move it away, then retry.`,
    );
  }
  return { how: 'replace' };
}

function unchanged({ target }: Copy): TaskOutcome {
  return leftOutcome(target, 'unchanged', `${displayPath(target)} is there already, the same as its source.`);
}

function left({ target }: Copy, finding: 'unchanged' | 'kept', message: string): Decision {
  return { how: 'settled', outcome: leftOutcome(target, finding, message) };
}

function leftOutcome(target: FsPath, finding: 'unchanged' | 'kept', message: string): TaskOutcome {
  const code = finding === 'kept' ? 'target-kept' : finding;
  return { state: 'skipped', bytes: 0, target, finding, reason: { code, message, retryable: false } };
}

/** Same type, size and time; of links, the same text. */
export function isUnchanged(copy: Copy, from: BigIntStats, there: BigIntStats): boolean {
  if (from.isSymbolicLink()) {
    return there.isSymbolicLink() && readlinkBytes(copy.source).equals(readlinkBytes(copy.target));
  }
  return there.isFile() && there.size === from.size && isSameTime(copy, from, there);
}

/** What an interrupted copy has left half-written is older than anything, whatever its time. */
function isOlder(copy: Copy, from: BigIntStats, there: BigIntStats): boolean {
  if (copy.times.isOlder(from.mtimeNs, { ...copy, there })) return true;
  return there.isFile() && isUnfinished(copy.target);
}

/** As far as the target keeps times. */
export function isSameTime(copy: Copy, from: BigIntStats, there: BigIntStats): boolean {
  return copy.times.isSame(from.mtimeNs, { ...copy, there });
}

/**
 * What an earlier run has left: `null` when the copy is still to be made, with nothing under its temporary name but
 * what can be gone on with.
 */
export function settledBefore(job: CopyAttempt, source: BigIntStats): TaskOutcome | null {
  const temp = lstatOrNull(job.temp);
  if (temp === null) return null;
  const there = lstatOrNull(job.target);
  const done = {
    state: 'done',
    bytes: source.isFile() ? Number(source.size) : 0,
    release: job.temp,
  } as const;
  // Both names are of one file: it was whole, and named, when its process was killed.
  if (there !== null && isSameFile(temp, there)) return { ...done, target: job.target, finding: 'new' };
  if (temp.nlink > 1n && job.policy === 'number') {
    const target = findNumbered(temp, job.target);
    if (target !== null) return { ...done, target, finding: 'numbered' };
  }
  if (job.partial == null) unlinkIfThere(job.temp);
  return null;
}

/** Whether size and time say so; not of the source itself. */
export function decidesUnchanged(copy: Copy, source: BigIntStats, there: BigIntStats): boolean {
  const decision = decide({ ...copy, policy: 'skip' }, source, there);
  return decision.how === 'settled' && decision.outcome.finding === 'unchanged' && !isSameFile(source, there);
}

export function readlinkBytes(path: FsPath): Buffer {
  return readlinkSync(native(path), { encoding: 'buffer' });
}

/** `name (1).ext` of `name.ext`. */
export function numbered(target: FsPath, number: number): FsPath {
  const folder = parentPath(target);
  if (typeof target === 'string') {
    return joinPath(folder, numberedName(displayPath(lastPart(target)), number));
  }
  // A character for each byte: the name is cut and numbered, and no byte of it is changed.
  const bytes = Buffer.from(pathToBytes(target));
  const name = bytes.subarray(bytes.lastIndexOf(0x2f) + 1).toString('latin1');
  return joinPath(folder, pathFromBytes(Buffer.from(numberedName(name, number), 'latin1')));
}

export interface NumberedBefore {
  /** Its target is the numbered name. */
  readonly copy: Copy;
  readonly outcome: TaskOutcome;
}

/**
 * The numbered copy of the same file, as size and time tell, that was made before: one that is repeated makes no other.
 * @param isSame what more is to be the same
 */
export function numberedBefore(
  copy: Copy,
  source: BigIntStats,
  isSame: (one: Copy) => boolean,
): NumberedBefore | null {
  for (let number = 1; ; number++) {
    const one = { ...copy, target: numbered(copy.target, number) };
    const there = lstatOrNull(one.target);
    if (there === null) return null;
    if (isSameFile(source, there) || !isUnchanged(one, source, there) || !isSame(one)) continue;
    return { copy: one, outcome: unchanged(one) };
  }
}

/** The numbered name that an earlier, killed run gave to the file; `null` if there is none. */
export function findNumbered(temp: BigIntStats, target: FsPath): FsPath | null {
  for (let number = 1; ; number++) {
    const name = numbered(target, number);
    const there = lstatOrNull(name);
    if (there === null) return null;
    if (isSameFile(there, temp)) return name;
  }
}
