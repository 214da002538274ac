import { resolve } from 'node:path';
import { HeddleError } from '../common/errors';

/**
 * A path from the command line, absolute.
 * @throws HeddleError `usage` for an empty one: an unset variable in a script must not become the current folder
 */
export function givenPath(path: string): string {
  if (path === '') throw new HeddleError('usage', 'A path that was given is empty. See: heddle help');
  return resolve(path);
}
