/** What the next start remembers, and what the system shows of Heddle. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type ElectronApplication } from '@playwright/test';
import { launch, openPage, serveFiles, startCopy, test } from './app';

test('the page, the choices of dialogs and recent folders come back at the next start', async ({
  folder,
}) => {
  const first = await launch(join(folder, 'data'));
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'one.txt'), 'one');
  await first.window.keyboard.press('Control+4');
  await first.window.keyboard.press('Control+n');
  const dialog = first.window.getByRole('dialog', { name: 'New copy' });
  await dialog.getByRole('checkbox', { name: /^Verify after copying/u }).uncheck();
  await dialog.getByRole('combobox', { name: 'If the target differs' }).selectOption('Overwrite');
  await first.window.keyboard.press('Escape');
  await startCopy(first, source, join(folder, 'target'));
  await expect(first.window.getByRole('region', { name: 'Jobs' }).getByText('done')).toBeVisible();
  await first.window.getByRole('button', { name: 'New 1', exact: true }).click();
  await first.window.getByRole('searchbox', { name: 'Find in items' }).fill('one');
  await openPage(first.window, 'Settings');
  await first.electron.close();

  const { electron, window } = await launch(join(folder, 'data'));
  await expect(window.getByRole('main', { name: 'Copy' })).toBeVisible();
  const filter = (name: string) => window.getByRole('button', { name, exact: true });
  await expect(filter('New 1')).toHaveAttribute('aria-pressed', 'true');
  await expect(window.getByRole('searchbox', { name: 'Find in items' })).toHaveValue('');
  await window.keyboard.press('Control+n');
  const again = window.getByRole('dialog', { name: 'New copy' });
  await expect(again.getByRole('checkbox', { name: /^Verify after copying/u })).not.toBeChecked();
  // What replaces files is chosen each time anew.
  await expect(again.getByRole('combobox', { name: 'If the target differs' })).toHaveValue('refuse');
  await again.getByRole('button', { name: 'Recent folders' }).first().click();
  await window.getByRole('menuitem', { name: /source$/u }).click();
  await expect(again.getByText(source, { exact: true })).toBeVisible();
  await again.getByRole('button', { name: 'Recent folders' }).click();
  await window.getByRole('menuitem', { name: /target$/u }).click();
  await expect(again.getByRole('textbox', { name: 'To' })).toHaveValue(join(folder, 'target'));
  await electron.close();
});

/** Calls of Electron that the test sees. */
async function watchShell(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ BrowserWindow, Notification }) => {
    const seen = { progress: [] as number[], titles: [] as string[] };
    Object.assign(globalThis, { seen });
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return;
    window.setProgressBar = (share) => seen.progress.push(share);
    window.isFocused = () => false;
    Notification.isSupported = () => true;
    Notification.prototype.show = function show(this: Electron.Notification) {
      seen.titles.push(this.title);
      Object.assign(globalThis, { notification: this });
    };
  });
}

test('a notification leads to its job; experiments are seen in the task bar and asked about', async ({
  app,
}) => {
  const { electron, window } = app;
  const server = await serveFiles(0);
  await watchShell(electron);
  await openPage(window, 'Downloads');
  await window.getByRole('button', { name: 'New download', exact: true }).first().click();
  await window
    .getByRole('dialog')
    .getByLabel(/^Addresses/u)
    .fill(`${server.url}/0.bin`);
  await window.getByRole('dialog').getByRole('button', { name: 'Download 1 file' }).click();
  await expect
    .poll(() =>
      electron.evaluate(() => (globalThis as unknown as { seen: { titles: string[] } }).seen.titles),
    )
    .toHaveLength(1);
  await openPage(window, 'Settings');
  await electron.evaluate(() => {
    (globalThis as unknown as { notification: Electron.Notification }).notification.emit('click');
  });
  await expect(window.getByRole('main', { name: 'Downloads' })).toBeVisible();
  await server.close();

  await openPage(window, 'Compare');
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  await expect
    .poll(() =>
      electron.evaluate(() =>
        (globalThis as unknown as { seen: { progress: number[] } }).seen.progress.at(-1),
      ),
    )
    .toBeGreaterThanOrEqual(0);
  // Closing asks, as it does of jobs.
  await electron.evaluate(({ dialog, BrowserWindow }) => {
    delete process.env['HEDDLE_NO_DIALOG'];
    dialog.showMessageBox = (...given: unknown[]) => {
      Object.assign(globalThis, { asked: (given.at(-1) as { message: string }).message });
      return Promise.resolve({ response: 2, checkboxChecked: false });
    };
    BrowserWindow.getAllWindows()[0]?.close();
  });
  await expect
    .poll(() => electron.evaluate(() => (globalThis as { asked?: string }).asked))
    .toBe('An experiment is still running.');
  await electron.evaluate(() => {
    process.env['HEDDLE_NO_DIALOG'] = '1';
  });
});

test('an icon in the notification area, a start with the session, and the clipboard are there on request', async ({
  app,
  folder,
}) => {
  const { electron, window } = app;
  const set = (patch: object): Promise<unknown> =>
    window.evaluate((settings) => {
      const { heddle } = globalThis as unknown as {
        heddle: { invoke(name: string, input: unknown): Promise<unknown> };
      };
      return heddle.invoke('settings:set', settings);
    }, patch);
  const config = join(folder, 'config');
  await electron.evaluate((_shell, path) => {
    process.env['XDG_CONFIG_HOME'] = path;
  }, config);
  const autostart = join(config, 'autostart/heddle.desktop');
  await set({ startsAtLogin: true });
  await expect.poll(() => existsSync(autostart)).toBe(true);
  expect(readFileSync(autostart, 'utf8')).toMatch(/^Exec=.+ --background$/mu);
  await set({ startsAtLogin: false });
  await expect.poll(() => existsSync(autostart)).toBe(false);

  await electron.evaluate(async ({ clipboard }) => {
    await clipboard.writeText('http://127.0.0.1:9/one.zip\nhttp://127.0.0.1:9/two.zip');
  });
  const comeToFront = (): Promise<void> =>
    electron.evaluate(({ app: shell, BrowserWindow }) => {
      shell.emit('browser-window-focus', {}, BrowserWindow.getAllWindows()[0]);
    });
  const toasts = window.getByRole('region', { name: 'Notifications' });
  await comeToFront();
  await set({ offersClipboard: true });
  await expect(toasts).toBeHidden();
  await comeToFront();
  await expect(toasts).toContainText('2 URLs in the clipboard');
  await toasts.getByRole('button', { name: 'Download…' }).click();
  await expect(window.getByRole('dialog', { name: 'New download' }).getByLabel(/^Addresses/u)).toHaveValue(
    /one\.zip\n.*two\.zip/u,
  );
  await window.keyboard.press('Escape');
  // The same is not offered twice.
  await comeToFront();
  await expect(toasts).toBeHidden();

  // With the icon the window can be closed, and Heddle stays.
  await set({ tray: true });
  const closed = window.waitForEvent('close');
  await electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.close();
  });
  await closed;
  const [again] = await Promise.all([
    electron.waitForEvent('window'),
    electron.evaluate(({ app: shell }) => shell.emit('activate')),
  ]);
  await expect(again.getByRole('navigation', { name: 'Pages' })).toBeVisible();
});
