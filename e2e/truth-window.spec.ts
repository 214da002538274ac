/** What the window says of jobs is so: panels follow what they are about, numbers beside each other agree. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeSync, mkdirSync, openSync, ftruncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { HeddleBridge } from '../src/common/ipc';
import { expectAccessible } from './accessible';
import { createJob, openPage, startCopy, test } from './app';

function filters(window: Page): Locator {
  return window.getByRole('group', { name: 'Show tasks' });
}

test('an open panel follows its task, whether its row is in sight or not', async ({ app, folder }) => {
  const { window, complaints } = app;
  let round = 0;
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/gone') response.end('content');
    else if ((round += 1) === 1) response.writeHead(404).end();
    else waiting.push(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createJob(window, {
    kind: 'download',
    mode: 'pool',
    workers: null,
    urls: [`${url}/here`, `${url}/gone`],
    text: '',
    listFiles: [],
    directory: join(folder, 'target'),
  });
  await window.getByRole('row', { name: /here/u }).click();
  const show = window.getByRole('button', { name: 'Show in folder' });
  await expect(show).toBeEnabled();

  await filters(window).getByRole('button', { name: 'Failed 1' }).click();
  await window.getByRole('row', { name: /gone/u }).click();
  const panel = window.getByRole('region', { name: 'Task gone' });
  const attempts = panel.getByRole('table', { name: 'Failed attempts' });
  await expect(panel).toContainText('Failed: 404 Not Found');
  await expect(attempts).toContainText('(404 Not Found)');
  // There is no file.
  await expect(show).toBeDisabled();

  await window.getByRole('button', { name: 'Retry failed' }).click();
  // It has left the rows that are shown.
  await expect(window.getByRole('row', { name: /gone/u })).toBeHidden();
  await expect(panel).toContainText('Running');
  await expect(panel).not.toContainText('404 Not Found).Check');
  await expect.poll(() => waiting.length).toBe(1);
  for (const response of waiting) response.writeHead(410).end();
  await expect(panel).toContainText('Failed: 410 Gone');
  await expect(attempts).toContainText('(410 Gone)');
  await expect(attempts).not.toContainText('404');
  expect(complaints).toEqual([]);
  server.closeAllConnections();
  server.close();
});

test('the workers of an ended job are those that ran it, with all of its tasks', async ({ app, folder }) => {
  const { window } = app;
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  for (let file = 0; file < 12; file++) {
    const fd = openSync(join(tree, `${file}.bin`), 'w');
    ftruncateSync(fd, 192 * 2 ** 20);
    closeSync(fd);
  }
  await openPage(window, 'Hash');
  const { id } = await createJob(window, {
    kind: 'hash',
    mode: 'pool',
    workers: 4,
    paths: [tree],
    algorithms: ['sha256'],
    manifest: null,
    cache: false,
  });
  const foot = window.getByRole('region', { name: 'Workers' });
  await expect(foot).toContainText('Workers · 4 threads');
  await window.evaluate(async (jobId) => {
    const { heddle } = globalThis as unknown as { heddle: HeddleBridge };
    await heddle.invoke('jobs:resize', { jobId, workers: 2 });
  }, id);
  await expect(window.getByText('12 of 12')).toBeVisible();
  // Whoever comes later has no strips of those that left.
  await openPage(window, 'Downloads');
  await openPage(window, 'Hash');
  await expect(foot).toContainText('Workers · 4 threads, ended');
  const told = foot.getByRole('listitem');
  await expect(told).toHaveCount(4);
  const texts = await told.allTextContents();
  const tasks = texts.map((text) => Number(/^W\d(\d+) tasks?/u.exec(text)?.[1] ?? 'NaN'));
  expect(tasks.reduce((sum, count) => sum + count, 0)).toBe(12);
});

test('sentence, filters and card count the same', async ({ app, folder }) => {
  const { window } = app;
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(source, name), name);
  await startCopy(app, source, join(folder, 'copy'));
  await expect(window.getByText('4 items: 3 new, 1 folder.')).toBeVisible();
  await expect(filters(window).getByRole('button', { name: 'All 4' })).toBeVisible();
  await expect(window.getByRole('region', { name: 'Jobs' })).toContainText('4 items');
  // Rows that were read while the job ran follow too.
  for (const name of ['a', 'b', 'c'])
    await expect(window.getByRole('row', { name: new RegExp(`^${name} .*New$`, 'u') })).toBeVisible();
});

test('a job is called after what it is, and renamed by F2', async ({ app, folder }) => {
  const { window, complaints } = app;
  const source = join(folder, 'Lisbon 2026');
  mkdirSync(source);
  writeFileSync(join(source, 'a.jpg'), 'a');
  await startCopy(app, source, join(folder, 'copy'));
  const jobs = window.getByRole('region', { name: 'Jobs' });
  await jobs.getByRole('button', { name: /^Lisbon 2026/u }).press('F2');
  const dialog = window.getByRole('dialog', { name: 'Rename job' });
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('Lisbon 2026');
  await expectAccessible(window);
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Holidays');
  await dialog.getByRole('textbox', { name: 'Name' }).press('Enter');
  await expect(jobs.getByRole('button', { name: /^Holidays/u })).toBeVisible();
  await openPage(window, 'History');
  await expect(window.getByRole('row', { name: /Holidays/u })).toBeVisible();
  expect(complaints).toEqual([]);
});
