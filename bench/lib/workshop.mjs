// Where a bench works: a folder in memory that is gone afterwards, whatever happens, and the data in it.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, readdirSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { stopMeasuring } from './measure.mjs';
import { ext4Below } from './volume.mjs';

/** statfs(2) */
const TMPFS = 0x0102_1994;
const PROCESSES_BYTES = 500_000_000;
/** On a disk, as a rule (Filesystem Hierarchy Standard). */
const ON_DISK = '/var/tmp';

export class Workshop {
  folder;
  #disk = null;
  #volume = null;
  #made = new Map();
  #once = new Set();
  #servers = [];

  /** @throws {Error} where there is too little room */
  static async open(parent, neededBytes) {
    const { bavail, bsize, type } = await statfs(parent);
    const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);
    // What is there may be promised to others: files in memory need memory.
    if (type === TMPFS && freemem() < neededBytes + PROCESSES_BYTES) {
      throw new Error(
        `${gigabytes(freemem())} GB of memory are free, files in memory and what works on them need ${gigabytes(neededBytes + PROCESSES_BYTES)}. Name a folder on a disk with --folder.`,
      );
    }
    if (bavail * bsize < neededBytes) {
      throw new Error(
        `${parent} has ${gigabytes(bavail * bsize)} GB free, the bench needs ${gigabytes(neededBytes)}. Make room, or name another folder with --folder.`,
      );
    }
    return new Workshop(parent);
  }

  constructor(parent) {
    this.folder = mkdtempSync(join(parent, 'heddle-bench-'));
    process.once('exit', () => this.#remove());
    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ]) {
      process.once(signal, () => process.exit(status));
    }
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** A folder of files that is made once. @returns {Promise<string>} its path */
  files({ name, ...tree }) {
    return this.#make(this.path(name), tree);
  }

  /** The same on a disk, and written to its device. */
  async filesOnDisk({ name, ...tree }) {
    const folder = await this.#make(join(this.#onDisk(), name), tree);
    execFileSync('sync', ['-f', folder]);
    return folder;
  }

  /** Removes the folders of files that no other case has. */
  tidy() {
    for (const folder of this.#once) {
      this.#made.delete(folder);
      rmSync(folder, { recursive: true, force: true });
    }
    this.#once.clear();
  }

  /** An ext4 on a disk: see {@link ext4Below}. */
  ext4(bytes) {
    this.#volume ??= ext4Below(this.#onDisk(), bytes);
    return this.#volume;
  }

  #onDisk() {
    this.#disk ??= mkdtempSync(join(ON_DISK, 'heddle-bench-'));
    return this.#disk;
  }

  #make(folder, tree) {
    let made = this.#made.get(folder);
    if (made === undefined) {
      made = fill(folder, tree);
      this.#made.set(folder, made);
      if (tree.isUsedOnce) this.#once.add(folder);
    }
    return made;
  }

  /** Ends with the bench. @param {{ close(): Promise<void>, kill(): void }} server */
  keep(server) {
    this.#servers.push(server);
    return server;
  }

  async end(server) {
    this.#servers = this.#servers.filter((other) => other !== server);
    await server.close();
  }

  async close() {
    for (const server of this.#servers.splice(0)) await server.close();
    this.#remove();
  }

  #remove() {
    stopMeasuring();
    for (const server of this.#servers.splice(0)) server.kill();
    this.#volume?.close();
    for (const folder of [this.folder, this.#disk]) {
      if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** @param {import('../cases/trees.mjs').Tree} tree */
async function fill(folder, { count, bytes, perFolder = Infinity, contentOf = (index) => String(index) }) {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const part = perFolder === Infinity ? folder : join(folder, String(Math.floor(index / perFolder)));
    if (index % perFolder === 0) {
      await mkdir(part, { recursive: true });
    }
    writeFileSync(join(part, `${index}.bin`), Buffer.alloc(bytes, `${contentOf(index)} heddle`));
  }
  return folder;
}

/** @returns {number} lines of a text file of any size */
export function countLines(path) {
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  const fd = openSync(path, 'r');
  let lines = 0;
  for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
    for (let at = chunk.indexOf('\n'); at >= 0 && at < read; at = chunk.indexOf('\n', at + 1)) lines += 1;
  }
  closeSync(fd);
  return lines;
}

/** Makes a folder empty. */
export function emptied(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** @throws {Error} unless there are as many files below it, with as many bytes */
export function expectFiles(folder, count, bytes) {
  let files = 0;
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    total += statSync(join(entry.parentPath, entry.name)).size;
  }
  if (files !== count || total !== count * bytes) {
    throw new Error(`${files} files of ${total} bytes in all, not ${count} of ${count * bytes}`);
  }
}
