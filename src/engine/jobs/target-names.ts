/**
 * Whether a copy's target can hold the names that it is to hold, found out before anything is written over: two names
 * that are one there, and names that there cannot be.
 */
import { lstat, mkdir, readdir, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import type { ErrorData } from '../../common/errors';
import {
  displayName,
  displayPath,
  joinPath,
  keyOfPath,
  parentPath,
  pathFromBytes,
  pathToBytes,
  type FsPath,
} from '../../common/paths';
import type { CopyRoot } from '../../common/model';
import { native } from '../native-path';

/** The most bytes of a path that Linux takes. */
const MAX_PATH_BYTES = 4095;
/** Names on these are any bytes but `/` and NUL, and no two of them are one. */
const PLAIN: ReadonlySet<number> = new Set([0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x8584_58f6]);
/** FAT, exFAT, NTFS, SMB: what Windows refuses, and letters without case. */
const WINDOWS: ReadonlySet<number> = new Set([
  0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0xff53_4d42, 0xfe53_4d42, 0x517b,
]);
// eslint-disable-next-line no-control-regex -- control characters are among what is refused
const REFUSED_BY_WINDOWS = /["*:<>?\\|\u0000-\u001f]|[. ]$/u;
const MAX_NAME_UNITS = 255;

/** What two names are compared by, and what names there cannot be. */
export interface TargetTraits {
  readonly foldsCase: boolean;
  readonly normalizes: boolean;
  /** Answers at once for names that every file system takes. */
  readonly holds: (name: FsPath) => Promise<boolean>;
}

const PLAIN_TRAITS: TargetTraits = {
  foldsCase: false,
  normalizes: false,
  holds: () => Promise.resolve(true),
};

/** Names of the folders on the way to where the walk is. */
interface Level {
  /** Byte string of the folder's path below the root, with `/` behind. */
  readonly prefix: string;
  /** What is there already, by what it is compared by. */
  readonly names: Map<string, string>;
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
    const reason = this.#twin(path) ?? (await this.#unheld(relative, path));
    if (reason !== null && isFolder) this.#clash = { prefix: `${path}/`, reason };
    return reason;
  }

  #twin(path: string): ErrorData | null {
    const { foldsCase, normalizes } = this.#traits;
    if (!foldsCase && !normalizes) return null;
    const slash = path.lastIndexOf('/') + 1;
    const names = this.#level(path.slice(0, slash)).names;
    const name = path.slice(slash);
    const key = this.#key(name);
    const other = names.get(key);
    if (other === undefined || other === name) {
      names.set(key, name);
      return null;
    }
    const why = foldsCase ? 'upper and lower case' : 'two spellings of one letter';
    return clash(
      `${this.#shown(path)} and ${this.#shown(path.slice(0, slash) + other)} would be one file in ${displayPath(this.#root.target)}, whose file system does not tell ${why} apart. It was not copied; rename one of them.`,
    );
  }

  #level(prefix: string): Level {
    this.#levels = this.#levels.filter((level) => prefix.startsWith(level.prefix));
    const last = this.#levels.at(-1);
    if (last?.prefix === prefix) return last;
    const level: Level = { prefix, names: new Map() };
    this.#levels.push(level);
    return level;
  }

  #key(name: string): string {
    const { foldsCase, normalizes } = this.#traits;
    const text = displayPath(pathFromBytes(Buffer.from(name, 'latin1')));
    const spelt = normalizes ? text.normalize('NFC') : text;
    return foldsCase ? Array.from(spelt, upper).join('') : spelt;
  }

  async #unheld(relative: FsPath, path: string): Promise<ErrorData | null> {
    const target = joinPath(this.#root.target, relative);
    const length = pathToBytes(target).length;
    if (process.platform === 'linux' && length > MAX_PATH_BYTES) {
      return clash(
        `${this.#shown(path)} would have a path of ${length} bytes at the target, and the system takes ${MAX_PATH_BYTES}. Copy to a folder with a shorter path.`,
      );
    }
    const name = pathFromBytes(Buffer.from(path.slice(path.lastIndexOf('/') + 1), 'latin1'));
    if (await this.#traits.holds(name)) return null;
    return clash(
      `${this.#shown(path)} has a name that the file system of ${displayPath(this.#root.target)} cannot hold. It was not copied; rename it.`,
    );
  }

  #shown(path: string): string {
    return displayPath(joinPath(this.#root.source, pathFromBytes(Buffer.from(path, 'latin1'))));
  }
}

/** What a folder's file system does with names; probed with files in a folder of its own, which is gone afterwards. */
export class TargetProbe {
  readonly #known = new Map<string, Promise<TargetTraits>>();
  readonly #folders = new Map<string, FsPath>();
  readonly #writes: boolean;
  readonly #onFolder: (path: FsPath) => void;

  /**
   * @param writes whether it may try names out; otherwise it goes by the kind of file system
   * @param onFolder is told of folders before they are made, so that they go with the job if this process is killed
   */
  constructor(writes: boolean, onFolder: (path: FsPath) => void) {
    this.#writes = writes;
    this.#onFolder = onFolder;
  }

  async traits({ target, workDirectory }: CopyRoot): Promise<TargetTraits> {
    const folder = await existing(target);
    const key = keyOfPath(folder);
    let traits = this.#known.get(key);
    if (traits === undefined) {
      traits = this.#probe(folder, joinPath(folder, `${displayName(workDirectory)}-names`)).catch(
        () => PLAIN_TRAITS,
      );
      this.#known.set(key, traits);
    }
    return traits;
  }

  async close(): Promise<void> {
    for (const folder of this.#folders.values()) await rmdir(native(folder)).catch(() => undefined);
  }

  async #probe(folder: FsPath, scratch: FsPath): Promise<TargetTraits> {
    const { type } = await statfs(native(folder));
    if (!this.#writes) return knownTraits(type);
    this.#onFolder(scratch);
    this.#folders.set(keyOfPath(scratch), scratch);
    await mkdir(native(scratch), { recursive: true, mode: 0o700 });
    const foldsCase = await areOne(scratch, 'heddle-case', 'HEDDLE-CASE');
    const normalizes = await areOne(scratch, 'heddle-\u00e9', 'heddle-e\u0301');
    if (PLAIN.has(type)) {
      await rmdir(native(scratch));
      this.#folders.delete(keyOfPath(scratch));
      return { ...PLAIN_TRAITS, foldsCase, normalizes };
    }
    const tried = new Map<string, Promise<boolean>>();
    const holds = (name: FsPath): Promise<boolean> => {
      if (isHarmless(name)) return Promise.resolve(true);
      const key = byteString(name);
      let answer = tried.get(key);
      if (answer === undefined) {
        answer = canBe(scratch, name);
        if (tried.size < 10_000) tried.set(key, answer);
      }
      return answer;
    };
    return { foldsCase, normalizes, holds };
  }
}

function knownTraits(type: number): TargetTraits {
  if (process.platform === 'linux' && !WINDOWS.has(type)) return PLAIN_TRAITS;
  return {
    foldsCase: process.platform !== 'linux' || WINDOWS.has(type),
    normalizes: process.platform === 'darwin',
    holds: (name) =>
      Promise.resolve(
        process.platform === 'darwin' ||
          (typeof name === 'string' && !REFUSED_BY_WINDOWS.test(name) && name.length <= MAX_NAME_UNITS),
      ),
  };
}

async function areOne(folder: FsPath, name: string, other: string): Promise<boolean> {
  const path = native(joinPath(folder, name));
  await writeFile(path, '');
  try {
    return (await lstat(native(joinPath(folder, other))).catch(() => null)) !== null;
  } finally {
    await rm(path, { force: true });
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
    return names.some((there) => there.equals(pathToBytes(name)));
  } finally {
    await rm(native(path), { force: true });
  }
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

function byteString(path: FsPath): string {
  return Buffer.from(pathToBytes(path)).toString('latin1');
}

function clash(message: string): ErrorData {
  return { code: 'clash', message, retryable: false };
}
