/** What succeeded is shown, and what was taken off a list can be put back. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { answerDialogs, launch, openPage, startCopy, test, type App } from './app';

async function copyOf(app: App, folder: string, name: string): Promise<void> {
  const source = join(folder, name);
  mkdirSync(source);
  writeFileSync(join(source, 'one.txt'), 'one');
  await startCopy(app, source, join(folder, 'copies'));
  await expect(card(app.window, name)).toContainText('done');
}

function card(window: Page, name: string) {
  return window
    .getByRole('region', { name: 'Jobs' })
    .getByRole('button', { name: new RegExp(`^${name}`, 'u') });
}

test('removed jobs come back by Undo, are kept when Heddle ends first, and go when the toast does', async ({
  folder,
}) => {
  const app = await launch(join(folder, 'data'));
  const { window } = app;
  await copyOf(app, folder, 'alpha');
  await copyOf(app, folder, 'beta');
  const toasts = window.getByRole('region', { name: 'Notifications' });

  await card(window, 'alpha').click();
  await window.keyboard.press('Delete');
  await expect(toasts).toContainText('from the list');
  await expect(card(window, 'alpha')).toBeHidden();
  // It stays as long as the pointer is on it. In a narrow window the page makes room for it.
  await toasts.getByText('from the list').hover();
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(640, 700);
  });
  await expect
    .poll(async () => {
      const [toast, foot, grid] = await Promise.all(
        [
          toasts.getByRole('list'),
          window.getByRole('region', { name: 'Workers' }),
          window.getByRole('grid'),
        ].map((each) => each.boundingBox()),
      );
      if (toast == null || foot == null || grid == null) return 'not there';
      return toast.y >= foot.y + foot.height && toast.y >= grid.y + grid.height
        ? 'below the page'
        : 'over it';
    })
    .toBe('below the page');
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1320, 820);
  });
  await expectAccessible(window);
  // Told once: what is shown is not a live region, too.
  await expect(window.getByRole('status').filter({ hasText: 'from the list' })).toHaveCount(1);
  await expect(toasts.locator('[role="alert"], [role="status"], [aria-live]')).toHaveCount(0);
  await window.keyboard.press('F6');
  await expect(toasts.getByRole('button', { name: 'Undo' })).toBeFocused();
  await window.keyboard.press('Enter');
  await expect(card(window, 'alpha')).toBeVisible();
  await expect(toasts).toBeHidden();

  await window.getByRole('button', { name: 'Clear finished' }).click();
  await expect(toasts).toContainText('Removed 2 finished jobs from the list');
  await expect(window.getByRole('region', { name: 'Jobs' })).toBeHidden();
  await window.keyboard.press('Control+z');
  await expect(card(window, 'alpha')).toBeVisible();
  await expect(card(window, 'beta')).toBeVisible();

  // It ends while the toast is there: nothing is lost.
  await window.getByRole('button', { name: 'Clear finished' }).click();
  await expect(toasts).toContainText('Removed 2 finished jobs');
  await app.electron.close();
  const again = await launch(join(folder, 'data'));
  await openPage(again.window, 'Copy');
  await expect(card(again.window, 'alpha')).toBeVisible();

  await again.window.getByRole('button', { name: 'Clear finished' }).click();
  const shown = again.window.getByRole('region', { name: 'Notifications' });
  await again.window.keyboard.press('F6');
  await again.window.keyboard.press('Escape');
  await expect(shown).toBeHidden();
  await expect
    .poll(() =>
      again.window.evaluate(async () => {
        const { heddle } = globalThis as unknown as {
          heddle: { invoke(name: string, input: unknown): Promise<{ value: { total: number } }> };
        };
        return (await heddle.invoke('jobs:list', { kind: null, offset: 0, limit: 10 })).value.total;
      }),
    )
    .toBe(0);
  await again.electron.close();
});

test('an export says where it is and opens its folder; a job that ends elsewhere says so', async ({
  app,
  folder,
}) => {
  const { electron, window } = app;
  await copyOf(app, folder, 'alpha');
  const target = join(folder, 'job.csv');
  await answerDialogs(electron, [target]);
  await window.keyboard.press('Control+k');
  await window.getByRole('combobox', { name: 'Command or job' }).fill('export as csv');
  await window.keyboard.press('Enter');
  const toasts = window.getByRole('region', { name: 'Notifications' });
  await expect(toasts).toContainText(`The job was exported as ${target}`);
  await electron.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => {
      Object.assign(globalThis, { shown: path });
    };
  });
  await toasts.getByRole('button', { name: 'Open folder' }).click();
  await expect.poll(() => electron.evaluate(() => (globalThis as { shown?: string }).shown)).toBe(target);
  await expect(toasts).toBeHidden();

  // Only what the user saved can be shown so.
  const invoke = (name: string, input: object): Promise<unknown> =>
    window.evaluate(
      ([request, given]) => {
        const { heddle } = globalThis as unknown as {
          heddle: { invoke(name: string, input: unknown): Promise<unknown> };
        };
        return heddle.invoke(request, given);
      },
      [name, input] as const,
    );
  expect(await invoke('shell:show-saved', { path: '/etc/passwd' })).toMatchObject({ ok: false });

  await openPage(window, 'Settings');
  const hash = {
    kind: 'hash',
    mode: 'pool',
    workers: null,
    paths: [join(folder, 'alpha')],
    algorithms: ['md5'],
  };
  expect(
    await invoke('jobs:create', { ...hash, manifest: null, rules: {}, cache: false, duplicates: false }),
  ).toMatchObject({
    ok: true,
  });
  await expect(toasts).toContainText('Hash alpha is done: 1 task.');
  await toasts.getByRole('button', { name: 'Show' }).click();
  await expect(window.getByRole('main', { name: 'Hash' })).toBeVisible();
  await expect(card(window, 'alpha')).toContainText('done');
});
