import { expect, test } from 'vitest';
import { readBytes } from './units';

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
