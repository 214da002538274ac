/** What a user does to a job while it runs and after it has ended. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { contentOf, ended, filesIn, openPage, startCopy, test } from './app';

/** Answers only when told to, so that a test decides how far a job is. */
class HeldServer {
  readonly requested: string[] = [];
  /** Paths that are answered with 404. */
  readonly missing = new Set<string>();
  #open = false;
  readonly #held: (() => void)[] = [];
  readonly #server = createServer(({ url = '/' }, response) => {
    this.requested.push(url);
    if (this.#open) this.#answer(url, response);
    else
      this.#held.push(() => {
        this.#answer(url, response);
      });
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers so many requests that wait. */
  let(count: number): void {
    for (const answer of this.#held.splice(0, count)) answer();
  }

  open(): void {
    this.#open = true;
    this.let(this.#held.length);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(url: string, response: ServerResponse): void {
    if (this.missing.has(url)) response.writeHead(404).end();
    else response.end(contentOf(url));
  }
}

async function startDownload(window: Page, urls: readonly string[], target: string): Promise<void> {
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel(/^Addresses/u).fill(urls.join('\n'));
  await dialog.getByRole('textbox', { name: 'Save in' }).fill(target);
  await dialog.getByRole('button', { name: /^Download \d/u }).click();
}

test('pause, resume and another number of connections; nothing is fetched twice', async ({ app, folder }) => {
  const { window, complaints } = app;
  const server = new HeldServer();
  const url = await server.start();
  const target = join(folder, 'target');
  const names = Array.from({ length: 40 }, (_, index) => `/${index}.bin`);
  await startDownload(
    window,
    names.map((name) => url + name),
    target,
  );
  const figures = window.getByRole('group', { name: 'Show tasks' });
  await expect(figures.getByRole('button', { name: /^Running/u })).toHaveText('Running 16');
  // A task runs before its request has come here.
  await expect.poll(() => server.requested.length).toBe(16);
  server.let(10);
  await expect(figures.getByRole('button', { name: /^Done/u })).toHaveText('Done 10');

  await window.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(window.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
  await expect(figures.getByRole('button', { name: /^Queued/u })).toHaveText('Queued 30');
  expect(filesIn(target).filter((name) => name.endsWith('.bin'))).toHaveLength(10);

  const connect = async (before: number, after: number): Promise<void> => {
    await window.getByRole('button', { name: `${before} connections, change` }).click();
    await window.getByRole('menuitemradio', { name: `${after} connections`, exact: true }).click();
    await expect(window.getByRole('button', { name: `${after} connections, change` })).toBeVisible();
  };
  await connect(64, 4);
  await window.getByRole('button', { name: 'Resume', exact: true }).click();
  const workers = window.getByRole('region', { name: 'Workers' }).getByRole('heading');
  await expect(workers).toHaveText(/ · 4 of 4 connections$/u);
  await connect(4, 8);
  await expect(workers).toHaveText(/ · 8 of 8 connections$/u);
  server.open();
  await ended(window, '40 of 40');
  for (const name of names) expect(readFileSync(join(target, name)).equals(contentOf(name))).toBe(true);
  expect(filesIn(target)).toEqual(names.map((name) => name.slice(1)).sort());
  // What was done before the pause was asked for once.
  const twice = names.filter((name) => server.requested.filter((each) => each === name).length > 1);
  expect(twice.length).toBeLessThanOrEqual(16);
  expect(complaints).toEqual([]);
  server.close();
});

test('cancel leaves what is done and nothing else; retry fetches the rest', async ({
  app: { window },
  folder,
}) => {
  const server = new HeldServer();
  const url = await server.start();
  const target = join(folder, 'target');
  const urls = Array.from({ length: 30 }, (_, index) => `${url}/${index}.bin`);
  await startDownload(window, urls, target);
  const figures = window.getByRole('group', { name: 'Show tasks' });
  await expect(figures.getByRole('button', { name: /^Running/u })).toHaveText('Running 16');
  server.let(5);
  await expect(figures.getByRole('button', { name: /^Done/u })).toHaveText('Done 5');
  await window.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(figures.getByRole('button', { name: /^Cancelled/u })).toHaveText('Cancelled 25');
  await expect(window.getByRole('button', { name: 'Retry', exact: true })).toBeVisible();
  expect(filesIn(target)).toHaveLength(5);

  server.open();
  await window.getByRole('button', { name: 'Retry', exact: true }).click();
  await ended(window, '30 of 30');
  expect(filesIn(target)).toHaveLength(30);
  server.close();
});

test('a failed task says why, in its row and in its details; retry failed mends it', async ({
  app: { window, complaints },
  folder,
}) => {
  const server = new HeldServer();
  const url = await server.start();
  server.open();
  server.missing.add('/3.bin');
  const target = join(folder, 'target');
  await startDownload(
    window,
    Array.from({ length: 6 }, (_, index) => `${url}/${index}.bin`),
    target,
  );
  await expect(window.getByRole('button', { name: 'Failed 1', exact: true })).toBeVisible();
  await window.getByRole('button', { name: 'Failed 1', exact: true }).click();
  const row = window.getByRole('row', { name: /3\.bin/u });
  await expect(row).toContainText('404 Not Found');
  await row.click();
  const detail = window.getByRole('region', { name: /^Task .*3\.bin$/u });
  await expect(detail).toContainText('The server has no such file (404 Not Found).');
  const { violations } = await new AxeBuilder({ page: window }).setLegacyMode().analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);

  server.missing.clear();
  await window.getByRole('button', { name: 'Retry failed', exact: true }).click();
  await ended(window, '6 of 6');
  expect(readFileSync(join(target, '3.bin')).equals(contentOf('/3.bin'))).toBe(true);
  expect(complaints).toEqual([]);
  server.close();
});

test('a file that is there is never replaced, and a folder that cannot be made is said', async ({
  app: { window },
  folder,
}) => {
  const server = new HeldServer();
  const url = await server.start();
  server.open();
  const target = join(folder, 'target');
  mkdirSync(target);
  writeFileSync(join(target, 'a.bin'), 'mine');
  await startDownload(window, [`${url}/a.bin`], target);
  await ended(window, '1 of 1');
  expect(readFileSync(join(target, 'a.bin'), 'utf8')).toBe('mine');
  expect(readFileSync(join(target, 'a (1).bin')).equals(contentOf('/a.bin'))).toBe(true);

  await startDownload(window, [`${url}/b.bin`], join(target, 'a.bin'));
  await expect(window.getByRole('dialog')).toContainText(join(target, 'a.bin'));
  await expect(window.getByRole('dialog').getByRole('alert')).toBeVisible();
  server.close();
});

test('a job is shown in the file manager, and removed from the list without its files', async ({
  app,
  folder,
}) => {
  const { electron, window } = app;
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'one.txt'), 'one');
  await startCopy(app, source, join(folder, 'copy'));
  await ended(window, '2 of 2');

  await electron.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => {
      (globalThis as { shown?: string }).shown = path;
    };
  });
  await window.getByRole('row', { name: /one\.txt/u }).click();
  await window
    .getByRole('region', { name: /^Task/u })
    .getByRole('button', { name: 'Show in folder' })
    .click();
  await expect
    .poll(() => electron.evaluate(() => (globalThis as { shown?: string }).shown))
    .toBe(join(folder, 'copy/source/one.txt'));

  await openPage(window, 'History');
  await window.getByRole('button', { name: /Remove/u }).click();
  await expect(window.getByRole('button', { name: /Remove/u })).toHaveCount(0);
  expect(existsSync(join(folder, 'copy/source/one.txt'))).toBe(true);
});
