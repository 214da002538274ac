/** Folders that servers of every kind answer from. */
import { realpath, stat } from 'node:fs/promises';
import { HeddleError, toErrorData } from '../common/model/errors';

/** Where the folder truly lies. @param code of the error where it is none @throws HeddleError */
export async function servedFolder(path: string, code: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new HeddleError(code, toErrorData(error, path).message, { cause: error });
  }
  throw new HeddleError(code, `${path} is not a folder.`);
}
