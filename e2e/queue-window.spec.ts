/** The queue: whose turn is next, all at once, and later; and what a full disk does to it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { HeddleBridge } from '../src/common/ipc';
import { expectAccessible } from './accessible';
import { createJob, launch, makeTree, openPage, serveFiles, startCopy, test } from './app';

function rows(window: Page) {
  return window.getByRole('region', { name: 'Queue' }).getByRole('listitem');
}

test('jobs change places by keys, buttons and dragging, all pause and go on, and one starts later', async ({
  folder,
}) => {
  // Answered when told.
  const open = Promise.withResolvers<void>();
  const server = await serveFiles(0, () => open.promise);
  const data = join(folder, 'data');
  let app = await launch(data);
  try {
    let { window } = app;
    await window.evaluate(async () => {
      const { heddle } = globalThis as unknown as { heddle: HeddleBridge };
      await heddle.invoke('settings:set', { jobsAtOnce: 1 });
    });
    for (const name of ['one', 'two', 'three', 'four'])
      await createJob(window, {
        kind: 'download',
        mode: 'pool',
        workers: 1,
        urls: [`${server.url}/${name}.bin`],
        text: null,
        listFiles: [],
        directory: join(folder, 'files'),
      });
    await openPage(window, 'History');
    await expect(rows(window)).toContainText(['one', 'two', 'three', 'four']);
    // Each job is there once.
    await expect(window.getByText('No job has ended yet.')).toBeVisible();
    await expect(window.getByRole('button', { name: 'one.bin', exact: true })).toHaveCount(1);
    await expectAccessible(window);
    await rows(window).filter({ hasText: 'four' }).getByRole('button', { name: 'Move four.bin up' }).click();
    await expect(rows(window)).toContainText(['one', 'two', 'four', 'three']);
    await rows(window).getByRole('button', { name: 'two.bin', exact: true }).focus();
    await window.keyboard.press('Alt+ArrowDown');
    await expect(rows(window)).toContainText(['one', 'four', 'two', 'three']);
    await rows(window)
      .filter({ hasText: 'three' })
      .dragTo(rows(window).filter({ hasText: 'four' }));
    await expect(rows(window)).toContainText(['one', 'three', 'four', 'two']);

    await window.getByRole('button', { name: 'Pause all' }).click();
    await expect(rows(window).filter({ hasText: 'paused' })).toHaveCount(4);
    // The order is there after a start.
    await app.electron.close();
    app = await launch(data);
    ({ window } = app);
    await openPage(window, 'History');
    await expect(rows(window)).toContainText(['one', 'three', 'four', 'two']);

    await rows(window).getByRole('button', { name: 'two.bin', exact: true }).click();
    await window.getByRole('button', { name: /^More for two/u }).click();
    await window.getByRole('menuitem', { name: 'Start at…' }).click();
    const dialog = window.getByRole('dialog');
    await expectAccessible(window);
    await dialog.getByLabel('Date and time').fill('2020-01-01T00:00');
    await expect(dialog.getByText('Choose a time in the future.')).toBeVisible();
    await dialog.getByLabel('Date and time').fill('2100-01-01T00:00');
    await dialog.getByRole('button', { name: 'Set start time' }).click();
    await openPage(window, 'History');
    await window.getByRole('button', { name: 'Resume all' }).click();
    await expect(rows(window).filter({ hasText: 'starts' })).toContainText('two');
    open.resolve();
    await expect(rows(window)).toHaveCount(1);
    await expect(rows(window)).toContainText('two');
    const ended = window.getByRole('region', { name: 'Ended jobs' });
    await expect(ended.getByRole('row', { name: /\.bin/u })).toHaveCount(3);
    await expect(ended.getByRole('row', { name: /^two/u })).toHaveCount(0);
  } finally {
    open.resolve();
    await app.electron.close();
    await server.close();
  }
});

test('a full disk pauses a copy, says how much is missing, and it goes on when there is room', async ({
  app,
  folder,
}) => {
  test.skip(process.getuid?.() !== 0, 'a disk of its own takes root');
  const { window } = app;
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
  try {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 2_000_000));
    const source = join(folder, 'source');
    makeTree(source, 20);
    writeFileSync(join(source, 'large'), Buffer.alloc(9_000_000));
    await startCopy(app, source, join(disk, 'to'));
    await expect(window.getByText(/^The disk is full: \d+(?:\.\d)? MB more are needed on/u)).toBeVisible();
    await expect(window.locator('[data-job]')).toContainText('disk full');
    await expectAccessible(window);
    rmSync(join(disk, 'ballast'));
    await expect(window.locator('[data-job]')).toContainText('done');
    execFileSync('diff', ['-r', source, join(disk, 'to', 'source')]);
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
});
