import { expect, test } from 'vitest';
import { Intake, SMALL_BYTES } from './intake';

test('large requests share a bound, small ones and pings do not count against it', () => {
  const intake = new Intake();
  const [one, other, small] = [intake.open(), intake.open(), intake.open()];
  expect(one.grow(64 * 1_048_576)).toBe(true);
  expect(small.grow(SMALL_BYTES)).toBe(true);
  expect(other.grow(SMALL_BYTES + 1)).toBe(false);
  other.close();
  one.shrink(SMALL_BYTES * 3);
  expect(other.grow(SMALL_BYTES + 1)).toBe(true);
  // No more than it had is given back.
  small.shrink(SMALL_BYTES * 10);
  expect(small.bytes).toBe(0);
  expect(other.grow(SMALL_BYTES * 2)).toBe(false);
});
