/**
 * One file or symbolic link to its target: bytes to a temporary file, mode and
 * times set, flushed, checked against the source, and then given its name.
 * FIFOs, sockets and devices are never opened. In a dry run nothing is written.
 */
import type { BigIntStats } from 'node:fs';
import type { Lost, WorkDirectoryNote } from '../common/model/copy-options';
import { HeddleError } from '../common/model/errors';
import type { CopyRoot, CopyWorkerOptions } from '../common/threads/worker-options';
import type { Digests } from '../common/model/digests';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import type { FsPath } from '../common/model/paths';
import { copyAttributes } from './attributes';
import { LARGE_BYTES, SMALL_BYTES, copyData, type CopiedData, type CopyHashers } from './copy-data';
import { aboutTarget, failedCopy, notFound, nowAFolder, skippedCopy, targetError } from './copy-errors';
import { mayBeWritten, needsInPlace, notReplaceable, whenDone, writeInPlace } from './copy-in-place';
import {
  decide,
  decidesUnchanged,
  numberedBefore,
  readlinkBytes,
  settledBefore,
  type Copy,
  type CopyAttempt,
  type NumberedBefore,
} from './copy-existing';
import { removeEmptied, removeExtra, type MirrorRoot } from './copy-extras';
import { copyFolders } from './copy-folders';
import { foresee, isReached } from './copy-foresight';
import { makeLink } from './copy-link';
import { placeCopy, type How, type Placing } from './copy-place';
import type { CopyMemory } from './copy-memory';
import { CopiesTogether } from './copies-together';
import { SmallCopies } from './copy-small';
import { TargetSpelling } from './copy-spelling';
import { TargetFolders, isRefusal } from './copy-target';
import {
  NOT_READ,
  compareContents,
  digestsOf,
  updated,
  wantsComparing,
  type Contents,
  type Reading,
} from './copy-there';
import { TargetTimes } from './target-times';
import { Counterparts } from '../files/counterparts';
import { lstatOrNull, native, parentPath, unlinkIfThere } from '../files/entries';
import { NAMING, type Naming } from '../files/take-name';
import { loadHasher } from '../files/hashers';
import { hasRealInodes } from '../files/volumes';
import type { Later, RunTogether, TaskContext } from './runtime';
import { notRegular } from './source-file';
import { ASYNC_IO, SYNC_IO, runAsync, runSync, type Io, type Step } from './steps';

/** What tests replace. */
export interface CopyTuning {
  readonly naming?: Partial<Naming>;
}

type RunCopy = RunTogether<TaskOrder, TaskOutcome>;

const NO_HASHERS: CopyHashers = { wanted: [], check: null };

/** With the hashers that the job needs. */
export async function loadCopy(options: CopyWorkerOptions): Promise<RunCopy> {
  const wanted = await Promise.all(options.algorithms.map((algorithm) => loadHasher(algorithm)));
  const check = options.options.verify ? await loadHasher('blake3') : null;
  return createCopy(options, {}, { wanted, check });
}

export function createCopy(
  options: CopyWorkerOptions,
  tuning: CopyTuning = {},
  hashers: CopyHashers = NO_HASHERS,
): RunCopy {
  const copier = new Copier(options, tuning, hashers);
  return Object.assign(copier.run, { finish: copier.finish });
}

class Copier {
  readonly #options: CopyWorkerOptions;
  readonly #naming: Naming;
  readonly #folders: readonly TargetFolders[];
  readonly #memory: CopyMemory = { buffers: [], noReflink: new Set(), notInKernel: new Set() };
  readonly #small: CopiesTogether;
  readonly #times = new TargetTimes();
  readonly #spelling = new TargetSpelling();
  readonly #mirrorRoots = new Map<CopyRoot, MirrorRoot>();
  #hashers: CopyHashers;
  /** Of the task that a folder is made for. */
  #context: TaskContext | null = null;

  constructor(options: CopyWorkerOptions, { naming = {} }: CopyTuning, hashers: CopyHashers) {
    this.#options = options;
    this.#naming = { ...NAMING, ...naming };
    this.#hashers = hashers;
    this.#small = new CopiesTogether(
      new SmallCopies(this.#memory, { options: options.options, hashers }),
      (order, context) => this.#runAlone(order, context),
    );
    this.#folders = options.roots.map(
      (root) =>
        new TargetFolders(root, (workDirectory) => {
          const note: WorkDirectoryNote = { workDirectory };
          this.#context?.note(note);
        }),
    );
  }

  readonly run = (
    order: TaskOrder,
    context: TaskContext,
  ): TaskOutcome | Promise<TaskOutcome> | Later<TaskOutcome> => {
    this.#context = context;
    return this.#copySmall(order, context) ?? this.#runAlone(order, context);
  };

  readonly finish = (): void => {
    this.#small.finish();
  };

  #runAlone(order: TaskOrder, context: TaskContext): TaskOutcome | Promise<TaskOutcome> {
    const { target } = order;
    const root = this.#options.roots[order.root];
    const folders = this.#folders[order.root];
    if (target === null || root === undefined || folders === undefined) {
      throw new HeddleError('bad-task', 'A copy task without a target or root.');
    }
    const { options } = this.#options;
    const { existing, dryRun, sync } = options;
    switch (order.type) {
      case 'folders':
        return copyFolders(
          order.source,
          target,
          folders,
          { rules: this.#options.rules, sync, dryRun },
          context,
        );
      case 'extra':
        return order.size === null
          ? removeEmptied(order.source, target, this.#mirrorRoot(root), dryRun)
          : removeExtra(order.source, target, this.#mirrorRoot(root), dryRun);
      default:
    }

    const source = lstatOrNull(order.source);
    if (source === null) throw notFound(order.source);
    if (source.isDirectory()) throw nowAFolder(order.source);
    if (!source.isFile() && !source.isSymbolicLink()) return skippedCopy(notRegular(order.source));
    const copy: Copy = {
      source: order.source,
      target,
      policy: existing,
      times: this.#times,
      scratch: null,
    };
    const spelling = target === root.target ? null : this.#spelling;
    if (dryRun) {
      const then = ({ same }: Contents): TaskOutcome =>
        foresee(copy, source, folders, spelling, same, options.inPlace, () =>
          this.#numberedBefore(copy, source, context),
        );
      return isReached(target, folders) ? this.#compared(copy, source, context, then) : then(NOT_READ);
    }

    aboutTarget(target, () => folders.ensureParent(target));
    let temp: FsPath;
    try {
      temp = folders.tempFor(target, order.id);
    } catch (error) {
      return this.#withoutTemp(copy, source, spelling, error, context);
    }
    const job: CopyAttempt = { ...copy, scratch: parentPath(temp), temp, partial: order.partial };
    const before = aboutTarget(target, () => settledBefore(job, source));
    if (before !== null) return this.#withDigests(before, {}, job, context);
    return this.#compared(job, source, context, (contents) =>
      this.#goOn(job, source, contents, order, spelling, context),
    );
  }

  /** Compares contents, where they are to tell what is there already. */
  #compared(
    copy: Copy,
    source: BigIntStats,
    context: TaskContext,
    then: (contents: Contents) => TaskOutcome | Promise<TaskOutcome>,
  ): TaskOutcome | Promise<TaskOutcome> {
    const { options } = this.#options;
    if (!aboutTarget(copy.target, () => wantsComparing(copy, options, source))) return then(NOT_READ);
    return this.#step(context, (io) => compareContents(this.#reading(copy, context), io), then);
  }

  /** Once it is known what reading could tell of the file that is there. */
  #goOn(
    job: CopyAttempt,
    source: BigIntStats,
    { same, digests }: Contents,
    order: TaskOrder,
    spelling: TargetSpelling | null,
    context: TaskContext,
  ): TaskOutcome | Promise<TaskOutcome> {
    const { target } = job;
    const decision = aboutTarget(target, () => decide(job, source, lstatOrNull(target), same));
    if (decision.how === 'settled') return this.#settled(job, source, decision.outcome, digests, context);
    if (decision.how === 'replace') spelling?.refuseOther(order.source, target);
    const twin = decision.how === 'number' ? this.#numberedBefore(job, source, context) : null;
    if (twin !== null) return this.#settled(twin.copy, source, twin.outcome, {}, context);

    if (order.linkTo !== undefined) {
      const linked = this.#hardLink(job, source, order.linkTo, decision.how, context);
      if (linked !== null) return linked;
    }
    if (source.isSymbolicLink()) return this.#copySymlink(job, source, decision.how);
    return this.#copyFile(job, source, decision.how, context);
  }

  /** What is there stays: as it is, or brought up to date. */
  #settled(
    copy: Copy,
    source: BigIntStats,
    outcome: TaskOutcome,
    digests: Digests,
    context: TaskContext,
  ): TaskOutcome | Promise<TaskOutcome> {
    if (outcome.finding !== 'unchanged') return outcome;
    return this.#withDigests(updated(copy, source, this.#options.options, outcome), digests, copy, context);
  }

  #reading(copy: Copy, context: TaskContext): Reading {
    const { options } = this.#options;
    return { copy, options, hashers: this.#hashers, memory: this.#memory, context };
  }

  /** The numbered copy that an earlier job has made of the same file. */
  #numberedBefore(copy: Copy, source: BigIntStats, context: TaskContext): NumberedBefore | null {
    return numberedBefore(copy, source, (one) => {
      if (!this.#options.options.checksum || !source.isFile()) return true;
      const reading = { ...this.#reading(one, context), hashers: NO_HASHERS };
      return runSync(compareContents(reading, SYNC_IO)).same === true;
    });
  }

  /** At once where the thread has nothing else to do. */
  #step<T>(
    { exclusive }: TaskContext,
    step: (io: Io) => Step<T>,
    then: (result: T) => TaskOutcome | Promise<TaskOutcome>,
  ): TaskOutcome | Promise<TaskOutcome> {
    return exclusive ? then(runSync(step(SYNC_IO))) : runAsync(step(ASYNC_IO)).then(then);
  }

  /** A manifest lists what is there, too: a job that goes on finds there what it has made itself. */
  #withDigests(
    outcome: TaskOutcome,
    digests: Digests,
    copy: Copy,
    context: TaskContext,
  ): TaskOutcome | Promise<TaskOutcome> {
    const { target } = outcome;
    if (target === null || this.#hashers.wanted.length === 0) return outcome;
    if (Object.keys(digests).length > 0) return { ...outcome, digests };
    if (lstatOrNull(target)?.isFile() !== true) return outcome;
    return this.#step(
      context,
      (io) => digestsOf(target, this.#reading(copy, context), io),
      (found) => ({ ...outcome, digests: found }),
    );
  }

  /** Nothing can be made in the target's folder: what is there already is fine, and a file may be written into. */
  #withoutTemp(
    copy: Copy,
    source: BigIntStats,
    spelling: TargetSpelling | null,
    refusal: unknown,
    context: TaskContext,
  ): TaskOutcome | Promise<TaskOutcome> {
    const { target } = copy;
    if (!isRefusal(refusal)) throw targetError(refusal, target);
    return this.#compared(copy, source, context, ({ same, digests }) => {
      const decision = aboutTarget(target, () => decide(copy, source, lstatOrNull(target), same));
      if (decision.how === 'settled') return this.#settled(copy, source, decision.outcome, digests, context);
      if (decision.how !== 'replace' || !source.isFile()) throw targetError(refusal, target);
      spelling?.refuseOther(copy.source, target);
      if (!mayBeWritten(target)) throw targetError(refusal, target);
      if (!this.#options.options.inPlace) throw notReplaceable(target, refusal);
      return this.#writeInPlace(target, copy.source, context);
    });
  }

  #writeInPlace(target: FsPath, from: FsPath, context: TaskContext): TaskOutcome | Promise<TaskOutcome> {
    const { options } = this.#options;
    return writeInPlace(target, from, { options, hashers: this.#hashers }, this.#memory, context);
  }

  get #placing(): Placing {
    const wantsDigests = this.#hashers.wanted.length > 0;
    return { naming: this.#naming, spelling: this.#spelling, wantsDigests };
  }

  #mirrorRoot(root: CopyRoot): MirrorRoot {
    let mirror = this.#mirrorRoots.get(root);
    if (mirror === undefined) {
      mirror = {
        ...root,
        rules: this.#options.rules,
        counterparts: new Counterparts(root.source, root.target),
      };
      this.#mirrorRoots.set(root, mirror);
    }
    return mirror;
  }

  /** The short way of small files to where nothing is; `null`: it has to be gone about properly. */
  #copySmall(order: TaskOrder, context: TaskContext): TaskOutcome | Later<TaskOutcome> | null {
    const { type, target, size, root } = order;
    const { existing, dryRun } = this.#options.options;
    const folders = this.#folders[root];
    if (type !== 'file' || size === null || size > SMALL_BYTES || target === null || folders === undefined)
      return null;
    // A number tells no one whose copy it is: that takes a temporary name.
    if (dryRun || existing === 'number' || !context.exclusive) return null;
    return this.#small.copy(order, target, folders, context);
  }

  /** One more name for what the same job has copied; `null` where there can be none. */
  #hardLink(
    job: CopyAttempt,
    source: BigIntStats,
    first: FsPath,
    how: How,
    context: TaskContext,
  ): TaskOutcome | null {
    const copied = lstatOrNull(first);
    const { link } = this.#naming;
    // What lies there may be another's by now, a symbolic link even, or have been left as it was.
    if (link === null || copied?.isFile() !== true) return null;
    if (!decidesUnchanged({ ...job, target: first }, source, copied)) return null;
    // Where inodes are made up, two files may have one: contents tell.
    if (!hasRealInodes(job.source)) {
      const reading = { ...this.#reading({ ...job, target: first }, context), hashers: NO_HASHERS };
      if (runSync(compareContents(reading, SYNC_IO)).same !== true) return null;
    }
    try {
      link(native(first), native(job.temp));
    } catch {
      return null;
    }
    return placeCopy(job, source, how, { bytes: 0 }, this.#placing);
  }

  #copyFile(
    job: CopyAttempt,
    source: BigIntStats,
    how: How,
    context: TaskContext,
  ): TaskOutcome | Promise<TaskOutcome> {
    const { options } = this.#options;
    const { target } = job;
    const begin = (): ReturnType<typeof copyData> =>
      copyData(
        { ...job, options, hashers: this.#hashers, partial: job.partial ?? null },
        context.exclusive ? SYNC_IO : ASYNC_IO,
        this.#memory,
        context,
      );
    const done = (copied: CopiedData): TaskOutcome | Promise<TaskOutcome> => {
      const { bytes, facts, digests, lost } = copied;
      try {
        return placeCopy(job, copied.source, how, { bytes, facts, digests, lost }, this.#placing);
      } catch (error) {
        if (!needsInPlace(error) || !options.inPlace) throw error;
        // What it is written from is whole, and goes when it is done.
        return whenDone(this.#writeInPlace(target, job.temp, context), (outcome) => {
          unlinkIfThere(job.temp);
          return outcome;
        });
      }
    };
    if (context.exclusive && (source.size < LARGE_BYTES || this.#hashers.check !== null || !options.sync)) {
      try {
        return done(runSync(begin()));
      } catch (error) {
        return failedCopy(job.temp, error, source.size >= LARGE_BYTES);
      }
    }
    return (async () => {
      try {
        // Of large files parts are remembered with their digests; small ones do without.
        if (source.size >= LARGE_BYTES && options.sync && this.#hashers.check === null) {
          this.#hashers = { ...this.#hashers, check: await loadHasher('blake3') };
        }
        return await done(context.exclusive ? runSync(begin()) : await runAsync(begin()));
      } catch (error) {
        return failedCopy(job.temp, error, source.size >= LARGE_BYTES);
      }
    })();
  }

  /** A link's text is copied as it is. It is made under the temporary name, where it gets its times, and then renamed. */
  #copySymlink(job: CopyAttempt, source: BigIntStats, how: How): TaskOutcome {
    const text = readlinkBytes(job.source);
    const lost = new Set<Lost>();
    try {
      aboutTarget(job.target, () => {
        makeLink(text, job.temp, job.source, job.target);
        copyAttributes(job.source, source, job.temp, lost);
      });
      return placeCopy(job, source, how, { bytes: 0, lost: [...lost] }, this.#placing);
    } catch (error) {
      return failedCopy(job.temp, error, source.size >= LARGE_BYTES);
    }
  }
}
