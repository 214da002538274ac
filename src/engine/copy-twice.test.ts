/** Whatever a tree is like: copied a second time there is nothing to do, wherever it is copied to. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CopyOptions } from '../common/model/copy-options';
import type { JobSummary } from '../common/model/jobs';
import { libc } from '../files/libc';
import { describeAttributes, describeTree } from './testing/file-tree';
import { engine, folder, knowsExfat, mount, mountExfat, rows, run, useEngine } from './testing/test-engine';

const isRoot = process.getuid?.() === 0;

useEngine('twice');

interface Item {
  readonly kind: 'file' | 'folder' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly owner: readonly [number, number];
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly attribute: string | null;
  readonly acl: readonly number[] | null;
  readonly defaultAcl: readonly number[] | null;
}

/** Odd ones: before the epoch, between two ticks of coarse clocks, at the ends of what file systems know. */
const times = fc.oneof(
  fc.bigInt({ min: -2_000_000_000n * 1_000_000_000n, max: 2_100_000_000n * 1_000_000_000n }),
  fc.constantFrom(0n, 1n, -1n, 999_999_999n, 1_700_000_001_999_999_999n, 1_700_000_000_000_000_001n),
);
const permissions = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 5, maxLength: 5 });

function items(links: boolean): fc.Arbitrary<Item[]> {
  const kinds: Item['kind'][] = links ? ['file', 'folder', 'symlink', 'hardlink'] : ['file', 'folder'];
  const item = fc.record<Item>({
    kind: fc.constantFrom(...kinds),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    owner: isRoot
      ? fc.tuple(fc.constantFrom(0, 1234), fc.constantFrom(0, 2345))
      : fc.constant([process.getuid?.() ?? 0, process.getgid?.() ?? 0]),
    size: fc.constantFrom(0, 1, 4096, 70_000),
    mtimeNs: times,
    attribute: fc.option(fc.string({ maxLength: 20 })),
    acl: fc.option(permissions),
    defaultAcl: fc.option(permissions),
  });
  return fc.array(item, { minLength: 1, maxLength: 14 });
}

/** In the form of the kernel (linux/posix_acl_xattr.h): version 2, then tag, permissions and id of each entry. */
function aclOf(bits: readonly number[]): Buffer {
  const entries = [0x01, 0x02, 0x04, 0x10, 0x20].map((tag, index) => {
    const entry = Buffer.alloc(8);
    entry.writeUInt16LE(tag, 0);
    entry.writeUInt16LE(bits[index] ?? 0, 2);
    entry.writeUInt32LE(tag === 0x02 ? 1234 : 0xffff_ffff, 4);
    return entry;
  });
  return Buffer.concat([Buffer.from([2, 0, 0, 0]), ...entries]);
}

function makeTree(root: string, list: readonly Item[]): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  const folders = [root];
  const files: string[] = [];
  const made: [string, Item][] = [];
  for (const [index, item] of list.entries()) {
    const path = join(folders[index % folders.length] ?? root, `${item.kind}-${index}`);
    const [first] = files;
    if (item.kind === 'folder') {
      mkdirSync(path);
      folders.push(path);
    } else if (item.kind === 'symlink') symlinkSync('nowhere', path);
    else if (item.kind === 'hardlink' && first !== undefined) linkSync(first, path);
    else {
      writeFileSync(path, Buffer.alloc(item.size, index));
      files.push(path);
    }
    made.push([path, item]);
  }
  const system = libc();
  // What lies in a folder changes its time.
  for (const [path, item] of made.reverse()) {
    if (item.kind !== 'symlink') {
      if (isRoot) chownSync(path, ...item.owner);
      if (item.attribute !== null) system?.setAttribute(path, 'user.note', Buffer.from(item.attribute));
      if (item.acl !== null) system?.setAttribute(path, 'system.posix_acl_access', aclOf(item.acl));
      if (item.kind === 'folder' && item.defaultAcl !== null)
        system?.setAttribute(path, 'system.posix_acl_default', aclOf(item.defaultAcl));
      // Others than root have to be able to read it.
      chmodSync(path, isRoot ? item.mode : item.mode | 0o700);
    }
    system?.setTimes(path, item.mtimeNs, item.mtimeNs);
  }
}

const copy = (options: Partial<CopyOptions>, destination: string): Promise<JobSummary> =>
  run({
    kind: 'copy',
    mode: 'sequential',
    workers: 1,
    sources: [join(folder, 'from')],
    destination,
    options: { sync: false, ...options },
  });

interface Place {
  readonly name: string;
  readonly can: boolean;
  /** Links, owners, modes, attributes and fine times, so that the copy can be told from its source by nothing. */
  readonly keepsAll: boolean;
  readonly keepsLinks: boolean;
  readonly mount: (path: string) => void;
}

function image(path: string, ...make: string[]): void {
  const file = `${path}.img`;
  writeFileSync(file, '');
  truncateSync(file, 32 * 1024 * 1024);
  const [command = '', ...args] = make;
  execFileSync(command, [...args, file], { stdio: 'ignore' });
  mount(path, '-o', 'loop', file);
}

const PLACES: readonly Place[] = [
  {
    name: 'the folder for temporary files',
    can: true,
    keepsAll: true,
    keepsLinks: true,
    mount: (path) => {
      mkdirSync(path);
    },
  },
  {
    name: 'tmpfs',
    can: isRoot,
    // Attributes of users only since Linux 6.6.
    keepsAll: false,
    keepsLinks: true,
    mount: (path) => {
      mount(path, '-t', 'tmpfs', 'tmpfs');
    },
  },
  {
    name: 'ext4',
    can: isRoot,
    keepsAll: true,
    keepsLinks: true,
    mount: (path) => {
      image(path, 'mkfs.ext4', '-q', '-b', '4096', '-I', '256');
    },
  },
  {
    name: 'ext2 with whole seconds',
    can: isRoot,
    keepsAll: false,
    keepsLinks: true,
    mount: (path) => {
      image(path, 'mkfs.ext2', '-q', '-I', '128');
    },
  },
  {
    name: 'an overlay',
    can: isRoot,
    keepsAll: false,
    keepsLinks: true,
    mount: (path) => {
      const below = `${path}-below`;
      mount(below, '-t', 'tmpfs', 'tmpfs');
      for (const name of ['lower', 'upper', 'work']) mkdirSync(join(below, name));
      const dirs = ['lower', 'upper', 'work'].map((name) => `${name}dir=${join(below, name)}`).join(',');
      mount(path, '-t', 'overlay', '-o', dirs, 'overlay');
    },
  },
  { name: 'exFAT', can: knowsExfat, keepsAll: false, keepsLinks: false, mount: mountExfat },
];

describe.each(PLACES)('on $name', ({ can, keepsAll, keepsLinks, mount: mountPlace }) => {
  test.runIf(can)('a second copy finds everything as it is, and so does its dry run', async () => {
    const place = join(folder, 'place');
    mountPlace(place);
    let times = 0;
    await fc.assert(
      fc.asyncProperty(items(keepsLinks), async (list) => {
        const source = join(folder, 'from');
        makeTree(source, list);
        const destination = join(place, String(times++));
        const first = await copy({}, destination);
        expect(await rows(first.id, 'failed')).toEqual([]);
        const entries = list.filter(({ kind }) => kind !== 'folder').length;
        const nothing = entries === 0 ? {} : { unchanged: entries };
        for (const options of [{}, { dryRun: true, checksum: true }] as const) {
          const again = await copy(options, destination);
          expect(await rows(again.id, 'failed')).toEqual([]);
          expect(engine.findings(again.id), JSON.stringify(options)).toEqual(nothing);
        }
        if (!keepsAll) return;
        expect(describeTree(join(destination, 'from'))).toEqual(describeTree(source));
        expect(describeAttributes(join(destination, 'from'))).toBe(describeAttributes(source));
      }),
      { numRuns: 4 },
    );
  });
});
