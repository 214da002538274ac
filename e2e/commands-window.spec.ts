/** The commands: found in the palette, by their keys, in the menu bar. */
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { expectAccessible } from './accessible';
import { launch, openPage, test } from './app';

test('the palette finds commands by a few letters and runs them by keyboard', async ({ app }) => {
  const { window, complaints } = app;
  await window.keyboard.press('Control+k');
  const dialog = window.getByRole('dialog', { name: 'Command palette' });
  const input = dialog.getByRole('combobox', { name: 'Command or job' });
  await expect(input).toBeFocused();
  await expect(dialog.getByRole('option', { name: 'Go to Hash Ctrl+2' })).toBeVisible();
  // Nothing is there to be paused.
  await expect(dialog.getByRole('option', { name: 'Pause', exact: true })).toHaveCount(0);
  await expectAccessible(window);
  await input.fill('hist');
  await expect(dialog.getByRole('option').first()).toHaveText('Go to HistoryCtrl+6');
  await expect(dialog.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await window.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(window.getByRole('main', { name: 'History' })).toBeVisible();

  await window.keyboard.press('Control+Shift+P');
  await input.fill('new');
  await window.keyboard.press('ArrowDown');
  await window.keyboard.press('ArrowUp');
  await window.keyboard.press('ArrowUp');
  await expect(dialog.getByRole('option').last()).toHaveAttribute('aria-selected', 'true');
  await input.fill('zzz');
  await expect(dialog.getByRole('status')).toHaveText('Nothing matches.');
  await input.fill('nv');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('dialog', { name: 'New verification' })).toBeVisible();
  // A dialog keeps other keys away.
  await window.keyboard.press('Control+k');
  await expect(dialog).toBeHidden();
  expect(complaints).toEqual([]);
});

test('all keys are listed, and the content zooms, which is remembered', async ({ folder }) => {
  const first = await launch(join(folder, 'data'));
  await first.window.keyboard.press('Control+/');
  const list = first.window.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(list.getByText('Command palette')).toBeVisible();
  await expect(list.getByText('Ctrl+Shift+P')).toBeVisible();
  await expectAccessible(first.window);
  await list.getByRole('button', { name: 'Close' }).click();
  const zoom = ({ electron }: typeof first): Promise<number | undefined> =>
    electron.evaluate(({ BrowserWindow }) =>
      Math.round((BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor() ?? 0) * 100),
    );
  await first.window.keyboard.press('Control+=');
  await first.window.keyboard.press('Control+=');
  await expect.poll(() => zoom(first)).toBe(125);
  await first.window.keyboard.press('Control+-');
  await expect.poll(() => zoom(first)).toBe(110);
  await first.electron.close();
  const second = await launch(join(folder, 'data'));
  await expect.poll(() => zoom(second)).toBe(110);
  await second.window.keyboard.press('Control+0');
  await expect.poll(() => zoom(second)).toBe(100);
  await second.electron.close();
});

test('the menu bar has the same commands, and shows what cannot be done', async ({ app }) => {
  const { electron, window } = app;
  const isEnabled = (id: string): Promise<boolean | undefined> =>
    electron.evaluate(({ Menu }, name) => Menu.getApplicationMenu()?.getMenuItemById(name)?.enabled, id);
  await openPage(window, 'Hash');
  await expect.poll(() => isEnabled('job-pause')).toBe(false);
  await expect.poll(() => isEnabled('new-hash')).toBe(true);
  await electron.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('new-copy')?.click();
  });
  await expect(window.getByRole('dialog', { name: 'New copy' })).toBeVisible();
});
