import { expect, test } from 'vitest';
import { isFound } from './search-words';

test('every word is looked for, in any order and case', () => {
  const text = 'Downloads Speed limit Of all downloads together';
  expect(isFound('', text)).toBe(true);
  expect(isFound('limit SPEED', text)).toBe(true);
  expect(isFound('  together ', text)).toBe(true);
  expect(isFound('speed proxy', text)).toBe(false);
});

test('accents do not matter', () => {
  expect(isFound('resume', 'Résumé')).toBe(true);
});
