/** The window in German, and in a language from right to left; what is in no catalogue is found. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type ElectronApplication, type Page } from '@playwright/test';
import { LIGHT, expectAccessible } from './accessible';
import { createJob, launch, test, type App } from './app';

const PAGES = ['download', 'hash', 'verify', 'copy', 'compare', 'history', 'threads', 'settings'] as const;
type PageName = (typeof PAGES)[number];
/** What has most of what can be wrong with accessibility. */
const CROWDED: ReadonlySet<string> = new Set(['hash', 'compare', 'settings', 'new download']);
const MAKERS = ['download', 'hash', 'verify', 'copy'] as const;

const GERMAN: Readonly<Record<PageName, string>> = {
  download: 'Downloads',
  hash: 'Hashwerte',
  verify: 'Prüfen',
  copy: 'Kopieren',
  compare: 'Vergleichen',
  history: 'Verlauf',
  threads: 'So arbeiten Threads',
  settings: 'Einstellungen',
};

async function goTo(window: Page, page: PageName): Promise<void> {
  await window.locator(`nav [data-page="${page}"]`).click();
  await expect(window.locator(`nav [data-page="${page}"]`)).toHaveAttribute('aria-current', 'page');
}

/** The pages and the dialogs that are made in the window's own language. */
async function everywhere(window: Page, look: (where: string) => Promise<void>): Promise<void> {
  for (const page of PAGES) {
    await goTo(window, page);
    await look(page);
  }
  for (const kind of MAKERS) {
    await goTo(window, kind);
    await window.keyboard.press('ControlOrMeta+n');
    await expect(window.getByRole('dialog')).toBeVisible();
    for (const more of await window.getByRole('dialog').locator('summary').all()) await more.click();
    await look(`new ${kind}`);
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toBeHidden();
  }
  for (const [keys, name] of [
    ['ControlOrMeta+k', 'palette'],
    ['ControlOrMeta+/', 'shortcuts'],
  ] as const) {
    await window.keyboard.press(keys);
    await expect(window.getByRole('dialog')).toBeVisible();
    await look(name);
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toBeHidden();
  }
}

/** A copy of two files has run, and its first row is open. */
async function withJob({ window }: App, folder: string): Promise<void> {
  const source = join(folder, '1');
  mkdirSync(source);
  for (const name of ['1', '2']) writeFileSync(join(source, name), name);
  const { id } = await createJob(window, {
    kind: 'hash',
    paths: [source],
    algorithms: ['sha256'],
    mode: 'pool',
    workers: 2,
    manifest: null,
  });
  await goTo(window, 'hash');
  await window.locator(`[data-job="${id}"]`).click();
  await expect(window.locator(`[data-job="${id}"]`)).toContainText('2');
  await expect(window.getByRole('row')).toHaveCount(3);
  await window.getByRole('row').nth(1).click();
  await window.keyboard.press('Space');
}

/** Shown and spoken texts that have words outside of the pseudo-language's brackets. */
function foreignTexts(window: Page): Promise<readonly string[]> {
  return window.evaluate(() => {
    const texts = new Set<string>();
    const add = (given: string | null): void => {
      let rest = given ?? '';
      for (let before = ''; before !== rest;) {
        before = rest;
        rest = rest.replace(/⟦[^⟦⟧]*⟧/gu, ' ');
      }
      // Days, as in Dec 1, 2026.
      rest = rest.replace(/\p{Lu}\p{Ll}{2} \d{1,2}, \d{4}/gu, '');
      // A message may go on in the next element.
      rest = rest.replace(/⟦.*$|^.*⟧/gsu, ' ');
      if (/\p{L}{3,}/u.test(rest)) texts.add(given ?? '');
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() !== null) {
      const parent = walker.currentNode.parentElement;
      if (parent?.closest('script, style, kbd, code, [data-verbatim]') === null)
        add(walker.currentNode.textContent);
    }
    for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) add(element.getAttribute(name));
    return [...texts];
  });
}

/** What is the same in every language: names, paths, addresses, digests, versions; and react-aria’s own word for Dismiss. */
const ALIKE =
  /^(?:Heddle|Electron|Chromium|Node|SQLite|English|Deutsch|linux .*|~?\/.*|https?:\/\/.*|Referer: https:\/\/…|node_modules|تجاهل|[0-9a-f]{16,}|SHA.*|MD5|BLAKE.*|XXH.*|CRC.*|[a-z0-9*.]+(?:, ?[a-z0-9*.]+)*|HTTP.*)$/su;

async function reachesOut(window: Page): Promise<readonly string[]> {
  return window.evaluate(() =>
    [...document.querySelectorAll('main, main *, [role="dialog"] *')]
      .filter((element) => getComputedStyle(element).overflowX === 'visible')
      .filter((element) => element.getBoundingClientRect().width > 2)
      .filter((element) => element.closest('[role="grid"], table, canvas, svg, .visually-hidden') === null)
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return left < -1 || right > innerWidth + 1;
      })
      .map((element) => element.outerHTML.slice(0, 160)),
  );
}

function menuLabels(electron: ElectronApplication): Promise<readonly string[]> {
  return electron.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []);
}

async function resize(electron: ElectronApplication, width: number): Promise<void> {
  await electron.evaluate(({ BrowserWindow }, to) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(to, 860);
  }, width);
}

test('German is chosen in Settings, holds at once everywhere, and is kept', async ({ folder }) => {
  test.slow();
  const data = join(folder, 'data');
  const app = await launch(data);
  const { window, electron, complaints } = app;
  await withJob(app, folder);
  await goTo(window, 'settings');
  await window.getByRole('radio', { name: 'Deutsch' }).check({ force: true });
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Einstellungen');
  await expect(window.locator('html')).toHaveAttribute('lang', 'de');
  await expect(window.getByRole('radio', { name: 'Deutsch' })).toBeFocused();
  await expect.poll(() => menuLabels(electron)).toContain('Datei');

  for (const page of PAGES) {
    await goTo(window, page);
    await expect(window.getByRole('main', { name: GERMAN[page] })).toBeVisible();
    if (CROWDED.has(page)) await expectAccessible(window, [LIGHT]);
  }
  await goTo(window, 'history');
  await expect(window.getByRole('row').nth(1)).toContainText('Hashwerte');
  expect(complaints).toEqual([]);
  await electron.close();

  const again = await launch(data);
  await expect(again.window.getByRole('main', { name: 'Verlauf' })).toBeVisible();
  await goTo(again.window, 'settings');
  await again.window.getByRole('radio', { name: 'English' }).check({ force: true });
  await expect(again.window.getByRole('heading', { level: 1 })).toHaveText('Settings');
  await expect.poll(() => menuLabels(again.electron)).toContain('File');
  await again.electron.close();
});

test('all text is in the catalogue, and a language from right to left has its place', async ({ folder }) => {
  test.slow();
  const app = await launch(join(folder, 'data'), { language: 'ar-XB' });
  const { window, electron, complaints } = app;
  await expect(window.locator('html')).toHaveAttribute('dir', 'rtl');
  await withJob(app, folder);
  await everywhere(window, async (where) => {
    const foreign = (await foreignTexts(window)).filter((text) => !ALIKE.test(text.trim()));
    expect.soft(foreign, where).toEqual([]);
    expect.soft(await reachesOut(window), where).toEqual([]);
    if (CROWDED.has(where)) await expectAccessible(window, [LIGHT]);
  });
  await resize(electron, 640);
  for (const page of PAGES) {
    await goTo(window, page);
    expect.soft(await reachesOut(window), `${page}, narrow`).toEqual([]);
  }
  expect(complaints).toEqual([]);
  await electron.close();
});
