import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trueType, type EntryType } from './entry-types';

const LISTED_AS_LINK: EntryType = {
  isFile: () => false,
  isDirectory: () => false,
  isSymbolicLink: () => true,
};

test('what a folder of Windows lists as a link may be a file or a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-types-'));
  try {
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('file', join(folder, 'link'));
    const types = readdirSync(folder).map((name) => {
      const type = trueType(LISTED_AS_LINK, () => join(folder, name), true);
      return [name, type.isFile(), type.isDirectory(), type.isSymbolicLink()];
    });
    expect(types).toEqual([
      ['file', true, false, false],
      ['folder', false, true, false],
      ['link', false, false, true],
    ]);
    expect(trueType(LISTED_AS_LINK, () => join(folder, 'file'), false)).toBe(LISTED_AS_LINK);
    expect(trueType(LISTED_AS_LINK, () => join(folder, 'gone'), true)).toBe(LISTED_AS_LINK);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
