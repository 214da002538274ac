/** Where a copy writes: target folders made on the way, and never out of the target through a link. */
import { lstatSync, mkdirSync } from 'node:fs';
import { HeddleError } from '../common/errors';
import type { CopyRoot } from '../common/model';
import { displayPath, joinPath, pathFromBytes, pathToBytes, type FsPath } from '../common/paths';
import {
  errorCode,
  lastPart,
  lstatOrNull,
  makeFolders,
  makeWorkDirectory,
  native,
  parentPath,
} from '../files/entries';

/** More folders than this are not remembered at once. */
const REMEMBERED = 50_000;

/** The folders of one root's target, as one worker knows them. */
export class TargetFolders {
  readonly #root: CopyRoot;
  readonly #rootBytes: Buffer;
  /** Folders seen to be there and to be folders, with their device; keyed by the path's bytes. */
  readonly #known = new Map<string, bigint>();
  /** Work directories by device. */
  readonly #work = new Map<bigint, FsPath>();
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
    const known = this.#known.get(keyOf(parent));
    if (known !== undefined) return known;
    if (pathToBytes(target).length <= this.#rootBytes.length) return this.#ensureAbove(parent);
    return this.#ensureBelow(parent);
  }

  /** As {@link ensureParent}, for the folder itself. */
  ensureFolder(folder: FsPath): void {
    this.#ensureBelow(folder);
  }

  /**
   * Where the temporary file of a task goes: into the root's work directory, or, where the target's folder
   * lies on another device and no link could join the two, into one at that device's top.
   */
  tempFor(target: FsPath, taskId: number): FsPath {
    const device = this.ensureParent(target);
    let directory = this.#work.get(device);
    if (directory === undefined) {
      directory = this.#makeWork(target, device);
      this.#work.set(device, directory);
    }
    return joinPath(directory, String(taskId));
  }

  #makeWork(target: FsPath, device: bigint): FsPath {
    const { workDirectory } = this.#root;
    if (this.#work.size === 0) {
      makeWorkDirectory(workDirectory);
      const own = lstatSync(native(workDirectory), { bigint: true }).dev;
      if (device === own) return workDirectory;
      this.#work.set(own, workDirectory);
    }
    const directory = joinPath(this.#topOf(parentPath(target), device), lastPart(workDirectory));
    // It is removed with the others when the job ends, even if this process is killed.
    this.#onWorkDirectory(directory);
    makeWorkDirectory(directory);
    return directory;
  }

  /** The highest folder from the root's target down to `folder` that lies on this device. */
  #topOf(folder: FsPath, device: bigint): FsPath {
    let top = folder;
    while (pathToBytes(top).length > this.#rootBytes.length) {
      const above = parentPath(top);
      if (lstatSync(native(above), { bigint: true }).dev !== device) break;
      top = above;
    }
    return top;
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
      const key = keyOf(folder);
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
    const key = keyOf(folder);
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
    const key = keyOf(folder);
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

function notAFolder(folder: FsPath): HeddleError {
  return new HeddleError(
    'target-not-a-folder',
    `${displayPath(folder)} exists and is not a folder; nothing was written behind it.`,
  );
}

function keyOf(path: FsPath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('latin1') + '\0';
}
