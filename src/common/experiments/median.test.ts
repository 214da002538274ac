import { expect, it } from 'vitest';
import { median, upperMedian } from './median';

it.each([
  { values: [], mean: NaN, upper: NaN },
  { values: [3], mean: 3, upper: 3 },
  { values: [5, 10, 1], mean: 5, upper: 5 },
  { values: [4, 10, 3, 2], mean: 3.5, upper: 4 },
])('the middle of $values', ({ values, mean, upper }) => {
  const before = [...values];
  expect([median(values), upperMedian(values)]).toEqual([mean, upper]);
  expect(values).toEqual(before);
});
