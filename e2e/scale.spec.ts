/** A job of 100,000 tasks in the window. How fast it is, is measured by `npm run bench:window`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { answerDialogs, serveFiles, test } from './app';

const TASKS = 100_000;

test('100,000 tasks: the list scrolls without a blank row while they run', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  test.setTimeout(120_000);
  const server = await serveFiles(0);
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  const urls = Array.from({ length: TASKS }, (_, index) => `${server.url}/${index}.bin`).join('\n');
  const list = join(folder, 'urls.txt');
  writeFileSync(list, urls);
  await answerDialogs(electron, [list]);
  await dialog.getByRole('button', { name: 'Open file…' }).click();
  await dialog.getByRole('textbox', { name: 'Save in' }).fill(join(folder, 'target'));
  await dialog.getByRole('button', { name: /^Download/u }).click();
  await expect(window.getByRole('button', { name: 'All 100,000', exact: true })).toBeVisible({
    timeout: 60_000,
  });
  await expect(window.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();

  // Every frame that is drawn while it scrolls has a row with a name at every place of the view.
  const { frames, blank } = await window.evaluate(async () => {
    const grid = document.querySelector('[role=grid]');
    if (grid === null) throw new Error('There is no list');
    const rowPx = 31;
    let seen = 0;
    const gaps: string[] = [];
    for (let step = 0; step < 150; step++) {
      grid.scrollTop += step % 30 === 29 ? grid.scrollHeight / 6 : 300;
      await new Promise((done) => requestAnimationFrame(done));
      seen += 1;
      const box = grid.getBoundingClientRect();
      const covered = [...grid.querySelectorAll('[role=row][id]')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return bottom > box.top + rowPx && top < box.bottom && row.textContent.includes('.bin');
      });
      const places = Math.floor((box.height - rowPx) / rowPx);
      if (covered.length < places) gaps.push(`${step}: ${covered.length} of ${places}`);
    }
    return { frames: seen, blank: gaps };
  });
  expect(frames).toBe(150);
  expect(blank).toEqual([]);

  // The last row is there too.
  await window.getByRole('grid', { name: 'Tasks' }).focus();
  await window.keyboard.press('End');
  await expect(window.getByRole('row', { name: /99999\.bin/u })).toBeVisible();
  await window.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(window.getByRole('button', { name: 'Retry', exact: true })).toBeVisible({ timeout: 60_000 });

  // Sorted in a process of its own, which also has the other orders ready.
  const grid = window.getByRole('grid', { name: 'Tasks' });
  const firstRow = grid.locator('[aria-rowindex="2"]');
  await grid.press('Home');
  await grid.getByRole('button', { name: 'Name', exact: true }).click();
  await expect(firstRow).toContainText(/\/?0\.bin/u);
  await grid.getByRole('button', { name: 'Name', exact: true }).click();
  await expect(firstRow).toContainText('99999.bin');
  expect(complaints).toEqual([]);
  await server.close();
});
