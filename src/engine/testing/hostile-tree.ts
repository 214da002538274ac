/** A folder with everything in it that has misled a tool which reads or copies trees. Needs root, for a device node. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface HostileTree {
  /** Paths of the regular files below the folder; bytes that are not UTF-8 as `\xNN`. */
  readonly files: readonly string[];
  /** Paths of what is no file: FIFO, socket, device. */
  readonly specials: readonly string[];
  readonly links: readonly string[];
}

/** @param folder exists and is empty */
export async function makeHostileTree(folder: string): Promise<HostileTree> {
  const files: string[] = [];
  const file = (path: string, content: string | Buffer = path): void => {
    writeFileSync(join(folder, path), content);
    files.push(path);
  };
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  await makeSocket(join(folder, 'socket'));
  execFileSync('mknod', [join(folder, 'device'), 'c', '1', '7']);

  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('..', join(folder, 'up'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('/dev/zero', join(folder, 'to-device'));

  file('first-name', 'one file, two names');
  linkSync(join(folder, 'first-name'), join(folder, 'second-name'));
  files.push('second-name');

  // Much larger than it is: holes before and behind 4 KiB of data.
  const sparse = openSync(join(folder, 'sparse'), 'w');
  writeSync(sparse, Buffer.alloc(4096, 'data'), 0, 4096, 100 * 1024 * 1024);
  ftruncateSync(sparse, 200 * 1024 * 1024);
  closeSync(sparse);
  files.push('sparse');

  file('n'.repeat(255));
  file('empty', '');
  for (const name of [
    'new\nline',
    'carriage\rreturn',
    'back\\slash',
    ' leading',
    '-dash',
    'trailing ',
    '"quote\'',
  ])
    file(name);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/bytes-`), Buffer.of(0xff, 0xfe)]), 'bytes');
  files.push('bytes-\\xff\\xfe');
  mkdirSync(join(folder, 'empty-folder'));

  // Longer than PATH_MAX allows from the root in one piece once the folder above is counted.
  const deep = Array.from({ length: 15 }, () => 'd'.repeat(240)).join('/');
  mkdirSync(join(folder, deep), { recursive: true });
  file(`${deep}/at the end`);

  mkdirSync(join(folder, 'many'));
  for (let index = 0; index < 20; index++) file(`many/${index}`);
  return { files, specials: ['device', 'fifo', 'socket'], links: ['dangling', 'loop', 'to-device', 'up'] };
}

/** A socket whose server is gone: nobody removes its name. */
async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.bound`, resolve));
  execFileSync('mv', [`${path}.bound`, path]);
  await new Promise((resolve) => server.close(resolve));
}
