import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Vault } from './vault';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-vault-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('what is sealed comes back with the same key, and is not there in clear', () => {
  const sealed = new Vault(folder).seal('password: ü');
  expect(sealed.includes('password')).toBe(false);
  expect(new Vault(folder).open(sealed)).toBe('password: ü');
  expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
});

test('with another key, changed, or cut off it says so', () => {
  const sealed = new Vault(folder).seal('secret');
  const changed = Buffer.from(sealed);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  for (const bytes of [changed, sealed.subarray(0, 5), Buffer.alloc(0)]) {
    expect(() => new Vault(folder).open(bytes)).toThrow(/Make the job anew/u);
  }
  writeFileSync(join(folder, 'secret.key'), Buffer.alloc(32, 1));
  expect(() => new Vault(folder).open(sealed)).toThrow(/Make the job anew/u);
});

test('a file of any length', async () => {
  const vault = new Vault(folder);
  for (const size of [0, 1, 15, 16, 17, 1_000_000]) {
    const content = Buffer.alloc(size, 'https://me:secret@example.org/\n');
    const path = join(folder, 'list');
    await pipeline(Readable.from([content]), vault.sealing(), createWriteStream(path));
    if (size > 100) expect(readFileSync(path).includes('secret')).toBe(false);
    const pieces: Buffer[] = [];
    for await (const piece of new Vault(folder).openFile(path)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  }
});
