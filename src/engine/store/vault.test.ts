import { execFile } from 'node:child_process';
import {
  createWriteStream,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renameExclusive } from '../../files/rename-exclusive';
import { buildWorker } from '../testing/build-worker';
import { Vault } from './vault';

const run = promisify(execFile);

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

test('what a process left that died while it made the key goes with the next one; what somebody put beside the key stays', () => {
  const left = join(folder, 'secret.key.4b5fd581-34c8-4918-bd0d-fa98f6728c8a');
  writeFileSync(left, Buffer.alloc(32, 1));
  const sealed = new Vault(folder).seal('secret');
  expect(readdirSync(folder)).toEqual(['secret.key']);
  writeFileSync(join(folder, 'secret.key.bak'), Buffer.alloc(32, 2));
  writeFileSync(left, Buffer.alloc(5));
  expect(new Vault(folder).open(sealed)).toBe('secret');
  expect(readdirSync(folder)).toEqual(['secret.key', 'secret.key.bak']);
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

test('many that begin at once have one key, and nothing else lies there', async () => {
  const vaultUrl = await buildWorker(fileURLToPath(new URL('./vault.ts', import.meta.url)));
  const script = `const { Vault } = require(${JSON.stringify(vaultUrl)});
    process.stdout.write(new Vault(${JSON.stringify(folder)}).seal('one').toString('base64'));`;
  const sealed = await Promise.all(Array.from({ length: 8 }, () => run(process.execPath, ['-e', script])));
  for (const { stdout } of sealed) expect(new Vault(folder).open(Buffer.from(stdout, 'base64'))).toBe('one');
  expect(readdirSync(folder)).toEqual(['secret.key']);
});

test.each(['EISDIR', 'EINVAL', 'UNKNOWN', 'EPERM'])('where a hard link is answered with %s', (code) => {
  const link = (): never => {
    throw Object.assign(new Error(code), { code });
  };
  for (const renames of [renameExclusive, () => null]) {
    const data = mkdtempSync(join(folder, 'data-'));
    const sealed = new Vault(data, { link, renameExclusive: renames }).seal('one');
    expect(new Vault(data).open(sealed)).toBe('one');
    expect(readFileSync(join(data, 'secret.key'))).toHaveLength(32);
  }
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
