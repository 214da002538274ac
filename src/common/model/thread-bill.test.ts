import { expect, test } from 'vitest';
import { NO_TIME, addBills, billTotal } from './thread-bill';

test('bills add up by their parts', () => {
  const both = addBills({ ...NO_TIME, work: 3, queue: 1 }, { ...NO_TIME, work: 4, absent: 2 });
  expect(both).toEqual({ ...NO_TIME, work: 7, queue: 1, absent: 2 });
  expect(billTotal(both)).toBe(10);
});
