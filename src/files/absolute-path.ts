/** Paths as the system reads them: behind a symbolic link, `..` is the parent of where the link leads. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { displayPath, pathFromBytes, type FsPath } from '../common/model/paths';
import { byteString, fromByteString } from './byte-strings';
import { native } from './entries';
import { IS_WINDOWS, absoluteWindowsPath, withSlashes } from './windows-paths';

/**
 * The path from the root on, without `.`, `..` and doubled or trailing slashes; on Windows, too, with `/` between its
 * parts. Only what `..` steps out of, or what has
 * a slash behind it, is looked at; of these the former has to exist.
 * @throws HeddleError `source-missing`, `not-a-folder`; system errors of a folder that `..` steps out of
 */
export function absolutePath(path: FsPath): FsPath {
  const given = byteString(withSlashes(path));
  // There the system itself takes `..` as text.
  const absolute = IS_WINDOWS ? absoluteWindowsPath(path) : absolutePosixPath(given);
  if (endsAsFolder(given)) refuseFile(absolute);
  return absolute;
}

function absolutePosixPath(given: string): FsPath {
  let at = given.startsWith('/') ? '' : workingFolder();
  for (const part of given.split('/')) {
    if (part === '' || part === '.') continue;
    at = part === '..' ? above(at) : `${at}/${part}`;
  }
  return fromByteString(at === '' ? '/' : at);
}

/** Whether a path is that of a folder, whatever is there: `x/`, `x/.`. @param given as text or a character for each byte */
export function endsAsFolder(given: string): boolean {
  return /\/\.?$/u.test(given);
}

/** `file/` is nothing. */
function refuseFile(path: FsPath): void {
  let isFile: boolean;
  try {
    isFile = !statSync(native(path)).isDirectory();
  } catch {
    // Whoever goes there learns why it cannot be looked at.
    return;
  }
  if (isFile) throw notAFolder(path);
}

function notAFolder(path: FsPath): HeddleError {
  return new HeddleError('not-a-folder', `${displayPath(path)} is not a folder.`);
}

/** Where the path leads when every link in it is followed. @throws system errors */
export function realPath(path: FsPath): FsPath {
  const real = pathFromBytes(realpathSync.native(native(path), { encoding: 'buffer' }));
  return IS_WINDOWS ? absoluteWindowsPath(real) : real;
}

/** Byte strings hold a character for each byte; '' is the root. */
function above(folder: string): string {
  if (folder === '') return '';
  const path = fromByteString(folder);
  try {
    const isLink = lstatSync(native(path)).isSymbolicLink();
    const real = isLink ? byteString(realPath(path)) : folder;
    if (!lstatSync(native(fromByteString(real))).isDirectory()) throw notAFolder(path);
    return real.slice(0, real.lastIndexOf('/'));
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    const data = toErrorData(error, displayPath(path));
    throw data.code === 'not-found' ? new HeddleError('source-missing', data.message) : fromErrorData(data);
  }
}

/** Node gives the working folder as text, in which bytes that are not UTF-8 are lost. */
function workingFolder(): string {
  const folder = process.cwd();
  const bytes =
    process.platform === 'linux' && folder.includes('\ufffd')
      ? readlinkSync('/proc/self/cwd', { encoding: 'buffer' })
      : Buffer.from(folder);
  return bytes.length === 1 ? '' : bytes.toString('latin1');
}
