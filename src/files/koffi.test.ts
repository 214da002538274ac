/** Calls of systems that are not this one: that koffi understands what is said of them can be seen here, too. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { shareOf } from '../workers/reflink';
import { macAttributes } from './attribute-calls';
import { setTimesOf } from './exact-times';
import type { Koffi } from './koffi';
import { onlineOnlyOf } from './online-only';
import { ofSystem } from './rename-exclusive';
import { callsOf } from './windows-calls';

interface Parser {
  proto(definition: string): unknown;
}

const real = createRequire(import.meta.url)('koffi') as Parser;
const parsed: string[] = [];

/** Takes definitions as koffi does; names of types are given once. */
const koffi: Koffi = {
  load: () => ({
    func: (definition) => {
      real.proto(definition.replace(/(\w+)\(/u, `$1_${parsed.length}(`));
      parsed.push(/(\w+)\(/u.exec(definition)?.[1] ?? '');
      return () => 0;
    },
  }),
  errno: () => 0,
  os: { errno: {} },
};

test('what is said of calls of Windows and macOS is understood', () => {
  callsOf(koffi);
  macAttributes(koffi);
  for (const platform of ['win32', 'darwin'] as const) {
    onlineOnlyOf(() => koffi, platform);
    shareOf(() => koffi, platform);
    ofSystem(koffi, platform);
    setTimesOf(() => koffi, platform);
  }
  expect(parsed).toContain('FindFirstStreamW');
  expect(parsed).toContain('fclonefileat');
  expect(parsed).toHaveLength(29);
});

test('nonsense is not', () => {
  expect(() => real.proto('int nonsense(nothing *)')).toThrow();
});
