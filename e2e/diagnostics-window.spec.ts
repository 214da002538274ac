/** The log, the diagnostics and the licenses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { expectAccessible } from './accessible';
import { test } from './app';

test('diagnostics are copied without secrets, and the licenses are there to read', async ({
  app,
  folder,
}) => {
  const { electron, window, complaints } = app;
  await window.evaluate(() => {
    const { heddle } = globalThis as unknown as {
      heddle: { invoke(name: string, input: unknown): Promise<unknown> };
    };
    return heddle.invoke('settings:set', {
      proxy: 'http://name:hunter2@proxy.example:3128',
      rpc: { on: false, port: 6801, secret: 'hunter2 of programs' },
      zoom: 110,
    });
  });
  const run = async (command: string): Promise<void> => {
    await window.keyboard.press('Control+k');
    await window.getByRole('combobox', { name: 'Command or job' }).fill(command);
    await window.keyboard.press('Enter');
  };
  await run('copy diagnostics');
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText('Diagnostics copied');
  const text = await electron.evaluate(async ({ clipboard }) => clipboard.readText());
  expect(text).toMatch(/^Heddle \d+\.\d+\.\d+$/mu);
  expect(text).toContain('  zoom: 110');
  expect(text).toContain('  proxy: set');
  expect(text).toContain('  rpc: set');
  expect(text).not.toContain('hunter2');
  expect(text).toMatch(/^\S+Z started Heddle /mu);
  expect(readFileSync(join(folder, 'data/logs/heddle.log'), 'utf8')).toContain('started Heddle');

  await run('licenses');
  const dialog = window.getByRole('dialog', { name: 'Licenses' });
  for (const name of ['better-sqlite3', 'react', 'electron', 'zod'])
    await expect(dialog.getByText(new RegExp(`^${name} \\d`, 'u'))).toBeVisible();
  await dialog.getByText(/^react \d/u).click();
  await expect(dialog.locator('details[open]').getByText('Permission is hereby granted')).toBeVisible();
  await expectAccessible(window);
  expect(complaints).toEqual([]);
});
