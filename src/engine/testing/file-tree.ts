/** Trees for the tests of copying: one with all that is odd in it, and what is there to compare of one. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** @param many plain files in one folder. @returns the socket's server, to be closed */
export async function makeHostileTree(root: string, many = 100): Promise<Server> {
  mkdirSync(join(root, 'empty', 'deeper'), { recursive: true });
  mkdirSync(join(root, 'names'));
  mkdirSync(join(root, 'many'));
  for (let index = 0; index < many; index++) writeFileSync(join(root, 'many', `f${index}`), `${index}`);
  writeFileSync(join(root, 'names', 'n'.repeat(255)), 'long');
  writeFileSync(join(root, 'names', ' -a\n"b\\\r'), 'odd');
  writeFileSync(Buffer.from(`${root}/names/\u00fe`, 'latin1'), 'bytes');
  execFileSync('mkfifo', [join(root, 'fifo')]);
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(join(root, 'socket'), resolve);
  });
  if (process.getuid?.() === 0) execFileSync('mknod', [join(root, 'device'), 'c', '1', '3']);
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('..', join(root, 'empty', 'up'));
  symlinkSync('/nowhere/at/all', join(root, 'dangling'));
  lutimesSync(join(root, 'dangling'), 1_000_000_000.123456, 1_100_000_000.654321);

  writeFileSync(join(root, 'one'), 'x'.repeat(100_000));
  mkdirSync(join(root, 'z'));
  linkSync(join(root, 'one'), join(root, 'z', 'two'));
  linkSync(join(root, 'one'), join(root, 'three'));
  symlinkSync('one', join(root, 'link'));

  const sparse = openSync(join(root, 'sparse'), 'w');
  writeSync(sparse, Buffer.alloc(4096, 'data'), 0, 4096, 5 * 2 ** 30);
  ftruncateSync(sparse, 10 * 2 ** 30);
  closeSync(sparse);
  const tail = openSync(join(root, 'tail'), 'w');
  writeSync(tail, Buffer.alloc(200_000, 'x'));
  ftruncateSync(tail, 1_000_000);
  closeSync(tail);

  writeFileSync(join(root, 'big'), Buffer.alloc(20_000_001, 'big'));
  writeFileSync(join(root, 'zero'), '');
  execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(root, 'big')]);
  execFileSync('setfacl', ['-m', 'u:1234:r', join(root, 'one')]);
  if (process.getuid?.() === 0) {
    chownSync(join(root, 'many', 'f1'), 1234, 2345);
    chmodSync(join(root, 'many', 'f1'), 0o4755);
    chownSync(join(root, 'z'), 1234, 2345);
  }
  chmodSync(join(root, 'many', 'f2'), 0o000);
  chmodSync(join(root, 'z'), 0o2775);
  chmodSync(join(root, 'empty', 'deeper'), 0o1777);
  let deep = join(root, 'deep');
  // As deep as a path of the system goes, with room for the names of the test's own folders.
  while (deep.length < 3_750) deep += `/${'d'.repeat(99)}`;
  mkdirSync(deep, { recursive: true });
  writeFileSync(`${deep}/end`, 'x');
  utimesSync(join(root, 'zero'), -1000.25, -2000.125);
  for (const name of ['empty/deeper', 'empty', 'z', 'many', '.'])
    utimesSync(join(root, name), 1_400_000_000.111, 1_500_000_000.222);
  return server;
}

/**
 * What a file takes of its disk. A file system keeps its own lists of a file's blocks among them (ext4 does), of which
 * two equal files may have a block more or less.
 */
function spaceOf({ size, blocks }: BigIntStats): string {
  return blocks * 512n >= size ? 'whole' : `${Math.round(Number(blocks) / 256)} × 128 KiB`;
}

/** Everything of each entry but what every copy has of its own: one line each, in order. */
export function describeTree(root: string): string[] {
  const firstNames = new Map<bigint, string>();
  const lines: string[] = [];
  const visit = (path: Buffer, name: string): void => {
    const stats = lstatSync(path, { bigint: true });
    const isFolder = stats.isDirectory();
    const type = stats.isFile() ? 'file' : isFolder ? 'folder' : stats.isSymbolicLink() ? 'link' : 'special';
    if (type === 'special') return;
    const first = firstNames.get(stats.ino) ?? name;
    firstNames.set(stats.ino, first);
    lines.push(
      [
        JSON.stringify(name),
        type,
        (stats.mode & 0o7777n).toString(8),
        `${stats.uid}:${stats.gid}`,
        stats.mtimeNs,
        isFolder ? '' : `${stats.size} in ${spaceOf(stats)}`,
        isFolder ? '' : first,
        type === 'link' ? readlinkSync(path, { encoding: 'latin1' }) : '',
        type === 'file' && stats.size < 100_000_000n ? digest(path) : '',
      ].join(' '),
    );
    if (!isFolder) return;
    const names = readdirSync(path, { encoding: 'buffer' }).sort((a, b) => a.compare(b));
    for (const child of names)
      visit(Buffer.concat([path, Buffer.from('/'), child]), `${name}/${child.toString('latin1')}`);
  };
  visit(Buffer.from(root), '.');
  return lines;
}

/** Extended attributes and access control lists of all files, in the order of their names. */
export function describeAttributes(root: string): string {
  const text = execFileSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], {
    cwd: root,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text.trim().split('\n\n').sort().join('\n\n');
}

/** Every entry with its times, to see that nothing was touched. */
export function listing(root: string): string {
  return execFileSync('find', ['.', '-printf', '%P %y %m %s %T@ %C@ %i\\n'], {
    cwd: root,
    encoding: 'latin1',
  })
    .split('\n')
    .sort()
    .join('\n');
}

function digest(path: Buffer): string {
  return createHash('sha1').update(readFileSync(path)).digest('hex');
}
