/** How a finished copy gets its name, whatever has become of it meanwhile. */
import type { BigIntStats } from 'node:fs';
import type { CopyFacts, Lost } from '../common/model/copy-options';
import type { Digests } from '../common/model/digests';
import { HeddleError } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import type { TaskOutcome } from '../common/model/tasks';
import { lstatOrNull, parentPath, unlinkIfThere } from '../files/entries';
import { placeAt, replaceAt, type Naming, type Placed } from '../files/take-name';
import { IS_WINDOWS } from '../files/windows-paths';
import { aboutTarget } from './copy-errors';
import { decide, numbered, type CopyAttempt } from './copy-existing';
import { cannotBeReplaced, mayBeWritten, notReplaceable } from './copy-in-place';
import type { TargetSpelling } from './copy-spelling';

/**
 * A symbolic link must not be linked. And removing one name of what is read-only makes it writable on Windows, under its
 * other name, too.
 */
function mayHaveTwoNames(source: BigIntStats): boolean {
  return !source.isSymbolicLink() && !(IS_WINDOWS && (source.mode & 0o200n) === 0n);
}

/** More files of one name than this in one folder are a mistake. */
const MAX_NUMBER = 1_000_000;

export type How = 'new' | 'replace' | 'number';

export interface Made {
  readonly bytes: number;
  readonly facts?: CopyFacts;
  readonly digests?: Digests;
  readonly lost?: readonly Lost[];
}

export interface Placing {
  readonly naming: Naming;
  readonly spelling: TargetSpelling;
  /** Whether digests are wanted of what is there, too. */
  readonly wantsDigests: boolean;
}

/**
 * @param how was decided before the copy was made; where somebody else has made the target since, it is again
 * @throws HeddleError `target-exists`, `not-replaceable`, `no-free-name`; system errors, about the target
 */
export function placeCopy(
  job: CopyAttempt,
  source: BigIntStats,
  how: How,
  made: Made,
  placing: Placing,
): TaskOutcome {
  const { temp, target } = job;
  const { bytes, facts, digests = {}, lost = [] } = made;
  const naming = mayHaveTwoNames(source) ? placing.naming : { ...placing.naming, link: null };
  const placed = aboutTarget(target, () => {
    try {
      return placeByDecision(how, temp, target, parentPath(temp), naming);
    } catch (error) {
      const isFile = source.isFile() && how === 'replace';
      throw isFile && cannotBeReplaced(error) && mayBeWritten(target) ? notReplaceable(target, error) : error;
    }
  });
  if (placed !== null) {
    return {
      state: 'done',
      bytes,
      ...placed,
      ...(facts === undefined ? {} : { copied: facts }),
      ...(Object.keys(digests).length === 0 ? {} : { digests }),
      ...(lost.length === 0 ? {} : { lost }),
    };
  }
  // Somebody else made the target while this copy was under way.
  const there = lstatOrNull(target);
  if (there === null) {
    unlinkIfThere(temp);
    throw takenMeanwhile(`${displayPath(target)} was taken by another program meanwhile.`);
  }
  try {
    const again = decide(job, source, there);
    if (again.how === 'replace') placing.spelling.refuseOther(job.source, target);
    if (again.how === 'replace' || again.how === 'number')
      return placeCopy(job, source, again.how, made, placing);
    unlinkIfThere(temp);
    // With digests to be made of it, it is looked at from the start.
    if (again.how === 'settled' && !placing.wantsDigests) return again.outcome;
  } catch (error) {
    unlinkIfThere(temp);
    throw error;
  }
  throw takenMeanwhile(`${displayPath(target)} comes and goes.`);
}

function takenMeanwhile(message: string): HeddleError {
  return new HeddleError('target-exists', message, { retryable: true });
}

/**
 * Gives the finished copy at `temp` its name.
 * @returns `null` when somebody else took it meanwhile
 */
function placeByDecision(
  how: How,
  temp: FsPath,
  target: FsPath,
  workDirectory: FsPath,
  naming: Naming,
): (Placed & { readonly finding: 'new' | 'replaced' | 'numbered' }) | null {
  switch (how) {
    case 'new': {
      const placed = placeAt(temp, target, workDirectory, naming);
      return placed === null ? null : { ...placed, finding: 'new' };
    }
    case 'replace':
      return { ...replaceAt(temp, target, naming), finding: 'replaced' };
    case 'number':
      for (let number = 1; number < MAX_NUMBER; number++) {
        const placed = placeAt(temp, numbered(target, number), workDirectory, naming);
        if (placed !== null) return { ...placed, finding: 'numbered' };
      }
      throw new HeddleError(
        'no-free-name',
        `${displayPath(target)} and every numbered name after it exist already.`,
      );
  }
}
