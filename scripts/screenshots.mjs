// `npm run screenshots`: the pictures in docs/screenshots, taken of the real app at real work; `-- pages` or
// `-- files`, `-- compare` or `-- web` takes only those of all pages, of what was found of files, of experiments, or in a browser; with
// `narrow` too in a small window, into test-results; with `every` only those of every page and state, with
// `components` only those of every component, into test-results.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openApp } from './lib/app-window.mjs';
import { buildIfStale } from './lib/build.cjs';
import { takeEveryScreen } from './lib/every-screen.mjs';
import { takeComponents } from './lib/gallery.mjs';
import { root, say } from './lib/root.mjs';
import { makeLargeFiles } from './lib/sample-files.mjs';
import { jobMaker, listDownloads, makeFileJobs } from './lib/sample-jobs.mjs';
import { startServer } from './lib/sample-server.mjs';
import { ensureSystemLibraries, ensureTestPackages } from './lib/system-packages.mjs';
import { takeWeb } from './lib/web-picture.mjs';
import { startVirtualDisplay } from './lib/virtual-display.mjs';
import { ensureElectron } from './electron-runtime.mjs';

const EXPERIMENT_LIMIT_MS = 600_000;
const KINDS = ['Downloads', 'Hash', 'Verify', 'Copy'];
const parts = process.argv.slice(2);
const narrow = parts.includes('narrow');
const every = parts.includes('every');
const components = parts.includes('components');
const out = join(
  root,
  every || components ? 'test-results/screens' : narrow ? 'test-results/narrow' : 'docs/screenshots',
);

async function makeWork(app, folder, server) {
  const { job } = jobMaker(app);
  const { urls, download } = listDownloads(app, folder, server);
  await app.ended(await download('papers.txt', urls(60, 0), { mode: 'sequential' }));
  await app.ended(await download('tiles.txt', [...urls(400, 60), `${server.url}/gone/1428.webp`]));
  const files = join(folder, 'mirror');
  await app.ended(await job({ kind: 'hash', paths: [files], algorithms: ['sha256'], manifest: null }));
  await app.ended(await job({ kind: 'copy', sources: [files], destination: join(folder, 'backup') }));
  const mirror = urls(20_000, 500).map((url, index) =>
    index % 401 === 400 ? `${server.url}/gone/${index}.webp` : url,
  );
  return download('mirror.txt', mirror, { workers: 8 });
}

/** Tasks run in the list's order, so those that run lie behind those that are done. */
async function scrollToRunning(page) {
  await page.getByRole('grid', { name: 'Tasks' }).evaluate((grid) => {
    const done = document.querySelector('[aria-label="Show tasks"]').textContent.match(/Done ([\d,]+)/)[1];
    grid.scrollTop = (Number(done.replaceAll(',', '')) + 10) * 31;
  });
}

async function takeAll(app) {
  const { page } = app;
  const shot = (name) => page.screenshot({ path: join(out, `${name}.png`) });
  await app.openPage('Downloads');
  // Long enough for the strips to have a past.
  await delay(20_000);
  for (const theme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme: theme });
    for (const name of [...KINDS, 'History', 'Settings']) {
      await app.openPage(name);
      if (name === 'Downloads') await scrollToRunning(page);
      await delay(name === 'Downloads' ? 300 : 700);
      await shot(`${name.toLowerCase()}-${theme}`);
    }
  }
  await takeThreads(app, shot);
  await page.emulateMedia({ colorScheme: 'dark' });
  await app.openPage('Downloads');
  await takeNewDownload(page, shot);
}

/** A job of the user's own step by step, and where the time of its threads went. */
async function takeThreads({ page, openPage }, shot) {
  await openPage('How threads work');
  await page
    .getByRole('combobox', { name: 'The job that is shown' })
    .selectOption({ label: 'Download · tiles.txt' });
  const slider = page.getByRole('slider');
  await slider.waitFor();
  await slider.fill(String(Math.round(Number(await slider.getAttribute('max')) * 0.4)));
  await both('threads-job');
  await openPage('Hash');
  await page.getByRole('button', { name: 'Where the time went' }).click();
  await both('time');

  async function both(name) {
    for (const theme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: theme });
      await delay(300);
      await shot(`${name}-${theme}`);
    }
  }
}

/** The dialog with a list of several hosts, short and with its options. */
async function takeNewDownload(page, shot) {
  const pages = Array.from({ length: 86 }, (_, index) => `https://img.example.org/2138/${4215 + index}.webp`);
  const others = [
    'https://data.example.org/tiles/10/550/335.pbf',
    'https://papers.example.org/4216.pdf',
    'ftp://old.example.org/4217.pdf',
  ];
  await page.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Addresses/).fill([...pages, ...others].join('\n'));
  await dialog.getByRole('button', { name: 'Download 88 files' }).waitFor();
  await dialog.getByRole('textbox', { name: 'Save in' }).fill('/home/mia/mirror/tiles');
  await dialog.getByRole('checkbox', { name: /^\.pbf/ }).uncheck();
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme });
    await delay(300);
    await shot(`new-download-${theme}`);
  }
  await dialog.getByText('Options', { exact: true }).click();
  await delay(300);
  await shot('new-download-options-dark');
  await dialog.getByLabel(/^Addresses/).fill('');
  await page.keyboard.press('Escape');
}

/** What is found of files: each job on its page, in both themes. */
async function takeFiles(app, folder) {
  const { page } = app;
  const { verified, compared, twins, dryRun, asked } = await makeFileJobs(app, folder);

  const chip = (name) =>
    page.getByRole('group', { name: 'Show tasks' }).getByRole('button', { name }).click();
  const show = async (place, { id }) => {
    await app.openPage(place);
    await page.locator(`[data-job="${id}"]`).click();
  };
  const both = async (name) => {
    for (const theme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: theme });
      await delay(400);
      await page.screenshot({ path: join(out, `${name}-${theme}.png`) });
    }
  };
  // What has ended is told beside the pictures.
  await page.locator('[data-toasts]').waitFor({ state: 'detached' });
  await show('Verify', verified);
  await chip(/^Changed/);
  await page.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]').first().click();
  await both('verify-changed');
  await show('Verify', compared);
  await chip(/^Moved/);
  await both('compare-folders');
  await show('Hash', twins);
  await both('duplicates');
  await show('Copy', asked);
  await both('copy-ask');
  await show('Copy', dryRun);
  await chip(/^Would delete/);
  await both('copy-dry-run');
  for (const [place, button] of [
    ['Verify', 'New verification'],
    ['Hash', 'New hash'],
    ['Copy', 'New copy'],
  ]) {
    await app.openPage(place);
    await page.getByRole('button', { name: button, exact: true }).click();
    const rules = page.getByText('Which files:');
    if ((await rules.count()) > 0) await rules.click();
    await both(button.toLowerCase().replace(' ', '-'));
    await page.keyboard.press('Escape');
  }

  await app.openPage('Copy');
  await makeLargeFiles(join(folder, 'large'));
  const copying = await jobMaker(app).job({
    kind: 'copy',
    sources: [join(folder, 'large')],
    destination: join(folder, 'backup'),
    options: { verify: true },
  });
  await show('Copy', copying);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page
    .getByRole('img', { name: /^Read [1-9]/ })
    .first()
    .waitFor();
  await page.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]').first().click();
  await delay(500);
  await page.screenshot({ path: join(out, 'copy-stages-dark.png') });
  await page.emulateMedia({ colorScheme: 'light' });
  await delay(250);
  await page.screenshot({ path: join(out, 'copy-stages-light.png') });
  await app.ended(copying);
}

/** Experiments: one of the modes while it runs and done, one of pool sizes, both side by side, and a claim. */
async function takeExperiments(app) {
  const { page } = app;
  const shot = (name) => page.screenshot({ path: join(out, `${name}.png`) });
  const both = async (name) => {
    for (const theme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: theme });
      await delay(400);
      await shot(`${name}-${theme}`);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
  };
  const setup = page.getByRole('region', { name: 'What is compared' });
  const done = () =>
    page.getByRole('region', { name: 'The numbers' }).waitFor({ timeout: EXPERIMENT_LIMIT_MS });
  await app.openPage('Compare');
  await both('compare-empty');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/^Run 6 of/).waitFor({ timeout: EXPERIMENT_LIMIT_MS });
  await both('compare-running');
  await done();
  await both('compare');
  await page.getByRole('region', { name: 'Result' }).evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await both('compare-numbers');
  await setup.getByRole('combobox', { name: 'Work' }).selectOption('Computing');
  await setup.getByRole('button', { name: 'Find the best pool size' }).click();
  await page.getByText(/^Run 1 of/).waitFor({ timeout: EXPERIMENT_LIMIT_MS });
  await done();
  await both('compare-sizes');
  await page.getByRole('button', { name: 'Experiments', exact: true }).click();
  for (const box of await page.getByRole('checkbox', { name: /^Choose/ }).all()) await box.check();
  await both('compare-list');
  await page.getByRole('button', { name: 'Side by side' }).click();
  await both('compare-two');
  await app.openPage('How threads work');
  await page.getByRole('button', { name: 'Run it here: A worker thread' }).click();
  await page.getByText(/predicted/).waitFor({ timeout: EXPERIMENT_LIMIT_MS });
  await both('threads');
}

async function main() {
  if (!buildIfStale() || !ensureTestPackages()) return 1;
  const electron = await ensureElectron();
  if (!ensureSystemLibraries(electron)) return 3;
  const folder = await mkdtemp(join(tmpdir(), 'heddle-pictures-'));
  await mkdir(out, { recursive: true });
  const display = await startVirtualDisplay();
  process.env.DISPLAY = display.display;
  const server = await startServer();
  let failed = false;
  try {
    if (components) {
      await takeComponents(electron, out);
      return 0;
    }
    await mkdir(join(folder, 'work'));
    const app = await openApp(electron, join(folder, 'data'));
    if (narrow) {
      await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setSize(900, 640));
    }
    if (every) {
      const missed = await takeEveryScreen(app, join(folder, 'work'), server, out);
      for (const line of missed) say(`Not reached: ${line}`);
      if (missed.length > 0) failed = true;
    }
    if (parts.length === 0 || parts.includes('web')) await takeWeb(join(folder, 'work'), server, out);
    if (parts.length === 0 || parts.includes('files')) await takeFiles(app, folder);
    if (parts.length === 0 || parts.includes('compare')) await takeExperiments(app);
    if (parts.length === 0 || parts.includes('pages')) {
      const running = await makeWork(app, join(folder, 'work'), server);
      await takeAll(app);
      // A window with a job that runs asks before it closes.
      await app.request('jobs:cancel', { jobId: running.id });
    }
    await app.electron.close();
  } finally {
    await server.close();
    await display.stop();
    await rm(folder, { recursive: true, force: true });
  }
  say(`Pictures of every page are in ${out}`);
  return failed ? 1 : 0;
}

process.exitCode = await main();
