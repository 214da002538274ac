/** Whole walks by keyboard alone: no click anywhere. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { answerDialogs, test } from './app';

/** More stops than any page or dialog has. */
const MOST_STOPS = 120;

/** Goes on with Tab until the element has the focus: whoever has no mouse can come there. */
async function tabTo(window: Page, element: Locator): Promise<void> {
  await expect(element).toBeVisible();
  await expect(element).toBeEnabled();
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await element.evaluate((own) => own === document.activeElement)) return;
    await window.keyboard.press('Tab');
  }
  throw new Error(`Tab never reaches ${String(element)}`);
}

async function press(window: Page, element: Locator, key = 'Enter'): Promise<void> {
  await tabTo(window, element);
  await window.keyboard.press(key);
}

async function fromMenu(window: Page, button: Locator, entry: string | RegExp): Promise<void> {
  await press(window, button);
  const item = window.getByRole('menuitem', { name: entry });
  await expect(item).toBeVisible();
  for (let step = 0; step < 30; step++) {
    if (await item.evaluate((own) => own === document.activeElement)) break;
    await window.keyboard.press('ArrowDown');
  }
  await window.keyboard.press('Enter');
}

function button(window: Page, name: string | RegExp): Locator {
  return window.getByRole('button', { name, exact: true });
}

test('a list is imported, started, paused; its failure is found and retried; the job is exported', async ({
  app: { electron, window },
  folder,
}) => {
  // Serves nothing until it is opened, and one file only when it is asked again.
  let open: () => void = () => undefined;
  const opened = new Promise<void>((done) => {
    open = done;
  });
  let refusals = 0;
  const server = createServer((request, response) => {
    void opened.then(() => {
      // Pausing ended those that were asked before.
      if (response.destroyed) return;
      const isRefused = request.url === '/2.bin' && refusals++ === 0;
      response.writeHead(isRefused ? 404 : 200).end(isRefused ? '' : 'content');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const list = join(folder, 'list.txt');
  writeFileSync(list, [0, 1, 2, 3].map((index) => `${base}/${index}.bin`).join('\n'));
  const target = join(folder, 'target');

  await window.keyboard.press('Control+n');
  const dialog = window.getByRole('dialog', { name: 'New download' });
  await answerDialogs(electron, [list]);
  await press(window, dialog.getByRole('button', { name: 'Open file…' }));
  await expect(dialog.getByRole('button', { name: 'Download 4 files' })).toBeVisible();
  await tabTo(window, dialog.getByRole('textbox', { name: 'Save in' }));
  await window.keyboard.press('Control+a');
  await window.keyboard.insertText(target);
  await press(window, dialog.getByRole('button', { name: 'Download 4 files' }));

  await press(window, button(window, 'Pause'));
  await expect(button(window, 'Resume')).toBeFocused();
  open();
  await window.keyboard.press('Enter');
  const chips = window.getByRole('group', { name: 'Show tasks' });
  await expect(chips.getByRole('button', { name: 'Failed 1' })).toBeVisible();
  await press(window, chips.getByRole('button', { name: 'Failed 1' }));
  const grid = window.getByRole('grid', { name: 'Tasks' });
  await expect(grid.getByRole('row', { name: /2\.bin/u })).toBeVisible();
  await tabTo(window, grid);
  await window.keyboard.press('ArrowDown');
  await window.keyboard.press('Space');
  await expect(window.getByRole('region', { name: 'Task 2.bin' })).toContainText('404');
  await tabTo(window, grid);
  await window.keyboard.press('r');
  await expect(chips.getByRole('button', { name: 'Done 4' })).toBeVisible();
  expect(readFileSync(join(target, '2.bin'), 'utf8')).toBe('content');

  const table = join(folder, 'job.csv');
  await answerDialogs(electron, [table]);
  await fromMenu(window, button(window, 'More for list.txt'), 'Export as CSV…');
  await expect(window.getByText(`The job was exported as ${table}.`).first()).toBeVisible();
  expect(readFileSync(table, 'utf8')).toContain('2.bin');
  server.close();
});

test('a folder is hashed and verified; another is mirrored after its dry run', async ({
  app: { electron, window },
  folder,
}) => {
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(source, name), name);
  const figures = window.getByRole('region', { name: 'Figures' });

  await window.keyboard.press('Control+2');
  await window.keyboard.press('Control+n');
  await answerDialogs(electron, [source]);
  await press(window, window.getByRole('dialog').getByRole('button', { name: 'Add folders…' }));
  await press(window, window.getByRole('dialog').getByRole('button', { name: 'Hash', exact: true }));
  await expect(figures).toContainText('3 of 3');
  const manifest = join(source, 'SHA256SUMS');
  await answerDialogs(electron, [manifest]);
  await fromMenu(window, button(window, 'Save manifest'), /^GNU/u);
  await expect.poll(() => existsSync(manifest)).toBe(true);

  writeFileSync(join(source, 'b'), 'changed');
  await window.keyboard.press('Control+3');
  await window.keyboard.press('Control+n');
  await press(window, window.getByRole('dialog').getByRole('button', { name: 'Choose…' }).first());
  await press(window, window.getByRole('dialog').getByRole('button', { name: 'Verify', exact: true }));
  await expect(figures).toContainText('2 of 3');
  await press(
    window,
    window.getByRole('group', { name: 'Show tasks' }).getByRole('button', { name: 'Changed 1' }),
  );
  await expect(window.getByRole('grid', { name: 'Tasks' }).getByRole('row', { name: /^b /u })).toBeVisible();

  const copy = join(folder, 'copy');
  mkdirSync(join(copy, 'source'), { recursive: true });
  writeFileSync(join(copy, 'source', 'old'), 'not in the source');
  await window.keyboard.press('Control+4');
  await window.keyboard.press('Control+n');
  const dialog = window.getByRole('dialog', { name: 'New copy' });
  await answerDialogs(electron, [source]);
  await press(window, dialog.getByRole('button', { name: 'Add folders…' }));
  await tabTo(window, dialog.getByRole('textbox', { name: 'To' }));
  await window.keyboard.insertText(copy);
  await press(window, dialog.getByRole('checkbox', { name: /^Mirror/u }), 'Space');
  await press(window, dialog.getByRole('button', { name: 'Show what would happen' }));
  await expect(window.getByRole('button', { name: 'Would delete 1' })).toBeVisible();
  expect(existsSync(join(copy, 'source', 'old'))).toBe(true);
  await press(window, button(window, 'Copy and delete 1'));
  await expect.poll(() => existsSync(join(copy, 'source', 'old'))).toBe(false);
  await expect.poll(() => existsSync(join(copy, 'source', 'a'))).toBe(true);
});

test('a comparison is run and exported', async ({ app: { electron, window }, folder }) => {
  test.slow();
  await window.keyboard.press('Control+5');
  const setup = window.getByRole('region', { name: 'What is compared' });
  const type = async (name: string, text: string): Promise<void> => {
    await tabTo(window, setup.getByRole('textbox', { name, exact: true }));
    await window.keyboard.press('Control+a');
    await window.keyboard.insertText(text);
  };
  await type('Latency, ms', '5');
  await type('Tasks', '10');
  await type('Repeats', '2');
  await press(window, button(window, 'Run'));
  await expect(window.getByRole('region', { name: 'The numbers' })).toBeVisible({ timeout: 120_000 });
  const report = join(folder, 'report.html');
  await answerDialogs(electron, [report]);
  await fromMenu(window, button(window, 'Export'), /HTML|page/u);
  await expect.poll(() => existsSync(report)).toBe(true);
  expect(readFileSync(report, 'utf8')).toContain('Event loop');
});
