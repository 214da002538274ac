import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { displayPath, type FsPath } from '../common/model/paths';
import type { WalkEntry } from '../common/threads/walk';
import { DEFAULT_WALK_RULES, type WalkRules } from '../common/model/walk-rules';
import { walkEntries } from './walk';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-rules-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function make(files: Readonly<Record<string, string>> | readonly string[]): void {
  for (const [path, content] of Array.isArray(files)
    ? (files as readonly string[]).map((path) => [path, path] as const)
    : Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function walk(rules: Partial<WalkRules>, identify = false): WalkEntry[] {
  return [...walkEntries([folder], null, { rules: { ...DEFAULT_WALK_RULES, ...rules }, identify })];
}

const files = (rules: Partial<WalkRules>): string[] =>
  walk(rules)
    .filter(({ type }) => type !== 'folder')
    .map(({ type, relative }) =>
      type === 'file' ? displayPath(relative) : `${type} ${displayPath(relative)}`,
    );

describe('globs', () => {
  beforeEach(() => {
    make(['a.txt', 'b.jpg', 'sub/c.txt', 'sub/d.jpg', 'sub/deep/e.txt', 'node_modules/x/y.txt', 'été.txt']);
  });

  test.each<[string, Partial<WalkRules>, string[]]>([
    ['a name is excluded anywhere', { exclude: ['*.txt'] }, ['b.jpg', 'sub/d.jpg']],
    [
      'an excluded folder is not gone into',
      { exclude: ['node_modules'] },
      ['a.txt', 'b.jpg', 'sub/c.txt', 'sub/d.jpg', 'sub/deep/e.txt', 'été.txt'],
    ],
    [
      'with a slash in front it is a path below the root',
      { exclude: ['/sub', '/node_modules'] },
      ['a.txt', 'b.jpg', 'été.txt'],
    ],
    ['only what is included', { include: ['*.jpg'] }, ['b.jpg', 'sub/d.jpg']],
    ['several', { include: ['*.jpg', '/a.*'] }, ['a.txt', 'b.jpg', 'sub/d.jpg']],
    ['an exclusion is stronger than an inclusion', { include: ['*.jpg'], exclude: ['sub'] }, ['b.jpg']],
    ['all folders between', { include: ['sub/**/*.txt'] }, ['sub/c.txt', 'sub/deep/e.txt']],
    ['an exception from an exclusion', { exclude: ['*.txt', '!a.txt'] }, ['a.txt', 'b.jpg', 'sub/d.jpg']],
    ['letters that are not ASCII', { include: ['ét?.txt'] }, ['été.txt']],
    ['upper and lower case differ', { include: ['*.JPG'] }, []],
  ])('%s', (_, rules, expected) => {
    expect(files(rules)).toEqual(expected);
  });

  test('a name that is not UTF-8 is matched byte by byte', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/x`), Buffer.of(0xff)]), '');
    expect(files({ include: ['x?'] })).toEqual(['x\\xff']);
  });
});

test('dot files and dot folders can be left out', () => {
  make(['.hidden', '.config/a', 'b', 'sub/.c']);
  expect(files({})).toEqual(['.config/a', '.hidden', 'b', 'sub/.c']);
  expect(files({ hidden: false })).toEqual(['b']);
});

test('sizes, both ends included', () => {
  make({ empty: '', five: '12345', six: '123456', ten: '1234567890' });
  expect(files({ minSize: 5, maxSize: 6 })).toEqual(['five', 'six']);
  expect(files({ minSize: 6 })).toEqual(['six', 'ten']);
  expect(files({ maxSize: 0 })).toEqual(['empty']);
});

test('.gitignore files hold for their folders, and inner ones have the last word', () => {
  make({
    '.gitignore': '*.log\r\n/build/\n',
    '.git/config': 'x',
    'a.log': '',
    'build/x': '',
    'sub/build/y': '',
    'sub/.gitignore': '!keep.log\nz',
    'sub/keep.log': '',
    'sub/z': '',
    'sub/other.log': '',
    z: '',
  });
  expect(files({ gitignore: true })).toEqual([
    '.gitignore',
    'sub/.gitignore',
    'sub/build/y',
    'sub/keep.log',
    'z',
  ]);
  expect(files({})).toContain('a.log');
});

describe('symbolic links', () => {
  test('are followed to files and folders, and what is opened is never a link', () => {
    make(['real/file', 'real/inner/other']);
    symlinkSync('real/file', join(folder, 'to-file'));
    symlinkSync('real/inner', join(folder, 'to-folder'));
    const entries = walk({ links: 'follow' });
    expect(entries.filter(({ type }) => type === 'file').map(({ relative }) => relative)).toEqual([
      'real/file',
      'real/inner/other',
      'to-file',
      'to-folder/other',
    ]);
    expect(entries.find(({ relative }) => relative === 'to-file')?.path).toBe(join(folder, 'real/file'));
  });

  test('are not followed in a circle, and circles are told', () => {
    make(['a/file']);
    symlinkSync('..', join(folder, 'a/up'));
    symlinkSync('self', join(folder, 'self'));
    const entries = walk({ links: 'follow' });
    expect(entries.map(({ type, relative }) => `${type} ${displayPath(relative)}`)).toEqual([
      'folder ',
      'folder a',
      'file a/file',
      'special a/up',
      'special self',
    ]);
    expect(entries.filter(({ type }) => type === 'special').map(({ reason }) => reason?.code)).toEqual([
      'link-loop',
      'link-loop',
    ]);
  });

  test('that lead nowhere are an error when they are to be followed', () => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    expect(walk({ links: 'follow' }).at(-1)).toMatchObject({
      type: 'error',
      relative: 'dangling',
      reason: { code: 'not-found' },
    });
  });

  test('a walk goes on behind a followed folder', () => {
    make(['real/a', 'real/b', 'z']);
    symlinkSync('real', join(folder, 'link'));
    const manner = { rules: { ...DEFAULT_WALK_RULES, links: 'follow' as const }, identify: false };
    const all = [...walkEntries([folder], null, manner)];
    for (const [index, { root, relative }] of all.entries()) {
      expect([...walkEntries([folder], { root, relative }, manner)]).toEqual(all.slice(index + 1));
    }
  });
});

test('another file system is not gone into', () => {
  make(['here/file']);
  const mount = join(folder, 'mount');
  mkdirSync(mount);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount]);
  try {
    writeFileSync(join(mount, 'there'), '');
    expect(files({})).toEqual(['here/file', 'mount/there']);
    expect(files({ oneFileSystem: true })).toEqual(['here/file']);
  } finally {
    execFileSync('umount', [mount]);
  }
});

test('says which file an entry is, and how many names it has', () => {
  make(['one']);
  linkSync(join(folder, 'one'), join(folder, 'two'));
  const stats = statSync(join(folder, 'one'), { bigint: true });
  const [first, second] = walk({}, true).filter(({ type }) => type === 'file');
  expect(first).toMatchObject({
    size: 3,
    links: 2,
    identity: {
      file: `${stats.dev}:${stats.ino}`,
      version: `3:${stats.mtimeNs}:${stats.ctimeNs}`,
    },
  });
  expect(second?.identity).toEqual(first?.identity);
});

test('files that are online alone are left out as asked, and that is said', () => {
  make({ here: 'x', 'sub/there': 'y' });
  const isOnlineOnly = (path: FsPath): boolean => displayPath(path).endsWith('there');
  const found = (onlineOnly?: boolean): (string | undefined)[] => {
    const rules = { ...DEFAULT_WALK_RULES, ...(onlineOnly === undefined ? {} : { onlineOnly }) };
    return [...walkEntries([folder], null, { rules, identify: false, isOnlineOnly })]
      .filter(({ type }) => type !== 'folder')
      .map(({ type, reason }) => reason?.code ?? type);
  };
  expect(found()).toEqual(['file', 'file']);
  expect(found(true)).toEqual(['file', 'file']);
  expect(found(false)).toEqual(['file', 'online-only']);
});
