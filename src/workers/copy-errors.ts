/** Failures of a copy that are about its target; those of the source are named after it by the runtime. */
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import { errorCode } from '../files/entries';

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
