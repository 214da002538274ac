/**
 * Whether a copy's target can hold the names that it is to hold, found out before anything is written over: two names
 * that are one there, and names that there cannot be.
 */
import { lstat, readFile, readdir, realpath, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import type { ErrorData } from '../../common/model/errors';
import { mountOf, mountPoints, mountedType } from '../../files/mounts';
import {
  displayName,
  displayPath,
  joinPath,
  keyOfPath,
  pathToBytes,
  type FsPath,
} from '../../common/model/paths';
import type { CopyRoot } from '../../common/threads/worker-options';
import { makeFolders, native, parentPath } from '../../files/entries';
import { byteString, fromByteString } from '../../files/byte-strings';
import { looseKey } from '../../files/folded-names';
import { WHOLE } from '../../files/patience';
import { clash, tooLong } from '../../files/planned-tasks';

/** Names on these are any bytes but `/` and NUL. */
const PLAIN: ReadonlySet<number> = new Set([0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x8584_58f6]);
/** FAT, exFAT, NTFS, SMB: what Windows refuses, and letters without case. */
const WINDOWS: ReadonlySet<number> = new Set([
  0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0xff53_4d42, 0xfe53_4d42, 0x517b,
]);
// eslint-disable-next-line no-control-regex -- control characters are among what is refused
const REFUSED_BY_WINDOWS = /["*:<>?\\|\u0000-\u001f]|[. ]$/u;
const MAX_NAME_UNITS = 255;

/** What a target's file system does with names. */
export interface TargetTraits {
  /** Each name is a name of its own, and may be any bytes: nothing is asked. */
  readonly isPlain: boolean;
  /** Whether there may be two names that are one; otherwise nothing is asked. */
  readonly mayFold: boolean;
  /** Whether two names that may be one are one there; asked only of those of one {@link looseKey}. */
  readonly areOne: (a: FsPath, b: FsPath) => Promise<boolean>;
  /** Whether there can be such a name. Answers at once for names that every file system takes. */
  readonly holds: (name: FsPath) => Promise<boolean>;
}

export const PLAIN_TRAITS: TargetTraits = {
  isPlain: true,
  mayFold: false,
  areOne: () => Promise.resolve(false),
  holds: () => Promise.resolve(true),
};

/** Names of the folders on the way to where the walk is. */
interface Level {
  /** Byte string of the folder's path below the root, with `/` behind. */
  readonly prefix: string;
  /** Byte strings of what is there already, by what it is compared by. */
  readonly names: Map<string, string | readonly string[]>;
}

/** Looks at the entries of one root, in the order of its walk. */
export class TargetNames {
  readonly #root: CopyRoot;
  readonly #traits: TargetTraits;
  #levels: Level[] = [];
  /** The folder that clashes, with all that is in it. */
  #clash: { readonly prefix: string; readonly reason: ErrorData } | null = null;

  constructor(root: CopyRoot, traits: TargetTraits) {
    this.#root = root;
    this.#traits = traits;
  }

  /** Why the entry cannot be at the target; `null`: it can. */
  async problem(relative: FsPath, isFolder: boolean): Promise<ErrorData | null> {
    if (relative === '') return null;
    const path = byteString(relative);
    if (this.#clash !== null) {
      if (path.startsWith(this.#clash.prefix)) return this.#clash.reason;
      this.#clash = null;
    }
    const reason = (await this.#twin(path)) ?? (await this.#unheld(relative, path));
    if (reason !== null && isFolder) this.#clash = { prefix: `${path}/`, reason };
    return reason;
  }

  async #twin(path: string): Promise<ErrorData | null> {
    if (!this.#traits.mayFold) return null;
    const slash = path.lastIndexOf('/') + 1;
    const { names } = this.#level(path.slice(0, slash));
    const name = path.slice(slash);
    const key = looseKey(fromByteString(name));
    const alike = names.get(key);
    if (alike === undefined) {
      names.set(key, name);
      return null;
    }
    const others = [alike].flat();
    for (const other of others) {
      if (other === name) return null;
      if (!(await this.#traits.areOne(fromByteString(other), fromByteString(name)))) continue;
      return clash(
        `${this.#shown(path)} and ${this.#shown(path.slice(0, slash) + other)} would collide in ${displayPath(this.#root.target)}, whose file system takes the two names for the same. It was not copied; rename one of them.`,
      );
    }
    names.set(key, [...others, name]);
    return null;
  }

  #level(prefix: string): Level {
    this.#levels = this.#levels.filter((level) => prefix.startsWith(level.prefix));
    const last = this.#levels.at(-1);
    if (last?.prefix === prefix) return last;
    const level: Level = { prefix, names: new Map() };
    this.#levels.push(level);
    return level;
  }

  async #unheld(relative: FsPath, path: string): Promise<ErrorData | null> {
    const long = tooLong([this.#root], { root: 0, relative });
    if (long !== null) return long;
    const name = fromByteString(path.slice(path.lastIndexOf('/') + 1));
    if (await this.#traits.holds(name)) return null;
    return clash(
      `${this.#shown(path)} has a name that the file system of ${displayPath(this.#root.target)} cannot hold. It was not copied; rename it.`,
    );
  }

  #shown(path: string): string {
    return displayPath(joinPath(this.#root.source, fromByteString(path)));
  }
}

/** What a folder's file system does with names; probed with files in a folder of its own, which is gone afterwards. */
export class TargetProbe {
  readonly #known = new Map<string, Promise<TargetTraits>>();
  readonly #folders = new Map<string, FsPath>();
  readonly #writes: boolean;
  readonly #onFolder: (path: FsPath) => void;

  /**
   * @param writes whether it may try names out; otherwise it goes by what is there and by the kind of file system
   * @param onFolder is told of folders before they are made, so that they go with the job if this process is killed
   */
  constructor(writes: boolean, onFolder: (path: FsPath) => void) {
    this.#writes = writes;
    this.#onFolder = onFolder;
  }

  async traits({ target, workDirectory }: Pick<CopyRoot, 'target' | 'workDirectory'>): Promise<TargetTraits> {
    const folder = await existing(target);
    const key = keyOfPath(folder);
    let traits = this.#known.get(key);
    if (traits === undefined) {
      const scratch = joinPath(folder, `${displayName(workDirectory)}-names`);
      traits = this.#writes
        ? this.#probe(folder, scratch).catch(() => traitsByLooking(folder))
        : traitsByLooking(folder);
      this.#known.set(key, traits);
    }
    return traits;
  }

  async close(): Promise<void> {
    for (const folder of this.#folders.values()) await rmdir(native(folder)).catch(() => undefined);
  }

  async #probe(folder: FsPath, scratch: FsPath): Promise<TargetTraits> {
    const { type } = await statfs(native(folder));
    this.#onFolder(scratch);
    this.#folders.set(keyOfPath(scratch), scratch);
    makeFolders(scratch, 0o700);
    const isPlain = PLAIN.has(type);
    const folds = (a: string, b: string): Promise<boolean> => areOne(scratch, a, b);
    // Of others nobody knows all that they do with names.
    const mayFold = !isPlain || (await folds('heddle-a', 'HEDDLE-A')) || (await folds('\u00e9', 'e\u0301'));
    if (!mayFold) return PLAIN_TRAITS;
    return {
      isPlain: false,
      mayFold,
      areOne: (a, b) => areOne(scratch, a, b),
      holds: isPlain
        ? () => Promise.resolve(true)
        : remembering((name) => (isHarmless(name) ? Promise.resolve(true) : canBe(scratch, name))),
    };
  }
}

/** Without writing: what is there is looked up in other case; where that tells nothing, the kind of file system does. */
async function traitsByLooking(folder: FsPath): Promise<TargetTraits> {
  const { type } = await statfs(native(folder));
  const isWindows = WINDOWS.has(type) || process.platform === 'win32' || (await isDiskByFuse(folder, type));
  const folds = (await seenToFold(folder)) ?? (process.platform !== 'linux' || isWindows);
  const normalizes = process.platform === 'darwin';
  const key = (name: FsPath): string => {
    const text = displayPath(name);
    return Array.from(normalizes ? text.normalize('NFC') : text, upper).join('');
  };
  if (!folds && !isWindows) return PLAIN_TRAITS;
  return {
    isPlain: false,
    mayFold: folds,
    areOne: (a, b) => Promise.resolve(key(a) === key(b)),
    holds: (name) =>
      Promise.resolve(
        !isWindows ||
          (typeof name === 'string' && !REFUSED_BY_WINDOWS.test(name) && name.length <= MAX_NAME_UNITS),
      ),
  };
}

const FUSE = 0x6573_5546;

/** Disks that FUSE mounts are exFAT or NTFS; of the network shares and archives that it mounts nothing is known. */
async function isDiskByFuse(folder: FsPath, type: number): Promise<boolean> {
  if (type !== FUSE) return false;
  const mountinfo = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '');
  const path = await realpath(native(folder), { encoding: 'buffer' });
  const point = mountOf(mountPoints(mountinfo), path.toString('latin1'));
  return mountedType(mountinfo, point) === 'fuseblk';
}

/** How many names are looked at: one that has a letter with case tells. */
const LOOKS = 100;

/** `null`: nothing is there that could tell. */
async function seenToFold(folder: FsPath): Promise<boolean | null> {
  const names = await readdir(native(folder)).catch(() => []);
  const listed = new Set(names);
  for (const name of names.slice(0, LOOKS)) {
    const other = swapCase(name);
    if (other === name || listed.has(other)) continue;
    return (await lstat(native(joinPath(folder, other))).catch(() => null)) !== null;
  }
  return null;
}

function swapCase(name: string): string {
  return name.replaceAll(/[a-z]/giu, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function remembering(ask: (name: FsPath) => Promise<boolean>): (name: FsPath) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (name) => {
    const key = byteString(name);
    let answer = known.get(key);
    if (answer === undefined) {
      answer = ask(name);
      if (known.size < 10_000) known.set(key, answer);
    }
    return answer;
  };
}

/** Makes one and looks the other up. What cannot be made is told by {@link TargetTraits.holds}. */
async function areOne(scratch: FsPath, a: FsPath, b: FsPath): Promise<boolean> {
  const folder = joinPath(scratch, 'one');
  try {
    makeFolders(folder, 0o700);
    await writeFile(native(joinPath(folder, a)), '', { flag: 'wx' });
    return await lstat(native(joinPath(folder, b))).then(
      () => true,
      () => false,
    );
  } catch {
    return false;
  } finally {
    await rm(native(folder), WHOLE).catch(() => undefined);
  }
}

/** Whether a file of this name can be made, and then has it. */
async function canBe(folder: FsPath, name: FsPath): Promise<boolean> {
  const path = joinPath(folder, name);
  try {
    await writeFile(native(path), '', { flag: 'wx' });
  } catch {
    return false;
  }
  try {
    const names = await readdir(native(folder), { encoding: 'buffer' });
    return isListedAs(names, name);
  } finally {
    await rm(native(path), { force: true });
  }
}

/** Some file systems (HFS+) keep names in a Unicode form of their own, and find them under every other one. */
export function isListedAs(names: readonly Buffer[], name: FsPath): boolean {
  const form = typeof name === 'string' ? name.normalize('NFC') : null;
  return names.some(
    (there) =>
      there.equals(pathToBytes(name)) || (form !== null && there.toString().normalize('NFC') === form),
  );
}

function isHarmless(name: FsPath): boolean {
  return (
    typeof name === 'string' &&
    name.length <= 60 &&
    /^[\w +,=@()[\]{}-][\w .+,=@()[\]{}-]*$/u.test(name) &&
    !/[. ]$/u.test(name)
  );
}

async function existing(path: FsPath): Promise<FsPath> {
  const stats = await lstat(native(path)).catch(() => null);
  const parent = parentPath(path);
  return stats?.isDirectory() === true || parent === path ? path : existing(parent);
}

/** A letter's upper case, where that is one letter too: file systems know no others. */
function upper(letter: string): string {
  const large = letter.toUpperCase();
  return large.length === letter.length ? large : letter;
}
