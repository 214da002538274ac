import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';
import { Counterparts } from '../files/counterparts';
import { removeEmptied, removeExtra, type MirrorRoot } from './copy-extras';

let folder: string;
let root: MirrorRoot;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-extras-'));
  const [source, target] = [join(folder, 'from'), join(folder, 'to')];
  for (const path of [source, target]) {
    mkdirSync(join(path, 'sub'), { recursive: true });
    writeFileSync(join(path, 'sub/kept'), 'kept');
  }
  root = { source, target, rules: DEFAULT_WALK_RULES, counterparts: new Counterparts(source, target) };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('what went before its process was killed is gone, and its source has not appeared', () => {
  const [extra, emptied] = ['sub/extra', 'sub/deep'] as const;
  for (const remove of [removeExtra, removeEmptied])
    for (const name of [extra, emptied])
      expect(remove(join(root.source, name), join(root.target, name), root, false)).toMatchObject({
        state: 'skipped',
      });
});

test('what the source has by now stays', () => {
  for (const path of [root.source, root.target]) writeFileSync(join(path, 'sub/new'), 'new');
  const [source, target] = [join(root.source, 'sub/new'), join(root.target, 'sub/new')];
  expect(() => removeExtra(source, target, root, false)).toThrow('has appeared meanwhile');
});
