/**
 * The final names of downloads. A task writes to a temporary name, checks and
 * flushes, then *links* the file to its final name: atomic, and never over
 * something that exists. The temporary name stays until the engine has
 * recorded the result, so after a crash a second link proves that the final
 * name is this task's own work.
 */
import { existsSync, readFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { ExistingPolicy } from '../common/model/download';
import { numberedName } from '../files/file-name';
import { HeddleError } from '../common/model/errors';
import {
  displayPath,
  joinPath,
  keyOfPath,
  pathFromBytes,
  samePath,
  type FsPath,
} from '../common/model/paths';
import { realPath } from '../files/absolute-path';
import { errorCode, isSameFile, lastPart, lstatOrNull, native, parentPath } from '../files/entries';
import { byteString, fromByteString } from '../files/byte-strings';
import { heldName, withHeldName } from '../files/held-names';
import { IS_WINDOWS } from '../files/windows-paths';
import {
  NAMING,
  placeAt,
  replaceAt,
  throwUnlessLinkless,
  type Naming,
  type Placed,
} from '../files/take-name';

/** More files of one name than this in one folder are a mistake. */
const MAX_NUMBER = 1_000_000;
/** How many candidate names are looked at one by one before the whole folder is. */
const DIRECT_LOOKS = 32;

/**
 * Gives finished files their names, by the job's policy for names that are taken. Two tasks of one job never get one
 * name: where files may be replaced or left, each task first claims its name in the work directory.
 */
export class FinalPlaces {
  readonly #workDirectory: FsPath;
  readonly #policy: ExistingPolicy;
  readonly #naming: Naming;
  /**
   * Where it got to with names that were taken, so that 100,000 files of one name do not each try all numbers from
   * the start.
   */
  readonly #next = new Map<string, number>();

  /** @param workDirectory lies in the folder that the files go to */
  constructor(workDirectory: FsPath, policy: ExistingPolicy, naming: Partial<Naming> = {}) {
    this.#workDirectory = workDirectory;
    this.#policy = policy;
    this.#naming = { ...NAMING, ...naming };
  }

  /**
   * @param id of the task, by which its claim is known
   * @param mayReplace where the policy replaces at all
   */
  place(temp: FsPath, directory: FsPath, name: string, id: number, mayReplace = true): Placed {
    const key = keyOfPath(joinPath(directory, name));
    for (let number = this.#next.get(key) ?? 0; number < MAX_NUMBER; number++) {
      const target = joinPath(directory, numberedName(name, number));
      const placed = this.#placeAt(temp, target, id, mayReplace);
      if (placed === null) continue;
      if (number > 0) this.#next.set(key, number + 1);
      return placed;
    }
    throw new HeddleError(
      'no-free-name',
      `${displayPath(joinPath(directory, name))} and every numbered name after it exist already.`,
    );
  }

  /** Whether there is a file of this name that no task of this job has made. */
  isTakenByOthers(directory: FsPath, name: string): boolean {
    const target = joinPath(directory, name);
    return lstatOrNull(target) !== null && this.#claimant(target) === null;
  }

  /**
   * Whether there is a file of this name that no other task of this job has made. This one claims a name also when the
   * file there is to stay, and may be killed before that is recorded.
   */
  isThereFor(id: number, directory: FsPath, name: string): boolean {
    const target = joinPath(directory, name);
    if (lstatOrNull(target) === null) return false;
    const claimant = this.#claimant(target);
    return claimant === null || claimant === id;
  }

  /** The final name that an earlier, killed run gave to the file `identity`; `null` if there is none. */
  findPlaced(identity: BigIntStats, directory: FsPath, name: string): FsPath | null {
    for (let number = 0; number < DIRECT_LOOKS; number++) {
      const target = joinPath(directory, numberedName(name, number));
      const there = lstatOrNull(target);
      if (there !== null && isSameFile(there, identity)) return target;
    }
    const folder = native(directory);
    for (const entry of existsSync(folder) ? readdirSync(folder, { encoding: 'buffer' }) : []) {
      const target = joinPath(directory, pathFromBytes(entry));
      const there = lstatOrNull(target);
      if (there !== null && isSameFile(there, identity)) return target;
    }
    return null;
  }

  #placeAt(temp: FsPath, target: FsPath, id: number, mayReplace: boolean): Placed | null {
    const place = (): Placed | null => placeAt(temp, target, this.#workDirectory, this.#naming);
    if (this.#policy === 'number') return place();
    if (!this.claim(target, id)) return null;
    return this.#policy === 'skip' || !mayReplace ? place() : replaceAt(temp, target, this.#naming);
  }

  /** @returns whether the name, as the file system folds it, is this task's now */
  claim(target: FsPath, id: number): boolean {
    try {
      withHeldName(this.#workDirectory, 'claims', this.#resolved(target), (path) => {
        makeClaim(path, String(id));
      });
      return true;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      return this.#claimant(target) === id;
    }
  }

  #claimant(target: FsPath): number | null {
    try {
      return Number(readClaim(heldName(this.#workDirectory, 'claims', this.#resolved(target))));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** Where a folder on the way is a link, the file has another path: the one by which its name is held. */
  #resolved(target: FsPath): FsPath {
    const top = parentPath(this.#workDirectory);
    const folder = parentPath(target);
    if (samePath(folder, top)) return target;
    const real = realPathOf(folder);
    const realTop = realPathOf(top);
    if (real === null || realTop === null) return target;
    const name = lastPart(target);
    if (samePath(real, realTop)) return joinPath(top, name);
    const [path, above] = [byteString(real), byteString(joinPath(realTop, ''))];
    const held = path.startsWith(above) ? joinPath(top, fromByteString(path.slice(above.length))) : real;
    return joinPath(held, name);
  }
}

/** `null` where the folder is not there. */
function realPathOf(folder: FsPath): FsPath | null {
  try {
    return realPath(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * A symbolic link that leads nowhere: it has its text from the moment that it is there. A file, which could be killed
 * empty, where there are none; on Windows users have to be allowed to make them.
 */
function makeClaim(path: FsPath, text: string): void {
  if (!IS_WINDOWS) {
    try {
      symlinkSync(text, native(path));
      return;
    } catch (error) {
      throwUnlessLinkless(error);
    }
  }
  writeFileSync(native(path), text, { flag: 'wx' });
}

function readClaim(path: FsPath): string {
  try {
    return readlinkSync(native(path), 'utf8');
  } catch (error) {
    // File systems without links have more than one answer for what is none: EINVAL, EISDIR (FAT on Windows), UNKNOWN.
    if (errorCode(error) === 'ENOENT') throw error;
    return readFileSync(native(path), 'utf8');
  }
}
