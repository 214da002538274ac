import { expect, test } from 'vitest';
import { formatWait, readBytes } from './units';

test.each([
  ['0', 0],
  [' 10 ', 10],
  ['1.5M', 1_572_864],
  ['2 GiB', 2 ** 31],
  ['3kb', 3072],
  ['1T', 2 ** 40],
  ['', null],
  ['K', null],
  ['ten', null],
  ['-1', null],
  ['1e3', null],
  ['99999T', null],
])('the size “%s” is %s', (text, bytes) => {
  expect(readBytes(text)).toBe(bytes);
});

test.each([
  [0, '1 s'],
  [1001, '2 s'],
  [119_000, '119 s'],
  [119_001, '2 min'],
  [3_600_000, '60 min'],
  [7_140_000, '119 min'],
  [7_140_001, '2 h'],
  [47 * 3_600_000, '47 h'],
  [47 * 3_600_000 + 1, '2 days'],
  [729 * 86_400_000, '729 days'],
  [730 * 86_400_000, '2 years'],
  [1e14, '3,169 years'],
])('a wait of %i ms is %s', (ms, text) => {
  expect(formatWait(ms)).toBe(text);
});
