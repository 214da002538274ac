/** What goes wrong in the window itself is said, and takes nothing else with it. */
import { expect } from '@playwright/test';
import { expectAccessible } from './accessible';
import { openPage, test } from './app';

test('a page that stops says so; the others work, and it comes back', async ({ app }) => {
  const { electron, window } = app;
  await openPage(window, 'Hash');
  // News that no page can show.
  await electron.evaluate(({ BrowserWindow }) => {
    const [shown] = BrowserWindow.getAllWindows();
    shown?.webContents.send('jobs-changed', [
      { id: 1, kind: 'hash', state: 'done', label: 'broken', counts: null },
    ]);
  });
  const alert = window.getByRole('main').getByRole('alert');
  await expect(alert).toContainText('This page stopped');
  await expect(alert).toContainText('Jobs are not affected');
  await expectAccessible(window);
  await openPage(window, 'Downloads');
  await expect(alert).toBeHidden();
  await expect(window.getByRole('button', { name: 'New download', exact: true })).toBeVisible();

  await electron.evaluate(({ BrowserWindow }) => {
    const [shown] = BrowserWindow.getAllWindows();
    shown?.webContents.send('job-removed', { jobId: 1 });
  });
  await openPage(window, 'Hash');
  await expect(window.getByRole('button', { name: 'New hash', exact: true })).toBeVisible();
});

test('after a crash of what draws the window a page says what is kept, and reloads it', async ({ app }) => {
  const { electron, window } = app;
  /** What the window shows, asked of Electron: for Playwright a page that crashed has ended. */
  const shown = (script: string): Promise<string> =>
    electron.evaluate(async ({ BrowserWindow }, code) => {
      const [first] = BrowserWindow.getAllWindows();
      const value: unknown = await first?.webContents.executeJavaScript(code);
      return String(value);
    }, script);
  const crashed = window.waitForEvent('crash');
  await electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  await crashed;
  await expect.poll(() => shown('document.body.innerText')).toContain('The window stopped');
  expect(await shown('document.body.innerText')).toContain('running jobs go on');
  expect(await shown('document.activeElement.textContent')).toBe('Reload');
  await shown('document.activeElement.click()');
  await expect.poll(() => shown('document.body.innerText')).toContain('New download');
});

test('no key closes the window with the jobs that run in it', async ({ app }) => {
  const roles = await app.electron.evaluate(({ Menu }) => {
    const menu = Menu.getApplicationMenu();
    return (
      menu?.items.flatMap((item) => item.submenu?.items.map(({ role }) => role?.toLowerCase() ?? '') ?? []) ??
      []
    );
  });
  expect(roles).toContain('quit');
  expect(roles).not.toContain('close');
});
