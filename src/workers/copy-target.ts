/** Where a copy writes: target folders made on the way, and never out of the target through a link. */
import { lstatSync, mkdirSync } from 'node:fs';
import { HeddleError } from '../common/errors';
import type { CopyRoot } from '../common/model';
import { displayPath, joinPath, pathFromBytes, pathToBytes, type FsPath } from '../common/paths';
import { errorCode, makeFolders, makeWorkDirectory, native, parentPath } from './final-name';

/** More folders than this are not remembered at once. */
const REMEMBERED = 50_000;

/** The folders of one root's target, as one worker knows them. */
export class TargetFolders {
  readonly #root: CopyRoot;
  readonly #rootBytes: Buffer;
  /** Folders seen to be there and to be folders, with their device; keyed by the path's bytes. */
  readonly #known = new Map<string, bigint>();
  #workDevice: bigint | null = null;

  constructor(root: CopyRoot) {
    this.#root = root;
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
    const bytes = pathToBytes(target);
    if (bytes.length <= this.#rootBytes.length) return this.#ensureAbove(parent);
    return this.#ensureBelow(parent);
  }

  /** As {@link ensureParent}, for the folder itself. */
  ensureFolder(folder: FsPath): void {
    this.#ensureBelow(folder);
  }

  /**
   * Where the temporary file of a task goes: into the root's work directory, or, where the target's folder
   * lies on another device and no link could join the two, beside the target itself.
   */
  tempFor(target: FsPath, taskId: number): FsPath {
    const device = this.ensureParent(target);
    const { workDirectory } = this.#root;
    if (this.#workDevice === null) {
      makeWorkDirectory(workDirectory);
      this.#workDevice = lstatSync(workDirectory, { bigint: true }).dev;
    }
    if (device === this.#workDevice) return joinPath(workDirectory, String(taskId));
    const name = workDirectory.slice(
      Math.max(workDirectory.lastIndexOf('/'), workDirectory.lastIndexOf('\\')) + 1,
    );
    return joinPath(parentPath(target), `${name}-${taskId}`);
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
    const known = this.#known.get(keyOf(folder));
    if (known !== undefined) return known;
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
      mkdirSync(native(folder));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const stats = lstatSync(native(folder), { bigint: true });
    if (!stats.isDirectory()) {
      throw new HeddleError(
        'target-not-a-folder',
        `${displayPath(folder)} exists and is not a folder; nothing was written behind it.`,
      );
    }
    return this.#remember(key, stats.dev);
  }

  #remember(key: string, device: bigint): bigint {
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, device);
    return device;
  }
}

function keyOf(path: FsPath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('latin1') + '\0';
}
