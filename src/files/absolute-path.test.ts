import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { absolutePath } from './absolute-path';

let base = '';

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-absolute-')));
  mkdirSync(join(base, 'real', 'deep', 'deeper'), { recursive: true });
  mkdirSync(join(base, 'here', 'plain'), { recursive: true });
  symlinkSync('../real/deep', join(base, 'here', 'link'));
  symlinkSync('link', join(base, 'here', 'chain'));
  symlinkSync('nowhere', join(base, 'here', 'dangling'));
  writeFileSync(join(base, 'here', 'file'), '');
});

afterAll(() => {
  rmSync(base, { recursive: true });
});

test.runIf(process.platform !== 'win32')('behind a link, .. is the parent of where it leads', () => {
  for (const [given, found] of [
    ['here/link/../x', 'real/x'],
    ['here/chain/../x', 'real/x'],
    ['here/link/deeper/../../x', 'real/x'],
    ['here/link/../../x', 'x'],
    ['here/link/..', 'real'],
    ['here/plain/../link/x', 'here/link/x'],
    ['here/./plain//../x', 'here/x'],
    ['here/link/', 'here/link'],
    ['here/dangling', 'here/dangling'],
    ['not/there', 'not/there'],
  ] as const) {
    expect(absolutePath(`${base}/${given}`), given).toBe(`${base}/${found}`);
  }
  expect(absolutePath('/../..')).toBe('/');
  expect(absolutePath('a')).toBe(join(process.cwd(), 'a'));
});

test.runIf(process.platform !== 'win32')('what .. steps out of has to be a folder', () => {
  expect(() => absolutePath(`${base}/here/dangling/../x`)).toThrow(/dangling does not exist/u);
  expect(() => absolutePath(`${base}/nowhere/../x`)).toThrow(/nowhere does not exist/u);
  expect(() => absolutePath(`${base}/here/file/../x`)).toThrow(/file is not a folder/u);
});

test.runIf(process.platform === 'linux')('bytes that are not UTF-8 stay as they are', () => {
  const bytes = Buffer.from(`${base}/here/link/../caf\xe9`, 'latin1');
  expect(absolutePath(bytes)).toEqual(Uint8Array.from(Buffer.from(`${base}/real/caf\xe9`, 'latin1')));
});
