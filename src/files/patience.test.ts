import { expect, test } from 'vitest';
import { Patience, patiently, patientlyAsync } from './patience';

function failing(codes: readonly string[]): { readonly action: () => string; readonly calls: () => number } {
  let calls = 0;
  const action = (): string => {
    const code = codes[calls++];
    if (code === undefined) return 'done';
    throw Object.assign(new Error(code), { code });
  };
  return { action, calls: () => calls };
}

test('what is in the way for a moment is waited for', () => {
  const { action, calls } = failing(['EPERM', 'EBUSY', 'EACCES']);
  expect(patiently(action, true)).toBe('done');
  expect(calls()).toBe(4);
});

test('and the thread has others to do meanwhile', async () => {
  const { action, calls } = failing(['EPERM', 'EPERM']);
  await expect(patientlyAsync(() => Promise.resolve().then(action), true)).resolves.toBe('done');
  expect(calls()).toBe(3);
});

test('other failures are told at once, and all of them where no file is ever in the way', () => {
  const missing = failing(['ENOENT']);
  expect(() => patiently(missing.action, true)).toThrow('ENOENT');
  expect(missing.calls()).toBe(1);
  const denied = failing(['EPERM']);
  expect(() => patiently(denied.action, false)).toThrow('EPERM');
  expect(denied.calls()).toBe(1);
});

test('what is never allowed is waited for once, and then hardly', () => {
  const denied = (): string[] => Array<string>(1000).fill('EPERM');
  const patience = new Patience(100, 5);
  const first = failing(denied());
  expect(() => patiently(first.action, true, patience)).toThrow('EPERM');
  const second = failing(denied());
  expect(() => patiently(second.action, true, patience)).toThrow('EPERM');
  expect(second.calls()).toBe(2);
  expect(first.calls()).toBeGreaterThan(2);
  const { action, calls } = failing(['EPERM']);
  expect(patiently(action, true, patience)).toBe('done');
  expect(calls()).toBe(2);
});
