/** Files that cannot be replaced in one step: their folder may not be written to, or they are mounted themselves. */
import { accessSync, constants } from 'node:fs';
import { HeddleError } from '../common/model/errors';
import type { TaskOutcome } from '../common/model/tasks';
import { displayPath, type FsPath } from '../common/model/paths';
import { errorCode, lstatOrNull, native, parentPath } from '../files/entries';
import { copyData, type CopiedData, type DataJob } from './copy-data';
import type { CopyMemory } from './copy-memory';
import type { TaskContext } from './runtime';
import { ASYNC_IO, SYNC_IO, runAsync, runSync } from './steps';

/** What the system answers where nothing can be renamed over a file, although it may be one that can be written into. */
const NOT_REPLACED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);
const CODE = 'not-replaceable';

export function cannotBeReplaced(error: unknown): boolean {
  return NOT_REPLACED.has(errorCode(error) ?? '');
}

/** A file, and no link to one. */
export function mayBeWritten(target: FsPath): boolean {
  if (lstatOrNull(target)?.isFile() !== true) return false;
  try {
    accessSync(native(target), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function notReplaceable(target: FsPath, cause: unknown): HeddleError {
  return new HeddleError(
    CODE,
    `${displayPath(target)} was left as it is: in its folder ${displayPath(parentPath(target))} nothing can be renamed over it. The file itself may be written to; --in-place does that, and leaves it half-written if it is interrupted.`,
    { cause },
  );
}

export function needsInPlace(error: unknown): boolean {
  return error instanceof HeddleError && error.code === CODE;
}

/**
 * Writes over a file that nothing can be renamed over.
 * @param from the source, or the finished copy of it
 */
export function writeInPlace(
  target: FsPath,
  from: FsPath,
  manner: Pick<DataJob, 'options' | 'hashers'>,
  memory: CopyMemory,
  context: TaskContext,
): TaskOutcome | Promise<TaskOutcome> {
  const job: DataJob = { ...manner, source: from, temp: target, target, partial: null, inPlace: true };
  const { exclusive } = context;
  const steps = copyData(job, exclusive ? SYNC_IO : ASYNC_IO, memory, context);
  const done = ({ bytes, facts, digests, lost }: CopiedData): TaskOutcome => ({
    state: 'done',
    bytes,
    target,
    finding: 'replaced',
    copied: facts,
    ...(Object.keys(digests).length === 0 ? {} : { digests }),
    ...(lost.length === 0 ? {} : { lost: [...lost] }),
  });
  return whenDone(exclusive ? runSync(steps) : runAsync(steps), done);
}

export function whenDone<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}
