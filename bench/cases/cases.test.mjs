// The folders that are measured, and how answers of tools are read.
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workshop } from '../lib/workshop.mjs';
import { copying } from './copying.mjs';
import { downloads } from './downloads.mjs';
import { hashing } from './hashing.mjs';
import { expectPairs, groupSizes, passes } from './passes.mjs';
import { start } from './start.mjs';
import { treesOf } from './trees.mjs';

const trees = treesOf(0.01);
let shop;

beforeAll(async () => {
  shop = await Workshop.open(tmpdir(), 1);
});
afterAll(() => shop.close());

/** @returns {Promise<Map<string, string>>} what each file holds */
async function contents(tree) {
  const folder = await shop.files(tree);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(files.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]));
}

test('every file is another one', async () => {
  const files = await contents(trees.many);
  expect(files.size).toBe(200);
  expect(new Set(files.values()).size).toBe(200);
  expect(new Set([...files.values()].map(({ length }) => length))).toEqual(new Set([4096]));
});

test('some files of the other folder differ, and in nothing but what they hold', async () => {
  const [left, right] = [await contents(trees.many), await contents(trees.manyChanged)];
  expect([...right.keys()].toSorted()).toEqual([...left.keys()].toSorted());
  const changed = [...left].filter(([name, content]) => right.get(name) !== content);
  expect(changed).toHaveLength(trees.manyChanged.changed);
  expect(changed.every(([name]) => right.get(name).length === 4096)).toBe(true);
});

test('a quarter of the files are there twice', async () => {
  const files = await contents(trees.twins);
  const times = new Map();
  for (const content of files.values()) times.set(content, (times.get(content) ?? 0) + 1);
  const counts = [...times.values()];
  expect(files.size).toBe(200);
  expect(trees.twins.groups).toBe(50);
  expect(counts.filter((count) => count === 2)).toHaveLength(50);
  expect(counts.filter((count) => count === 1)).toHaveLength(100);
});

test('a folder of one case is taken away with it, and made again when it is wanted', async () => {
  const [kept, once] = [await shop.files(trees.few), await shop.files(trees.entries)];
  expect(readdirSync(once)).toHaveLength(10);
  shop.tidy();
  expect(() => readdirSync(once)).toThrow('ENOENT');
  expect(readdirSync(kept)).toHaveLength(1);
  expect((await contents(trees.entries)).size).toBe(1000);
});

test('groups as heddle, fdupes and jdupes print them', () => {
  expect(groupSizes('/a\n/b\n\n/c\n/d\n/e\n\n')).toEqual([2, 3]);
  expect(groupSizes('')).toEqual([]);
  expect(() => {
    expectPairs('/a\n/b\n\n/c\n/d\n', 2);
  }).not.toThrow();
  expect(() => {
    expectPairs('/a\n/b\n\n/c\n/d\n/e\n', 2);
  }).toThrow('2 groups of 5 files, not 2 of two');
});

test('no two cases have one name, and each wish is about a contestant', () => {
  const cases = [downloads, hashing, copying, passes, start].flatMap((casesOf) => casesOf(trees));
  const ids = cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(
    expect.arrayContaining([
      ...['sha256-many', 'sha256-tiny', 'sha256-large', 'sha256-million', 'blake3-many', 'blake3-known-many'],
      ...['copy-many', 'copy-ext4', 'copy-large', 'copy-entries', 'pool'],
      ...['one-pass-many', 'one-pass-large', 'duplicates', 'folders'],
    ]),
  );
});

test.each(passes(trees).concat(copying(trees)[0], hashing(trees)[0]))('$id', async ({ prepare, wishes }) => {
  const { contestants } = await prepare(shop);
  const names = contestants.map(({ name }) => name);
  for (const { own, peer, peers = [] } of wishes)
    expect(names).toEqual(expect.arrayContaining([own, ...peers, ...(peer === undefined ? [] : [peer])]));
});
