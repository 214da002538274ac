import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildTerminal } from '../engine/testing/build-worker';

/** What a script loads, at once or later, itself included. */
function loadedBy(folder: string, script: string, known = new Map<string, string>()): Map<string, string> {
  if (known.has(script)) return known;
  const text = readFileSync(join(folder, script), 'utf8');
  known.set(script, text);
  for (const [, name = ''] of text.matchAll(/require\("\.\/([\w.-]+)"\)/gu)) loadedBy(folder, name, known);
  return known;
}

test('threads have nothing that checks requests: it would take 2 MB of each', async () => {
  const folder = await buildTerminal();
  const checks = (script: string): string[] =>
    [...loadedBy(folder, script)].filter(([, text]) => text.includes('ZodError')).map(([name]) => name);
  expect(checks('cli.cjs')).not.toEqual([]);
  expect(checks('worker.cjs')).toEqual([]);
});
