/** Rows of jobs: chosen, copied, opened, retried; their menus. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type ElectronApplication, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { createJob, ended, filesIn, makeTree, openPage, test } from './app';

function row(window: Page, name: RegExp): Locator {
  return window.getByRole('grid', { name: 'Tasks' }).getByRole('row', { name });
}

function clipboard(electron: ElectronApplication): Promise<string> {
  return electron.evaluate(({ clipboard: board }) => board.readText());
}

/** What would be handed to the system. */
async function watchShell(electron: ElectronApplication): Promise<() => Promise<string[]>> {
  await electron.evaluate(({ shell }) => {
    const told: string[] = [];
    (globalThis as unknown as { told: string[] }).told = told;
    shell.openPath = (path) => {
      told.push(`open ${path}`);
      return Promise.resolve('');
    };
    shell.showItemInFolder = (path) => {
      told.push(`show ${path}`);
    };
  });
  return () => electron.evaluate(() => (globalThis as unknown as { told: string[] }).told);
}

test('rows are chosen, copied, opened and retried, by mouse and by keys', async ({ app, folder }) => {
  const { electron, window, complaints } = app;
  let isBack = false;
  const server = createServer((request, response) => {
    const isGone = (request.url ?? '').includes('gone') && !isBack;
    response.writeHead(isGone ? 404 : 200).end(request.url === '/run.txt' ? '#!/bin/sh\n' : 'content');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = join(folder, 'target');
  const names = ['a.txt', 'run.txt', 'gone-1', 'gone-2', 'b.txt'];
  await createJob(window, {
    kind: 'download',
    mode: 'pool',
    workers: null,
    urls: names.map((name) => `${url}/${name}`),
    text: '',
    listFiles: [],
    directory,
  });
  await ended(window, '3 of 5');
  const told = await watchShell(electron);

  // With Ctrl one more, with Shift all between; the clipboard has them in the job's order.
  await row(window, /gone-2/u).click();
  await row(window, /^a\.txt/u).click({ modifiers: ['ControlOrMeta'] });
  await expect(window.getByText('2 selected')).toBeVisible();
  await window.keyboard.press('ControlOrMeta+c');
  await expect.poll(() => clipboard(electron)).toBe(`${url}/a.txt\n${url}/gone-2\n`);
  await row(window, /run\.txt/u).click();
  await row(window, /gone-2/u).click({ modifiers: ['Shift'] });
  await expect(window.getByText('3 selected')).toBeVisible();

  // What the heads do can be found in menus, too.
  const order = (first: RegExp) =>
    expect(window.getByRole('grid').getByRole('row').nth(1)).toHaveAccessibleName(first);
  const bar = window.getByRole('region', { name: 'Tasks' });
  await bar.getByRole('button', { name: 'Sort by' }).click();
  await window.getByRole('menuitemradio', { name: 'Name' }).click();
  await order(/^a\.txt/u);
  await bar.getByRole('button', { name: 'Sort by' }).click();
  await window.getByRole('menuitemradio', { name: 'Reverse order' }).click();
  await order(/^run\.txt/u);
  await bar.getByRole('button', { name: 'Sort by' }).click();
  await window.getByRole('menuitemradio', { name: 'Job order' }).click();
  await order(/^a\.txt/u);
  await bar.getByRole('button', { name: 'Columns' }).click();
  await window.getByRole('menuitemcheckbox', { name: 'Attempts' }).click();
  await window.keyboard.press('Escape');
  await expect(window.getByRole('columnheader', { name: 'Attempts' })).toBeVisible();
  await window.getByRole('grid').focus();

  // By keys: from the top three down, then the second off again.
  await window.keyboard.press('Home');
  await expect(row(window, /^a\.txt/u)).toHaveAttribute('aria-selected', 'true');
  await window.keyboard.press('Shift+ArrowDown');
  await window.keyboard.press('Shift+ArrowDown');
  await expect(window.getByText('3 selected')).toBeVisible();
  await window.keyboard.press('Control+ArrowUp');
  await window.keyboard.press('Control+Space');
  await expect(window.getByText('2 selected')).toBeVisible();
  await expect(row(window, /run\.txt/u)).toHaveAttribute('aria-selected', 'false');
  await window.keyboard.press('ControlOrMeta+a');
  await expect(window.getByText('5 selected')).toBeVisible();

  // Enter and a double click open the file; what could be a program is shown in its folder.
  await window.keyboard.press('Home');
  await window.keyboard.press('Enter');
  await expect.poll(told).toEqual([`open ${join(directory, 'a.txt')}`]);
  await row(window, /run\.txt/u).dblclick();
  await expect.poll(told).toEqual([`open ${join(directory, 'a.txt')}`, `show ${join(directory, 'run.txt')}`]);

  // The menu, by mouse: of a row without a file some entries are grey.
  await row(window, /gone-1/u).click({ button: 'right' });
  const menu = window.getByRole('menu', { name: 'Task gone-1' });
  await expect(menu.getByRole('menuitem', { name: 'Open', exact: false }).first()).toBeDisabled();
  await expectAccessible(window);
  await menu.getByRole('menuitem', { name: 'Copy error message' }).click();
  await expect.poll(() => clipboard(electron)).toMatch(/404/u);
  await expect(menu).toBeHidden();

  // And by keys, where the focus comes back to the list.
  isBack = true;
  await window.keyboard.press('Shift+F10');
  await expect(menu).toBeVisible();
  await menu.getByRole('menuitem', { name: /^Retry/u }).focus();
  await window.keyboard.press('Enter');
  await ended(window, '4 of 5');
  await expect(row(window, /gone-2/u)).toContainText('404');
  await expect(window.getByRole('grid', { name: 'Tasks' })).toBeFocused();
  await row(window, /gone-2/u).click();
  await window.keyboard.press('r');
  await ended(window, '5 of 5');
  expect(complaints).toEqual([]);
  server.closeAllConnections();
  server.close();
});

test('cards and fields have menus, and paths are copied with digests', async ({ app, folder }) => {
  const { electron, window } = app;
  const tree = join(folder, 'tree');
  makeTree(tree, 3);
  writeFileSync(join(tree, 'a.txt'), 'a');
  await createJob(window, {
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [tree],
    algorithms: ['sha256'],
    manifest: null,
  });
  await window.getByRole('navigation', { name: 'Pages' }).getByText('Hash', { exact: true }).click();
  await ended(window, '4 of 4');
  await row(window, /^a\.txt/u).click();
  await window.keyboard.press('ControlOrMeta+c');
  await expect
    .poll(() => clipboard(electron))
    .toBe(`${createHash('sha256').update('a').digest('hex')}  ${join(tree, 'a.txt')}`);

  // A digest that was pasted is looked for at once.
  const field = window.getByRole('textbox', { name: 'Paste a digest to check' });
  await field.fill(`SHA256 (other.txt) = ${createHash('sha256').update('a').digest('hex').toUpperCase()}`);
  await window.getByRole('button', { name: 'SHA-256 of a.txt' }).click();
  await expect(window.getByRole('region', { name: 'Task a.txt' })).toBeVisible();
  await field.fill('0'.repeat(64));
  await expect(window.getByText('No file here has this digest.')).toBeVisible();
  await field.fill('0'.repeat(32));
  await expect(window.getByText('It has 32 digits. The digests here are SHA-256.')).toBeVisible();
  await expectAccessible(window);

  const card = window.getByRole('region', { name: 'Jobs' }).getByRole('button').first();
  await card.click({ button: 'right' });
  const menu = window.getByRole('menu');
  await expect(menu.getByRole('menuitem', { name: /^Rename…/u })).toBeVisible();
  await menu.getByRole('menuitem', { name: /^Rename…/u }).click();
  await expect(window.getByRole('dialog')).toBeVisible();

  // A field has the system's own menu.
  await electron.evaluate(({ Menu }) => {
    Menu.prototype.popup = function popup(this: Electron.Menu) {
      (globalThis as unknown as { roles: unknown[] }).roles = this.items.map(({ role }) => role);
    };
  });
  await window.getByRole('dialog').getByRole('textbox').click({ button: 'right' });
  await expect
    .poll(() => electron.evaluate(() => (globalThis as unknown as { roles?: unknown[] }).roles))
    .toEqual(expect.arrayContaining(['cut', 'copy', 'paste', 'selectall']));
});

test('lists are sorted by their heads, and columns are chosen, sized and remembered', async ({
  app,
  folder,
}) => {
  const { electron, window, complaints } = app;
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  const sizes = [300, 100, 200];
  sizes.forEach((size, n) => {
    writeFileSync(join(tree, `file-${n === 0 ? 10 : n}`), 'x'.repeat(size));
  });
  await createJob(window, {
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [tree],
    algorithms: ['sha256'],
    manifest: null,
  });
  await openPage(window, 'Hash');
  await ended(window, '3 of 3');
  const grid = window.getByRole('grid', { name: 'Tasks' });
  const names = grid.locator('[role=row][id] [role=gridcell]:first-child');
  const head = (name: string): Locator => grid.getByRole('columnheader', { name, exact: true });
  const digest = createHash('sha256').update('x'.repeat(300)).digest('hex');
  await expect(row(window, /^file-10/u)).toContainText(digest);

  // As people sort names; then by size, both ways, and back to the job's order.
  await head('Name').getByRole('button').click();
  await expect(names).toHaveText(['file-1', 'file-2', 'file-10']);
  await head('Size').getByRole('button').click();
  await expect(head('Size')).toHaveAttribute('aria-sort', 'ascending');
  await expect(names).toHaveText(['file-1', 'file-2', 'file-10']);
  await window.keyboard.press('Enter');
  await expect(head('Size')).toHaveAttribute('aria-sort', 'descending');
  await expect(names).toHaveText(['file-10', 'file-2', 'file-1']);

  // By keys: to the next head, wider, and the menu of columns.
  await window.keyboard.press('ArrowRight');
  await expect(head('SHA-256').getByRole('button')).toBeFocused();
  const width = async (): Promise<number> => (await head('Size').boundingBox())?.width ?? 0;
  const before = await width();
  await window.keyboard.press('ArrowLeft');
  await window.keyboard.press('Alt+ArrowRight');
  await expect.poll(width).toBe(before + 16);
  await window.keyboard.press('Shift+F10');
  const menu = window.getByRole('menu', { name: 'Columns' });
  await expect(menu.getByRole('menuitemcheckbox', { name: 'SHA-256' })).toBeChecked();
  await expectAccessible(window);
  await menu.getByRole('menuitemcheckbox', { name: 'Worker' }).click();
  await expect(menu).toBeHidden();
  await expect(head('Worker')).toBeVisible();
  await expect(row(window, /^file-10/u)).toContainText('W1');

  // By mouse, wider by what the edge was dragged.
  const box = await head('Size').boundingBox();
  if (box === null) throw new Error('the head is not there');
  await window.mouse.move(box.x + box.width + 6, box.y + 10);
  await window.mouse.down();
  await window.mouse.move(box.x + box.width + 36, box.y + 10, { steps: 3 });
  await window.mouse.up();
  await expect.poll(width).toBe(before + 46);

  // Another start of the page has them as they were left.
  await window.reload();
  await openPage(window, 'Hash');
  await expect(head('Worker')).toBeVisible();
  expect(await width()).toBe(before + 46);
  await head('Name').click({ button: 'right' });
  await menu.getByRole('menuitem', { name: 'Reset columns' }).click();
  await expect(head('Worker')).toBeHidden();
  await expect.poll(width).toBe(before);

  // Where the window gets narrow, columns go, and the state stays.
  await electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(640, 640);
  });
  await expect(head('Size')).toBeHidden();
  await expect(head('State')).toBeInViewport({ ratio: 1 });
  expect(complaints).toEqual([]);
});

test('copies of a file are shown, moved to the trash, or made names of the one that stays', async ({
  app,
  folder,
}) => {
  const { electron, window, complaints } = app;
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(tree, name), 'the same');
  await createJob(window, {
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [tree],
    algorithms: ['blake3'],
    manifest: null,
    duplicates: true,
  });
  const told = await watchShell(electron);
  // A real trash of the test's own machine is none of its business.
  await electron.evaluate(({ shell }) => {
    shell.trashItem = async (path) => {
      const { renameSync } = process.getBuiltinModule('node:fs');
      await Promise.resolve();
      renameSync(path, `${path}.trashed`);
    };
  });
  await openPage(window, 'Hash');
  await window.getByRole('button', { name: /^Show in folder .*tree\/b$/u }).click();
  await expect.poll(told).toEqual([`show ${join(tree, 'b')}`]);

  const remove = window.getByRole('button', { name: /^Remove duplicates… of .*tree/u });
  await remove.click();
  const dialog = window.getByRole('dialog', { name: 'Which copy stays?' });
  await dialog.getByRole('radio', { name: `Keep ${join(tree, 'b')}` }).check();
  await dialog.getByRole('checkbox', { name: `Replace or remove ${join(tree, 'c')}` }).uncheck();
  await dialog.getByRole('checkbox', { name: `Replace or remove ${join(tree, 'd')}` }).uncheck();
  await expect(dialog).toContainText(`${join(tree, 'b')} stays. 1 copy selected, 8 B.`);
  await expectAccessible(window);
  await dialog.getByRole('button', { name: 'Move to trash' }).click();
  await expect(window.getByText('1 copy was moved to the trash.').first()).toBeAttached();
  expect(filesIn(tree)).toEqual(['a.trashed', 'b', 'c', 'd']);
  await expect(window.getByText('3 files in 1 group', { exact: false })).toBeVisible();

  // Files of a few bytes share no blocks: they stay, and why is told.
  await remove.click();
  await dialog.getByRole('button', { name: 'Replace with reflinks' }).click();
  await expect(window.getByText(/ is smaller than a block of its disk/u).first()).toBeVisible();
  await expect(window.getByText('3 files in 1 group', { exact: false })).toBeVisible();

  await remove.click();
  await dialog.getByRole('button', { name: 'Replace with hard links' }).click();
  await expect(window.getByText('No two files have the same content.')).toBeVisible();
  expect(new Set(['b', 'c', 'd'].map((name) => statSync(join(tree, name)).ino)).size).toBe(1);
  expect(complaints).toEqual([]);
});
