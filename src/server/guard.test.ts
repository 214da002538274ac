import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { isOwnHost } from './guard';

test.each([
  [undefined, true],
  ['127.0.0.1', true],
  ['127.0.0.1:8080', true],
  ['localhost:1', true],
  ['LOCALHOST', true],
  ['[::1]:8080', true],
  ['[::1]', true],
  ['192.168.1.7:8080', true],
  ['files.example:8080', true],
  [hostname(), true],
  ['evil.example', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
])('Host: %s', (header, isOwn) => {
  expect(isOwnHost(header, 'files.example')).toBe(isOwn);
});
