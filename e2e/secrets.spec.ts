/** Passwords given in the window: sent where they belong, and neither shown nor kept in clear. */
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { answerDialogs, ended, openPage, test } from './app';

test('no password is shown or kept in clear, also in lines that cannot be read', async ({ app, folder }) => {
  const { electron, window } = app;
  let heard = '';
  const server = createServer((request, response) => {
    for (const name of ['authorization', 'proxy-authorization'])
      heard += `${Buffer.from(String(request.headers[name] ?? '').slice(6), 'base64').toString()} `;
    response
      .writeHead(request.url?.endsWith('/none') === true ? 404 : 200, { 'Content-Length': 2 })
      .end('ok');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  await openPage(window, 'Settings');
  await window.getByRole('textbox', { name: 'Proxy' }).fill(`http://p:s3cret-proxy@${base}`);
  await window.getByRole('textbox', { name: 'Proxy' }).blur();
  await openPage(window, 'Downloads');
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  const list = [
    `http://u:s3cret-url@${base}/done`,
    `http://u:s3cret-url@${base}/none`,
    'ftp://u:s3cret-ftp@h/x',
    'u:s3cret-bare@h/x',
    String.raw`https:\\u:s3cret-slash@h/x`,
    'https://u:pa/s3cret-path@h/x',
  ];
  await dialog.getByLabel(/^Addresses/u).fill(list.join('\n'));
  const faults = dialog.getByRole('list', { name: 'Lines that were not understood' });
  await expect(faults).toContainText('Line 3 (h) is not an HTTP or HTTPS address.');
  expect(await faults.innerText()).not.toContain('s3cret');
  await answerDialogs(electron, [join(folder, 'target')]);
  await dialog.getByRole('button', { name: 'Choose…' }).click();
  await dialog.getByRole('button', { name: /^Download \d/u }).click();
  await ended(window, '1 of 6');
  for (const name of [/none/u, /line 3 \(h\)/u, /line 6/u]) {
    await window.getByText(name).first().click();
    expect(await window.locator('body').innerText()).not.toContain('s3cret');
  }
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  await dialog.getByLabel(/^Addresses/u).fill(`http://${base}/login`);
  await dialog.getByText('Options', { exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Login', exact: true }).fill('o');
  await dialog.getByRole('textbox', { name: 'Password', exact: true }).fill('s3cret-option');
  await dialog.getByRole('textbox', { name: 'Headers' }).fill('X-Key: s3cret-header');
  await dialog.getByRole('button', { name: /^Download \d/u }).click();
  await ended(window, '1 of 1');
  expect(await window.content()).not.toContain('s3cret');
  for (const secret of ['s3cret-url', 's3cret-proxy', 's3cret-option']) expect(heard).toContain(secret);
  const kept = (when: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => {
        const content = readFileSync(path);
        return content.includes('s3cret') || content.includes(Buffer.from('s3cret', 'utf16le'));
      })
      .map((path) => `${when}: ${path}`);
  expect(kept('open')).toEqual([]);
  await electron.close();
  expect(kept('closed')).toEqual([]);
  server.closeAllConnections();
  server.close();
});
