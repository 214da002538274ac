/** Files that cannot be replaced in one step: their folder may not be written to, or they are mounted themselves. */
import { accessSync, constants } from 'node:fs';
import { HeddleError } from '../common/errors';
import { displayPath, type FsPath } from '../common/paths';
import { errorCode, lstatOrNull, native, parentPath } from '../files/entries';

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
