import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterEach, beforeEach, expect, test } from 'vitest';
import tseslint from 'typescript-eslint';
import { noCircle } from './lib/import-circles.mjs';
import { root } from './lib/root.mjs';

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-circles-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @returns {Promise<string[]>} what is said of the files, by file */
async function lint(files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser },
      plugins: { heddle: { rules: { 'no-circle': noCircle } } },
      rules: { 'heddle/no-circle': 'error' },
    },
  });
  const results = await eslint.lintFiles(['**/*.ts']);
  return results.flatMap(({ messages }) => messages.map(({ message }) => message)).sort();
}

test('a circle is told at each of its imports, whatever their form', async () => {
  expect(
    await lint({
      'a.ts': "import { b } from './b';\nexport const a = b;\nexport interface A { readonly a: 1 }\n",
      'b.ts': "export * from './deep';\nexport const b = 1;\n",
      'deep/index.ts': "import type { A } from '../a';\nexport type D = A;\n",
      'outside.ts':
        "import { a } from './a';\nexport const load = () => import('./b');\nexport const c = a;\n",
    }),
  ).toEqual([
    'Imports run in a circle: a.ts → b.ts → deep/index.ts → a.ts.',
    'Imports run in a circle: b.ts → deep/index.ts → a.ts → b.ts.',
    'Imports run in a circle: deep/index.ts → a.ts → b.ts → deep/index.ts.',
  ]);
});

test('what is loaded later, or named in a type, is imported too', async () => {
  expect(
    await lint({
      'a.ts': "export const load = () => import('./b');\n",
      'b.ts': "export type A = import('./a').A;\n",
      'self.ts': "import { x } from './self';\nexport const y = x;\n",
    }),
  ).toEqual([
    'Imports run in a circle: a.ts → b.ts → a.ts.',
    'Imports run in a circle: b.ts → a.ts → b.ts.',
    'Imports run in a circle: self.ts → self.ts.',
  ]);
});

test('files that share what they import are no circle', async () => {
  expect(
    await lint({
      'top.ts': "import { l } from './left';\nimport { r } from './right';\nexport const t = l + r;\n",
      'left.ts': "import { base } from './base';\nexport const l = base;\n",
      'right.ts':
        "import { base } from './base';\nimport { join } from 'node:path';\nexport const r = base + join.length;\n",
      'base.ts': 'export const base = 1;\n',
    }),
  ).toEqual([]);
});

test('the rule holds for the sources', async () => {
  const eslint = new ESLint({ cwd: root });
  for (const file of ['src/engine/engine.ts', 'src/renderer/app.tsx', 'src/common/ipc.ts']) {
    const { rules } = await eslint.calculateConfigForFile(join(root, file));
    expect(rules['heddle/no-circle']?.[0]).toBe(2);
  }
});
