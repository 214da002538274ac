import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isProgram } from './programs';

test('what could run is told by its name or its beginning, whatever it calls itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-programs-'));
  try {
    const files: readonly (readonly [name: string, content: string, program: boolean])[] = [
      ['photo.jpg', '\xff\xd8\xff\xe0', false],
      ['notes', 'some text', false],
      ['empty', '', false],
      ['list.txt', '# a list', false],
      ['setup.EXE', 'whatever', true],
      ['invoice.pdf.desktop', '[Desktop Entry]', true],
      ['trailing.bat . ', 'echo', true],
      ['photo.png', '\x7fELF\x02', true],
      ['readme', '#!/bin/sh\n', true],
      ['paper.pdf', 'MZ\x90', true],
    ];
    for (const [name, content, program] of files) {
      writeFileSync(join(folder, name), content, 'latin1');
      expect([name, await isProgram(join(folder, name))]).toEqual([name, program]);
    }
    await expect(isProgram(join(folder, 'gone.txt'))).rejects.toMatchObject({ code: 'ENOENT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
