/** What entries of a folder are. */
import { lstatSync, type Dirent } from 'node:fs';
import { IS_WINDOWS } from './windows-paths';

export type EntryType = Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

/**
 * An entry as it is. Listing a folder on Windows, Node calls everything a link that has a reparse point: placeholders
 * of OneDrive, files that are deduplicated or compressed. lstat tells links, and what is only kept in an unusual way.
 * @param path of the entry, asked for where it has to be looked at
 */
export function trueType(
  entry: EntryType,
  path: () => string | Buffer,
  isWindows = IS_WINDOWS,
  look: (path: string | Buffer) => EntryType = lstatSync,
): EntryType {
  if (!isWindows || !entry.isSymbolicLink()) return entry;
  try {
    return look(path());
  } catch {
    // Whoever goes there learns why.
    return entry;
  }
}
