import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { displayPath, joinPath, pathToBytes } from '../common/model/paths';
import type { FromWalker, WalkEntry } from '../common/threads/walk';
import { native } from '../files/entries';
import { runWalk, walkEntries } from './walk';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-walk-'));
});
afterEach(() => {
  // rm itself may not follow paths as long as some of these.
  execFileSync('rm', ['-rf', folder]);
});

function make(paths: readonly string[]): void {
  for (const path of paths) {
    const full = join(folder, path);
    mkdirSync(path.endsWith('/') ? full : join(full, '..'), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(full, path);
  }
}

const PLAIN = { rules: DEFAULT_WALK_RULES, identify: false };
const walk = (roots: readonly string[] = [folder]): WalkEntry[] => [...walkEntries(roots, null, PLAIN)];
const short = ({ type, relative }: WalkEntry): string => `${type} ${displayPath(relative)}`;

test('everything once, bytewise by path, folders as if a slash followed', () => {
  make(['b', 'a/x', 'a.txt', 'a-/y', 'a/sub/z', 'a0', 'empty/', 'Ä', 'z/1']);
  symlinkSync('/etc', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(walk().map(short)).toEqual([
    'folder ',
    'folder a-',
    'file a-/y',
    'file a.txt',
    'folder a',
    'folder a/sub',
    'file a/sub/z',
    'file a/x',
    'file a0',
    'file b',
    'folder empty',
    'symlink link',
    'special pipe',
    'folder z',
    'file z/1',
    'file Ä',
  ]);
});

test('an entry says where it is and how large', () => {
  make(['sub/file']);
  expect(walk().at(-1)).toEqual({
    root: 0,
    relative: 'sub/file',
    type: 'file',
    path: join(folder, 'sub/file'),
    size: 8,
    identity: null,
    links: 1,
    reason: null,
  });
  execFileSync('mkfifo', [join(folder, 'zpipe')]);
  expect(walk().at(-1)).toMatchObject({
    type: 'special',
    size: null,
    reason: { code: 'not-a-regular-file' },
  });
});

test('names that are not valid UTF-8 keep their bytes and their place', () => {
  const odd = Uint8Array.of(0x61, 0xff);
  writeFileSync(native(joinPath(folder, odd)), 'x');
  mkdirSync(native(joinPath(folder, Uint8Array.of(0xfe))));
  writeFileSync(native(joinPath(joinPath(folder, Uint8Array.of(0xfe)), 'in')), 'x');
  make(['b']);
  const entries = walk();
  expect(entries.map(short)).toEqual(['folder ', 'file a\\xff', 'file b', 'folder \\xfe', 'file \\xfe/in']);
  expect(entries[1]?.relative).toEqual(odd);
  expect(entries[1]?.path).toEqual(joinPath(folder, odd));
  expect(entries[4]?.size).toBe(1);
});

test('work directories are passed over, files of such names are not', () => {
  make(['.heddle-work-0123/1', 'sub/.heddle-work-4567/2', '.heddle-work-file', 'a']);
  expect(walk().map(short)).toEqual(['folder ', 'file .heddle-work-file', 'file a', 'folder sub']);
});

describe('roots', () => {
  test('in turn, files, links and missing ones among them', () => {
    make(['file', 'sub/x']);
    symlinkSync('sub', join(folder, 'link'));
    const roots = [join(folder, 'sub'), join(folder, 'file'), join(folder, 'none'), join(folder, 'link')];
    const entries = walk(roots);
    expect(entries.map(({ root, ...entry }) => `${root} ${short({ root, ...entry })}`)).toEqual([
      '0 folder ',
      '0 file x',
      '1 file ',
      '2 error ',
      '3 symlink ',
    ]);
    expect(entries[2]).toMatchObject({ path: join(folder, 'file'), size: 4 });
    expect(entries[3]?.reason).toMatchObject({ code: 'not-found' });
    expect(entries[3]?.reason?.message).toContain(join(folder, 'none'));
  });

  test('a slash behind a root is not doubled', () => {
    make(['x']);
    expect(walk([`${folder}/`]).at(-1)?.path).toBe(join(folder, 'x'));
  });
});

describe('what cannot be read', () => {
  test('a path too long for the system is one error each, and the rest goes on', () => {
    const name = 'n'.repeat(250);
    // Seventeen levels are more than the 4,096 bytes of a path; only a shell that goes down step by step gets there.
    execFileSync('bash', [
      '-c',
      `cd "$0" && for i in {1..17}; do mkdir ${name} && cd -P ${name} && touch file || exit 1; done`,
      folder,
    ]);
    make(['z']);
    const entries = walk();
    const errors = entries.filter((entry) => entry.type === 'error');
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every((entry) => entry.reason?.code === 'name-too-long')).toBe(true);
    expect(entries.at(-1)?.relative).toBe('z');
    expect(new Set(entries.map((entry) => displayPath(entry.relative))).size).toBe(entries.length);
  });

  test('a folder without permission is one error', () => {
    make(['no/x', 'z']);
    chmodSync(join(folder, 'no'), 0);
    chmodSync(folder, 0o755);
    // Root may read everything, so for the length of the walk it is nobody.
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      const entries = walk();
      expect(entries.map(short)).toEqual(['folder ', 'error no', 'file z']);
      expect(entries[1]?.reason?.code).toBe('permission-denied');
      // Given as an error once, it is not given again.
      expect([...walkEntries([folder], { root: 0, relative: 'no' }, PLAIN)].map(short)).toEqual(['file z']);
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(join(folder, 'no'), 0o700);
    }
  });
});

describe('size', () => {
  test('100,000 entries in one folder', () => {
    const count = 100_000;
    for (let index = 0; index < count; index++) writeFileSync(join(folder, `f${index}`), '');
    let seen = 0;
    let last = '';
    for (const entry of walkEntries([folder], null, PLAIN)) {
      const relative = displayPath(entry.relative);
      expect(relative >= last).toBe(true);
      last = relative;
      seen += 1;
    }
    expect(seen).toBe(count + 1);
  });

  test('1,500 folders deep', () => {
    make([`${'d/'.repeat(1500)}end`]);
    const entries = walk();
    expect(entries).toHaveLength(1502);
    expect(entries.at(-1)?.type).toBe('file');
  });
});

describe('going on behind an entry', () => {
  const TREE = [
    'a/b',
    'a/b.txt',
    'a/c/d',
    'a/c/e/f',
    'a.txt',
    'b/a/a',
    'b/b',
    'c/',
    'x/b',
    'x/b-/y',
    'x/c/b/',
    'y',
  ];

  test('gives exactly what comes after it, from every entry', () => {
    make([...TREE, 'second/one', 'second/two/three']);
    symlinkSync('x', join(folder, 'link'));
    const roots = [folder, join(folder, 'second'), join(folder, 'none'), join(folder, 'y')];
    const all = walk(roots);
    all.forEach((entry, index) => {
      const rest = [...walkEntries(roots, { root: entry.root, relative: entry.relative }, PLAIN)];
      expect(rest).toEqual(all.slice(index + 1));
    });
  });

  test('with names of any bytes', () => {
    for (const byte of [0x01, 0x2d, 0x2e, 0x30, 0x7f, 0x80, 0xc3, 0xff]) {
      mkdirSync(native(joinPath(folder, Uint8Array.of(0x61, byte))));
      writeFileSync(
        native(joinPath(joinPath(folder, Uint8Array.of(0x61, byte)), Uint8Array.of(0x66, byte))),
        '',
      );
      writeFileSync(native(joinPath(folder, Uint8Array.of(0x61, byte, 0x62))), '');
    }
    make(['a']);
    const all = walk();
    const keys = all.slice(1).map((entry) => {
      const bytes = Buffer.from(pathToBytes(entry.relative));
      return entry.type === 'folder' ? Buffer.concat([bytes, Buffer.from('/')]) : bytes;
    });
    expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(a, b)));
    all.forEach((entry, index) => {
      expect([...walkEntries([folder], entry, PLAIN)]).toEqual(all.slice(index + 1));
    });
  });

  test('behind what is gone by now', () => {
    make(TREE);
    const all = walk();
    rmSync(join(folder, 'a/c'), { recursive: true });
    const at = all.findIndex((entry) => entry.relative === 'a/c/e/f');
    expect([...walkEntries([folder], { root: 0, relative: 'a/c/e/f' }, PLAIN)]).toEqual(all.slice(at + 1));
  });
});

test('answers each pull with at most as many entries as asked for, until it is done', async () => {
  make(Array.from({ length: 25 }, (_, index) => `f${String(index).padStart(2, '0')}`));
  const { port1, port2 } = new MessageChannel();
  runWalk(port2, { role: 'walk', roots: [folder], rules: DEFAULT_WALK_RULES, identify: false, after: null });
  const pull = (): Promise<FromWalker> =>
    new Promise((resolve) => {
      port1.once('message', resolve);
      port1.postMessage({ type: 'next', limit: 10 });
    });
  const answers = [await pull(), await pull(), await pull()];
  expect(answers.map((answer) => [answer.type === 'entries' && answer.entries.length, answer.done])).toEqual([
    [10, false],
    [10, false],
    [6, true],
  ]);
  port1.close();
});
