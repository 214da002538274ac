/** Files that options of a download name. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import type { DownloadOptions } from '../../common/model/download-options';
import { HeddleError } from '../../common/model/errors';
import { readCookieFile } from '../../files/cookie-file';
import { errorCode } from '../../files/entries';

const FILES = [
  ['netrc', 'The file of logins (--netrc-file)'],
  ['cookies', 'The file of cookies (--load-cookies)'],
  ['caFile', 'The file of certificates (--cacert)'],
  ['certFile', 'The client certificate (--cert)'],
  ['keyFile', "The client certificate's key (--key)"],
] as const;

/**
 * Looked at before anything is stored: a cookie or a password that was given where its file belongs is kept nowhere.
 * @throws HeddleError `usage`
 */
export async function mustBeReadable(options: Partial<DownloadOptions>): Promise<void> {
  for (const [name, what] of FILES) {
    const path = options[name];
    if (path == null) continue;
    try {
      await access(path, constants.R_OK);
      const stats = await stat(path);
      if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      // A pipe can be read once.
      if (name === 'cookies' && stats.isFile()) mustHaveCookies(await readFile(path, 'latin1'));
    } catch (cause) {
      throw cause instanceof HeddleError ? cause : unreadableFile(what, cause);
    }
  }
}

function mustHaveCookies(text: string): void {
  const { cookies, unread } = readCookieFile(text);
  if (cookies.length > 0 || unread === 0) return;
  throw new HeddleError(
    'usage',
    "The file of cookies (--load-cookies) is not in Netscape's format: domain, TRUE or FALSE, path, TRUE or FALSE, expiry, name and value, with tabs between them. Export it as cookies.txt.",
  );
}

/** It quotes no path: what was given as one may be what the file was to hide. */
export function unreadableFile(what: string, cause: unknown): HeddleError {
  return new HeddleError('usage', `${what} cannot be read: ${reasonOf(errorCode(cause) ?? '')}.`, { cause });
}

function reasonOf(code: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'its permissions do not allow it';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return code;
  }
}
