// A file system of its own, in a file on a disk, mounted through a loop device (Linux, as root).
import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(4 * 1024 * 1024);

function call(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
}

export class Volume {
  folder;

  /**
   * @param {string} parent where its image and its mount point are made
   * @param {number} bytes of its image
   * @throws {Error} where this machine does not mount it
   */
  constructor(parent, bytes) {
    const image = join(parent, 'ext4');
    this.folder = join(parent, 'mounted');
    writeOut(image, bytes);
    call('mke2fs', '-q', '-t', 'ext4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image);
    mkdirSync(this.folder);
    call('mount', '-o', 'loop', image, this.folder);
  }

  /** Waits for its disk. */
  sync() {
    call('sync', '-f', this.folder);
  }

  close() {
    spawnSync('umount', ['--lazy', this.folder]);
  }
}

/** Every byte of it, so that later the disk below has nothing to find room for. */
function writeOut(path, bytes) {
  const fd = openSync(path, 'wx');
  for (let left = bytes; left > 0; left -= CHUNK.length)
    writeSync(fd, CHUNK, 0, Math.min(left, CHUNK.length));
  fsyncSync(fd);
  closeSync(fd);
}
