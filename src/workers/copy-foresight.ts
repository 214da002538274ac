/** What a copy would do, found out without writing anything. */
import { accessSync, constants, type BigIntStats } from 'node:fs';
import { HeddleError, toErrorData } from '../common/model/errors';
import type { Finding, TaskOutcome } from '../common/model/tasks';
import { displayPath, type FsPath } from '../common/model/paths';
import { aboutTarget, targetError } from './copy-errors';
import { decide, numbered, type Copy, type NumberedBefore } from './copy-existing';
import type { TargetSpelling } from './copy-spelling';
import { accessNearest, type TargetFolders } from './copy-target';
import { mayBeWritten, notReplaceable } from './copy-in-place';
import { lstatOrNull, native } from '../files/entries';
import { wouldBeUpdated } from './copy-there';

/** Whether the target's folder is there, and no link leads to it: what lies behind one is not the target. */
export function isReached(target: FsPath, folders: TargetFolders): boolean {
  try {
    return folders.look(target);
  } catch {
    return false;
  }
}

/**
 * @param sameContent as for {@link decide}
 * @param twin the numbered copy of the same file, which is asked for where there would be one more
 */
export function foresee(
  copy: Copy,
  source: BigIntStats,
  folders: TargetFolders,
  spelling: TargetSpelling | null,
  sameContent: boolean | null,
  inPlace: boolean,
  twin: () => NumberedBefore | null,
): TaskOutcome {
  const { target } = copy;
  const bytes = source.isFile() ? Number(source.size) : 0;
  try {
    const there = aboutTarget(target, () => (folders.look(target) ? lstatOrNull(target) : null));
    const decision = aboutTarget(target, () => decide(copy, source, there, sameContent));
    if (decision.how !== 'settled') {
      if (source.isFile()) accessSync(native(copy.source), constants.R_OK);
      foreseeRefusal(target, decision.how === 'replace' && source.isFile(), inPlace);
    }
    switch (decision.how) {
      case 'settled':
        return decision.outcome.finding === 'unchanged'
          ? { ...wouldBeUpdated(copy, source, decision.outcome), state: 'done' }
          : { ...decision.outcome, state: 'done' };
      case 'new':
        return would('new', bytes, target);
      case 'replace':
        spelling?.refuseOther(copy.source, target);
        return would('replaced', bytes, target);
      case 'number': {
        const before = twin();
        if (before === null) return would('numbered', bytes, freeName(target));
        return { ...wouldBeUpdated(before.copy, source, before.outcome), state: 'done' };
      }
    }
  } catch (error) {
    const reason = toErrorData(error, displayPath(target));
    if (!(error instanceof HeddleError) || !LEFT.has(reason.code)) throw error;
    const finding = reason.code === 'target-exists' ? 'kept' : 'clash';
    return { state: 'done', bytes: 0, target, finding, reason };
  }
}

/** Fails as the real run will where nothing may be made in the target's folder, or in what is there of the way to it. */
function foreseeRefusal(target: FsPath, replaces: boolean, inPlace: boolean): void {
  try {
    accessNearest(target);
  } catch (error) {
    if (!replaces || !mayBeWritten(target)) throw targetError(error, target);
    if (!inPlace) throw notReplaceable(target, error);
  }
}

/** Failures of a copy that are known before it. */
const LEFT: ReadonlySet<string> = new Set([
  'target-exists',
  'target-is-a-folder',
  'target-is-special',
  'target-not-a-folder',
  'clash',
]);

function would(finding: Finding, bytes: number, target: FsPath): TaskOutcome {
  return { state: 'done', bytes, target, finding };
}

function freeName(target: FsPath): FsPath {
  for (let number = 1; ; number++) {
    const name = numbered(target, number);
    if (lstatOrNull(name) === null) return name;
  }
}
