/**
 * Failures of a copy, and what becomes of its temporary file. Those that are about the target say so; what the source
 * fails with is named after it by the runtime.
 */
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import type { ErrorData } from '../common/model/errors';
import type { TaskOutcome } from '../common/model/tasks';
import { errorCode, unlinkIfThere } from '../files/entries';
import { TaskCancelled } from './runtime';
import { NotAFile } from './source-file';

/** Runs `action`; its system errors are about `target`. */
export function aboutTarget<T>(target: FsPath, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw targetError(error, target);
  }
}

export function targetError(error: unknown, target: FsPath): unknown {
  if (error instanceof HeddleError || errorCode(error) === undefined) return error;
  return fromErrorData(toErrorData(error, displayPath(target)));
}

export function notFound(path: FsPath): HeddleError {
  return new HeddleError('not-found', `${displayPath(path)} does not exist.`);
}

export function nowAFolder(path: FsPath): HeddleError {
  return new HeddleError('is-a-folder', `${displayPath(path)} is a folder where a file was expected.`);
}

/**
 * Removes the temporary file, unless it is large and another attempt can go on with it; then skips.
 * @throws what it failed with
 */
export function failedCopy(temp: FsPath, error: unknown, isLarge: boolean): TaskOutcome {
  if (!canGoOn(error) || !isLarge) unlinkIfThere(temp);
  if (error instanceof NotAFile) return skippedCopy(error.reason);
  throw error;
}

/** Stopped, or hindered for a while: what is on the device stays. A job that ends takes it away. */
function canGoOn(error: unknown): boolean {
  return (
    error instanceof TaskCancelled ||
    errorCode(error) === 'EIO' ||
    (error instanceof HeddleError && (error.code === 'io-error' || error.code === 'in-use'))
  );
}

export function skippedCopy(reason: ErrorData, target: FsPath | null = null): TaskOutcome {
  return { state: 'skipped', bytes: 0, target, reason };
}
