/** Whatever is done to files between two runs: each gives the digests that sha256sum gives, and finds no false duplicates. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import {
  engine,
  folder,
  knowsExfat,
  mount,
  mountExfat,
  run,
  flushFiles,
  unmount,
  useEngine,
} from './testing/test-engine';

useEngine('truth');

const isRoot = process.getuid?.() === 0;
const has = (...tools: string[]): boolean => tools.every((tool) => spawnSync('which', [tool]).status === 0);
const isKnown = (type: string): boolean =>
  existsSync('/proc/filesystems') &&
  new RegExp(`\\t${type}$`, 'mu').test(readFileSync('/proc/filesystems', 'utf8'));
const canLoop = isRoot && existsSync('/dev/loop-control');

interface Volume {
  readonly name: string;
  readonly isThere: boolean;
  /** Makes it, with files in it. @returns their folder */
  readonly make: (base: string, random: Random) => string;
  /** What is done to it between two runs. */
  readonly change: (tree: string, random: Random, base: string) => void;
}

type Random = (below: number) => number;

/** Mulberry32. */
function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const SIZES = [1, 100, 4096, 70_000];
const content = (size: number, random: Random): Buffer => Buffer.alloc(size, `${random(3)}`);

/** Changed through a memory map alone. */
const MAPPED = 'mapped';
/** What changed less than this long ago is not remembered. */
const NOT_REMEMBERED_MS = 3000;

function fill(tree: string, random: Random): string {
  mkdirSync(tree, { recursive: true });
  for (let index = 0; index < 24; index++) {
    writeFileSync(join(tree, `f${index}`), content(SIZES[index % SIZES.length] ?? 1, random));
  }
  writeFileSync(join(tree, MAPPED), 'x'.repeat(100));
  return tree;
}

/** Each keeps a file's size, and as many of its times as it can. */
const CHANGES: readonly ((path: string, other: string, random: Random) => void)[] = [
  (path, _, random) => {
    const fd = openSync(path, 'r+');
    writeSync(fd, content(statSync(path).size, random), 0);
    closeSync(fd);
  },
  (path, _, random) => {
    const { atime, mtime, size } = statSync(path);
    writeFileSync(path, content(size, random));
    utimesSync(path, atime, mtime);
  },
  (path, _, random) => {
    const { atime, mtime, size } = statSync(path);
    writeFileSync(`${path}.new`, content(size, random));
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
  },
  (path, _, random) => {
    const { size } = statSync(path);
    unlinkSync(path);
    writeFileSync(path, content(size, random));
  },
  (path, other) => {
    execFileSync('cp', ['-p', other, path]);
  },
  (path, other) => {
    unlinkSync(path);
    try {
      linkSync(other, path);
    } catch {
      copyFileSync(other, path);
    }
  },
  writeThroughMap,
];

function changeSome(tree: string, random: Random): void {
  const names = readdirSync(tree).filter((name) => name !== MAPPED);
  for (let count = 0; count < 20; count++) {
    const path = join(tree, names[random(names.length)] ?? '');
    const { size } = statSync(path);
    const alike = names.filter(
      (name) => join(tree, name) !== path && statSync(join(tree, name)).size === size,
    );
    const other = join(tree, alike[random(alike.length)] ?? '');
    if (alike.length > 0 && statSync(other).ino !== statSync(path).ino)
      CHANGES[random(CHANGES.length)]?.(path, other, random);
  }
}

interface Koffi {
  load(path: null): { func(definition: string): (...args: unknown[]) => unknown };
  encode(pointer: unknown, offset: number, type: string, value: number): void;
}

const maps = new Map<string, { readonly koffi: Koffi; readonly pointer: unknown }>();

afterEach(() => {
  for (const { koffi, pointer } of maps.values())
    koffi.load(null).func('int munmap(void *address, size_t length)')(pointer, 1);
  maps.clear();
});

/** Into a shared memory map that stays open, of the file that it was made of first. */
function writeThroughMap(path: string, _: string, random: Random): void {
  if (process.platform !== 'linux') return;
  let map = maps.get(path);
  if (map === undefined) {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const mmap = koffi
      .load(null)
      .func('void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)');
    const fd = openSync(path, 'r+');
    map = { koffi, pointer: mmap(null, 1, 3, 1, fd, 0) };
    closeSync(fd);
    maps.set(path, map);
  }
  map.koffi.encode(map.pointer, 0, 'uint8_t', 0x30 + random(10));
}

const VOLUMES: readonly Volume[] = [
  {
    name: 'where the tests are',
    isThere: true,
    make: (base, random) => fill(join(base, 'tree'), random),
    change: changeSome,
  },
  {
    name: 'ext4 with times in whole seconds',
    isThere: canLoop && has('mkfs.ext4'),
    make: (base, random) => {
      const image = join(base, 'ext4.img');
      writeFileSync(image, '');
      truncateSync(image, 16 * 1024 * 1024);
      execFileSync('mkfs.ext4', ['-q', '-F', '-I', '128', image], { stdio: 'ignore' });
      mount(join(base, 'ext4'), '-o', 'loop', image);
      return fill(join(base, 'ext4', 'tree'), random);
    },
    change: changeSome,
  },
  {
    name: 'tmpfs',
    isThere: isRoot && isKnown('tmpfs'),
    make: (base, random) => {
      mount(join(base, 'tmpfs'), '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs');
      return fill(join(base, 'tmpfs', 'tree'), random);
    },
    change: changeSome,
  },
  {
    name: 'exFAT by FUSE',
    isThere: knowsExfat,
    make: (base, random) => {
      mountExfat(join(base, 'exfat'));
      return fill(join(base, 'exfat', 'tree'), random);
    },
    change: changeSome,
  },
  {
    name: 'overlayfs',
    isThere: isRoot && isKnown('overlay'),
    make: (base, random) => {
      fill(join(base, 'lower', 'tree'), random);
      mkdirSync(join(base, 'upper'));
      mkdirSync(join(base, 'work'));
      const layers = ['lower', 'upper', 'work'].map((layer) => `${layer}dir=${join(base, layer)}`);
      mount(join(base, 'overlay'), '-t', 'overlay', '-o', layers.join(','), 'overlay');
      return join(base, 'overlay', 'tree');
    },
    change: changeSome,
  },
  {
    name: 'squashfs images, one after another',
    isThere: canLoop && isKnown('squashfs') && has('mksquashfs'),
    make: (base, random) => {
      for (const version of ['1', '2']) {
        const source = fill(join(base, `squash-${version}`), random);
        const flags = ['-all-time', '0', '-mkfs-time', '0', '-quiet', '-no-progress'];
        execFileSync('mksquashfs', [source, `${source}.img`, ...flags], { stdio: 'ignore' });
      }
      mount(join(base, 'squash'), '-o', 'loop,ro', join(base, 'squash-1.img'));
      return join(base, 'squash');
    },
    change: (tree, _, base) => {
      unmount(tree);
      mount(tree, '-o', 'loop,ro', join(base, 'squash-2.img'));
    },
  },
  {
    name: 'ext4 images that are the same but for some bytes, one after another',
    isThere: canLoop && has('mkfs.ext4'),
    make: (base) => {
      const image = join(base, 'twin-1.img');
      writeFileSync(image, '');
      truncateSync(image, 16 * 1024 * 1024);
      execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'ignore' });
      const tree = join(base, 'twin');
      mount(tree, '-o', 'loop', image);
      writeFileSync(join(tree, 'file'), 'the first content'.repeat(500));
      unmount(tree);
      const bytes = readFileSync(image);
      for (let at = bytes.indexOf('the first content'); at >= 0; at = bytes.indexOf('the first content', at))
        bytes.write('the other', at);
      writeFileSync(join(base, 'twin-2.img'), bytes);
      mount(tree, '-o', 'loop,ro', image);
      return tree;
    },
    change: (tree, _, base) => {
      unmount(tree);
      mount(tree, '-o', 'loop,ro', join(base, 'twin-2.img'));
    },
  },
];

for (const { name } of VOLUMES.filter(({ isThere }) => !isThere))
  test.skip(`two runs, and sha256sum: ${name} cannot be had here`, () => undefined);

/** By path. */
function truth(tree: string): Record<string, string> {
  const files = readdirSync(tree, { withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(tree, entry.name)).sort();
  const lines = execFileSync('sha256sum', paths, { encoding: 'utf8' }).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

const hashing = (paths: string[], duplicates: boolean): JobRequest => ({
  kind: 'hash',
  mode: 'pool',
  workers: 2,
  paths,
  algorithms: ['sha256'],
  manifest: null,
  duplicates,
});

async function told(tree: string): Promise<Record<string, string>> {
  const { id } = await run(hashing([tree], false));
  const { rows } = await engine.tasksPage({ jobId: id, state: 'done', search: '', offset: 0, limit: 500 });
  return Object.fromEntries(rows.map(({ source, digests }) => [source, digests?.sha256 ?? '']));
}

/** Groups of paths, those of hard links left out. */
async function toldEqual(tree: string): Promise<readonly (readonly string[])[]> {
  const { id } = await run(hashing([tree], true));
  let text = '';
  for await (const line of engine.exportDuplicates(id, 'jsonl')) text += line;
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { paths, links } = JSON.parse(line) as { paths: string[]; links: string[] };
    return [...paths, ...links];
  });
}

test('two runs, and sha256sum', async () => {
  const seed = Date.now() | 0;
  const random = randomFrom(seed);
  const volumes = VOLUMES.filter(({ isThere }) => isThere).map((volume, index) => {
    const base = join(folder, String(index));
    mkdirSync(base);
    return { ...volume, base, tree: volume.make(base, random) };
  });
  const mapped = volumes.filter(({ change }) => change === changeSome).map(({ tree }) => join(tree, MAPPED));
  // From now on their pages are changed already when they are written to: no write through the map is a fault.
  for (const path of mapped) writeThroughMap(path, '', random);
  flushFiles(MAPPED);
  // Times of change cannot be set, and the clock is what is tried here.
  await delay(NOT_REMEMBERED_MS + 100);
  for (let round = 0; round < 3; round++) {
    if (round === 1) for (const path of mapped) writeThroughMap(path, '', () => 1 + random(9));
    for (const { name, base, tree, change } of volumes) {
      const said = `${name}, round ${round}, seed ${seed}`;
      if (round === 1) change(tree, random, base);
      const expected = truth(tree);
      expect(await told(tree), said).toEqual(expected);
      for (const group of await toldEqual(tree))
        expect(new Set(group.map((path) => expected[path])).size, `${said}: ${group.join(' ')}`).toBe(1);
      // Whatever was changed just now is seen by the run that follows at once.
      if (change === changeSome) changeSome(tree, random);
    }
  }
});
