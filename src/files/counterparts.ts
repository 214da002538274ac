/**
 * What an entry of a target is at the source. Where the target folds names, `PHOTO.JPG` there may be the source's
 * `photo.jpg`, and the folder `d` its `D`.
 */
import { statSync } from 'node:fs';
import { joinPath, type FsPath } from '../common/model/paths';
import type { Counterpart } from '../common/threads/walk';
import { errorCode, lastPart, lstatOrNull, native, parentPath } from './entries';
import { byteString, fromByteString } from './byte-strings';
import { namesIn, spellingOf } from './folded-names';

/** More folders than this are not remembered at once. */
const REMEMBERED = 1000;

const LEFT = Symbol('left');

interface Twins {
  /** What tells that the source's folder was changed meanwhile. */
  readonly version: string;
  /** Names at the target that the source spells in another way. */
  readonly bySpelling: ReadonlyMap<string, string>;
  /** Something of the source has a name here that could not be found in the list: nothing here is known to be extra. */
  readonly isUnclear: boolean;
  /** Names at the target. */
  readonly listed: ReadonlySet<string>;
}

/**
 * `null`: the source has none. {@link LEFT}: what it has there is no folder; the target's is never replaced, so that what is in
 * it stays.
 */
type SourceFolder = FsPath | typeof LEFT | null;

/** Of one root. It looks, and changes nothing. */
export class Counterparts {
  readonly #source: FsPath;
  readonly #target: FsPath;
  /** Folders of the source by their target's path below the root. */
  readonly #folders = new Map<string, SourceFolder>();
  readonly #twins = new Map<string, Twins>();

  constructor(source: FsPath, target: FsPath) {
    this.#source = source;
    this.#target = target;
  }

  /** @param relative path of an entry of the target, below the root */
  of(relative: FsPath): Counterpart {
    if (relative === '') return { path: this.#source, isThere: isThere(this.#source) };
    const above = folderOf(relative);
    const folder = this.#folder(above);
    if (folder === null || folder === LEFT) {
      return { path: joinPath(this.#source, relative), isThere: folder === LEFT };
    }
    const name = lastPart(relative);
    const path = joinPath(folder, name);
    if (isThere(path)) return { path, isThere: true };
    const twins = this.#twinsIn(above, folder);
    const twin = twins.bySpelling.get(byteString(name));
    if (twin !== undefined) return { path: joinPath(folder, fromByteString(twin)), isThere: true };
    // What is not listed was found by another spelling than its own: it may have been replaced by a file of the source.
    return { path, isThere: twins.isUnclear || !twins.listed.has(byteString(name)) };
  }

  #folder(relative: FsPath): SourceFolder {
    if (relative === '') return this.#source;
    const key = byteString(relative);
    const known = this.#folders.get(key);
    if (known !== undefined) return known;
    const { path, isThere: exists } = this.of(relative);
    const folder = !exists ? null : isFolder(path) ? path : LEFT;
    if (this.#folders.size >= REMEMBERED) this.#folders.clear();
    this.#folders.set(key, folder);
    return folder;
  }

  #twinsIn(relative: FsPath, source: FsPath): Twins {
    const key = byteString(relative);
    try {
      const { mtimeNs, ctimeNs } = statSync(native(source), { bigint: true });
      const version = `${mtimeNs}:${ctimeNs}`;
      const known = this.#twins.get(key);
      if (known?.version === version) return known;
      const twins = { version, ...this.#lookFor(relative, source) };
      if (this.#twins.size >= REMEMBERED) this.#twins.clear();
      this.#twins.set(key, twins);
      return twins;
    } catch {
      // What cannot be read may have all of it.
      return { version: '', bySpelling: new Map(), isUnclear: true, listed: new Set() };
    }
  }

  /** Names of the source that the target does not list, and finds all the same. */
  #lookFor(relative: FsPath, source: FsPath): Omit<Twins, 'version'> {
    const folder = relative === '' ? this.#target : joinPath(this.#target, relative);
    const bySpelling = new Map<string, string>();
    let listed = namesIn(folder);
    let isUnclear = false;
    for (const name of namesIn(source)) {
      if (listed.has(name) || lstatOrNull(joinPath(folder, fromByteString(name))) === null) continue;
      // It may have been copied since.
      listed = namesIn(folder);
      const spelling = spellingOf(folder, name, listed);
      if (spelling === null) isUnclear = true;
      else if (spelling !== name) bySpelling.set(spelling, name);
    }
    return { bySpelling, isUnclear, listed };
  }
}

function folderOf(relative: FsPath): FsPath {
  const parent = parentPath(relative);
  return parent === '.' ? '' : parent;
}

/** Below what is no folder there is nothing. Only what is known not to be there is missing. */
function isThere(path: FsPath): boolean {
  try {
    return lstatOrNull(path) !== null;
  } catch (error) {
    const code = errorCode(error);
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

function isFolder(path: FsPath): boolean {
  return statSync(native(path), { throwIfNoEntry: false })?.isDirectory() === true;
}
