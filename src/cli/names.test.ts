/** Names that come from lists and go to other programs: standard input, NUL bytes, and names that would forge lines. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildTerminal } from '../engine/testing/build-worker';

let terminal: string;
let folder: string;

beforeAll(async () => {
  terminal = join(await buildTerminal(), 'cli.cjs');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-names-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const digest = (text: string, algorithm = 'sha256'): string =>
  createHash(algorithm).update(text).digest('hex');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function heddle(args: readonly string[], input: string | Uint8Array = ''): Ended {
  const data = ['--data-dir', join(folder, '.data'), '--quiet'];
  return spawnSync(process.execPath, [terminal, ...args, ...data], {
    encoding: 'utf8',
    cwd: folder,
    input,
  });
}

test('a name with a line feed is no two lines in what duplicates prints', () => {
  const precious = put('precious', 'precious');
  const forged = put(`scan/a\n${precious}`, 'same');
  const other = put('scan/b/x', 'same');
  const honest = [put('scan/c/1', 'other'), put('scan/c/2', 'other')];
  const lines = heddle(['duplicates', 'scan']);
  expect(lines.stdout).toBe(`${honest.join('\n')}\n`);
  expect(lines.stderr).toContain(`a‹U+000A›`);
  expect(lines.stderr).toContain('1 group is not listed: --null (-0) or --json tells all of them');
  expect(lines.status).toBe(1);
  const nul = heddle(['duplicates', 'scan', '-0']);
  expect(nul.status).toBe(0);
  expect(
    nul.stdout
      .split('\0')
      .filter((path) => path !== '')
      .sort(),
  ).toEqual([forged, other, ...honest].sort());
  const groups = heddle(['duplicates', 'scan', '--json'])
    .stdout.split('\n')
    .filter((line) => line.includes('"duplicates"'));
  expect(groups.flatMap((line) => (JSON.parse(line) as { paths: string[] }).paths)).toContain(forged);
});

test.each(['\r', '\v', '\u0085', '\u2028', '\u001b'])('nor is one with %j', (end) => {
  put(`scan/a${end}/b`, 'same');
  put('scan/c', 'same');
  expect(heddle(['duplicates', 'scan'])).toMatchObject({ status: 1, stdout: '' });
});

test('what differs is told on one line, with what is unseen made visible', () => {
  put('SUMS', `\\${digest('')}  a\\nok: b\n${digest('')}  \u202egpj.exe\n`);
  expect(heddle(['verify', 'SUMS', '--sync']).stdout).toBe(
    'missing: a‹U+000A›ok: b\nmissing: ‹U+202E›gpj.exe\n',
  );
});

test('failed sources that do not fit on a line are not exported as lines', () => {
  put('SUMS', `\\${digest('')}  a\\n/etc/passwd\n`);
  heddle(['verify', 'SUMS']);
  const failed = spawnSync(
    process.execPath,
    [terminal, 'export', '1', '--failed-urls', '--data-dir', join(folder, '.data')],
    { encoding: 'utf8' },
  );
  expect(failed).toMatchObject({ status: 1, stdout: '' });
  expect(failed.stderr).toContain('jsonl or csv');
});

test('names come from a file, from standard input, and behind NUL bytes', () => {
  for (const name of ['a', 'b c', 'sub/d', 'new\nline']) put(name, name);
  put('list', 'a\n\nsub\n');
  const expected = [`${digest('a')}  a`, `${digest('sub/d')}  sub/d`, ''].join('\n');
  expect(heddle(['hash', '--files-from', 'list']).stdout).toBe(expected);
  expect(heddle(['hash', '--files-from', '-'], 'a\nsub\n').stdout).toBe(expected);
  expect(heddle(['hash', 'a', '--files-from', '-', '-0'], 'b c\0new\nline\0').stdout).toBe(
    `${digest('a')}  a\n${digest('b c')}  b c\n\\${digest('new\nline')}  new\\nline\n`,
  );
  const raw = Buffer.concat([Buffer.from(join(folder, 'raw-')), Buffer.of(0xff)]);
  writeFileSync(raw, 'raw');
  expect(heddle(['hash', '--files-from', '-', '-0'], Buffer.concat([raw, Buffer.of(0)])).stdout).toContain(
    digest('raw'),
  );
  put('same', 'a');
  expect(heddle(['duplicates', '--files-from', '-', '-0'], 'a\0same\0b c\0').stdout).toBe(
    `${join(folder, 'a')}\0${join(folder, 'same')}\0`,
  );
  expect(heddle(['hash', '--files-from', '-'], 'a\0b c\0')).toMatchObject({ status: 2, stdout: '' });
  expect(heddle(['hash', '--files-from', '-'], '\n')).toMatchObject({ status: 2, stdout: '' });
  expect(heddle(['hash'])).toMatchObject({ status: 2, stdout: '' });
});

test('standard input is hashed as sha256sum does', () => {
  expect(heddle(['hash', '-'], 'x').stdout).toBe(`${digest('x')}  -\n`);
  expect(heddle(['hash', '-', '-a', 'md5', '-a', 'sha1'], 'x').stdout).toBe(
    `MD5 (-) = ${digest('x', 'md5')}\nSHA1 (-) = ${digest('x', 'sha1')}\n`,
  );
  expect(JSON.parse(heddle(['hash', '-', '--json'], 'x').stdout)).toMatchObject({
    source: '-',
    bytes: 1,
    digests: { sha256: digest('x') },
  });
  expect(heddle(['hash', 'a', '-'], 'x')).toMatchObject({ status: 2, stdout: '' });
});

test('lines with NUL bytes behind them are those of sha256sum --zero, and are read', () => {
  for (const name of ['a', 'back\\slash', 'new\nline']) put(`tree/${name}`, name);
  const theirs = execFileSync('sha256sum', ['--zero', 'tree/a', 'tree/back\\slash', 'tree/new\nline'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(heddle(['hash', 'tree', '--zero']).stdout).toBe(theirs);
  const tagged = execFileSync(
    'sha256sum',
    ['--zero', '--tag', 'tree/a', 'tree/back\\slash', 'tree/new\nline'],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(heddle(['hash', 'tree', '--zero', '--format', 'bsd']).stdout).toBe(tagged);
  for (const list of [theirs, tagged]) {
    expect(heddle(['verify', '-', '--strict', '--root', '.', '--include', '/tree/**'], list)).toMatchObject({
      status: 0,
      stdout: '',
    });
  }
  expect(heddle(['hash', 'tree', '--zero', '--format', 'json']).status).toBe(2);
});

test('a manifest on standard input is that of the current folder, or of another', () => {
  put('a', 'a');
  put('sub/b', 'b');
  const input = `${digest('a')}  a\n`;
  expect(heddle(['verify', '-'], input)).toMatchObject({ status: 0, stdout: '' });
  expect(heddle(['verify', '-', '--root', 'sub'], `${digest('b')}  b\n${digest('')}  c\n`)).toMatchObject({
    status: 1,
    stdout: 'missing: c\n',
  });
  expect(heddle(['verify', '-', '--ignore-missing'], `${input}${digest('')}  c\n`).status).toBe(0);
  const none = heddle(['verify', '-', '--ignore-missing'], `${digest('')}  c\n`);
  expect(none.status).toBe(1);
  expect(none.stderr).toContain('nothing was verified');
});

test('a file under another Unicode form of its name is ok, and it is told', () => {
  put('caf\u00e9', 'x');
  const { status, stdout, stderr } = heddle(['verify', '-'], `${digest('x')}  cafe\u0301\n`);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toContain('another Unicode form of its name (composed)');
});

describe.runIf(process.platform === 'linux')('a list that is no file in a folder', () => {
  const bash = (script: string, ...args: readonly string[]): Ended =>
    spawnSync('bash', ['-c', script, 'bash', process.execPath, terminal, ...args], {
      encoding: 'utf8',
      cwd: folder,
    });

  test.each([
    ['a pipe of the shell', '"$1" "$2" verify <(sha256sum a) --data-dir "$3" --quiet'],
    ['an open file', '"$1" "$2" verify /dev/fd/3 --data-dir "$3" --quiet 3<SUMS'],
    ['/dev/stdin', '"$1" "$2" verify /dev/stdin --data-dir "$3" --quiet <SUMS'],
    ['a named pipe', '(sha256sum a >pipe) & "$1" "$2" verify pipe --data-dir "$3" --quiet'],
  ])('%s has names that start from the current folder', (_, script) => {
    put('a', 'content');
    put('SUMS', `${digest('content')}  a\n`);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(bash(script, join(folder, '.data'))).toMatchObject({ status: 0, stdout: '' });
  });

  test.each(['a named pipe', 'standard input'])(
    'lets itself be interrupted while nothing comes: %s',
    async (where) => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const data = join(folder, '.data');
      const isPipe = where === 'a named pipe';
      const reading = spawn(process.execPath, [terminal, 'verify', isPipe ? pipe : '-', '--data-dir', data], {
        stdio: [isPipe ? 'ignore' : 'pipe', 'ignore', 'ignore'],
      });
      // Opened when both ends are.
      const writer = isPipe ? await open(pipe, 'w') : null;
      // Its own copy of the list is open: it catches signals, and waits for more.
      await expect.poll(() => existsSync(join(data, 'lists'))).toBe(true);
      reading.kill('SIGTERM');
      expect(await once(reading, 'exit')).toEqual([130, null]);
      await writer?.close();
    },
  );
});

test('a list of names that is not there is wrong usage', () => {
  const { status, stderr } = heddle(['hash', '--files-from', 'nothing']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^heddle: nothing does not exist/u);
});

test('names with NUL bytes between them, and none at all, are told of standard input', () => {
  const nul = heddle(['hash', '--files-from', '-'], 'a\0b\0');
  expect(nul).toMatchObject({ status: 2, stdout: '' });
  expect(nul.stderr).toMatch(/^heddle: standard input has NUL bytes in it: say -0/u);
  expect(heddle(['hash', '--files-from', '-']).stderr).toMatch(/^heddle: standard input names no file/u);
});
