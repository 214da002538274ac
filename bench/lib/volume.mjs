// An ext4 that is written to: that of the disk, or one of its own in a file, mounted through a loop device (as root).
import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(4 * 1024 * 1024);

function call(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
}

/** Waits until all that was written to the file system of a folder is on its disk. */
const sync = (folder) => call('sync', '-f', folder);

/**
 * @param {string} parent a folder on a disk; what is made is below it
 * @param {number} bytes that are needed
 * @returns {{ folder: string, where: string, sync(): void, close(): void }}
 * @throws {Error} where the disk has another file system, and this machine mounts none from a file
 */
export function ext4Below(parent, bytes) {
  const { stdout } = spawnSync('findmnt', ['-no', 'FSTYPE', '-T', parent], { encoding: 'utf8' });
  const isExt4 = stdout?.trim() === 'ext4';
  const folder = join(parent, 'ext4');
  mkdirSync(folder);
  if (!isExt4) mountImage(join(parent, 'image'), folder, bytes);
  return {
    folder,
    where: isExt4 ? 'on a disk' : 'on a loop device',
    sync: () => sync(folder),
    close: () => {
      if (!isExt4) spawnSync('umount', ['--lazy', folder]);
    },
  };
}

function mountImage(image, folder, bytes) {
  writeOut(image, bytes);
  call('mke2fs', '-q', '-t', 'ext4', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image);
  call('mount', '-o', 'loop', image, folder);
}

/** Every byte of it, so that later the disk below has nothing to find room for. */
function writeOut(path, bytes) {
  const fd = openSync(path, 'wx');
  for (let left = bytes; left > 0; left -= CHUNK.length)
    writeSync(fd, CHUNK, 0, Math.min(left, CHUNK.length));
  fsyncSync(fd);
  closeSync(fd);
}
