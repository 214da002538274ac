/** Names are taken, never replaced: with hard links, without them, and where the file system folds case. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { native } from './entries';
import { heldName, withHeldName } from './held-names';
import { ofSystem, renameExclusive } from './rename-exclusive';
import { Patience } from './patience';
import { placeAt, rename, replaceAt, type Link, type RenameCalls } from './take-name';

let folder: string;
let work: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-name-'));
  work = join(folder, '.heddle-work-0');
  mkdirSync(work);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const refusing =
  (code: string): Link =>
  () => {
    throw Object.assign(new Error('no links here'), { code });
  };

const ways = [
  ['a hard link', { link: linkSync, renameExclusive: () => null }],
  ['a call that never replaces', { link: refusing('EPERM'), renameExclusive }],
  ['a lock (FAT on Windows)', { link: refusing('EISDIR'), renameExclusive: () => null }],
  ['a lock (FUSE)', { link: refusing('ENOSYS'), renameExclusive: () => null }],
  ['a lock, of what must not be linked', { link: null, renameExclusive: () => null }],
] as const;

describe.each(ways)('by %s', (_, naming) => {
  const temp = (): string => {
    writeFileSync(join(work, '1'), 'new');
    return join(work, '1');
  };

  test('a free name is taken', () => {
    expect(placeAt(temp(), join(folder, 'a'), work, naming)?.target).toBe(join(folder, 'a'));
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new');
  });

  test('a taken one is left, and told', () => {
    writeFileSync(join(folder, 'a'), 'mine');
    expect(placeAt(temp(), join(folder, 'a'), work, naming)).toBeNull();
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('mine');
    expect(readFileSync(join(work, '1'), 'utf8')).toBe('new');
  });

  test('what is to be replaced is', () => {
    writeFileSync(join(folder, 'a'), 'old');
    replaceAt(temp(), join(folder, 'a'), naming);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new');
  });
});

test('other failures are not taken for a file system without links', () => {
  writeFileSync(join(work, '1'), 'new');
  expect(() =>
    placeAt(join(work, '1'), join(folder, 'a'), work, { link: refusing('EIO'), renameExclusive }),
  ).toThrow('no links here');
  expect(readdirSync(folder)).toEqual(['.heddle-work-0']);
});

test('each system is asked in its own way', () => {
  const call = vi.fn(() => 0);
  const koffi = {
    load: vi.fn(() => ({ func: () => call })),
    errno: () => 17,
    os: { errno: { EEXIST: 17 } },
  };
  expect(ofSystem(koffi, 'darwin')('/a', '/b')).toBe(true);
  expect(call).toHaveBeenLastCalledWith(Buffer.from('/a\0'), Buffer.from('/b\0'), 4);
  call.mockReturnValue(-1);
  expect(ofSystem(koffi, 'darwin')('/a', '/b')).toBe(false);
  call.mockReturnValue(0);
  writeFileSync(join(folder, 'taken'), '');
  expect(ofSystem(koffi, 'win32')('/a', join(folder, 'taken'))).toBe(false);
  expect(ofSystem(koffi, 'win32')('/a', join(folder, 'free'))).toBeNull();
  expect(koffi.load).toHaveBeenLastCalledWith('kernel32.dll');
});

test('a name is held once, apart from those of other folders and from folders of its name', () => {
  const hold = (path: string): void => {
    withHeldName(work, 'claims', join(folder, path), (held) => {
      writeFileSync(native(held), '', { flag: 'wx' });
    });
  };
  for (const path of ['a', 'b/a', 'a/a', 'in/names', 'names/in', `${'d'.repeat(200)}/`.repeat(15) + 'x'])
    hold(path);
  for (const path of ['a', 'a/a', 'in/names'])
    expect(() => {
      hold(path);
    }).toThrow('EEXIST');
  expect(() => heldName(work, 'locks', '/elsewhere/x')).not.toThrow();
});

test.runIf(process.platform !== 'win32')('no file takes the place of a pipe or a device', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  writeFileSync(join(work, '1'), 'new');
  expect(() => replaceAt(join(work, '1'), pipe)).toThrow(/is a device, pipe or socket/u);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

describe('over a file that another program of Windows has open', () => {
  const calls = (failures: number, code: string): RenameCalls & { readonly tried: () => number } => {
    let tried = 0;
    return {
      isWindows: true,
      patience: new Patience(50, 5),
      tried: () => tried,
      rename: (from, to) => {
        tried += 1;
        if (tried <= failures) throw Object.assign(new Error(code), { code });
        renameSync(from, to);
      },
    };
  };
  const files = (): readonly [temp: string, target: string] => {
    const [temp, target] = [join(work, '1'), join(folder, 'a')];
    writeFileSync(temp, 'new');
    writeFileSync(target, 'mine');
    return [temp, target];
  };

  test('it is tried again until it is free', () => {
    const [temp, target] = files();
    const twice = calls(2, 'EPERM');
    rename(temp, target, twice);
    expect(twice.tried()).toBe(3);
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test.runIf(process.getuid?.() !== undefined)('what is read-only is replaced, as elsewhere', () => {
    const [temp, target] = files();
    chmodSync(target, 0o444);
    const isReadOnly = (path: string | Buffer): boolean => (lstatSync(path).mode & 0o200) === 0;
    const refusing = (from: string | Buffer, to: string | Buffer): void => {
      if (isReadOnly(to)) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
      renameSync(from, to);
    };
    rename(temp, target, { ...calls(0, ''), rename: refusing });
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('and read-only still where it could not be', () => {
    const [temp, target] = files();
    chmodSync(target, 0o444);
    expect(() => {
      rename(temp, target, calls(Infinity, 'EPERM'));
    }).toThrow(expect.objectContaining({ code: 'in-use' }));
    expect(lstatSync(target).mode & 0o777).toBe(0o444);
  });

  test('in the end it is said what to do, and both files are left', () => {
    const [temp, target] = files();
    expect(() => {
      rename(temp, target, calls(Infinity, 'EBUSY'));
    }).toThrow(expect.objectContaining({ code: 'in-use', retryable: true }));
    expect([readFileSync(temp, 'utf8'), readFileSync(target, 'utf8')]).toEqual(['new', 'mine']);
  });

  test('what is not there is told as ever', () => {
    const [, target] = files();
    expect(() => {
      rename(join(work, 'gone'), target, calls(0, ''));
    }).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
