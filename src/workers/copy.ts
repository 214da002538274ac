/**
 * One file or symbolic link to its target: bytes to a temporary file, mode and
 * times set, flushed, checked against the source, and then linked to its name.
 * What exists is never replaced. FIFOs, sockets and devices are never opened.
 */
import { readlinkSync, symlinkSync, lutimesSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { HeddleError } from '../common/errors';
import type { ErrorData } from '../common/errors';
import type { TaskOrder, TaskOutcome, WorkerOptions } from '../common/model';
import { displayPath, type FsPath } from '../common/paths';
import { copyData, copyDataSync, secondsOf, type CopyBuffers } from './copy-data';
import { aboutTarget } from './copy-errors';
import { copyFolders } from './copy-folders';
import { TargetFolders } from './copy-target';
import { isSameFile, lstatOrNull, native, placeAt, unlinkIfThere, type Link } from './final-name';
import type { RunTask, TaskContext } from './runtime';
import { NotAFile, notRegular } from './source-file';

type CopyOptions = Extract<WorkerOptions, { kind: 'copy' }>;

/** What tests replace. */
export interface CopyTuning {
  readonly link?: Link;
}

/** What one attempt knows of its task. */
interface Job {
  readonly source: FsPath;
  readonly target: FsPath;
  readonly temp: FsPath;
  readonly link: Link | undefined;
  readonly lockDirectory: FsPath;
}

export function createCopy(options: CopyOptions, tuning: CopyTuning = {}): RunTask<TaskOrder, TaskOutcome> {
  const folders = options.roots.map((root) => new TargetFolders(root));
  const buffers: CopyBuffers = { byLane: [], noReflink: new Set() };

  return (order, context) => {
    const { target } = order;
    const root = options.roots[order.root];
    const rootFolders = folders[order.root];
    if (target === null || root === undefined || rootFolders === undefined) {
      throw new HeddleError('bad-task', 'A copy task without a target or root.');
    }
    if (order.type === 'folders') return copyFolders(order.source, target, rootFolders, context);

    const source = lstatOrNull(order.source);
    if (source === null) throw notFound(order.source);
    if (source.isDirectory()) throw nowAFolder(order.source);
    if (!source.isFile() && !source.isSymbolicLink()) return skipped(notRegular(order.source));

    const temp = aboutTarget(target, () => rootFolders.tempFor(target, order.id));
    const job: Job = {
      source: order.source,
      target,
      temp,
      link: tuning.link,
      lockDirectory: root.workDirectory,
    };
    const settled = aboutTarget(target, () => settledBefore(job, source));
    if (settled !== null) return settled;

    if (source.isSymbolicLink()) return copySymlink(job, source);
    return context.exclusive ? copyFileSync(job, buffers, context) : copyFile(job, buffers, context);
  };
}

/**
 * What an earlier run, or the user, has left: `null` when the copy is still to be made, with nothing under
 * its temporary name.
 */
function settledBefore(job: Job, source: BigIntStats): TaskOutcome | null {
  const temp = lstatOrNull(job.temp);
  const there = lstatOrNull(job.target);
  if (temp !== null) {
    // Both names are of one file: it was whole, and named, when its process was killed.
    if (there !== null && isSameFile(temp, there)) {
      return { state: 'done', bytes: sizeOf(source), target: job.target, release: job.temp };
    }
    unlinkIfThere(job.temp);
  }
  return there === null ? null : existing(job, source, there);
}

/** The policy for a target that exists: left alone; a fault unless it is what the copy would make. */
function existing(job: Job, source: BigIntStats, there: BigIntStats): TaskOutcome {
  if (isUnchanged(job, source, there)) {
    return skipped(
      {
        code: 'unchanged',
        message: `${displayPath(job.target)} is there already, the same as its source.`,
        retryable: false,
      },
      job.target,
    );
  }
  throw new HeddleError('target-exists', `${displayPath(job.target)} exists already and was left as it is.`);
}

/** Same type, size and time; of links, the same text. */
function isUnchanged(job: Job, source: BigIntStats, there: BigIntStats): boolean {
  if (source.isSymbolicLink()) {
    return there.isSymbolicLink() && readlinkBytes(job.source).equals(readlinkBytes(job.target));
  }
  if (!there.isFile() || there.size !== source.size) return false;
  // Times are set with less than a microsecond's error, and some file systems keep milliseconds.
  const apart = there.mtimeNs - source.mtimeNs;
  return apart < 1_000_000n && apart > -1_000_000n;
}

function copyFileSync(job: Job, buffers: CopyBuffers, context: TaskContext): TaskOutcome {
  try {
    const result = copyDataSync(job.source, job.temp, job.target, buffers, context);
    return place(job, result.source, result.bytes);
  } catch (error) {
    return failed(job, error);
  }
}

async function copyFile(job: Job, buffers: CopyBuffers, context: TaskContext): Promise<TaskOutcome> {
  try {
    const result = await copyData(job.source, job.temp, job.target, buffers, context);
    return place(job, result.source, result.bytes);
  } catch (error) {
    return failed(job, error);
  }
}

/**
 * A link's text is copied as it is. On Linux it is made under the temporary name first, where it gets its
 * times, and then linked (link(2) does not follow) like a file. Elsewhere it takes its name at once, which
 * is atomic and replaces nothing either.
 */
function copySymlink(job: Job, source: BigIntStats): TaskOutcome {
  const text = readlinkBytes(job.source);
  const linked = process.platform === 'linux';
  const made = linked ? job.temp : job.target;
  try {
    aboutTarget(job.target, () => {
      symlinkSync(text, native(made));
      lutimesSync(native(made), secondsOf(source.atimeNs), secondsOf(source.mtimeNs));
    });
    if (!linked) return { state: 'done', bytes: 0, target: job.target };
    return place(job, source, 0);
  } catch (error) {
    if (!linked && error instanceof HeddleError && error.code === 'target-exists')
      return nameTaken(job, source);
    return failed(job, error);
  }
}

function place(job: Job, source: BigIntStats, bytes: number): TaskOutcome {
  const placed = aboutTarget(job.target, () => placeAt(job.temp, job.target, job.lockDirectory, job.link));
  if (placed === null) {
    unlinkIfThere(job.temp);
    return nameTaken(job, source);
  }
  return { state: 'done', bytes, ...placed };
}

/** Somebody else made the target while this copy was under way. */
function nameTaken(job: Job, source: BigIntStats): TaskOutcome {
  const there = lstatOrNull(job.target);
  if (there === null) {
    throw new HeddleError(
      'target-exists',
      `${displayPath(job.target)} was taken by another program meanwhile.`,
      {
        retryable: true,
      },
    );
  }
  return existing(job, source, there);
}

/** Removes the temporary file, then fails or skips. */
function failed(job: Job, error: unknown): TaskOutcome {
  unlinkIfThere(job.temp);
  if (error instanceof NotAFile) return skipped(error.reason);
  throw error;
}

function skipped(reason: ErrorData, target: FsPath | null = null): TaskOutcome {
  return { state: 'skipped', bytes: 0, target, reason };
}

function sizeOf(source: BigIntStats): number {
  return source.isFile() ? Number(source.size) : 0;
}

function readlinkBytes(path: FsPath): Buffer {
  return readlinkSync(native(path), { encoding: 'buffer' });
}

function notFound(path: FsPath): HeddleError {
  return new HeddleError('not-found', `${displayPath(path)} does not exist.`);
}

function nowAFolder(path: FsPath): HeddleError {
  return new HeddleError('is-a-folder', `${displayPath(path)} is a folder where a file was expected.`);
}
