import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOf, resolveName } from './listed-file';

let base = '';
let root = '';

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-listed-')));
  root = join(base, 'root');
  mkdirSync(join(root, 'a/deep'), { recursive: true });
  mkdirSync(join(base, 'other/deep'), { recursive: true });
  mkdirSync(join(base, 'root2'));
  symlinkSync('../other/deep', join(root, 'out'));
  symlinkSync('a/deep', join(root, 'in'));
  symlinkSync('root', join(base, 'alias'));
});

afterAll(() => {
  rmSync(base, { recursive: true });
});

describe.runIf(process.platform !== 'win32')('a listed name that lies', () => {
  test.each<[string, string, string, boolean]>([
    ['below', 'a/b', 'root/a/b', false],
    ['from here', './a//b', 'root/a/b', false],
    ['up and down again', 'a/../b', 'root/b', false],
    ['up out of a folder that is not there', 'no/../b', 'root/no/../b', false],
    ['behind a link that leads out', 'out/b', 'root/out/b', false],
    ['beside what such a link leads to', 'out/../b', 'other/b', false],
    ['beside what a link inside leads to', 'in/../b', 'root/a/b', false],
    ['above', '../b', 'b', true],
    ['above what a link leads to', 'out/../../b', 'b', true],
    ['above, by steps', 'a/../../b', 'b', true],
    ['above, and back', '../root/b', 'root/b', false],
    ['above, and back by another way', '../alias/b', 'alias/b', false],
  ])('%s', (_, name, path, outside) => {
    expect(resolveName(root, name)).toEqual({ path: `${base}/${path}`, outside });
  });

  test.each<[string, string, string, boolean]>([
    ['below', 'root/a', 'root/a', false],
    ['below, by another way', 'alias/a', 'alias/a', false],
    ['beside', 'root2/a', 'root2/a', true],
    ['up', 'root/../a', 'a', true],
    ['behind a link that leads out, and up', 'root/out/../b', 'other/b', true],
  ])('absolute, %s', (_, name, path, outside) => {
    expect(resolveName(root, `${base}/${name}`)).toEqual({ path: join(base, path), outside });
  });
});

test.each<[string, string, boolean]>([
  ['sub\\b.txt', 'C:/data/root/sub/b.txt', false],
  ['sub/b.txt', 'C:/data/root/sub/b.txt', false],
  ['.\\a\\..\\b', 'C:/data/root/b', false],
  ['..\\secret.txt', 'C:/data/secret.txt', true],
  ['a\\..\\..\\secret.txt', 'C:/data/secret.txt', true],
  ['a/..\\../secret.txt', 'C:/data/secret.txt', true],
  ['..\\root2\\a', 'C:/data/root2/a', true],
  ['..\\ROOT\\a', 'C:/data/ROOT/a', false],
  ['.. \\secret.txt', 'C:/data/root/.. /secret.txt', true],
  ['...\\secret.txt', 'C:/data/root/.../secret.txt', true],
  ['C:\\secret.txt', 'C:/secret.txt', true],
  ['c:\\data\\root\\a', 'C:/data/root/a', false],
  ['D:\\data\\root\\a', 'D:/data/root/a', true],
  ['\\\\server\\share\\a', '//server/share/a', true],
  ['\\\\?\\C:\\secret.txt', 'C:/secret.txt', true],
  ['..a\\b', 'C:/data/root/..a/b', false],
])('on Windows, %s is %s', (name, path, outside) => {
  expect(resolveName('C:/data/root', name, true)).toEqual({ path, outside });
});

test('on Windows, a name without a drive lies on that of the working folder', () => {
  expect(resolveName('C:/data/root', '\\secret.txt', true)).toMatchObject({ outside: true });
  expect(resolveName('C:/data/root', 'C:secret.txt', true)).toMatchObject({ outside: true });
});

test('spellings that the system takes for one have one key', () => {
  expect(keyOf('C:/A/cafe\u0301', true)).toBe(keyOf('C:/a/CAFÉ', true));
  expect(keyOf('/A', false)).not.toBe(keyOf('/a', false));
});
