/** Times of FAT, told without writing: by what the file system is, or where nobody says that, by what they look like. */
import type { BigIntStats } from 'node:fs';
import { expect, test } from 'vitest';
import { TargetTimes } from './target-times';

const SECOND = 1_000_000_000n;
const NOON = 1_700_000_000n * SECOND;

function isSame(type: number, source: bigint, there: bigint): boolean {
  const stats = { dev: 1n, mtimeNs: there, ctimeNs: there } as BigIntStats;
  return new TargetTimes(() => type).isSame(source, { target: '/t/a', there: stats, scratch: null });
}

test('where the system does not say what it is (0, as on Windows), two seconds are what FAT would make of one', () => {
  expect(isSame(0, NOON + SECOND + 5n, NOON)).toBe(true);
  expect(isSame(0x4d44, NOON + SECOND + 5n, NOON)).toBe(true);
  expect(isSame(0xef53, NOON + SECOND + 5n, NOON)).toBe(false);
});

test('and no more than that, nor where times are seen to be fine', () => {
  expect(isSame(0, NOON + 2n * SECOND, NOON)).toBe(false);
  expect(isSame(0, NOON + SECOND, NOON + 123_400n)).toBe(false);
});

test('a time that ends in zeros by chance does not make nanoseconds unsure where the file system keeps them', () => {
  const byChance = { dev: 1n, mtimeNs: NOON, ctimeNs: NOON + 123_456_000n } as BigIntStats;
  const same = (type: number): boolean =>
    new TargetTimes(() => type).isSame(NOON - 1n, { target: '/t/a', there: byChance, scratch: null });
  expect(same(0xef53)).toBe(false);
  expect(same(0x0102_1994)).toBe(false);
  // FUSE: it may keep microseconds.
  expect(same(0x6573_5546)).toBe(true);
});
