import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import {
  DOWNLOAD_WORKERS,
  type App,
  answerDialogs,
  contentOf,
  ended,
  filesIn,
  launch,
  makeTree,
  openPage,
  read,
  serveFiles,
  startCopy,
  test,
} from './app';

for (const mode of ['Sync', 'Async'] as const) {
  test(`200 URLs, ${mode}`, async ({ app: { electron, window, complaints }, folder }) => {
    const seen = Promise.withResolvers<void>();
    // The last one is not answered before the threads were seen at work.
    const server = await serveFiles(10, (path) => (path === '/199.bin' ? seen.promise : Promise.resolve()));
    const target = join(folder, 'target');
    await window.getByRole('button', { name: 'New download', exact: true }).click();
    const dialog = window.getByRole('dialog');
    await dialog.getByRole('radio', { name: mode, exact: true }).check();
    const urls = Array.from({ length: 200 }, (_, index) => `${server.url}/${index}.bin`);
    await dialog.getByLabel(/^Addresses/u).fill(urls.join('\n'));
    await expect(dialog.getByText('200 files', { exact: true })).toBeVisible();
    await answerDialogs(electron, [target]);
    await dialog.getByRole('button', { name: 'Choose…' }).click();
    await dialog.getByRole('button', { name: 'Download 200 files' }).click();

    // The threads are seen at work while it runs.
    const workers = window.getByRole('region', { name: 'Workers' });
    await expect(workers.getByRole('heading')).toHaveText(
      new RegExp(
        `^Workers · ${mode === 'Sync' ? '1 thread' : `${DOWNLOAD_WORKERS} threads`} · \\d+ of 64 connections$`,
        'u',
      ),
    );
    const strip = workers.locator('canvas').first();
    await expect(strip).toBeVisible();
    const picture = (): Promise<string> => strip.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await picture();
    await expect.poll(picture).not.toBe(before);
    seen.resolve();

    await ended(window, '200 of 200');
    expect(filesIn(target)).toHaveLength(200);
    for (let index = 0; index < 200; index++) {
      expect(read(join(target, `${index}.bin`)).equals(contentOf(`/${index}.bin`))).toBe(true);
    }
    expect(complaints).toEqual([]);
    await server.close();
  });
}

test('a folder of 2,000 files is hashed; sha256sum accepts the manifest', async ({ app, folder }) => {
  const { electron, window } = app;
  const source = join(folder, 'source');
  makeTree(source, 2000);
  await openPage(window, 'Hash');
  await window.getByRole('button', { name: 'New hash', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await answerDialogs(electron, [source]);
  await dialog.getByRole('button', { name: /folder/iu }).click();
  await dialog.getByRole('button', { name: 'Hash', exact: true }).click();
  await ended(window, '2,000 of 2,000');

  const manifest = join(folder, 'SHA256SUMS');
  await answerDialogs(electron, [manifest]);
  await window.getByRole('button', { name: 'Save manifest' }).click();
  await window.getByRole('menuitem', { name: /^GNU/u }).click();
  await expect.poll(() => filesIn(folder)).toContain('SHA256SUMS');
  const checked = execFileSync('sha256sum', ['-c', manifest], { cwd: folder }).toString();
  expect(checked.match(/: OK$/gmu)).toHaveLength(2000);
});

test('a tree is copied and equal', async ({ app, folder }) => {
  const { window } = app;
  const source = join(folder, 'source');
  makeTree(source, 300);
  await startCopy(app, source, join(folder, 'copy'));
  await ended(window, '301 of 301');
  execFileSync('diff', ['-r', source, join(folder, 'copy', 'source')]);
});

test('the switch and the jobs are there after a restart', async ({ folder }) => {
  const data = join(folder, 'data');
  const first = await launch(data);
  const toggleOf = async ({ window }: App) => {
    await openPage(window, 'Settings');
    return window.getByRole('radiogroup', { name: 'Sync or Async for a new download' });
  };
  const toggle = await toggleOf(first);
  await expect(toggle.getByRole('radio', { name: 'Async' })).toBeChecked();
  await toggle.getByRole('radio', { name: 'Sync', exact: true }).check();
  await expect(toggle.getByRole('radio', { name: 'Sync', exact: true })).toBeChecked();
  await first.electron.close();
  const second = await launch(data);
  await expect((await toggleOf(second)).getByRole('radio', { name: 'Sync', exact: true })).toBeChecked();
  await second.electron.close();
});
