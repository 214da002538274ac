/** Where a copy writes: target folders made on the way, and never out of the target through a link. */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { HeddleError } from '../common/model/errors';
import type { CopyRoot } from '../common/threads/worker-options';
import { mountOf, mountPoints } from '../files/mounts';
import {
  displayPath,
  joinPath,
  keyOfPath,
  pathFromBytes,
  pathToBytes,
  type FsPath,
} from '../common/model/paths';
import {
  errorCode,
  lastPart,
  lstatOrNull,
  makeFolders,
  makeWorkDirectory,
  native,
  parentPath,
} from '../files/entries';
import { WHOLE } from '../files/patience';

/** More folders than this are not remembered at once. */
const REMEMBERED = 50_000;

/** The folders of one root's target, as one worker knows them. */
export class TargetFolders {
  readonly #root: CopyRoot;
  readonly #rootBytes: Buffer;
  /** Folders seen to be there and to be folders, with their device; by {@link keyOfPath}. */
  readonly #known = new Map<string, bigint>();
  /** Work directories by what they can be renamed in: a device, and where that is mounted. */
  readonly #work = new Map<string, FsPath>();
  #mounts: readonly string[] | null = null;
  readonly #mountOfFolder = new Map<string, string>();
  readonly #onWorkDirectory: (path: FsPath) => void;

  /** @param onWorkDirectory is told of work directories beside the root's own, before they are made */
  constructor(root: CopyRoot, onWorkDirectory: (path: FsPath) => void = () => undefined) {
    this.#root = root;
    this.#onWorkDirectory = onWorkDirectory;
    this.#rootBytes = Buffer.from(root.target);
  }

  /**
   * Makes what is missing of the folder that `target` lies in. From the root's target downwards each part
   * must be a folder itself: a link there may lead out of the target, so it is not followed.
   * @returns the folder's device
   * @throws HeddleError `target-not-a-folder`
   */
  ensureParent(target: FsPath): bigint {
    const parent = parentPath(target);
    const known = this.#known.get(keyOfPath(parent));
    if (known !== undefined) return known;
    if (pathToBytes(target).length <= this.#rootBytes.length) return this.#ensureAbove(parent);
    return this.#ensureBelow(parent);
  }

  /** As {@link ensureParent}, for the folder itself. */
  ensureFolder(folder: FsPath): void {
    this.#ensureBelow(folder);
  }

  /**
   * Where the temporary file of a task goes: into the root's work directory, or, where that cannot be made or lies on
   * another mount, so that no rename could join the two, into one as high in the target as it can be.
   * @throws the system's error where there is no folder on the way that may be written to
   */
  tempFor(target: FsPath, taskId: number): FsPath {
    const device = this.ensureParent(target);
    const folder = parentPath(target);
    const mount = `${device}:${this.#mountOf(folder)}`;
    let directory = this.#work.get(mount);
    if (directory === undefined) {
      directory = this.#makeWork(folder, mount, device);
      this.#work.set(mount, directory);
    }
    return joinPath(directory, String(taskId));
  }

  #makeWork(folder: FsPath, mount: string, device: bigint): FsPath {
    const { workDirectory } = this.#root;
    let refusal: Error = notAFolder(folder);
    for (const directory of this.#candidates(folder)) {
      const above = parentPath(directory);
      if (statDevice(above) !== device || `${device}:${this.#mountOf(above)}` !== mount) continue;
      // It is removed with the others when the job ends, even if this process is killed.
      if (directory !== workDirectory) this.#onWorkDirectory(directory);
      try {
        makeWorkDirectory(directory);
        return directory;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal = error as Error;
      }
    }
    throw refusal;
  }

  /**
   * When every file has its name: removes the work directory in a folder, unless it holds what another attempt can go
   * on with. Then it goes with the job.
   */
  removeWorkIn(folder: FsPath): void {
    const directory = joinPath(folder, lastPart(this.#root.workDirectory));
    let names: Buffer[];
    try {
      names = readdirSync(native(directory), { encoding: 'buffer' });
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      throw error;
    }
    // A finished file has its final name as well.
    const isPartial = names.some(
      (name) =>
        /^\d+$/u.test(name.toString()) && lstatOrNull(joinPath(directory, name.toString()))?.nlink === 1n,
    );
    if (!isPartial) rmSync(native(directory), WHOLE);
  }

  /** The root's own, then one in each folder from the target's top down to this one. */
  *#candidates(folder: FsPath): Generator<FsPath> {
    const { workDirectory } = this.#root;
    yield workDirectory;
    const bytes = pathToBytes(folder);
    const name = lastPart(workDirectory);
    for (let end = this.#rootBytes.length; end <= bytes.length; end++) {
      if (end === bytes.length || bytes[end] === 0x2f) {
        yield joinPath(pathFromBytes(bytes.subarray(0, end)), name);
      }
    }
  }

  /** A bind mount has the device of what it shows, and no rename crosses it. */
  #mountOf(folder: FsPath): string {
    if (process.platform !== 'linux') return '';
    const key = keyOfPath(folder);
    let mount = this.#mountOfFolder.get(key);
    if (mount === undefined) {
      this.#mounts ??= mountPoints(readFileSync('/proc/self/mountinfo', 'latin1'));
      mount = mountOf(this.#mounts, realpathSync.native(native(folder), 'buffer').toString('latin1'));
      if (this.#mountOfFolder.size >= REMEMBERED) this.#mountOfFolder.clear();
      this.#mountOfFolder.set(key, mount);
    }
    return mount;
  }

  /**
   * Looks, and makes nothing: whether every folder on the way that exists is one.
   * @returns whether the target's folder is there
   * @throws HeddleError `target-not-a-folder`
   */
  look(target: FsPath): boolean {
    const bytes = pathToBytes(target);
    for (let end = this.#rootBytes.length; end < bytes.length; end++) {
      if (bytes[end] !== 0x2f) continue;
      const folder = pathFromBytes(bytes.subarray(0, end));
      const key = keyOfPath(folder);
      if (this.#known.has(key)) continue;
      const stats = lstatOrNull(folder);
      if (stats === null) return false;
      if (!stats.isDirectory()) throw notAFolder(folder);
      this.#remember(key, stats.dev);
    }
    return true;
  }

  /** The folder above the root's target: the user named it, links in it are theirs. */
  #ensureAbove(folder: FsPath): bigint {
    const key = keyOfPath(folder);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    makeFolders(folder);
    // With a slash behind, a link to a folder is looked through.
    const { dev } = lstatSync(native(joinPath(folder, '.')), { bigint: true });
    return this.#remember(key, dev);
  }

  #ensureBelow(folder: FsPath): bigint {
    this.#ensureAbove(parentPath(this.#root.target));
    // From the root's target down, one part after the other.
    const bytes = pathToBytes(folder);
    let device = 0n;
    for (let end = this.#rootBytes.length; end <= bytes.length; end++) {
      if (end < bytes.length && bytes[end] !== 0x2f) continue;
      device = this.#ensureOne(pathFromBytes(bytes.subarray(0, end)));
    }
    return device;
  }

  #ensureOne(folder: FsPath): bigint {
    const key = keyOfPath(folder);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    try {
      // For this user alone until it gets the mode of its source: what is private there is never open here.
      mkdirSync(native(folder), 0o700);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const stats = lstatSync(native(folder), { bigint: true });
    if (!stats.isDirectory()) throw notAFolder(folder);
    return this.#remember(key, stats.dev);
  }

  #remember(key: string, device: bigint): bigint {
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, device);
    return device;
  }
}

function statDevice(folder: FsPath): bigint | null {
  return statSync(native(folder), { bigint: true, throwIfNoEntry: false })?.dev ?? null;
}

/** Whether something may be made in the nearest folder that is there, above a path. @throws the system's error if not */
export function accessNearest(path: FsPath): void {
  let folder = parentPath(path);
  while (lstatOrNull(folder) === null && parentPath(folder) !== folder) folder = parentPath(folder);
  accessSync(native(folder), constants.W_OK | constants.X_OK);
}

/** Nothing may be made there. */
export function isRefusal(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');
}

export function notAFolder(folder: FsPath): HeddleError {
  return new HeddleError(
    'target-not-a-folder',
    `${displayPath(folder)} exists and is not a folder; nothing was written behind it.`,
  );
}
