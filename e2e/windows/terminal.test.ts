/** What the terminal does on Windows: its real Node, under wine, which has the rules of NTFS but not all that it can. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  globSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { folder, get, listing, makeTree, put, useFolder } from './folder';
import { partialBytes, startStallingServer } from './stalling-server';
import { heddle, startHeddle, startNode, windowsPath } from './wine';

useFolder();

test('paths are taken as Windows writes them', async () => {
  makeTree();
  const { status } = await heddle(['copy', '.\\src\\sub\\', windowsPath(join(folder, 'dst'))], folder);
  expect(status).toBe(0);
  expect(listing('dst')).toEqual(['b.txt']);
  const into = await heddle(['copy', 'src', 'SRC\\sub\\inner'], folder);
  expect(into.status).toBe(2);
  expect(into.err).toMatch(/a folder cannot be copied into itself/u);
});

test('a mirror deletes what its source lacks, and nothing else', async () => {
  makeTree();
  put('dst/extra.txt', 'x');
  put('dst/old/deep/z', 'z');
  put('beside.txt', 'stays');
  const { status, err } = await heddle(['copy', 'src/', 'dst', '--mirror', '--yes'], folder);
  expect(err).toMatch(/deleted/u);
  expect(status).toBe(0);
  expect(listing('dst')).toEqual(listing('src'));
  expect(get('beside.txt').toString()).toBe('stays');
});

test('manifests are those of every other system', async () => {
  makeTree();
  expect((await heddle(['hash', 'src', '-o', 'src/SUMS'], folder)).status).toBe(0);
  // sha256sum of this machine reads it.
  execFileSync('sha256sum', ['--check', '--quiet', 'SUMS'], { cwd: join(folder, 'src') });
  expect(get('src/SUMS').toString()).toContain('Ünïcode 文/ä 😀.txt');
  const verified = await heddle(['verify', 'SRC\\sums', '--strict'], folder);
  expect(verified).toMatchObject({ status: 0, out: '' });
  expect(verified.err).toMatch(/5 ok/u);
  writeFileSync(join(folder, 'src/a.txt'), 'A');
  const changed = await heddle(['verify', 'src/SUMS'], folder);
  expect(changed).toMatchObject({ status: 1, out: 'changed: a.txt\n' });
});

test('native digests work', async () => {
  put('a', 'abc');
  const { status, out } = await heddle(['hash', 'a', '-a', 'blake3', '-a', 'md5', '--json'], folder);
  expect(status).toBe(0);
  expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({
    digests: {
      blake3: '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
      md5: '900150983cd24fb0d6963f7d28e17f72',
    },
  });
});

test('folders are compared, and duplicates found', async () => {
  makeTree();
  expect((await heddle(['copy', 'src/', 'dst'], folder)).status).toBe(0);
  const same = await heddle(['verify', 'src', 'dst'], folder);
  expect(same).toMatchObject({ status: 0, out: '' });
  put('dst/sub/b.txt', 'B');
  rmSync(join(folder, 'dst/a.txt'));
  const differing = await heddle(['verify', 'src', 'dst'], folder);
  expect(differing.status).toBe(1);
  expect(differing.out.split('\n').sort()).toEqual(['', 'different: sub/b.txt', 'only-left: a.txt']);
  put('src/sub/copy.bin', get('src/large.bin'));
  const { status, out } = await heddle(['duplicates', 'src'], folder);
  expect(status).toBe(0);
  expect(out.split('\n').filter((line) => line.endsWith('.bin'))).toHaveLength(2);
});

test('a file that another program has open is replaced once it is free', async () => {
  put('src/a.txt', 'new');
  put('dst/a.txt', 'old, and longer');
  // CreateFileW without sharing, as viewers and scanners open files.
  const script = `const koffi = require(${JSON.stringify(windowsPath(resolve('node_modules/koffi')))});
    const kernel = koffi.load('kernel32.dll');
    const open = kernel.func('intptr_t __stdcall CreateFileW(const char16_t *path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, intptr_t like)');
    if (BigInt(open('dst\\\\a.txt', 0x80000000, 0, null, 3, 0, 0)) === -1n) process.exit(9);
    require('fs').writeFileSync('held', '');
    const wait = setInterval(() => { if (require('fs').existsSync('let-go')) clearInterval(wait); }, 10);`;
  const holder = startNode(['-e', script], folder);
  await expect.poll(() => existsSync(join(folder, 'held'))).toBe(true);
  const copying = startHeddle(['copy', 'src/', 'dst', '--existing', 'overwrite'], folder);
  // It has made the copy and tries to give it its name.
  await expect
    .poll(() => globSync('dst/.heddle-*/*', { cwd: folder }).some((path) => get(path).toString() === 'new'))
    .toBe(true);
  put('let-go', '');
  expect((await holder.ended).status).toBe(0);
  expect((await copying.ended).status).toBe(0);
  expect(get('dst/a.txt').toString()).toBe('new');
  expect(readdirSync(join(folder, 'dst'))).toEqual(['a.txt']);
});

test('paths longer than 260 characters', async () => {
  const deep = Array.from({ length: 12 }, (_, index) => `ä folder with quite a name ${index}`).join('/');
  put(`src/${deep}/file.txt`, 'deep');
  expect((await heddle(['copy', 'src/', 'dst', '--verify'], folder)).status).toBe(0);
  expect(get(`dst/${deep}/file.txt`).toString()).toBe('deep');
  const { status, out } = await heddle(['hash', 'dst'], folder);
  expect(status).toBe(0);
  expect(out).toContain(`${deep}/file.txt`);
});

test('a data folder of its own, which stays on the machine', async () => {
  const { status } = await startNode([join(process.cwd(), 'out/main/cli.cjs'), 'jobs'], folder).ended;
  expect(status).toBe(0);
  const users = join(process.env['WINEPREFIX'] ?? '', 'drive_c/users');
  expect(globSync('*/AppData/Local/Heddle/heddle.db', { cwd: users })).toHaveLength(1);
});

test('a file with holes is copied whole', async () => {
  const path = join(folder, 'src/holes');
  put('src/holes', 'begin');
  truncateSync(path, 50_000_000);
  appendFileSync(path, 'end');
  expect((await heddle(['copy', 'src/', 'dst'], folder)).status).toBe(0);
  expect(get('dst/holes').equals(get('src/holes'))).toBe(true);
  const { blocks } = statSync(join(folder, 'dst/holes'));
  expect(blocks * 512).toBeLessThan(10_000_000);
});

test('several processes have one database, and leave no locks', async () => {
  makeTree();
  const runs = await Promise.all(
    ['a.txt', 'sub', 'empty'].map((name) => heddle(['hash', `src/${name}`], folder)),
  );
  expect(runs.map(({ status }) => status)).toEqual([0, 0, 0]);
  expect((await heddle(['jobs'], folder)).out.trim().split('\n')).toHaveLength(3);
  expect(readdirSync(join(folder, 'data/instances'))).toEqual([]);
});

test('what is read-only is copied so, replaced and deleted', async () => {
  put('src/a.txt', 'new');
  put('dst/a.txt', 'old, and longer');
  put('dst/extra.txt', 'x');
  for (const path of ['src/a.txt', 'dst/a.txt', 'dst/extra.txt']) chmodSync(join(folder, path), 0o444);
  const { status } = await heddle(
    ['copy', 'src/', 'dst', '--mirror', '--yes', '--existing', 'overwrite'],
    folder,
  );
  expect(status).toBe(0);
  expect(listing('dst')).toEqual(['a.txt']);
  expect(get('dst/a.txt').toString()).toBe('new');
  expect(statSync(join(folder, 'dst/a.txt')).mode & 0o222).toBe(0);
});

test('what is listed as a link and is a folder is walked, as placeholders of OneDrive are', async () => {
  makeTree();
  // wine lists it so, and lstat says what it leads to.
  symlinkSync(join(folder, 'src/sub'), join(folder, 'src/placeholder'));
  const { status, err } = await heddle(['copy', 'src/', 'dst'], folder);
  expect(err).toMatch(/^6 copied/mu);
  expect(status).toBe(0);
  expect(lstatSync(join(folder, 'dst/placeholder')).isDirectory()).toBe(true);
  expect(get('dst/placeholder/b.txt').toString()).toBe('b');
  const verified = await heddle(['verify', 'src', 'dst'], folder);
  expect(verified).toMatchObject({ status: 0, out: '' });
});

test('drives have roots', async () => {
  const name = `heddle-${process.pid}`;
  const drive = join(process.env['WINEPREFIX'] ?? '', 'drive_c');
  try {
    put(`${name}/a.txt`, 'a');
    expect((await heddle(['copy', name, 'C:\\'], folder)).status).toBe(0);
    expect(readFileSync(join(drive, name, 'a.txt'), 'utf8')).toBe('a');
    const { out } = await heddle(['hash', `c:\\${name}\\..\\${name}`], folder);
    expect(out).toMatch(new RegExp(`  C:/${name}/a\\.txt\\n$`, 'u'));
  } finally {
    rmSync(join(drive, name), { recursive: true, force: true });
  }
});

test('the file server gives no way out of its folder', async () => {
  put('public/a.txt', 'a');
  put('secret.txt', 'secret');
  const { child, ended } = startNode(
    [resolve('out/main/cli.cjs'), 'serve', 'public', '--port', '0'],
    folder,
    join(folder, 'url'),
  );
  await expect.poll(() => existsSync(join(folder, 'url')) && get('url').toString()).toMatch(/^http.*\n/u);
  try {
    const url = get('url').toString().trim();
    expect(await (await fetch(`${url}/a.txt`)).text()).toBe('a');
    const paths = [
      '..%5csecret.txt',
      '%2e%2e/secret.txt',
      'Z:/etc/passwd',
      'a.txt::$DATA',
      '..%5c..%5cetc%5cpasswd',
    ];
    for (const path of paths) expect((await fetch(`${url}/${path}`)).status, path).toBe(404);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

test.each(['SIGBREAK', 'SIGHUP'])(
  '%s, as Ctrl+Break and a closed console are, stops a job cleanly',
  async (signal) => {
    const server = await startStallingServer();
    try {
      // Without a console wine sends none: the process is told as Node would tell it.
      put(
        'tell.cjs',
        `const { existsSync } = require('node:fs');
      const look = setInterval(() => {
        if (!existsSync('tell')) return;
        clearInterval(look);
        process.emit('${signal}');
      }, 10);
      look.unref();`,
      );
      const flags = ['download', server.url, '-d', 'dl', '--data-dir', 'data'];
      const running = startNode(['-r', './tell.cjs', resolve('out/main/cli.cjs'), ...flags], folder);
      await expect.poll(partialBytes).toBeGreaterThan(1_000_000);
      put('tell', '');
      const { status, err } = await running.ended;
      expect(status).toBe(130);
      expect(err).toMatch(/heddle resume/u);
      server.goOn();
      expect((await heddle(['resume'], folder)).status).toBe(0);
      expect(get('dl/a.bin').equals(server.content)).toBe(true);
    } finally {
      server.close();
    }
  },
);
