import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';
import { Counterparts } from '../files/counterparts';
import { removeEmptied, removeExtra, type MirrorRoot } from './copy-extras';

let folder: string;
let source: string;
let target: string;
let root: MirrorRoot;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-extras-'));
  [source, target] = [join(folder, 'from'), join(folder, 'to')];
  for (const path of [source, target]) {
    mkdirSync(join(path, 'sub'), { recursive: true });
    writeFileSync(join(path, 'sub/kept'), 'kept');
  }
  const workDirectory = join(target, '.heddle-work-test');
  const counterparts = new Counterparts(source, target);
  root = { source, target, workDirectory, rules: DEFAULT_WALK_RULES, counterparts };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('what went before its process was killed is gone, and its source has not appeared', () => {
  const [extra, emptied] = ['sub/extra', 'sub/deep'] as const;
  for (const remove of [removeExtra, removeEmptied])
    for (const name of [extra, emptied])
      expect(remove(join(source, name), join(target, name), root, false)).toMatchObject({
        state: 'skipped',
      });
});

test('what the source has by now stays', () => {
  for (const path of [source, target]) writeFileSync(join(path, 'sub/new'), 'new');
  expect(() => removeExtra(join(source, 'sub/new'), join(target, 'sub/new'), root, false)).toThrow(
    'has appeared meanwhile',
  );
});
