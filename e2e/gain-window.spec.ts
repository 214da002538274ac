/** What a job says of its threads when it has ended, and while one of them works alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { expectAccessible } from './accessible';
import { answerDialogs, ended, makeTree, openPage, serveFiles, test } from './app';

/** `1.25 s`, `12 ms`, `–` → milliseconds. */
function readMs(text: string): number {
  const [, number = '0', unit] = /^([\d.]+) (ms|s)$/u.exec(text) ?? [];
  return Number(number) * (unit === 's' ? 1000 : 1);
}

test('an ended job says what overlapped, and where each second of its threads went', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  const source = join(folder, 'source');
  makeTree(source, 2000);
  for (let index = 0; index < 4; index++)
    writeFileSync(join(source, `${index}.large`), Buffer.alloc(60_000_000, index));
  await openPage(window, 'Hash');
  await window.getByRole('button', { name: 'New hash', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await answerDialogs(electron, [source]);
  await dialog.getByRole('button', { name: /folder/iu }).click();
  await dialog.getByRole('button', { name: 'Hash', exact: true }).click();
  await ended(window, '2,004 of 2,004');

  const workers = window.getByRole('region', { name: 'Workers' });
  await expect(
    workers.getByText(
      /^24\d MB in [\d.]+ m?s on \d threads, \d+ % busy; the tasks together took .+ overlapped$/u,
    ),
  ).toBeVisible();
  const button = workers.getByRole('button', { name: 'Where the time went' });
  await expect(button).toHaveAttribute('aria-expanded', 'false');
  await button.focus();
  await window.keyboard.press('Enter');
  await expect(button).toHaveAttribute('aria-expanded', 'true');

  const bill = workers.getByRole('region', { name: 'Where the time went' });
  const rows = bill.getByRole('row');
  await expect(rows.first().getByRole('columnheader').first()).toHaveText('Thread');
  const took = await window
    .getByRole('region', { name: 'Figures' })
    .locator('div', { has: window.getByText('Took', { exact: true }) })
    .getByRole('definition')
    .last()
    .textContent();
  const threads = (await rows.count()) - 2;
  expect(threads).toBeGreaterThan(1);
  for (let index = 1; index <= threads; index++) {
    const row = rows.nth(index);
    await expect(row.getByRole('rowheader')).toHaveText(`W${index}`);
    const cells = await row.getByRole('cell').allTextContents();
    const together = cells.at(-1) ?? '';
    expect(together).toBe(took);
    // Each cell is rounded for itself.
    const sum = cells.slice(0, -1).reduce((total, cell) => total + readMs(cell), 0);
    expect(Math.abs(sum - readMs(together))).toBeLessThanOrEqual(readMs(together) / 100 + 6 * cells.length);
  }
  await expectAccessible(window);

  await bill.getByRole('button', { name: 'Compare with this work' }).click();
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Compare');
  await expect(window.getByText(/Hash · /u).first()).toBeVisible();
  expect(complaints).toEqual([]);
});

test('a note says that one thread works alone at the end', async ({ app: { electron, window }, folder }) => {
  const last = Promise.withResolvers<void>();
  const server = await serveFiles(5, (path) => (path === '/3.bin' ? last.promise : Promise.resolve()));
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  const urls = Array.from({ length: 20 }, (_, index) => `${server.url}/${index}.bin`);
  await dialog.getByLabel(/^Addresses/u).fill(urls.join('\n'));
  await answerDialogs(electron, [join(folder, 'target')]);
  await dialog.getByRole('button', { name: 'Choose…' }).click();
  await dialog.getByRole('button', { name: 'Download 20 files' }).click();
  const figures = window.getByRole('region', { name: 'Figures' });
  await expect(
    figures.getByText(/^W\d works alone: 3\.bin\. (?:1 thread has|\d threads have) nothing left to do\.$/u),
  ).toBeVisible();
  last.resolve();
  await ended(window, '20 of 20');
  await expect(figures.getByText(/works alone/u)).toHaveCount(0);
  await server.close();
});
