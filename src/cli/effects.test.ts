/** Flags that have no effect where they are given are refused, and every flag was thought of. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Threads } from '../engine';
import { always, EFFECTS, nameOf } from './effects';
import { makeProgram } from './program';
import { walkRules } from './walk-flags';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-effects-'));
  for (const path of ['folder', 'other', 'bag']) mkdirSync(join(folder, path));
  for (const path of ['file', 'SUMS', 'bag/bagit.txt']) writeFileSync(join(folder, path), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** No command acts: what is asked is what is refused before it would. */
async function program(): Promise<Command> {
  const made = await makeProgram(new Threads('file:///no/worker'), [], () => undefined);
  for (const command of commandsOf(made)) command.action(() => undefined);
  return made;
}

function commandsOf(made: Command): Command[] {
  return made.commands.flatMap((each) => [each, ...each.commands]);
}

/** Words that begin with @ are paths in the test's folder. */
async function heddle(line: string): Promise<unknown> {
  const words = line.split(' ').map((word) => (word.startsWith('@') ? join(folder, word.slice(1)) : word));
  try {
    await (await program()).parseAsync(['node', 'heddle', ...words]);
    return null;
  } catch (error) {
    return error;
  }
}

test('each flag of each command has an effect that is known', async () => {
  const known = Object.fromEntries(
    Object.entries(EFFECTS).map(([name, effects]) => [name, Object.keys(effects).sort()]),
  );
  const there = Object.fromEntries(
    commandsOf(await program()).map((command) => [
      nameOf(command),
      command.options.map(({ long }) => long ?? '').sort(),
    ]),
  );
  expect(known).toEqual(there);
});

/** What is refused, and why. One at least for each flag of each command that is not always of use. */
const REFUSED: readonly (readonly [line: string, flag: string, why: string])[] = [
  ['download http://a/ --exact', '--exact', 'none of them is given'],
  ['compare download http://a/ --exact', '--exact', 'none of them is given'],
  ['download http://a/ --sync --workers 4', '--workers', 'sequential work has one'],
  ['download http://a/ --format csv', '--format', 'none is given (-i)'],
  ['download http://a/ http://b/ --out x', '--out', 'for a single URL'],
  [`download http://a/ http://b/ --checksum md5=${'0'.repeat(32)}`, '--checksum', 'for a single URL'],
  ['download -i list --out x', '--out', 'for a single URL'],
  ['download http://a/ --retry 0 --retry-base 5', '--retry-base', '--retry 0'],
  ['download http://a/ --retry 0 --retry-on 403', '--retry-on', '--retry 0'],
  ['download http://a/ --retry 0 --retry-non-idempotent', '--retry-non-idempotent', '--retry 0'],
  ['download http://a/ --user a:b --oauth2-bearer t', '--user', 'two logins'],
  ['download http://a/ -n --netrc-file f', '--netrc', 'another file'],
  ['download http://a/ --key k', '--key', 'none is given (--cert)'],
  ['download http://a/ --pass p', '--pass', 'none is given (--cert)'],
  ['compare download http://a/ --key k', '--key', 'none is given (--cert)'],
  ['compare download http://a/ --pass p', '--pass', 'none is given (--cert)'],
  ['download http://a/ --mark-of-the-web', '--mark-of-the-web', 'no such mark'],
  ['compare download http://a/ --mark-of-the-web', '--mark-of-the-web', 'no such mark'],
  ['download http://a/ --json -0', '--null', 'prints none'],
  ['download http://a/ --manifest - -0', '--null', 'a manifest is printed'],
  ['hash @folder --mode sequential --workers 2', '--workers', 'sequential work has one'],
  ['hash @folder --json --format bsd', '--format', '-o writes one'],
  ['hash @folder -0', '--null', '--files-from'],
  ['hash @folder -z -o x', '--zero', '-o writes a file'],
  ['hash @folder -z --json', '--zero', 'prints none'],
  ['hash - --sync', '--sync', 'standard input'],
  ['hash - --async', '--async', 'standard input'],
  ['hash - --mode pool', '--mode', 'standard input'],
  ['hash - --workers 2', '--workers', 'standard input'],
  ['hash - -o x', '--output', 'standard input'],
  ['hash - --no-cache', '--no-cache', 'standard input'],
  ['hash - --files-from x', '--files-from', 'standard input'],
  ['hash - -0', '--null', 'standard input'],
  ['hash - --min-size 1', '--min-size', 'standard input'],
  ['hash - --max-size 1', '--max-size', 'standard input'],
  ['verify @SUMS --sync --workers 4', '--workers', 'sequential work has one'],
  ['verify @SUMS --links follow', '--links', '--strict looks for'],
  ['verify @SUMS --one-file-system', '--one-file-system', '--strict looks for'],
  ['verify @SUMS --no-online-only', '--no-online-only', '--strict looks for'],
  ['verify @folder @other --strict', '--strict', 'compared both ways'],
  ['verify @folder --root @other --strict', '--strict', 'compared both ways'],
  ['verify @bag --strict', '--strict', 'a bag is always checked'],
  ['verify @bag/bagit.txt --strict', '--strict', 'a bag is always checked'],
  ['verify @folder @other --ignore-missing', '--ignore-missing', 'compared by content'],
  ['verify @folder @other --outside', '--outside', 'compared by content'],
  ['verify @bag --outside', '--outside', 'a bag says itself'],
  ['verify @folder @other -a md5', '--algorithm', 'compared by content'],
  ['verify @bag -a md5', '--algorithm', 'a bag says itself'],
  ['duplicates @folder --sync --workers 4', '--workers', 'sequential work has one'],
  ['duplicates @folder --format csv', '--format', 'that -o names'],
  ['duplicates @folder -0 --json', '--null', 'there are neither'],
  ['duplicates @folder -0 -o x', '--null', 'there are neither'],
  ['copy @folder x --sync --workers 4', '--workers', 'sequential work has one'],
  ['copy @folder x --yes', '--yes', 'there is none'],
  ['copy @folder x --format bsd', '--format', 'none is asked for'],
  ['copy @folder x -a md5', '--algorithm', 'neither is asked for'],
  ['rpc --secret-file x --secret abcdef', '--secret', 'that of --secret-file'],
  ['export 1 --failed-urls --format csv', '--format', 'a list of URLs'],
  ['resume -0 --json', '--null', 'prints none'],
  ['retry 1 -0 --json', '--null', 'prints none'],
  ...['download http://a/', 'slow-server', 'computing', 'tiny-tasks', 'serving'].map(
    (work) => [`compare ${work} --cold`, '--cold', 'reads none'] as const,
  ),
  ['compare download http://a/ --connections 4', '--connections', 'how much is in flight'],
  ['compare download http://a/ --format csv', '--format', 'none is given (-i)'],
  [`compare download -i x --checksum md5=${'0'.repeat(32)}`, '--checksum', 'for a single URL'],
  ['compare download http://a/ --retry 0 --retry-on 403', '--retry-on', '--retry 0'],
  ['compare download http://a/ --retry 0 --retry-base 5', '--retry-base', '--retry 0'],
  ['compare download http://a/ --retry 0 --retry-non-idempotent', '--retry-non-idempotent', '--retry 0'],
  ['compare download http://a/ --user a:b --oauth2-bearer t', '--user', 'two logins'],
  ['compare download http://a/ -n --netrc-file f', '--netrc', 'another file'],
  ['compare hash @folder -0', '--null', '--files-from'],
  ['compare copy @folder x --existing skip', '--existing', 'an empty folder'],
  ['compare copy @folder x -n', '--skip-existing', 'an empty folder'],
  ['compare copy @folder x --in-place', '--in-place', 'an empty folder'],
  ['compare copy @folder x --checksum', '--checksum', 'an empty folder'],
  ...[
    'download http://a/',
    'hash @folder',
    'copy @folder x',
    'slow-server',
    'small-files',
    'large-files',
    'computing',
    'tiny-tasks',
    'serving',
  ].flatMap((work) => [
    [
      `compare ${work} --modes sequential,sequential --workers 4`,
      '--workers',
      'sequential work has one',
    ] as const,
    [`compare ${work} --best --sizes 1,2 --workers 4`, '--workers', 'those of --sizes'] as const,
  ]),
  ...[
    'hash @file',
    'hash -',
    'duplicates @file',
    'copy @file x',
    'compare hash @file',
    'compare copy @file x',
  ].flatMap((command) =>
    [
      '--include *',
      '--exclude *',
      '--gitignore',
      '--no-hidden',
      '--links follow',
      '--one-file-system',
      '--no-online-only',
    ].map(
      (flag) =>
        [
          `${command} ${flag}`,
          flag.split(' ')[0] ?? '',
          command.endsWith('-') ? 'standard input' : 'no folder is given',
        ] as const,
    ),
  ),
];

test.each(REFUSED)('heddle %s', async (line, flag, why) => {
  const error = await heddle(line);
  expect(error).toMatchObject({ code: 'usage' });
  expect((error as Error).message).toMatch(
    new RegExp(`^${flag} .* See: heddle help ${line.startsWith('compare') ? 'compare ' : ''}[a-z]`, 'u'),
  );
  expect((error as Error).message).toContain(why);
});

test('each that is not always of use is seen refused', () => {
  const seen = new Set(
    REFUSED.map(
      ([line, flag]) =>
        `${line
          .split(' ')
          .slice(0, line.startsWith('compare') ? 2 : 1)
          .join(' ')} ${flag}`,
    ),
  );
  const idle = Object.entries(EFFECTS).flatMap(([name, effects]) =>
    Object.entries(effects).flatMap(([flag, effect]) => (effect === always ? [] : [`${name} ${flag}`])),
  );
  // Of verify every list can be in folders.
  const never = ['--include', '--exclude', '--gitignore', '--no-hidden'].map((flag) => `verify ${flag}`);
  expect(idle.filter((each) => !seen.has(each))).toEqual(never);
});

test.each([
  ['verify @SUMS -0', "unknown option '-0'; a file of that name is ./-0"],
  ['copy @folder -5', "unknown option '-5'"],
])('%s is not taken for something else', async (line, why) => {
  expect(((await heddle(line)) as Error).message).toContain(why);
});

test('sizes that leave no file are refused', () => {
  expect(() => walkRules({ hidden: true, minSize: 2, maxSize: 1 })).toThrow(
    '--min-size is more than --max-size',
  );
  expect(walkRules({ hidden: true, minSize: 1, maxSize: 1 })).toMatchObject({ minSize: 1, maxSize: 1 });
});

test.each([
  'verify -- @SUMS -5',
  'download http://a/ --dry-run --sync -d x --limit-rate 5 --retry 3 --retry-base 1',
  'download -i list --format csv -0',
  'hash @folder @file --exclude * --links follow',
  'hash @file --min-size 1 -o x --format bsd --json',
  'hash - -a md5 --format bsd --quiet --data-dir x',
  'hash --files-from list -0 --include *',
  'verify @SUMS --include * --min-size 1 -a md5 --outside --ignore-missing --strict --links follow',
  'verify @bag --ignore-missing --links follow --exclude x',
  'verify @folder @other --links follow --include *',
  'verify - --root @folder --strict',
  'duplicates --files-from list -0 --json',
  'copy @folder x --dry-run --manifest m --format bsd -a md5 --mirror',
  'copy @folder x --json -a md5',
  'compare hash @folder --cold --workers 4 --best',
])('heddle %s is taken', async (line) => {
  expect(await heddle(line)).toBeNull();
});
