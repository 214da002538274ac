import { expect, test } from 'vitest';
import { urlLines } from './url-lines';

test('a text is offered when it is URLs and nothing else', () => {
  expect(urlLines(' https://example.org/a \r\n\nhttp://example.org/b\n')).toEqual([
    'https://example.org/a',
    'http://example.org/b',
  ]);
  for (const text of [
    '',
    'hello',
    'see https://example.org/a',
    'https://example.org/a b',
    'https://example.org/a\npassword',
    'file:///etc/passwd',
    'https://',
    `https://example.org/${'a'.repeat(1_000_000)}`,
  ])
    expect(urlLines(text)).toEqual([]);
});
