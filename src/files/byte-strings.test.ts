import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byteString, fromByteString, nativeByteString } from './byte-strings';

const BYTES = Uint8Array.of(0x61, 0xff, 0x2f, 0x62);

test.each([
  ['plain', 'plain'],
  ['é', '\u00c3\u00a9'],
  ['日', '\u00e6\u0097\u00a5'],
  [BYTES, 'a\u00ff/b'],
])('%j has a character for each of its bytes, and back', (path, bytes) => {
  expect(byteString(path)).toBe(bytes);
  expect(fromByteString(bytes)).toEqual(path);
});

test.runIf(process.platform === 'linux')('the system finds what a byte string names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bytes-'));
  try {
    for (const name of ['plain', '\u00c3\u00a9', 'a\u00ff']) {
      writeFileSync(Buffer.from(`${folder}/${name}`, 'latin1'), '');
      expect(lstatSync(nativeByteString(`${folder}/${name}`)).isFile()).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
