/** Folders on small disks of their own, which fill up, are read-only for a while, or vanish. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';

const MARGIN_BYTES = 64 * 1024;

function mount(...args) {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  return status === 0 ? null : stderr.trim();
}

/** @returns why nothing can be mounted here; `null`: it can be */
export function whyNoMount(folder) {
  mkdirSync(folder, { recursive: true });
  const why = mount('-t', 'tmpfs', '-o', 'size=64k', 'torture', folder);
  if (why === null) spawnSync('umount', [folder]);
  return why;
}

/** A disk in memory at a folder, which is made. */
export class Disk {
  #path;

  constructor(path) {
    this.#path = path;
    mkdirSync(path, { recursive: true });
    const why = mount('-t', 'tmpfs', '-o', 'size=400m', 'torture', path);
    if (why !== null) throw new Error(`${path} cannot be a disk: ${why}`);
  }

  /** Leaves room for so many bytes. */
  shrink(bytes) {
    const { blocks, bfree, bsize } = statfsSync(this.#path);
    const size = (blocks - bfree) * bsize + bytes + MARGIN_BYTES;
    return mount('-o', `remount,size=${Math.ceil(size / 1024)}k`, this.#path) === null;
  }

  lock() {
    return mount('-o', 'remount,ro', this.#path) === null;
  }

  heal() {
    mount('-o', 'remount,rw,size=400m', this.#path);
  }

  close() {
    spawnSync('umount', ['-l', this.#path]);
  }
}

/** A folder that goes and comes back. */
export class Vanishing {
  #path;
  #isMade;

  /** @param isMade by whoever misses it: a file has its name while it is away */
  constructor(path, isMade) {
    this.#path = path;
    this.#isMade = isMade;
  }

  vanish() {
    if (!existsSync(this.#path) || existsSync(this.#away)) return false;
    renameSync(this.#path, this.#away);
    if (this.#isMade) writeFileSync(this.#path, 'in the way\n');
    return true;
  }

  heal() {
    if (!existsSync(this.#away)) return;
    rmSync(this.#path, { recursive: true, force: true });
    renameSync(this.#away, this.#path);
  }

  get #away() {
    return `${this.#path}.away`;
  }
}
