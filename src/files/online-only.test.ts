import { expect, test } from 'vitest';
import type { Koffi } from './koffi';
import { onlineOnlyOf } from './online-only';

const library = (call: (...args: unknown[]) => number) => (): Koffi => ({
  load: () => ({ func: () => call }),
  errno: () => 0,
  os: { errno: {} },
});

test.each([
  [0x20, false],
  [0x1000, true],
  [0x40_0420, true],
  [0x4_0000, true],
  [0xffff_ffff, false],
])('on Windows, a file with the attributes %s', (attributes, isThereOnly) => {
  expect(
    onlineOnlyOf(
      library(() => attributes),
      'win32',
    )('C:/a'),
  ).toBe(isThereOnly);
});

test.each([
  [0x4000_0000, 0, true],
  [0x4000_0040, 0, true],
  [0x40, 0, false],
  [0x4000_0000, -1, false],
])('on macOS, a file with the flags %s, told with %s', (flags, result, isThereOnly) => {
  const ask = (_: unknown, list: unknown, answer: unknown): number => {
    expect((list as Buffer).readUInt32LE(4)).toBe(0x4_0000);
    (answer as Buffer).writeUInt32LE(flags, 4);
    return result;
  };
  expect(onlineOnlyOf(library(ask), 'darwin')('/a')).toBe(isThereOnly);
});

test('on Linux there are none', () => {
  expect(onlineOnlyOf(() => expect.unreachable(), 'linux')('/a')).toBe(false);
});
