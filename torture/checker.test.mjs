// The checker finds what is wrong, and a seed gives its plan again: otherwise nothing found would say nothing.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planOf } from './plan.mjs';
import { makeWork } from './works.mjs';
import { randomFrom } from './random.mjs';
import { snapshot } from './tree.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-checker-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** @returns what is found, without what it is found of */
function check(spec, when = 'after') {
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  const checker = join(import.meta.dirname, 'checker.mjs');
  const said = execFileSync(process.execPath, [checker, when, join(folder, 'spec.json')], {
    encoding: 'utf8',
  });
  return JSON.parse(said).wrong.map(({ what }) => what);
}

function copied() {
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(tree, name), `content of ${name}`);
  // What changes the folder changes its time, however fast that is.
  utimesSync(tree, 1.5e9, 1.5e9);
  const expected = snapshot(tree);
  const allowed = Object.fromEntries(Object.entries(expected).map(([name, { sha256 }]) => [name, [sha256]]));
  return { tree, spec: { targets: [{ path: tree, tree: expected, allowed }] } };
}

test.each([
  ['nothing', () => undefined, [], []],
  ['a byte more', (tree) => appendFileSync(join(tree, 'a'), 'x'), ['file'], ['file', 'file']],
  ['half a file', (tree) => truncateSync(join(tree, 'b'), 3), ['file'], ['file', 'file']],
  // Also the time of the folder.
  ['a file less', (tree) => rmSync(join(tree, 'c')), [], ['file', 'file']],
  ['a file more', (tree) => writeFileSync(join(tree, 'd'), ''), ['file'], ['file', 'file', 'file']],
  ['another time', (tree) => utimesSync(join(tree, 'a'), 1, 1), [], ['file']],
  ['a temporary file', (tree) => mkdirSync(join(tree, '.heddle-work-1')), [], ['left', 'file']],
])('%s in a target', (_, spoil, during, after) => {
  const { tree, spec } = copied();
  spoil(tree);
  expect(check(spec, 'during')).toEqual(during);
  expect(check(spec)).toEqual(after);
});

test('temporary names of a job that was forgotten, which its files still have', () => {
  const { tree, spec } = copied();
  const work = join(tree, '.heddle-work-1');
  mkdirSync(work);
  linkSync(join(tree, 'a'), join(work, '1'));
  utimesSync(tree, 1.5e9, 1.5e9);
  const [target] = spec.targets;
  expect(check({ targets: [{ ...target, numbered: true }] })).toEqual([]);
  expect(check(spec)).toEqual(['left', 'left']);
});

test('rows that lack, are there twice, or say what is not so', () => {
  const exported = join(folder, 'rows.jsonl');
  const row = (source, state) => `${JSON.stringify({ source, state })}\n`;
  const rows = { a: { states: ['done'] }, b: { states: ['failed'] } };
  const found = (text) => {
    writeFileSync(exported, text);
    return check({ rows: [{ exported, rows }] });
  };
  expect(found(row('a', 'done') + row('b', 'failed'))).toEqual([]);
  expect(found(row('a', 'done'))).toEqual(['lost']);
  expect(found(row('a', 'done') + row('a', 'done') + row('b', 'failed'))).toEqual(['twice']);
  expect(found(row('a', 'done') + row('b', 'done') + row('c', 'done'))).toEqual(['row', 'row']);
});

test('what was done and is asked for again', () => {
  expect(check({ requests: [{ counts: { '/a': 2, '/b': 1 }, done: { '/a': 1, '/b': 1 } }] })).toEqual([
    'twice',
  ]);
});

test('a seed and a number give a plan and its files again', () => {
  const again = (number) => JSON.stringify({ ...planOf('7', number), random: null });
  const plans = Array.from({ length: 40 }, (_, number) => again(number));
  expect(plans).toEqual(Array.from({ length: 40 }, (_, number) => again(number)));
  expect(new Set(plans).size).toBe(40);
  const make = (name) => {
    mkdirSync(join(folder, name));
    return makeWork('copy', randomFrom('7'), join(folder, name), {}).args;
  };
  expect(make('one')).toEqual(make('two'));
});
