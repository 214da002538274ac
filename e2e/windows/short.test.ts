/** What `npm test` tries, too: the terminal on a Node for Windows, under wine. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, get, listing, makeTree, put, useFolder } from './folder';
import { partialBytes, startStallingServer } from './stalling-server';
import { heddle, startHeddle, windowsPath } from './wine';

useFolder();

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

test('a tree is copied whole, with its times, and copied again it is unchanged', async () => {
  makeTree();
  const first = await heddle(['copy', 'src', 'dst'], folder);
  expect(first).toMatchObject({ status: 0, out: '' });
  expect(first.err).toMatch(/^5 copied/mu);
  expect(first.err).not.toMatch(/could not be kept/u);
  expect(listing('dst/src')).toEqual(listing('src'));
  expect(get('dst/src/large.bin').equals(get('src/large.bin'))).toBe(true);
  expect(statSync(join(folder, 'dst/src/sub/b.txt'), { bigint: true }).mtimeNs).toBe(
    1_577_934_245_123_456_700n,
  );
  const again = await heddle(['copy', 'src', 'dst', '--existing', 'overwrite', '--verify'], folder);
  expect(again.status).toBe(0);
  expect(again.err).toMatch(/0 copied .*5 unchanged/u);
});

test('a manifest of Windows is found below its folder, and leads nowhere else', async () => {
  put('root/sub/b.txt', 'b');
  put('secret.txt', 'secret');
  const outside = [
    '..\\secret.txt',
    'sub\\..\\..\\secret.txt',
    '..\\root\\..\\secret.txt',
    windowsPath(join(folder, 'secret.txt')),
    join(folder, 'secret.txt').replaceAll('/', '\\'),
  ];
  const names = ['sub\\b.txt', ...outside];
  put(
    'root/SUMS',
    names.map((name) => `${sha256(name.endsWith('b.txt') ? 'b' : 'secret')} *${name}\r\n`).join(''),
  );
  const { status, err } = await heddle(['verify', 'root\\SUMS', '--strict'], folder);
  expect(status).toBe(1);
  expect(err).toMatch(/1 ok, 5 unreadable\s/u);
  expect(err.match(/points outside/gu)).toHaveLength(5);
});

test('a download that was killed goes on', async () => {
  const server = await startStallingServer();
  try {
    const first = startHeddle(['download', server.url, '-d', 'dl'], folder);
    await expect.poll(partialBytes).toBeGreaterThan(1_000_000);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(join(folder, 'dl/a.bin'))).toBe(false);
    server.goOn();
    const listed = await heddle(['jobs'], folder);
    expect(listed.out).toMatch(/1\s+download/u);
    const { status, out } = await heddle(['resume'], folder);
    expect(out).toMatch(/dl\/a\.bin$/mu);
    expect(status).toBe(0);
    expect(get('dl/a.bin').equals(server.content)).toBe(true);
    expect(readdirSync(join(folder, 'dl'))).toEqual(['a.bin']);
  } finally {
    server.close();
  }
});
