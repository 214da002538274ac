/**
 * The last look before a copy replaces what is there: where names fold, it may be the copy of another source, which
 * planning did not see (a folder that folds names on its own, a short name, a disk mounted at the target).
 */
import { HeddleError } from '../common/model/errors';
import { displayPath, joinPath, type FsPath } from '../common/model/paths';
import { errorCode, lastPart, lstatOrNull, parentPath } from '../files/entries';
import { byteString, fromByteString } from '../files/byte-strings';
import { namesIn, spellingOf } from '../files/folded-names';

/** Folders whose names are remembered at once. */
const REMEMBERED = 8;

/** As one worker knows it. */
export class TargetSpelling {
  readonly #listed = new Map<string, ReadonlySet<string>>();

  /** @throws HeddleError `clash` where the entry found under `target` is the copy of another source beside `source` */
  refuseOther(source: FsPath, target: FsPath): void {
    const name = byteString(lastPart(target));
    // A single file that gets another name has no others beside it in the copy.
    if (name !== byteString(lastPart(source))) return;
    const folder = parentPath(target);
    const listed = this.#names(folder, name);
    if (listed === null) return;
    const spelling = spellingOf(folder, name, listed);
    if (spelling === name || (spelling === null && lstatOrNull(target) === null)) return;
    if (spelling !== null && !namesIn(parentPath(source)).has(spelling)) return;
    const other = spelling === null ? null : joinPath(parentPath(source), fromByteString(spelling));
    throw new HeddleError(
      'clash',
      other === null
        ? `${displayPath(target)} leads to a file of another name, which was not replaced. Rename the source.`
        : `${displayPath(source)} and ${displayPath(other)} would collide in ${displayPath(folder)}, whose file system takes the two names for the same. It was not copied; rename one of them.`,
    );
  }

  /** @returns `null` where the folder may not be listed */
  #names(folder: FsPath, name: string): ReadonlySet<string> | null {
    const key = byteString(folder);
    const known = this.#listed.get(key);
    if (known?.has(name) === true) return known;
    try {
      const names = namesIn(folder);
      if (this.#listed.size >= REMEMBERED) this.#listed.clear();
      this.#listed.set(key, names);
      return names;
    } catch (error) {
      if (errorCode(error) === 'EACCES') return null;
      throw error;
    }
  }
}
