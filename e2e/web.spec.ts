/** The window in a browser, as its user meets it, in the system's Chromium; and what pages of others get there. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  chromium,
  expect,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from '@playwright/test';
import { LIGHT, expectAccessible } from './accessible';
import { test, type Terminal } from './terminal';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

let browser: Browser;
test.beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});
test.afterAll(async () => {
  if (CHROMIUM !== undefined) await browser.close();
});
test.skip(CHROMIUM === undefined, 'there is no Chromium here: apt-get install chromium');

interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Everything that the page printed as an error or a warning, violations of the policy included. */
  readonly complaints: string[];
}

/** A browser of its own, with the `nth` link. */
async function visit(terminal: Terminal, nth: number): Promise<Visitor> {
  const context = await browser.newContext({ acceptDownloads: true, locale: 'en-US' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(await terminal.line(nth));
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return { context, page, complaints };
}

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByText(name, { exact: true }).click();
}

async function newJob(page: Page, name: string, button: string): Promise<Locator> {
  await goTo(page, name);
  await page.getByRole('button', { name: button, exact: true }).first().click();
  return page.getByRole('dialog');
}

test('downloads, hashes and verifies in two browsers, each with a job of its own', async ({
  start,
  server,
  folder,
}) => {
  const home = join(folder, 'home');
  mkdirSync(join(home, 'photos', 'summer'), { recursive: true });
  for (const name of ['a', 'b', 'c'])
    writeFileSync(join(home, 'photos', 'summer', name), `content of ${name}`);
  const terminal = start(['web', '--port', '0', '--root', home]);
  const one = await visit(terminal, 0);
  const { page } = one;

  // A pasted list; its last file is held, so that there is something to watch.
  server.holdFrom(8);
  const dialog = await newJob(page, 'Downloads', 'New download');
  await dialog.getByRole('textbox', { name: /^Addresses/u }).fill(server.urls(8).join('\n'));
  await dialog.getByRole('textbox', { name: 'Save in' }).fill(join(home, 'got'));
  await dialog.getByRole('button', { name: 'Download 8 files' }).click();
  await server.arrived(8);
  await expect(page.getByText('7 of 8').first()).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Running' })).toHaveCount(1);

  // Another browser, by the next link, has another job: its folder is chosen by keyboard alone.
  const two = await visit(terminal, 1);
  const forms = await newJob(two.page, 'Hash', 'New hash');
  await forms.getByRole('button', { name: 'Add folders…' }).press('Enter');
  const picker = two.page.getByRole('dialog', { name: 'Choose folders' });
  await expect(picker.getByRole('textbox', { name: 'Folder' })).toHaveValue(home);
  await picker.getByRole('option', { name: 'photos, folder' }).focus();
  await two.page.keyboard.press('Enter');
  await expect(picker.getByRole('textbox', { name: 'Folder' })).toHaveValue(join(home, 'photos'));
  await picker.getByRole('option', { name: 'summer, folder' }).focus();
  await two.page.keyboard.press('Space');
  await expectAccessible(two.page, [LIGHT]);
  await picker.getByRole('button', { name: 'Choose 1 item' }).press('Enter');
  await forms.getByRole('button', { name: 'Hash', exact: true }).click();
  await expect(two.page.getByText('3 of 3').first()).toBeVisible();
  // What the desktop alone can do is not there.
  await two.page.getByRole('row', { name: /^a\b/u }).first().click({ button: 'right' });
  await expect(two.page.getByRole('menuitem', { name: 'Details' })).toBeVisible();
  await expect(two.page.getByRole('menuitem', { name: 'Show in folder' })).toHaveCount(0);
  await two.page.keyboard.press('Escape');

  // The manifest is a download of the browser, and goes back as an upload.
  const saving = two.page.waitForEvent('download');
  await two.page.getByRole('button', { name: 'Save manifest' }).click();
  await two.page.getByRole('menuitem').first().click();
  const manifest = join(folder, 'SHA256SUMS');
  await (await saving).saveAs(manifest);
  expect(readFileSync(manifest, 'utf8').trim().split('\n')).toHaveLength(3);
  const check = await newJob(two.page, 'Verify', 'New verification');
  await check.getByRole('button', { name: 'Choose…' }).first().click();
  const choosing = two.page.waitForEvent('filechooser');
  await two.page.getByRole('button', { name: 'Upload from this computer…' }).click();
  await (await choosing).setFiles(manifest);
  await expect(check.getByRole('textbox').first()).toHaveValue(/\/uploads\/[0-9a-f]+\/SHA256SUMS$/u);
  await check
    .getByRole('textbox')
    .nth(1)
    .fill(join(home, 'photos', 'summer'));
  await check.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(two.page.getByText('3 of 3').first()).toBeVisible();

  // The first one has seen nothing but its own, and sees its end.
  await expect(page.getByText('7 of 8').first()).toBeVisible();
  server.release();
  await expect(page.getByText('8 of 8').first()).toBeVisible();
  const exporting = page.waitForEvent('download');
  await page
    .getByRole('button', { name: /^More for/u })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Export as CSV…' }).click();
  expect((await text(await (await exporting).createReadStream())).trim().split('\n')).toHaveLength(9);

  // A list of this computer, and a held server: what runs when Heddle ends is kept.
  const list = join(folder, 'list.txt');
  writeFileSync(list, server.urls(20).join('\n'));
  server.holdFrom(server.requests.length + 5);
  const again = await newJob(page, 'Downloads', 'New download');
  await again.getByRole('button', { name: 'Open file…' }).click();
  const listChoosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload from this computer…' }).click();
  await (await listChoosing).setFiles(list);
  await again.getByRole('textbox', { name: 'Save in' }).fill(join(home, 'more'));
  await again.getByRole('button', { name: 'Download 20 files' }).click();
  await expect(page.getByText('4 of 20').first()).toBeVisible();
  await goTo(page, 'Settings');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await expect(page.getByText('Icon in the notification area')).toHaveCount(0);
  await expectAccessible(page, [LIGHT]);
  expect([...one.complaints, ...two.complaints]).toEqual([]);
  terminal.kill('SIGINT');
  expect(await terminal.ended).toMatchObject({ status: 0, stderr: '' });
  await expect(page.getByText('Heddle cannot be reached.', { exact: false })).toBeVisible();
  expect(readdirSync(join(home, 'got'))).toHaveLength(8);
  for (const { context } of [one, two]) await context.close();
  const jobs = start(['jobs', '--json']);
  expect((await jobs.ended).stdout).toContain('"state":"interrupted"');
});

test('pages of others get nowhere, and a password is asked for', async ({ start, folder }) => {
  writeFileSync(join(folder, 'password'), 'correct horse\n', { mode: 0o600 });
  const terminal = start([
    'web',
    '--port',
    '0',
    '--root',
    folder,
    '--password-file',
    join(folder, 'password'),
  ]);
  const url = await terminal.firstLine();
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  await page.goto(url);
  await expectAccessible(page, [LIGHT]);
  await page.getByLabel('Passwort').fill('falsches Passwort');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Dieses Passwort ist falsch.');
  await page.getByLabel('Passwort').fill('correct horse');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation')).toContainText('Downloads');
  const settings = (): Promise<string> =>
    page.evaluate(async () => {
      const { heddle } = globalThis as unknown as {
        heddle: { invoke(name: string, input: unknown): Promise<unknown> };
      };
      return JSON.stringify(await heddle.invoke('settings:get', undefined));
    });
  const before = await settings();

  // Of another port of the same address: to the browser it is the same site, and the cookie goes with it.
  const evil = createServer((_, response) => {
    response
      .setHeader('content-type', 'text/html')
      .end('<form method="post" enctype="text/plain"><input name="x"></form>');
  });
  await new Promise<void>((done) => evil.listen(0, '127.0.0.1', done));
  const other = await context.newPage();
  await other.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
  const tried = await other.evaluate(async (front) => {
    const body = JSON.stringify({ jobsAtOnce: 1 });
    const path = `${front}api/request/settings:set`;
    const json = { 'content-type': 'application/json' };
    const outcome = (attempt: Promise<Response>): Promise<string> =>
      attempt.then(
        ({ status, type }) => `${type} ${status}`,
        () => 'refused',
      );
    const frame = document.createElement('iframe');
    const framed = new Promise<string>((done) => {
      frame.onload = () => {
        done(frame.contentDocument === null ? 'not ours' : 'readable');
      };
    });
    frame.src = front;
    document.body.append(frame);
    const news = new EventSource(`${front}api/events?client=${'a'.repeat(32)}`, { withCredentials: true });
    const heard = new Promise<string>((done) => {
      news.onopen = () => {
        done('open');
      };
      news.onerror = () => {
        done('refused');
      };
    });
    return [
      await outcome(fetch(path, { method: 'POST', body, credentials: 'include' })),
      await outcome(fetch(path, { method: 'POST', body, headers: json, credentials: 'include' })),
      await outcome(fetch(path, { method: 'POST', body, mode: 'no-cors', credentials: 'include' })),
      await heard,
      await framed,
    ];
  }, url);
  expect(tried).toEqual(['refused', 'refused', 'refused', 'refused', 'not ours']);
  await other.evaluate((front) => {
    const form = document.querySelector('form');
    if (form === null) return;
    form.action = `${front}api/request/settings:set`;
    form.submit();
  }, url);
  await expect(other.locator('body')).toContainText('another page');
  expect(await settings()).toBe(before);

  // A script that got into the page could send nothing away, and start no other.
  const blocked = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.wasRun = true';
    document.body.append(script);
    const sent = await fetch('http://127.0.0.1:1/').then(
      () => 'sent',
      () => 'blocked',
    );
    return [sent, 'wasRun' in globalThis];
  });
  expect(blocked).toEqual(['blocked', false]);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.getByRole('navigation').getByText('Einstellungen', { exact: true }).click();
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await expect(page.getByLabel('Passwort')).toBeVisible();
  evil.closeAllConnections();
  evil.close();
  await context.close();
});
