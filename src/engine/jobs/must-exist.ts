/** What was given by name has to be there. */
import { lstat } from 'node:fs/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/errors';
import { displayPath, type FsPath } from '../../common/paths';
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
