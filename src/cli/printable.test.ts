import { expect, test } from 'vitest';
import { printable, withoutCredentials } from './printable';

test('escape sequences of a name do nothing', () => {
  expect(printable('a\u001b[31mred\u202e\n')).toBe('a?[31mred??');
  expect(printable('Grüße 東京 🎉')).toBe('Grüße 東京 🎉');
});

test('names and passwords in a URL are not shown', () => {
  expect(withoutCredentials('https://mia:secret@example.org/a@b')).toBe('https://example.org/a@b');
  expect(withoutCredentials('https://example.org/a@b')).toBe('https://example.org/a@b');
  expect(withoutCredentials('https://a@b:c@example.org')).toBe('https://example.org');
});
