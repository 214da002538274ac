import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { VERSION } from './version';

test('the version is that of package.json', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  expect(VERSION).toBe(manifest.version);
});
