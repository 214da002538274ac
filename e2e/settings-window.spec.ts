/** Settings are found by their words, say what they do, and go back to their defaults. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { expectAccessible } from './accessible';
import { openPage, test } from './app';

test('settings are found, changed, and reset, one by one and all', async ({ app: { window } }) => {
  await openPage(window, 'Settings');
  const all = window.getByRole('region', { name: 'All settings' });
  const row = (name: string) => all.getByRole('group', { name, exact: true });
  const resetAll = window.getByRole('button', { name: 'Reset all…' });
  await expect(resetAll).toBeDisabled();
  // Each says what it does.
  for (const one of await all.getByRole('group').all())
    await expect(one.locator('p').nth(1)).toHaveText(/\w\.$/u);

  const search = window.getByRole('searchbox', { name: 'Find a setting' });
  await window.keyboard.press('Control+f');
  await expect(search).toBeFocused();
  await search.fill('bandwidth');
  await expect(all.getByRole('group')).toHaveCount(1);
  await expect(row('Speed limit')).toBeVisible();
  await expect(all.getByRole('heading')).toHaveText('Downloads');
  await search.fill('nothing of the kind');
  await expect(all.getByText('No setting matches “nothing of the kind”.')).toBeVisible();
  await expectAccessible(window);
  await search.press('Escape');

  await row('Theme').getByRole('radio', { name: 'Dark' }).check();
  await expect(window.locator('html')).toHaveAttribute('data-theme', 'dark');
  await row('Connections per host').getByRole('spinbutton').fill('7');
  await row('Connections per host').getByRole('spinbutton').press('Enter');
  const width = await window.evaluate(() => innerWidth);
  await row('Text size')
    .getByRole('button', { name: /^Text size: 100 %/u })
    .click();
  await window.getByRole('menuitemradio', { name: '150 %' }).click();
  await expect.poll(() => window.evaluate(() => innerWidth)).toBe(Math.round(width / 1.5));

  // The focus stays where it was used.
  await row('Connections per host')
    .getByRole('button', { name: 'Reset Connections per host' })
    .press('Enter');
  await expect(row('Connections per host').getByRole('spinbutton')).toHaveValue('64');
  await expect(row('Connections per host').getByRole('spinbutton')).toBeFocused();
  await expect(row('Theme').getByRole('radio', { name: 'Dark' })).toBeChecked();

  await resetAll.click();
  const asks = window.getByRole('alertdialog', { name: 'Reset all settings?' });
  await expectAccessible(window);
  await asks.getByRole('button', { name: 'Cancel' }).click();
  await expect(row('Theme').getByRole('radio', { name: 'Dark' })).toBeChecked();
  await resetAll.click();
  await asks.getByRole('button', { name: 'Reset all' }).click();
  await expect(row('Theme').getByRole('radio', { name: 'System' })).toBeChecked();
  await expect.poll(() => window.evaluate(() => innerWidth)).toBe(width);
  await expect(resetAll).toBeDisabled();
});

test('other programs download with the secret while that is on', async ({ app: { window } }) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const ask = async (secret: string): Promise<string> => {
    const body = JSON.stringify({ id: 1, method: 'aria2.getVersion', params: [`token:${secret}`] });
    return fetch(`http://127.0.0.1:${port}/jsonrpc`, { method: 'POST', body }).then(
      (response) => response.text(),
      () => 'nobody is there',
    );
  };

  await openPage(window, 'Settings');
  const row = (name: string) => window.getByRole('group', { name, exact: true });
  await expect(row('Secret')).toHaveCount(0);
  await row('Downloads for other programs').getByRole('radio', { name: 'On' }).check();
  await row('Port').getByRole('spinbutton').fill(String(port));
  await row('Port').getByRole('spinbutton').press('Enter');
  await row('Secret').getByRole('button', { name: 'Show' }).click();
  const shown = row('Secret').getByText(/^[0-9a-f]{32}$/u);
  const secret = await shown.innerText();
  await expectAccessible(window);
  await expect.poll(() => ask(secret)).toContain('"version":"1.36.0"');
  await row('Secret').getByRole('button', { name: 'Make a new one' }).click();
  await expect(shown).not.toHaveText(secret);
  const renewed = await shown.innerText();
  await expect.poll(() => ask(renewed)).toContain('"version":"1.36.0"');
  expect(await ask(secret)).toContain('Unauthorized');
  await row('Downloads for other programs').getByRole('radio', { name: 'Off' }).check();
  await expect.poll(() => ask(renewed)).toBe('nobody is there');
});

test('the window is in a browser as well, as long as that is switched on', async ({ app }) => {
  const { window, electron } = app;
  await openPage(window, 'Settings');
  const row = (name: string) => window.getByRole('group', { name, exact: true });
  await row('Open in a browser').getByRole('radio', { name: 'On' }).check();
  const copy = row('Link for a browser').getByRole('button', { name: 'Copy link' });
  const clipboard = () => electron.evaluate(({ clipboard: own }) => own.readText());
  // It may not have begun when the button is there.
  await expect(async () => {
    await copy.click();
    expect(await clipboard()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/u);
  }).toPass();
  const link = await clipboard();
  const first = await fetch(link);
  expect(await first.text()).toContain('Signed in');
  const cookie = first.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  expect(await (await fetch(new URL('/', link), { headers: { cookie } })).text()).toContain('id="root"');
  expect((await fetch(link)).status).toBe(401);
  await row('Open in a browser').getByRole('radio', { name: 'Off' }).check();
  await expect(copy).toBeHidden();
  await expect
    .poll(() =>
      fetch(link).then(
        () => 'answers',
        () => 'closed',
      ),
    )
    .toBe('closed');
});
