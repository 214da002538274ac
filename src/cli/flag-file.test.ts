import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDownloadFlags, downloadOptions, refuseWrongSources, type DownloadFlags } from './download-flags';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-flags-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

function run(...args: readonly string[]): { urls: readonly string[]; flags: DownloadFlags } {
  let urls: readonly string[] = [];
  const command = addDownloadFlags(new Command('download').argument('[urls...]'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action((given: string[]) => {
      urls = given;
    });
  command.parse(args, { from: 'user' });
  return { urls, flags: command.opts<DownloadFlags>() };
}

test('as curl reads it: with or without dashes, = : or a space, in quotes or not', () => {
  const path = file(
    'flags',
    '# a remark',
    '',
    'user = "me:pass \\"word\\" # 1"',
    '-H "X-Tab: a\\tb" # a remark',
    'header: X-Bare: plain value',
    '--header=X-Empty: ',
    '--proxy http://p:w@127.0.0.1:1',
    '  -A   agent',
    'retry-non-idempotent',
    'url = "http://u:p@127.0.0.1/a"',
    'url=http://127.0.0.1/b\r',
  );
  const { urls, flags } = run('-K', path, 'http://127.0.0.1/c');
  expect(urls).toEqual(['http://u:p@127.0.0.1/a', 'http://127.0.0.1/b', 'http://127.0.0.1/c']);
  expect(downloadOptions(flags)).toEqual({
    digests: [],
    user: { name: 'me', password: 'pass "word" # 1' },
    headers: [
      ['X-Tab', 'a\tb'],
      ['X-Bare', 'plain value'],
      ['X-Empty', ''],
    ],
    proxy: 'http://p:w@127.0.0.1:1',
    userAgent: 'agent',
    retryAll: true,
  });
});

test('the command line wins over a file, a later file over an earlier one; headers of all are sent', () => {
  const first = file('first', 'user = one', 'retry = 1', 'split = 1', 'header = "A: 1"', 'dir = first');
  const second = file('second', 'user = two', 'retry = 2', 'header = "A: 2"');
  const { flags } = run('-K', first, '--retry', '3', '-H', 'A: 3', '-K', second);
  expect(downloadOptions(flags)).toMatchObject({
    user: { name: 'two' },
    retries: 3,
    segments: 1,
    headers: [
      ['A', '1'],
      ['A', '2'],
      ['A', '3'],
    ],
  });
  expect(flags.dir).toBe('first');
});

test('-H @FILE: one header a line', () => {
  const path = file('headers', '# keys', 'X-Key: a', '', 'X-Other: b: c\r');
  expect(downloadOptions(run('-H', `@${path}`, '-H', 'X-Last: d').flags).headers).toEqual([
    ['X-Key', 'a'],
    ['X-Other', 'b: c'],
    ['X-Last', 'd'],
  ]);
  expect(() => run('-H', `@${path}-none`)).toThrow(
    'The file of headers (-H @FILE) cannot be read: there is no such file.',
  );
  expect(() => run('-H', `@${file('wrong', 'X-Key: a', 'nonsense')}`)).toThrow(/invalid/u);
});

test.each([
  ['usr = "s3cret"', 'has a flag that is not known here'],
  ['header = "s3cret"', 'the value of --header is invalid. A header is "Name: value".'],
  ['user = "s3cret', 'has a quote that does not end, or text behind one'],
  ['user = "a" s3cret', 'has a quote that does not end, or text behind one'],
  [
    'proxy = "ftp://u:s3cret@h"',
    'the value of --proxy is invalid. A proxy is http://host:port, https://… or socks5h://….',
  ],
  ['http://u:s3cret@h/', 'has a flag that is not known here'],
  ['Authorization: s3cret', 'is no flag: write name = "value"'],
  ['retry = s3cret', 'the value of --retry is invalid. It takes a whole number from 0 to 1000.'],
  ['format = s3cret', 'the value of --format is invalid. Allowed choices are urls, aria2'],
  ['netrc = s3cret', '--netrc takes no value'],
  ['user', '--user needs a value'],
  ['config = other', 'has a flag that is not known here'],
])('%s is refused by its line, and not quoted', (line, said) => {
  const path = file('flags', '# one', line);
  let message = '';
  try {
    run('-K', path);
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  expect(message).toContain(`Line 2 of ${path}`);
  expect(message).toContain(said);
  expect(message).not.toContain('s3cret');
});

test('a file that is not there; standard input twice; a URL for a list', () => {
  expect(() => run('-K', join(folder, 'none'))).toThrow(
    'The file of flags (-K) cannot be read: there is no such file.',
  );
  expect(() => run('-K', folder)).toThrow('The file of flags (-K) cannot be read: it is a folder.');
  const { flags } = run();
  const refuse = (given: Partial<DownloadFlags>): (() => void) => {
    return () => {
      refuseWrongSources(['http://h/'], { ...flags, ...given }, 'help');
    };
  };
  expect(refuse({ config: ['-'], input: ['-'] })).toThrow(/read once/u);
  expect(refuse({ input: ['http://u:s3cret@h/list'] })).toThrow(
    /^-i takes the file of a list; URLs are given without it/u,
  );
  expect(refuse({ config: ['a'], input: ['-'] })).not.toThrow();
});
