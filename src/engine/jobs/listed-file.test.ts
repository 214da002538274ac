import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveName } from './listed-file';

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
