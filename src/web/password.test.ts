import { expect, test } from 'vitest';
import { Password, SignInLimit } from './password';

test('a password is known by its letters, however they are composed', async () => {
  const password = await Password.of('caf\u00e9 noir');
  expect(await password.matches('cafe\u0301 noir')).toBe(true);
  expect(await password.matches('cafe noir')).toBe(false);
});

test('five tries at once, then one every twelve seconds, for each address', () => {
  const limit = new SignInLimit();
  for (let index = 0; index < 5; index++) expect(limit.take('192.0.2.1', 0)).toBe(0);
  expect(limit.take('192.0.2.1', 0)).toBe(12_000);
  expect(limit.take('192.0.2.1', 11_999)).toBe(1);
  expect(limit.take('192.0.2.1', 12_000)).toBe(0);
  expect(limit.take('192.0.2.1', 12_000)).toBe(12_000);
  expect(limit.take('192.0.2.2', 12_000)).toBe(0);
  // Refused tries take nothing from what comes later.
  expect(limit.take('192.0.2.1', 24_000)).toBe(0);
  limit.forgive('192.0.2.1');
  for (let index = 0; index < 5; index++) expect(limit.take('192.0.2.1', 24_000)).toBe(0);
});

test('of IPv6 a network counts as one, and all addresses together have a limit', () => {
  const limit = new SignInLimit();
  for (let index = 0; index < 5; index++) expect(limit.take(`2001:db8:1:2::${index}`, 0)).toBe(0);
  expect(limit.take('2001:db8:1:2:ffff::1', 0)).toBeGreaterThan(0);
  expect(limit.take('2001:db8:1:3::1', 0)).toBe(0);
  const tries = Array.from({ length: 100 }, (_, index) => limit.take(`198.51.100.${index}`, 0));
  expect(tries.filter((wait) => wait === 0)).toHaveLength(24);
});
