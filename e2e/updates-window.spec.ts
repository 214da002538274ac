/** A new version is looked for, downloaded and installed when the user says so, from a real server. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { launch, openPage, test } from './app';

const NEW = '9.9.9';

async function check(window: Page): Promise<void> {
  await window.keyboard.press('Control+k');
  await window.getByRole('combobox').fill('Check for updates');
  await window.keyboard.press('Enter');
}

test('an update is asked about twice, and what goes wrong is told', async ({ folder }) => {
  test.skip(process.platform !== 'linux', 'the new version of the test is an AppImage');
  const marker = join(folder, 'started');
  const next = `#!/bin/sh\necho new > '${marker}'\n`;
  const installed = join(folder, 'Heddle.AppImage');
  writeFileSync(installed, '#!/bin/sh\necho old\n');
  chmodSync(installed, 0o755);
  const seen: { path: string; headers: IncomingHttpHeaders }[] = [];
  let answer: 'error' | 'damaged' | 'good' = 'error';
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    seen.push({ path, headers: request.headers });
    if (answer === 'error') response.writeHead(500).end();
    else if (path === '/latest-linux.yml') {
      const content = answer === 'good' ? next : 'another';
      const sha512 = createHash('sha512').update(content).digest('base64');
      response.end(
        [
          `version: ${NEW}`,
          'files:',
          `  - url: Heddle-${NEW}.AppImage`,
          `    sha512: ${sha512}`,
          `    size: ${next.length}`,
          `path: Heddle-${NEW}.AppImage`,
          `sha512: ${sha512}`,
          "releaseDate: '2026-01-01T00:00:00.000Z'",
        ].join('\n'),
      );
    } else response.writeHead(200, { 'content-length': next.length }).end(next);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const config = join(folder, 'app-update.yml');
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    config,
    `provider: generic\nurl: http://127.0.0.1:${port}/\nupdaterCacheDirName: heddle-updater\n`,
  );
  const { electron, window } = await launch(join(folder, 'data'), {
    args: [`--update-config=${config}`],
    env: { APPIMAGE: installed, XDG_CACHE_HOME: join(folder, 'cache') },
  });
  const ended = new Promise((resolve) => electron.process().once('exit', resolve));
  await openPage(window, 'Settings');
  const setting = window.getByRole('group', { name: 'Check for updates' });
  await expect(setting.getByRole('radio', { name: 'On' })).toBeChecked();
  expect(seen).toEqual([]);

  await check(window);
  const notice = window.getByText('Heddle could not check for updates: the server answered with status 500.');
  await expect(notice).toBeVisible();

  answer = 'damaged';
  await check(window);
  const toasts = window.getByRole('region', { name: 'Notifications' });
  await expect(toasts.getByText(`Heddle ${NEW} is available.`)).toBeVisible();
  // Nothing tells who asks, and nothing else was asked for.
  expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['/latest-linux.yml']));
  for (const { headers } of seen) expect(headers['x-user-staging-id'] ?? '').toBe('');
  await toasts.getByRole('button', { name: 'Download' }).click();
  await expect(
    window.getByText(
      'The update could not be downloaded: the file that came is damaged, so it was thrown away.',
    ),
  ).toBeVisible();

  answer = 'good';
  await check(window);
  await toasts.getByRole('button', { name: 'Download' }).click();
  await expect(toasts.getByText(`Heddle ${NEW} is ready to install.`)).toBeVisible();
  expect(readFileSync(installed, 'utf8')).toContain('old');
  await toasts.getByRole('button', { name: 'Restart and install' }).click();
  await ended;
  // The new version was started in place of the old one.
  await expect.poll(() => existsSync(marker)).toBe(true);
  expect(readFileSync(installed, 'utf8')).toBe(next);
  server.closeAllConnections();
  server.close();
});

test('a build without an address has nothing to set, and says so when it is asked', async ({
  app: { window },
}) => {
  await openPage(window, 'Settings');
  await expect(window.getByRole('group', { name: 'Start when you sign in' })).toBeVisible();
  await expect(window.getByRole('group', { name: 'Check for updates' })).toBeHidden();
  await check(window);
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText(
    'This copy of Heddle does not update itself. Get new versions where you got this one.',
  );
});
