import { expect, test } from 'vitest';
import { withoutCredentials } from './without-credentials';

test('names and passwords in a URL are not shown', () => {
  expect(withoutCredentials('https://mia:secret@example.org/a@b')).toBe('https://example.org/a@b');
  expect(withoutCredentials('https://example.org/a@b')).toBe('https://example.org/a@b');
  expect(withoutCredentials('https://a@b:c@example.org')).toBe('https://example.org');
});
