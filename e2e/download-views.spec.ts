/** What the window tells of a download beside its tasks, and what can be done with it. */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { HeddleBridge } from '../src/common/ipc';
import { answerDialogs, openPage, test, type App } from './app';

interface TestServer {
  readonly url: string;
  /** Answers those that wait at /wait. */
  letGo(): void;
  close(): Promise<void>;
}

/** `/missing` is not there, `/busy` at the second try, `/hold` says "in an hour", `/wait` waits to be let go. */
async function serve(): Promise<TestServer> {
  let busy = 0;
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith('/missing')) response.writeHead(404).end();
    else if (path.startsWith('/busy') && busy++ === 0) response.writeHead(503, { 'Retry-After': '0' }).end();
    else if (path.startsWith('/hold')) response.writeHead(503, { 'Retry-After': '3600' }).end();
    else if (path.startsWith('/wait')) waiting.push(response);
    else response.writeHead(200, { 'X-Request-Id': 'seven', ETag: '"a"' }).end('content');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    letGo: () => {
      for (const response of waiting.splice(0)) response.end('at last');
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function download({ electron, window }: App, urls: readonly string[], target: string): Promise<void> {
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel(/^Addresses/u).fill(urls.join('\n'));
  await answerDialogs(electron, [target]);
  await dialog.getByRole('button', { name: 'Choose…' }).click();
  await dialog.getByRole('button', { name: /^Download \d/u }).click();
}

async function expectAccessible(window: Page): Promise<void> {
  // Electron opens no second page, which axe's default way of running needs.
  const { violations } = await new AxeBuilder({ page: window }).setLegacyMode().analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

async function chooseFromMenu(window: Page, button: string | RegExp, item: string): Promise<void> {
  await window.getByRole('button', { name: button }).click();
  await window
    .getByRole('menuitem', { name: item })
    .or(window.getByRole('menuitemradio', { name: item }))
    .click();
}

test('details, answers and exports of a download', async ({ app, folder }) => {
  const { electron, window, complaints } = app;
  const server = await serve();
  const names = ['a', 'b', 'busy', 'missing-1', 'missing-2'];
  await download(
    app,
    names.map((name) => `${server.url}/${name}`),
    join(folder, 'target'),
  );
  await expect(window.getByText('3 of 5')).toBeVisible();

  await window.getByRole('row', { name: /busy/u }).click();
  const detail = window.getByRole('region', { name: 'Task busy' });
  const times = detail.getByLabel('Where the time went');
  await expect(times.getByText('First byte')).toBeVisible();
  await expect(times.getByText('Disk')).toBeVisible();
  await expect(detail.getByRole('table', { name: 'Failed attempts' })).toContainText('503');
  await detail.getByText(/^Response headers/u).click();
  await expect(detail.getByText('seven')).toBeVisible();
  await expectAccessible(window);

  const views = window.getByRole('radiogroup', { name: 'What is shown of the job' });
  await views.getByRole('radio', { name: 'Responses' }).check();
  const statuses = window.getByRole('table', { name: 'Statuses' });
  await expect(statuses.getByRole('row', { name: '200' })).toContainText('3');
  await expect(statuses.getByRole('row', { name: '404' })).toContainText('2');
  await expect(window.getByRole('table', { name: 'Latency' })).toContainText('First byte');
  await expectAccessible(window);

  await chooseFromMenu(window, /^More for/u, 'Copy failed URLs');
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText('2 URLs copied.');
  const copied = await electron.evaluate(async ({ clipboard }) => clipboard.readText());
  expect(copied).toBe(`${server.url}/missing-1\n${server.url}/missing-2\n`);

  const path = join(folder, 'job.csv');
  await answerDialogs(electron, [path]);
  await chooseFromMenu(window, /^More for/u, 'Export as CSV…');
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText(
    `The job was exported as ${path}.`,
  );
  expect(readFileSync(path, 'utf8').trimEnd().split('\r\n')).toHaveLength(6);
  expect(complaints).toEqual([]);
  await server.close();
});

test('hosts are seen at work and held; the speed is limited in one click', async ({ app, folder }) => {
  const { window, complaints } = app;
  const server = await serve();
  await download(
    app,
    ['wait-1', 'wait-2', 'wait-3'].map((name) => `${server.url}/${name}`),
    join(folder, 'target'),
  );
  const views = window.getByRole('radiogroup', { name: 'What is shown of the job' });
  await views.getByRole('radio', { name: 'Hosts' }).check();
  const host = window.getByRole('row', { name: new URL(server.url).host });
  await expect(host).toContainText('running');
  await expect(host).toContainText('3 of 16');

  const limit = async (button: RegExp, whose: string, rate: string): Promise<void> => {
    await window.getByRole('button', { name: button }).click();
    await window.getByRole('group', { name: whose }).getByRole('menuitemradio', { name: rate }).click();
  };
  await limit(/^No speed limit/u, 'All downloads together', '5.0 MB/s');
  await limit(/^All at most 5\.0 MB\/s/u, 'This download', '1.0 MB/s');
  await expect(window.getByRole('button', { name: /^At most 1\.0 MB\/s/u })).toBeVisible();

  server.letGo();
  await expect(window.getByText('Hosts are listed while the job runs.')).toBeVisible();

  await download(app, [`${server.url}/hold`], join(folder, 'held'));
  // Until then the job before is shown, in the view that is chosen next.
  await expect(window.getByRole('button', { name: 'More for hold' })).toBeVisible();
  await views.getByRole('radio', { name: 'Hosts' }).check();
  await expect(host).toContainText('held');
  await expect(host).toContainText('503');
  await expectAccessible(window);
  await expect(window.getByText(/asks to wait: next attempt in 60 min\. The server cannot/u)).toBeVisible();
  await views.getByRole('radio', { name: 'Tasks' }).check();
  await window.getByRole('row', { name: /hold/u }).click();
  await expect(window.getByRole('region', { name: 'Task hold' })).toContainText('StateRetry in 60 min');
  await window.getByRole('button', { name: 'Cancel', exact: true }).click();
  expect(complaints).toEqual([]);
  await server.close();
});

test('the proxy is set in the settings, if it is an address', async ({ app: { window, complaints } }) => {
  await openPage(window, 'Settings');
  const field = window.getByRole('textbox', { name: 'Proxy' });
  const stored = (): Promise<unknown> =>
    window.evaluate(async () => {
      const { heddle } = globalThis as unknown as { heddle: HeddleBridge };
      const reply = await heddle.invoke('settings:get', undefined);
      return reply.ok ? reply.value.proxy : reply.error.message;
    });
  await field.fill('ftp://proxy.example');
  await field.press('Enter');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  expect(await stored()).toBeNull();
  for (const address of ['http://proxy.example:3128', 'socks5h://proxy.example:1080']) {
    await field.fill(address);
    await field.press('Enter');
    await expect.poll(stored).toBe(address);
  }
  await field.fill('proxy.example:8080');
  await field.press('Enter');
  await expect.poll(stored).toBe('http://proxy.example:8080');
  await field.fill('');
  await field.press('Enter');
  await expect.poll(stored).toBeNull();
  expect(complaints).toEqual([]);
});
