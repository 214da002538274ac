/** What users of a keyboard, of a screen reader, of high contrast and of large text find. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type ElectronApplication, type Page } from '@playwright/test';
import { LIGHT, expectAccessible } from './accessible';
import { ended, serveFiles, startCopy, test } from './app';

const PAGES = [
  'Downloads',
  'Hash',
  'Verify',
  'Copy',
  'Compare',
  'History',
  'How threads work',
  'Settings',
] as const;

async function resize(electron: ElectronApplication, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    },
    { width, height },
  );
}

/** By its name, also where only its sign is shown. */
async function goTo(window: Page, name: string): Promise<void> {
  await window
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('button', { name: new RegExp(`^${name}`, 'u') })
    .click();
  await expect(window.getByRole('main', { name })).toBeVisible();
}

async function fitsAcross(window: Page): Promise<void> {
  expect(
    await window.evaluate(() =>
      [...document.querySelectorAll('main, main *')]
        .filter((element) => getComputedStyle(element).overflowX === 'visible')
        .filter((element) => element.getBoundingClientRect().width > 2)
        .filter((element) => element.closest('[role="grid"], table, canvas, svg, .visually-hidden') === null)
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 120)),
    ),
  ).toEqual([]);
}

test('no page violates axe’s rules, in any look, wide or narrow', async ({ app }) => {
  test.slow();
  const { electron, window, complaints } = app;
  for (const width of [1320, 640]) {
    await resize(electron, width, 640);
    for (const page of PAGES) {
      await goTo(window, page);
      await fitsAcross(window);
      // Where there is little room, other things overlap; colours are the same.
      await expectAccessible(window, width === 640 ? [LIGHT] : undefined);
    }
  }
  expect(complaints).toEqual([]);
});

test('in high contrast it is seen what is chosen, how far it is and where the focus is', async ({
  app,
  folder,
}) => {
  const { window } = app;
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const name of ['a', 'b']) writeFileSync(join(source, name), name);
  await startCopy(app, source, join(folder, 'target'));
  await ended(window, '3 of 3');
  await window.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  const look = (selector: string) =>
    window
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  const page = await look('body');
  for (const chosen of ['nav [aria-current]', '[data-job][aria-current]', 'main [aria-pressed="true"]']) {
    expect(await look(chosen), chosen).not.toBe(page);
  }
  const bar = '[data-job] [aria-hidden="true"]';
  expect(await look(`${bar} > div`)).not.toBe(await look(bar));
  await window.getByRole('grid', { name: 'Tasks' }).focus();
  await window.keyboard.press('ArrowDown');
  await window.keyboard.press('Enter');
  await window.getByRole('grid', { name: 'Tasks' }).focus();
  await window.keyboard.press('ArrowDown');
  expect(await look('[role="row"][aria-selected="true"]')).not.toBe(page);
  const outline = (selector: string) =>
    window.locator(selector).evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(await outline('[role="row"][data-active]')).toBe('solid');
  await expectAccessible(window);
});

test('the focus is never lost: not by dialogs, nor by what goes away', async ({ app, folder }) => {
  const { window } = app;
  const server = await serveFiles(0, (path) =>
    path === '/1.bin' ? new Promise(() => undefined) : Promise.resolve(),
  );
  const create = window.getByRole('button', { name: 'New download', exact: true });
  const dialog = window.getByRole('dialog');
  // Keys do not wait for a button that is not ready.
  const start = async (): Promise<void> => {
    const button = dialog.getByRole('button', { name: /^Download/u });
    await expect(button).toBeEnabled();
    await button.press('Enter');
  };
  const make = async (count: number, name: string): Promise<void> => {
    await create.press('Enter');
    await dialog
      .getByLabel(/^Addresses/u)
      .fill(Array.from({ length: count }, (_, index) => `${server.url}/${index}.bin`).join('\n'));
    await dialog.getByRole('textbox', { name: 'Save in' }).fill(join(folder, name));
    await start();
    await expect(dialog).toBeHidden();
  };

  // A dialog that is cancelled.
  await create.press('Enter');
  await expect(window.getByRole('dialog')).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(create).toBeFocused();

  // One that a menu opened.
  await make(1, 'first');
  await ended(window, '1 of 1');
  const more = window.getByRole('button', { name: /^More for/u });
  await more.press('Enter');
  await window.getByRole('menuitem', { name: 'Rename…' }).press('Enter');
  await expect(dialog).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(more).toBeFocused();

  // One that is refused keeps the focus, and gives it back when it is cancelled.
  await create.press('Enter');
  await dialog.getByLabel(/^Addresses/u).fill(`${server.url}/0.bin`);
  await dialog.getByRole('textbox', { name: 'Save in' }).fill(join(folder, 'first', '0.bin'));
  await start();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await window.keyboard.press('Escape');
  await expect(create).toBeFocused();

  // A button that gives way to another.
  await make(2, 'second');
  await window.getByRole('button', { name: 'Pause', exact: true }).press('Enter');
  await expect(window.getByRole('button', { name: 'Resume', exact: true })).toBeFocused();
  await window.getByRole('button', { name: 'Cancel', exact: true }).press('Enter');
  await expect(window.getByRole('button', { name: 'Cancel', exact: true })).toBeHidden();
  await expect(window.locator('main :focus')).toHaveCount(1);

  // A job that is removed.
  const cards = window.locator('[data-job]');
  await expect(cards).toHaveCount(2);
  await cards.first().press('Delete');
  await expect(cards).toHaveCount(1);
  await expect(cards.first()).toBeFocused();
  await server.close();
});

test('a window of 640 pixels, and text of twice the size, lose nothing', async ({ app, folder }) => {
  const { electron, window } = app;
  const server = await serveFiles(0);
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel(/^Addresses/u).fill(`${server.url}/0.bin\nhttp://127.0.0.1:9/gone.bin`);
  await dialog.getByRole('textbox', { name: 'Save in' }).fill(join(folder, 'target'));
  await dialog.getByRole('button', { name: 'Download 2 files' }).click();
  await ended(window, '1 of 2');
  await resize(electron, 640, 640);
  await expect.poll(() => window.evaluate(() => innerWidth)).toBe(640);
  const header = await window.getByRole('banner').or(window.locator('main header')).first().boundingBox();
  expect(header?.height).toBeLessThan(110);
  await fitsAcross(window);
  await goTo(window, 'History');
  for (const name of [/^Retry/u, /^Remove/u])
    await expect(window.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  await expect(window.getByRole('row', { name: /Download · .* · Async/u })).toBeVisible();
  await fitsAcross(window);

  await goTo(window, 'Downloads');
  await resize(electron, 1320, 860);
  for (const width of [1200, 1056, 880, 754, 660]) {
    await window.keyboard.press('Control+=');
    await expect.poll(() => window.evaluate(() => innerWidth)).toBe(width);
  }
  await fitsAcross(window);
  const row = window.getByRole('row', { name: /gone\.bin/u });
  await row.scrollIntoViewIfNeeded();
  await expect(row).toBeInViewport();
  await window.getByRole('region', { name: 'Workers' }).scrollIntoViewIfNeeded();
  await expect(window.getByRole('region', { name: 'Workers' }).getByRole('heading')).toBeInViewport();
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  await expect(dialog.getByRole('button', { name: /^Download/u })).toBeInViewport({ ratio: 1 });
  await server.close();
});

test('the sidebar folds to its signs, and stays so', async ({ app }) => {
  const { window } = app;
  const pages = window.getByRole('navigation', { name: 'Pages' });
  await pages.getByRole('button', { name: 'Icons only' }).click();
  await expect.poll(async () => (await pages.boundingBox())?.width).toBeLessThan(70);
  await pages.getByRole('button', { name: 'History' }).click();
  await expect(window.getByRole('main', { name: 'History' })).toBeVisible();
  await window.reload();
  await expect.poll(async () => (await pages.boundingBox())?.width).toBeLessThan(70);
  await pages.getByRole('button', { name: 'Show page names' }).click();
  await expect.poll(async () => (await pages.boundingBox())?.width).toBeGreaterThan(150);
});
