import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FsPath } from '../../common/paths';
import { TargetNames, TargetProbe, type TargetTraits } from './target-names';

const root = { source: '/from', target: '/to', workDirectory: '/.heddle-work-0' };
const plain: TargetTraits = { foldsCase: false, normalizes: false, holds: () => Promise.resolve(true) };

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
  const found = await clashes({ foldsCase: true }, paths);
  expect(found.map((line) => line.split(':')[0])).toEqual(['a', 'b/', 'b/c']);
  expect(found[0]).toContain('/from/a and /from/A would be one file in /to');
});

test('letters that fold to several stay apart', async () => {
  expect(await clashes({ foldsCase: true }, ['SS', 'ß'])).toEqual([]);
});

test('two spellings of one letter clash where they are made one', async () => {
  const paths = ['e\u0301', '\u00e9'];
  expect(await clashes({ foldsCase: true }, paths)).toEqual([]);
  expect(await clashes({ normalizes: true }, paths)).toHaveLength(1);
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
      expect(traits.foldsCase).toBe(false);
      expect(await traits.holds('a:b')).toBe(true);
      await probe.close();
      expect(told).toHaveLength(writes ? 1 : 0);
      expect(readdirSync(folder)).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
