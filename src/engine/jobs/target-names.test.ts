import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { displayPath, type FsPath } from '../../common/model/paths';
import { TargetNames, TargetProbe, type TargetTraits, isListedAs } from './target-names';

const root = { source: '/from', target: '/to', workDirectory: '/.heddle-work-0' };
const plain: TargetTraits = {
  isPlain: false,
  mayFold: false,
  areOne: () => Promise.reject(new Error('nobody should ask')),
  holds: () => Promise.resolve(true),
};
/** As NTFS: letters fold one by one, and Unicode forms are two. */
const folding: Partial<TargetTraits> = {
  mayFold: true,
  areOne: (a, b) => Promise.resolve(upper(a) === upper(b)),
};
const upper = (name: FsPath): string =>
  Array.from(displayPath(name), (letter) => {
    const large = letter.toUpperCase();
    return large.length === letter.length ? large : letter;
  }).join('');

/** Paths that end in `/` are folders. */
async function clashes(traits: Partial<TargetTraits>, paths: readonly string[]): Promise<string[]> {
  const names = new TargetNames(root, { ...plain, ...traits });
  const found: string[] = [];
  for (const path of paths) {
    const isFolder = path.endsWith('/');
    const reason = await names.problem(isFolder ? path.slice(0, -1) : path, isFolder);
    if (reason !== null) found.push(`${path}: ${reason.message}`);
  }
  return found;
}

test('names that differ in case alone clash where case is not told apart, and are both named', async () => {
  const paths = ['A', 'B/', 'B/a', 'B/b', 'a', 'b/', 'b/c', 'c'];
  expect(await clashes({}, paths)).toEqual([]);
  const found = await clashes(folding, paths);
  expect(found.map((line) => line.split(':')[0])).toEqual(['a', 'b/', 'b/c']);
  expect(found[0]).toContain('/from/a and /from/A would collide in /to');
});

test('names that may be one are one only where the file system says so', async () => {
  const paths = ['SS', 'e\u0301', 'K', '\u00df', '\u00e9', '\u212a'];
  expect(await clashes(folding, paths)).toEqual([]);
  const normalizing = { mayFold: true, areOne: () => Promise.resolve(true) };
  const found = await clashes(normalizing, [...paths, 'a', 'b', 'b.', 'b\u200b']);
  expect(found.map((line) => line.split(':')[0])).toEqual(['\u00df', '\u00e9', '\u212a', 'b.', 'b\u200b']);
});

test('names that cannot be there, and paths that are too long', async () => {
  const holds = (name: FsPath): Promise<boolean> => Promise.resolve(name !== 'a:b');
  const found = await clashes({ holds }, ['a', 'a:b', `${'d'.repeat(200)}/`.repeat(21).slice(0, -1)]);
  expect(found).toHaveLength(2);
  expect(found[0]).toContain('has a name that the file system of /to cannot hold');
  expect(found[1]).toContain('the system takes 4095');
});

test('looking leaves nothing behind, and what is not to be written to is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-names-'));
  try {
    const target = join(folder, 'not', 'there');
    for (const writes of [true, false]) {
      const told: FsPath[] = [];
      const probe = new TargetProbe(writes, (path) => told.push(path));
      const traits = await probe.traits({ ...root, target });
      expect(traits.mayFold).toBe(false);
      expect(await traits.holds('a:b')).toBe(true);
      await probe.close();
      expect(told).toHaveLength(writes ? 1 : 0);
      expect(readdirSync(folder)).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a name that the file system lists in another Unicode form is a name that it holds', () => {
  const nfd = Buffer.from('cafe\u0301');
  expect(isListedAs([Buffer.from('x'), nfd], 'caf\u00e9')).toBe(true);
  expect(isListedAs([nfd], 'cafe')).toBe(false);
  expect(isListedAs([Buffer.from([0xff])], Uint8Array.of(0xff))).toBe(true);
  expect(isListedAs([Buffer.from('CAF\u00c9')], 'caf\u00e9')).toBe(false);
});
