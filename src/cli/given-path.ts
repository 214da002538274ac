import { HeddleError } from '../common/model/errors';
import { displayPath, pathFromEscaped, type FsPath } from '../common/model/paths';
import { absolutePath } from '../engine';

/**
 * A path from the command line, absolute.
 * @throws HeddleError `usage` for an empty one: an unset variable in a script must not become the current folder.
 *   And for a URL, which would become folders that are named after what is in it, passwords too
 */
export function givenPath(path: string): FsPath {
  if (path === '') throw new HeddleError('usage', 'A path that was given is empty. See: heddle help');
  if (/^[a-z][a-z0-9+.-]+:[/\\]{2}/iu.test(path)) {
    throw new HeddleError(
      'usage',
      'A URL was given where a file or folder is expected. Only heddle download takes URLs, as arguments.',
    );
  }
  return absolutePath(pathFromEscaped(path));
}

/** As {@link givenPath}, where only text can be taken. */
export function givenTextPath(path: string): string {
  const given = givenPath(path);
  if (typeof given === 'string') return given;
  throw new HeddleError(
    'usage',
    `${displayPath(given)} is not UTF-8, which this path has to be. Rename it, or give another.`,
  );
}
