/** `heddle duplicates` and `heddle verify` of two folders: what they print, and how they end. */
import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@playwright/test';
import { jsonLines, taskLines, test } from './terminal';

function put(path: string, content: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

for (const mode of ['--sync', '--async']) {
  test(`duplicates are printed in groups, ${mode}`, async ({ heddle, folder }) => {
    const tree = join(folder, 'tree');
    const big = ['a', 'b'].map((name) => put(join(tree, name), 'big'.repeat(100_000)));
    const small = ['new\nline', 's-1', 's-2'].map((name) => put(join(tree, name), 'small'));
    linkSync(small[1] ?? '', join(tree, 'link'));
    put(join(tree, 'other'), 'other');
    const { status, stdout, stderr } = await heddle(['duplicates', tree, mode, '-0']);
    expect(status).toBe(0);
    // `link` comes before `s-1`: it is the name that counts.
    const names = [join(tree, 'link'), small[0], small[2]];
    expect(stdout).toBe(`${big.join('\0')}\0\0${names.join('\0')}\0`);
    // As a line, the name would be two.
    const lines = await heddle(['duplicates', tree, mode]);
    expect(lines).toMatchObject({ status: 1, stdout: `${big.join('\n')}\n` });
    expect(stderr).toMatch(/^2 groups of 5 files; 300 KB could be won$/mu);
    expect(stderr).toMatch(/^7 compared \(.+\), 5 duplicate, 1 unique, 1 hard links in /mu);
  });
}

test('duplicates as JSON Lines and in files', async ({ heddle, folder }) => {
  const tree = join(folder, 'tree');
  const [a = '', b = ''] = ['a,1', 'b'].map((name) => put(join(tree, name), 'same'));
  put(join(tree, 'c'), 'not the same');
  const { stdout } = await heddle(['duplicates', tree, '--json']);
  const lines = jsonLines(stdout);
  expect(lines.map(({ type }) => type)).toEqual(['task', 'task', 'task', 'duplicates', 'summary']);
  const group = { type: 'duplicates', size: 4, reclaimable: 4, paths: [a, b], links: [] };
  expect(lines[3]).toMatchObject(group);
  expect(taskLines(stdout).find(({ source }) => source.endsWith('c'))).toMatchObject({ finding: 'unique' });
  const json = await heddle(['duplicates', tree, '-o', 'groups.jsonl'], { cwd: folder });
  expect(json.stdout).toBe('');
  expect(jsonLines(readFileSync(join(folder, 'groups.jsonl'), 'utf8'))).toMatchObject([group]);
  await heddle(['duplicates', tree, '-o', 'groups.csv', '--format', 'csv'], { cwd: folder });
  expect(readFileSync(join(folder, 'groups.csv'), 'utf8').split('\r\n')).toMatchObject([
    'group,size,digest,reclaimable,type,path',
    expect.stringMatching(/^1,4,[0-9a-f]{64},4,file,"/u),
    expect.stringMatching(/^1,4,[0-9a-f]{64},4,file,[^"]/u),
    '',
  ]);
});

test('fdupes finds the same groups', async ({ heddle, folder }) => {
  const tree = join(folder, 'tree');
  for (let index = 0; index < 300; index++)
    put(join(tree, `${index % 7}`, `${index}`), `${index % 90}`.repeat(1 + (index % 3) * 40_000));
  const { stdout } = await heddle(['duplicates', tree]);
  const sets = (text: string): string[] =>
    text
      .trimEnd()
      .split('\n\n')
      .map((group) => group.split('\n').sort().join('\n'))
      .sort();
  let theirs: string;
  try {
    theirs = execFileSync('fdupes', ['-rq', tree], { encoding: 'utf8' });
  } catch {
    // Not installed: what else finds them is sorting by digest.
    const digests = execFileSync('sh', ['-c', 'find "$0" -type f -exec sha256sum {} + | sort', tree], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    const byDigest = new Map<string, string[]>();
    for (const line of digests.trimEnd().split('\n')) {
      const key = line.slice(0, 64);
      byDigest.set(key, [...(byDigest.get(key) ?? []), line.slice(66)]);
    }
    theirs = [...byDigest.values()]
      .filter(({ length }) => length > 1)
      .map((group) => group.join('\n'))
      .join('\n\n');
  }
  expect(sets(stdout)).toEqual(sets(theirs));
});

test('two folders are compared', async ({ heddle, folder }) => {
  const [left, right] = [join(folder, 'left'), join(folder, 'right')];
  for (const side of [left, right]) {
    put(join(side, 'same'), 'same');
    put(join(side, 'sub/different'), `${side.slice(-4)}!`);
    symlinkSync('same', join(side, 'link'));
  }
  const same = await heddle(['verify', join(left, 'sub'), '--root', join(left, 'sub/..', 'sub')]);
  expect(same.status).toBe(2);
  put(join(left, 'old'), 'moved');
  put(join(right, 'new'), 'moved');
  put(join(left, 'gone\u001b[2J'), 'only left');
  mkdirSync(join(right, 'empty'));
  for (const args of [
    [left, right],
    [left, '--root', right],
  ]) {
    const { status, stdout, stderr } = await heddle(['verify', ...args]);
    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(
      [
        'different: sub/different',
        'only-left: gone‹U+001B›[2J',
        'only-right: empty',
        `moved: old: ${join(right, 'new')}`,
      ].sort(),
    );
    expect(stderr).toContain('differ from byte 0 on (counted from 0)');
    expect(stderr).toMatch(
      /^6 compared \(.+\), 2 same, 1 different, 1 only left, 1 only right, 1 moved, 1 skipped in /mu,
    );
  }
  const json = await heddle(['verify', left, right, '--json']);
  expect(taskLines(json.stdout).find(({ source }) => source === join(left, 'old'))).toMatchObject({
    state: 'failed',
    finding: 'moved',
    target: join(right, 'new'),
    error: { code: 'moved' },
  });
  rmSync(left, { recursive: true });
  execFileSync('cp', ['-a', right, left]);
  const equal = await heddle(['verify', left, right]);
  expect(equal).toMatchObject({ status: 0, stdout: '' });
});

test('what cannot be read is told, and once', async ({ heddle, folder }) => {
  const [left, right] = [join(folder, 'left'), join(folder, 'right')];
  for (const side of [left, right])
    for (const name of ['a', 'closed/1', 'closed/2', 'z']) put(join(side, name), 'same');
  put(join(right, 'closed.txt'), 'sorts before what is in the folder');
  chmodSync(join(left, 'closed'), 0);
  chmodSync(join(left, 'z'), 0);
  chmodSync(folder, 0o777);
  const user = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const { status, stdout, stderr } = await heddle(['verify', left, right], user);
  chmodSync(join(left, 'closed'), 0o700);
  expect(status).toBe(1);
  expect(stdout.trimEnd().split('\n').sort()).toEqual([
    'only-right: closed.txt',
    'unreadable: closed',
    'unreadable: z',
  ]);
  expect(stderr).toContain(`${join(left, 'closed')} may not be accessed`);
  expect(stderr).toContain('Nothing there was compared.');
});

test('a search that was interrupted goes on and prints its groups', async ({ heddle, start, folder }) => {
  const tree = join(folder, 'tree');
  for (let index = 0; index < 3000; index++) put(join(tree, `${index}`), `${index % 1500}`.padStart(70_000));
  const first = start(['duplicates', tree, '--sync', '--json']);
  await first.printed(20);
  first.kill('SIGKILL');
  await first.ended;
  const { status, stdout } = await heddle(['resume', '--quiet']);
  expect(status).toBe(0);
  expect(stdout.trimEnd().split('\n\n')).toHaveLength(1500);
});

test('wrong usage', async ({ heddle, folder }) => {
  mkdirSync(join(folder, 'a'));
  mkdirSync(join(folder, 'b'));
  put(join(folder, 'file'), '');
  for (const args of [
    ['verify', 'a'],
    ['verify', 'a', 'b', '--root', 'b'],
    ['verify', 'a', 'b', '--strict'],
    ['verify', 'file', 'b'],
    ['verify', 'a', 'a'],
    ['duplicates'],
    ['duplicates', 'none'],
  ]) {
    const { status, stderr } = await heddle(args, { cwd: folder });
    expect(status, args.join(' ')).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  }
});
