import { expect } from '@playwright/test';
import { test } from './app';

test('the page has no Node, no other origin and no way out', async ({ app: { electron, window } }) => {
  expect(await window.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined');
  expect(await window.evaluate(() => location.origin)).toBe('heddle://app');
  const policy = await window.evaluate(async () =>
    (await fetch('heddle://app/index.html')).headers.get('content-security-policy'),
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  // Neither a new window nor a navigation.
  expect(await window.evaluate(() => globalThis.open('https://example.invalid/'))).toBeNull();
  await window.evaluate(() => {
    location.href = 'https://example.invalid/';
  });
  expect(window.url()).toBe('heddle://app/index.html');
  expect(electron.windows()).toHaveLength(1);
  expect(await window.evaluate(() => Notification.requestPermission())).toBe('denied');
});

test('requests that are not in the contract, or not of its shape, are refused', async ({
  app: { window },
}) => {
  const answers = await window.evaluate(async () => {
    const { heddle } = globalThis as unknown as {
      heddle: { invoke(name: string, input: unknown): Promise<unknown> };
    };
    return {
      unknown: await heddle.invoke('fs:read', '/etc/passwd').catch((error: unknown) => String(error)),
      shape: await heddle.invoke('jobs:pause', { jobId: 'one' }),
    };
  });
  expect(answers.unknown).toContain('unknown request');
  expect(answers.shape).toMatchObject({ ok: false, error: { code: 'bad-request' } });
});

test('files outside the built pages are not served', async ({ app: { window } }) => {
  const statuses = await window.evaluate(() =>
    Promise.all(
      ['..%2f..%2fpackage.json', '%ff', 'index.html%00'].map(
        async (path) => (await fetch(`heddle://app/${path}`)).status,
      ),
    ),
  );
  expect(statuses).toEqual([404, 404, 404]);
});

test('the pages are reached by keyboard alone', async ({ app: { window } }) => {
  await window.keyboard.press('Control+2');
  await expect(window.getByRole('main', { name: 'Hash' })).toBeVisible();
  await window.keyboard.press('Control+n');
  await expect(window.getByRole('dialog')).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(window.getByRole('dialog')).toBeHidden();
});
