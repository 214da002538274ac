/** Whatever is in a .gitignore, it says the same here as in Git. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IgnoreRules } from './ignore-rules';

const hasGit = spawnSync('git', ['--version']).status === 0;
let repository: string;

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'heddle-ignore-'));
  if (hasGit) spawnSync('git', ['init', '--quiet', repository]);
});
afterAll(() => {
  rmSync(repository, { recursive: true });
});

/** @returns those that Git ignores */
function ignoredByGit(lines: readonly string[], paths: readonly string[]): string[] {
  writeFileSync(join(repository, '.gitignore'), lines.join('\n'));
  const { stdout } = spawnSync('git', ['check-ignore', '--no-index', '--stdin', '-z'], {
    cwd: repository,
    input: paths.join('\0'),
    encoding: 'utf8',
  });
  return stdout.split('\0').slice(0, -1);
}

const PIECES = [
  'a',
  'b',
  '*',
  '**',
  '?',
  '/',
  '/',
  '[ab]',
  '[!a]',
  '[a-c',
  ']',
  '\\',
  ' ',
  '#',
  '!',
  '-',
  '.',
  '[[:alpha:]]',
];
const line = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(''))
  // Where Git has more than gitignore(5) says: a slash in brackets or behind a backslash, and stars beside other characters.
  .filter((text) => !/\[[^\]]*\/|\\\/|[^/]\*\*|\*\*[^/]/u.test(text.replace('[[:alpha:]]', 'x')));
const name = fc
  .array(fc.constantFrom('a', 'b', 'c', '.', '-'), { minLength: 1, maxLength: 3 })
  .map((letters) => letters.join(''));
const path = fc
  .array(
    name.filter((each) => !/^\.\.?$/u.test(each)),
    { minLength: 1, maxLength: 4 },
  )
  .map((names) => names.join('/'));

test.runIf(hasGit)('random patterns ignore what Git ignores', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 4 }),
      fc.array(path, { minLength: 20, maxLength: 40 }),
      (lines, paths) => {
        // Nothing is there: what has something below it is a folder for Git, and nothing else is.
        const asked = [...new Set(paths)];
        const rules = new IgnoreRules(lines);
        expect(asked.filter((each) => rules.test(each).ignored)).toEqual(ignoredByGit(lines, asked));
      },
    ),
    { numRuns: 150 },
  );
});

test.each([
  ['a line as long as paths may be', '?'.repeat(1_000_000), 'a'],
  ['folders again and again', `${'**/a/'.repeat(50)}b`, `${'a/'.repeat(1500)}bx`],
  ['stars again and again', `${'*a'.repeat(100)}b`, 'a'.repeat(250)],
])('%s', (_, pattern, long) => {
  expect(new IgnoreRules([pattern]).test(long)).toEqual({ ignored: false, unignored: false });
});

test('the last pattern that matches has the last word, and what is in an ignored folder stays ignored', () => {
  const rules = new IgnoreRules(['*.log', '!keep.log', 'build/', '!build/x', '\\!odd', 'end\\ ']);
  const verdict = (each: string): string => {
    const { ignored, unignored } = rules.test(each);
    return ignored ? 'ignored' : unignored ? 'kept' : 'not told';
  };
  expect(
    Object.fromEntries(
      ['a.log', 'sub/keep.log', 'build/', 'build', 'build/x', 'b', '!odd', 'end ', 'end'].map((each) => [
        each,
        verdict(each),
      ]),
    ),
  ).toEqual({
    'a.log': 'ignored',
    'sub/keep.log': 'kept',
    'build/': 'ignored',
    build: 'not told',
    'build/x': 'ignored',
    b: 'not told',
    '!odd': 'ignored',
    'end ': 'ignored',
    end: 'not told',
  });
});
