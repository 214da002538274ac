/** Makes the copies of symbolic links. */
import { symlinkSync } from 'node:fs';
import { HeddleError } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import { errorCode, native } from '../files/entries';
import { windowsCalls, type WindowsCalls } from '../files/windows-calls';
import { IS_WINDOWS } from '../files/windows-paths';

/** What `symlink` answers where the file system has no links: FAT, exFAT, some shares; on Windows, too. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EISDIR',
  'UNKNOWN',
]);

/** Replaceable for tests. */
export interface LinkCalls {
  readonly isWindows: boolean;
  readonly windows: Pick<WindowsCalls, 'linkType'> | null;
  readonly symlink: typeof symlinkSync;
}

const SYSTEM: LinkCalls = {
  isWindows: IS_WINDOWS,
  get windows() {
    return windowsCalls();
  },
  symlink: symlinkSync,
};

/**
 * On Windows a link says whether it is one to a file, one to a folder, or a junction: the copy is what its source is,
 * wherever it leads.
 * @param text of the link
 * @param path under which it is made
 * @throws HeddleError `links-not-allowed`, `links-unsupported`; system errors
 */
export function makeLink(
  text: Buffer,
  path: FsPath,
  source: FsPath,
  target: FsPath,
  { isWindows, windows, symlink }: LinkCalls = SYSTEM,
): void {
  try {
    if (isWindows) symlink(text.toString(), native(path), windows?.linkType(source) ?? null);
    else symlink(text, native(path));
  } catch (cause) {
    const code = errorCode(cause) ?? '';
    if (isWindows && code === 'EPERM') {
      throw new HeddleError(
        'links-not-allowed',
        `${displayPath(target)} is a symbolic link, which this user may not make. Turn on Developer Mode in the settings of Windows, or run Heddle as an administrator.`,
        { cause },
      );
    }
    if (!NO_LINKS.has(code)) throw cause;
    throw new HeddleError(
      'links-unsupported',
      `${displayPath(target)} cannot be made: its file system has no symbolic links. Copy what links lead to with --links follow, or leave them out with --links skip.`,
      { cause },
    );
  }
}
