/**
 * Names that tasks of a job hold, in the job's work directory: a tree that follows the target's folders, so that the
 * file system itself says which two names are one. It lies on the target's file system: whatever that does with case,
 * Unicode forms or dots at the end, it does here too.
 */
import { createHash } from 'node:crypto';
import { joinPath, pathFromBytes, pathToBytes, type FsPath } from '../common/model/paths';
import { errorCode, lastPart, makeFolders, makeWorkDirectory, parentPath } from './entries';

/** With room for what follows: Linux takes paths of 4,095 bytes. */
const MAX_PATH_BYTES = 3500;

/**
 * Tries `hold` with the path that stands for `target`, and makes the folders on the way to it where they are missing.
 * @param what is held: names held as one thing do not meet those held as another
 * @param workDirectory lies in the folder that the targets are below
 */
export function withHeldName<T>(
  workDirectory: FsPath,
  what: 'claims' | 'locks',
  target: FsPath,
  hold: (path: FsPath) => T,
): T {
  const path = heldName(workDirectory, what, target);
  try {
    return hold(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  makeWorkDirectory(workDirectory);
  makeFolders(parentPath(path));
  return hold(path);
}

/** Where the name is held; there is something only if it is. */
export function heldName(workDirectory: FsPath, what: 'claims' | 'locks', target: FsPath): FsPath {
  const base = Buffer.from(pathToBytes(joinPath(parentPath(workDirectory), 'x'))).subarray(0, -1);
  const bytes = Buffer.from(pathToBytes(target));
  const top = joinPath(workDirectory, what);
  const isBelow = bytes.length > base.length && bytes.subarray(0, base.length).equals(base);
  const isShort = bytes.length * 2 + pathToBytes(workDirectory).length < MAX_PATH_BYTES;
  if (!isBelow || !isShort) {
    const folder = createHash('sha256')
      .update(pathToBytes(parentPath(target)))
      .digest('hex')
      .slice(0, 32);
    return joinPath(joinPath(top, folder), lastPart(target));
  }
  // A folder's own folders are apart from the names in it: a name may be held as a file's and be a folder as well.
  let folder = top;
  let from = base.length;
  for (let slash = bytes.indexOf(0x2f, from); slash >= 0; slash = bytes.indexOf(0x2f, from)) {
    folder = joinPath(joinPath(folder, 'in'), pathFromBytes(bytes.subarray(from, slash)));
    from = slash + 1;
  }
  return joinPath(joinPath(folder, 'names'), pathFromBytes(bytes.subarray(from)));
}
