/** What was given by name has to be there. */
import { lstat, stat } from 'node:fs/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/model/errors';
import { displayPath, type FsPath } from '../../common/model/paths';
import { native } from '../../files/entries';

/** @throws HeddleError `source-missing`, or what the system says */
export async function mustExist(path: FsPath): Promise<void> {
  await lstat(native(path)).catch((error: unknown) => {
    throw missing(error, path);
  });
}

/** What was given by name and is not there was given wrong. */
export function missing(error: unknown, path: FsPath): HeddleError {
  const data = toErrorData(error, displayPath(path));
  return data.code === 'not-found' ? new HeddleError('source-missing', data.message) : fromErrorData(data);
}

/** As {@link mustExist}, where a link that is named is what it leads to. */
export async function mustLeadSomewhere(path: FsPath): Promise<void> {
  await mustExist(path);
  await stat(native(path)).catch((error: unknown) => {
    const data = toErrorData(error, displayPath(path));
    if (data.code !== 'not-found') throw fromErrorData(data);
    throw new HeddleError(
      'source-missing',
      `${displayPath(path)} is a symbolic link, and what it leads to does not exist.`,
    );
  });
}
