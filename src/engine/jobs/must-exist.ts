/** What was given by name has to be there. */
import { lstat } from 'node:fs/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/errors';

/** @throws HeddleError `source-missing`, or what the system says */
export async function mustExist(path: string): Promise<void> {
  await lstat(path).catch((error: unknown) => {
    throw missing(error, path);
  });
}

/** What was given by name and is not there was given wrong. */
export function missing(error: unknown, path: string): HeddleError {
  const data = toErrorData(error, path);
  return data.code === 'not-found' ? new HeddleError('source-missing', data.message) : fromErrorData(data);
}
