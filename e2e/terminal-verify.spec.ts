/** `heddle hash` and `heddle verify`: what they print, how they end, and each of their flags. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { jsonLines, test } from './terminal';

const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function makeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const ODD = [
  'new\nline',
  'carriage\rreturn',
  'back\\slash',
  ' leading',
  '-dash',
  'trailing ',
  'quote"\'',
  'tab\t',
  '*star',
  '#hash',
  'été 日本',
  'a  b',
  '\\n',
];

for (const tool of [
  { name: 'sha256sum', flags: ['-a', 'sha256'], check: ['--check', '--quiet'] },
  { name: 'sha256sum', flags: ['--format', 'bsd'], check: ['--check', '--quiet'] },
  { name: 'md5sum', flags: ['-a', 'md5'], check: ['--check', '--quiet'] },
  { name: 'b2sum', flags: ['-a', 'blake2b'], check: ['--check', '--quiet'] },
]) {
  test(`13 odd names: ${tool.name} ${tool.flags.join(' ')} and Heddle accept each other's`, async ({
    heddle,
    folder,
  }) => {
    const cwd = join(folder, 'odd');
    makeFiles(cwd, Object.fromEntries(ODD.map((name) => [name, `content of ${name}`])));
    const made = await heddle(['hash', '.', ...tool.flags], { cwd });
    expect(made.status).toBe(0);
    writeFileSync(join(folder, 'ours'), made.stdout);
    expect(execFileSync(tool.name, [...tool.check, join(folder, 'ours')], { cwd, encoding: 'utf8' })).toBe(
      '',
    );
    writeFileSync(join(folder, 'theirs'), execFileSync(tool.name, ['--', ...ODD], { cwd }));
    for (const name of ['ours', 'theirs']) {
      const flags = ['--root', cwd, '--strict', ...(tool.name === 'b2sum' ? ['-a', 'blake2b'] : [])];
      const { status, stdout, stderr } = await heddle(['verify', join(folder, name), ...flags]);
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      expect(stderr).toMatch(/^13 verified \(.+\), 13 ok in /mu);
    }
  });
}

test('differences are the result, and the exit status says that there are some', async ({
  heddle,
  folder,
}) => {
  makeFiles(folder, { a: 'one', b: 'two', 'sub/c': 'three' });
  const sums = join(folder, 'SUMS');
  writeFileSync(sums, execFileSync('sha256sum', ['a', 'b', 'sub/c'], { cwd: folder }));
  writeFileSync(join(folder, 'b'), 'TWO');
  rmSync(join(folder, 'sub/c'));
  const plain = await heddle(['verify', sums, '--sync']);
  expect(plain).toMatchObject({ status: 1, stdout: 'changed: b\nmissing: sub/c\n' });
  expect(plain.stderr).toMatch(/^1 verified \(3 B\), 1 ok, 1 changed, 1 missing in /mu);
  const json = await heddle(['verify', sums, '--json', '--sync']);
  expect(json.status).toBe(1);
  const lines = jsonLines(json.stdout);
  expect(lines.map(({ type, state, finding }) => ({ type, state, finding }))).toEqual([
    { type: 'task', state: 'done', finding: 'ok' },
    { type: 'task', state: 'failed', finding: 'changed' },
    { type: 'task', state: 'failed', finding: 'missing' },
    { type: 'summary', state: undefined, finding: undefined },
  ]);
});

test('each flag of verify', async ({ heddle, folder }) => {
  makeFiles(folder, { 'in/a': '', 'in/extra.tmp': 'x', 'in/.hidden': 'y', out: '' });
  const sums = join(folder, 'SUMS');
  writeFileSync(sums, `${SHA256_OF_NOTHING}  a\n`);
  const root = ['--root', join(folder, 'in')];
  expect((await heddle(['verify', sums])).stdout).toBe('missing: a\n');
  expect((await heddle(['verify', sums, ...root])).status).toBe(0);
  const strict = await heddle(['verify', sums, ...root, '--strict', '--sync']);
  expect(strict).toMatchObject({ status: 1, stdout: 'extra: .hidden\nextra: extra.tmp\n' });
  const fewer = ['--strict', '--no-hidden', '--exclude', '*.tmp'];
  expect((await heddle(['verify', sums, ...root, ...fewer])).status).toBe(0);
  appendFileSync(sums, `${SHA256_OF_NOTHING}  ../out\n`);
  expect((await heddle(['verify', sums, ...root])).stdout).toBe('unreadable: ../out\n');
  expect((await heddle(['verify', sums, ...root, '--outside'])).status).toBe(0);
  expect((await heddle(['verify', sums, ...root, '--outside', '--sync', '-a', 'blake3'])).stdout).toBe(
    'changed: a\nchanged: ../out\n',
  );
  const wrong = await heddle(['verify', join(folder, 'nowhere')]);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('does not exist');
});

test('each flag that says which files are hashed', async ({ heddle, folder }) => {
  const tree = join(folder, 'tree');
  makeFiles(tree, {
    'a.txt': 'aaaa',
    'b.jpg': 'bb',
    '.dot': 'c',
    'skip/d.txt': 'dddd',
    '.gitignore': 'skip\n',
  });
  symlinkSync('a.txt', join(tree, 'link'));
  const hashed = async (...flags: string[]): Promise<string> => {
    const { stdout } = await heddle(['hash', '.', '--format', 'gnu', ...flags], { cwd: tree });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66))
      .join(' ');
  };
  expect(await hashed()).toBe('.dot .gitignore a.txt b.jpg skip/d.txt');
  expect(await hashed('--include', '*.txt')).toBe('a.txt skip/d.txt');
  expect(await hashed('--exclude', '*.txt', '--exclude', '.*')).toBe('b.jpg');
  expect(await hashed('--gitignore')).toBe('.dot .gitignore a.txt b.jpg');
  expect(await hashed('--no-hidden')).toBe('a.txt b.jpg skip/d.txt');
  expect(await hashed('--min-size', '2', '--max-size', '0.002K')).toBe('b.jpg');
  expect(await hashed('--links', 'follow', '--include', 'link')).toBe('link');
  expect((await heddle(['hash', '.', '--min-size', 'much'], { cwd: tree })).status).toBe(2);
});

test('several digests in one pass, and a manifest of an ended job in another format', async ({
  heddle,
  folder,
}) => {
  makeFiles(folder, { 'tree/a': 'one' });
  const { status, stdout } = await heddle(['hash', 'tree', '-a', 'sha256', '-a', 'crc32'], { cwd: folder });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^SHA256 \(tree\/a\) = [0-9a-f]{64}\nCRC32 \(tree\/a\) = [0-9a-f]{8}\n$/u);
  const json = join(folder, 'out.json');
  expect((await heddle(['export', '1', '--format', 'json', '-o', json])).status).toBe(0);
  expect(readFileSync(json, 'utf8')).toContain('"crc32"');
  expect(
    (await heddle(['verify', json, '--strict', '--exclude', 'data', '--exclude', '*.json'])).status,
  ).toBe(0);
  const refused = await heddle(['hash', 'tree', '--format', 'sfv'], { cwd: folder });
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toContain('CRC-32');
});
