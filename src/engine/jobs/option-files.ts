/** Files that options of a download name. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { DownloadOptions } from '../../common/model/download-options';
import { HeddleError } from '../../common/model/errors';
import { readCookieFile } from '../../files/cookie-file';
import { errorCode } from '../../files/entries';
import { assertEnds, contentOf } from '../../files/named-input';

const FILES = [
  ['netrc', 'The file of logins (--netrc-file)'],
  ['cookies', 'The file of cookies (--load-cookies)'],
  ['caFile', 'The file of certificates (--cacert)'],
  ['certFile', 'The client certificate (--cert)'],
  ['keyFile', "The client certificate's key (--key)"],
] as const;

/** By path, in base64: what is in pipes, which give it once. */
export type PipedFiles = Readonly<Record<string, string>>;

/**
 * Looked at before anything is stored: a cookie or a password that was given where its file belongs is kept nowhere.
 * @param signal ends the wait for whoever writes to a pipe
 * @returns what was in those that are pipes: each thread of the job needs it, and the job when it goes on later
 * @throws HeddleError `usage`; the signal's reason
 */
export async function takePiped(
  options: Partial<DownloadOptions>,
  signal: AbortSignal | null,
): Promise<PipedFiles> {
  const piped: Record<string, string> = {};
  for (const [name, what] of FILES) {
    const path = options[name];
    if (path == null || Object.hasOwn(piped, path)) continue;
    try {
      await access(path, constants.R_OK);
      assertEnds(path);
      const stats = await stat(path);
      if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      const isPipe = stats.isFIFO();
      if (!isPipe && name !== 'cookies') continue;
      const content = isPipe ? await buffer(contentOf(path, signal)) : await readFile(path);
      if (name === 'cookies') mustHaveCookies(content.toString('latin1'));
      if (isPipe) piped[path] = content.toString('base64');
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof HeddleError && cause.code === 'usage') throw cause;
      throw unreadableFile(what, cause);
    }
  }
  return piped;
}

/** For work that reads them more than once. @throws HeddleError `usage` */
export async function mustBeFiles(options: Partial<DownloadOptions>): Promise<void> {
  for (const [name, what] of FILES) {
    const path = options[name];
    if (path != null && (await stat(path).catch(() => null))?.isFIFO() === true)
      throw new HeddleError('usage', `${what} is a pipe, which gives what is in it once. Give a file.`);
  }
  await takePiped(options, null);
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
    case 'not-a-file':
      return 'it is a device or a socket';
    case 'nobody-writes':
      return 'it is a pipe, and nobody writes to it';
    default:
      return code;
  }
}
