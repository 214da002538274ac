/** The dialog for new downloads: options, what is remembered of them, what is understood before anything starts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { answerDialogs, ended, filesIn, test } from './app';

interface TestServer {
  readonly url: string;
  /** Of each request, by path. */
  readonly asked: Map<string, IncomingHttpHeaders>;
  close(): Promise<void>;
}

/** `/private/…` wants the login me:secret. */
async function serve(): Promise<TestServer> {
  const asked = new Map<string, IncomingHttpHeaders>();
  const login = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.set(path, request.headers);
    if (path.startsWith('/private') && request.headers.authorization !== login) response.writeHead(401).end();
    else response.end(`content of ${path}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function openDialog(window: Page): Promise<Locator> {
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  return window.getByRole('dialog');
}

const addresses = (dialog: Locator): Locator => dialog.getByLabel(/^Addresses/u);
const field = (dialog: Locator, name: string): Locator => dialog.getByRole('textbox', { name, exact: true });

test('what is not ticked is not downloaded', async ({ app, folder }) => {
  const { electron, window, complaints } = app;
  const server = await serve();
  const { port } = new URL(server.url);
  const target = join(folder, 'target');
  const list = join(folder, 'list.csv');
  writeFileSync(list, `url\n${server.url}/c.txt\nhttp://localhost:${port}/d.zip\n`);

  const dialog = await openDialog(window);
  await addresses(dialog).fill(`${server.url}/a.zip\n${server.url}/b.txt\nno address`);
  await answerDialogs(electron, [list]);
  await dialog.getByRole('button', { name: 'Open file…' }).click();
  await expect(dialog.getByRole('list', { name: 'Lists' })).toContainText('list.csv2 files · CSV');
  await expect(dialog.getByText('1 line not understood', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('list', { name: 'Lines that were not understood' })).toContainText('Line 3');
  await expect(dialog.getByRole('button', { name: 'Download 4 files' })).toBeEnabled();
  await field(dialog, 'Save in').fill(target);
  await expect(dialog.getByText(`First file: ${join(target, 'a.zip')}`)).toBeVisible();
  const types = dialog.getByRole('group', { name: 'File types' });
  const hosts = dialog.getByRole('group', { name: 'Hosts' });
  await types.getByRole('button', { name: 'None of the file types' }).click();
  await expect(dialog.getByText('Every file is excluded.')).toBeVisible();
  await types.getByRole('checkbox', { name: '.zip 2' }).check();
  await expect(dialog.getByText('2 of 4 files')).toBeVisible();
  await hosts.getByRole('checkbox', { name: /^localhost/u }).uncheck();
  await expectAccessible(window);
  await dialog.getByRole('button', { name: 'Download 1 file' }).click();
  await ended(window, '1 of 2');
  expect([...server.asked.keys()]).toEqual(['/a.zip']);
  expect(filesIn(target)).toEqual(['a.zip']);
  expect(complaints).toEqual([]);
  await server.close();
});

test('links of a part of a page that is pasted, of which the text shows none', async ({
  app: { window, complaints },
  folder,
}) => {
  const server = await serve();
  const html = `<meta charset='utf-8'><p>Two: <a href="${server.url}/a.pdf">A</a> <a href="${server.url}/b.pdf">B</a>`;
  await window.evaluate((page) => {
    const copy = (event: ClipboardEvent): void => {
      event.clipboardData?.setData('text/plain', 'Two: A B');
      event.clipboardData?.setData('text/html', page);
      event.preventDefault();
    };
    document.addEventListener('copy', copy, { once: true });
  }, html);
  const dialog = await openDialog(window);
  await addresses(dialog).press('Control+c');
  await addresses(dialog).press('Control+v');
  await expect(dialog.getByRole('list', { name: 'Lists' })).toContainText('Pasted page2 files · a web page');
  await expect(addresses(dialog)).toHaveValue('');
  await field(dialog, 'Save in').fill(join(folder, 'target'));
  await dialog.getByRole('button', { name: 'Download 2 files' }).click();
  await ended(window, '2 of 2');
  expect(filesIn(join(folder, 'target'))).toEqual(['a.pdf', 'b.pdf']);

  // A list that says what it is not is read as the user says.
  await openDialog(window);
  await addresses(dialog).fill(`${server.url}/c.bin,0\n`);
  await dialog.getByText('Options', { exact: true }).click();
  await dialog.getByRole('combobox', { name: 'List format' }).selectOption('CSV');
  await expect(dialog.getByText('No addresses yet.')).toBeVisible();
  expect(complaints).toEqual([]);
  await server.close();
});

test('options reach the server, and all but what is secret is there the next time', async ({
  app,
  folder,
}) => {
  const { electron, window, complaints } = app;
  const server = await serve();
  const target = join(folder, 'target');
  const cookies = join(folder, 'cookies.txt');
  writeFileSync(cookies, '127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tseven\n');

  const dialog = await openDialog(window);
  await addresses(dialog).fill(`curl '${server.url}/private/a.bin' \\\n  -H 'X-Curl: yes' --compressed`);
  await field(dialog, 'Save in').fill(target);
  await dialog.getByText('Options', { exact: true }).click();
  await expectAccessible(window);
  await field(dialog, 'Name').fill('renamed.bin');
  await field(dialog, 'Checksum').fill('sha256=12');
  await expect(dialog.getByRole('alert')).toHaveText(/^Enter the checksum as/u);
  await expect(dialog.getByRole('button', { name: 'Download 1 file' })).toBeDisabled();
  await field(dialog, 'Checksum').fill('');
  await field(dialog, 'Login').fill('me');
  await field(dialog, 'Password').fill('secret');
  await field(dialog, 'Headers').fill('Referer: https://example.org/\nX-Own: one');
  await field(dialog, 'Retries').fill('2');
  await dialog.getByRole('combobox', { name: 'Existing files' }).selectOption('Overwrite');
  await answerDialogs(electron, [cookies]);
  await dialog.getByRole('button', { name: 'From cookies.txt…' }).click();
  await expect(dialog.getByRole('button', { name: 'Remove cookies.txt' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Download 1 file' }).click();
  await ended(window, '1 of 1');
  expect(filesIn(target)).toEqual(['renamed.bin']);
  expect(readFileSync(join(target, 'renamed.bin'), 'utf8')).toBe('content of /private/a.bin');
  expect(server.asked.get('/private/a.bin')).toMatchObject({
    referer: 'https://example.org/',
    'x-own': 'one',
    'x-curl': 'yes',
    cookie: 'session=seven',
  });

  await openDialog(window);
  await addresses(dialog).fill(`${server.url}/b.bin`);
  const text = dialog.getByText('existing files: overwrite, cookies, 2 retries', { exact: true });
  await expect(text).toBeVisible();
  await text.click();
  for (const name of ['Name', 'Login', 'Password', 'Headers'])
    await expect(field(dialog, name)).toHaveValue('');
  await expect(field(dialog, 'Retries')).toHaveValue('2');
  await dialog.getByRole('button', { name: 'Recent folders' }).click();
  await window.getByRole('menuitem', { name: target }).click();
  await expect(field(dialog, 'Save in')).toHaveValue(target);
  await dialog.getByRole('button', { name: 'Reset' }).click();
  await expect(text).toBeHidden();
  await dialog.getByRole('button', { name: 'Download 1 file' }).click();
  await ended(window, '1 of 1');
  expect(filesIn(target)).toEqual(['b.bin', 'renamed.bin']);
  expect(server.asked.get('/b.bin')).not.toHaveProperty('cookie');
  expect(complaints).toEqual([]);
  await server.close();
});
