// Every page and state of the window, in both themes, in three widths and with text of twice the size, for people to
// look at: `npm run screenshots -- every`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listDownloads, makeFileJobs } from './sample-jobs.mjs';

const SIZES = [
  { name: '1320', width: 1320, height: 860, zoom: 100 },
  { name: '900', width: 900, height: 700, zoom: 100 },
  { name: '640', width: 640, height: 640, zoom: 100 },
  { name: 'double', width: 1320, height: 860, zoom: 200 },
];
const THEMES = ['dark', 'light'];
const STATE_LIMIT_MS = 15_000;

/**
 * @param app as `openApp` gives it
 * @param {string} folder where its jobs may work
 * @param server as `startServer` gives it
 * @param {string} out where the pictures go
 * @returns names of the states that could not be reached
 */
export async function takeEveryScreen(app, folder, server, out) {
  const { page } = app;
  page.setDefaultTimeout(STATE_LIMIT_MS);
  const missed = [];
  const take = async (name, reach = () => undefined, leave = () => undefined) => {
    try {
      await reach();
      await photograph(app, join(out, name));
      await leave();
    } catch (error) {
      missed.push(`${name}: ${error.message.split('\n')[0]}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
    }
  };
  await takeEmpty(app, take);
  const jobs = await makeJobs(app, folder, server);
  await take('toasts', () => app.openPage('Copy'));
  await page.locator('[data-toasts]').waitFor({ state: 'detached', timeout: 60_000 });
  await takeDownloads(app, take, jobs);
  await takeFiles(app, take, jobs);
  await takeExperiments(app, take);
  await takeRest(app, take);
  await app.request('jobs:cancel', { jobId: jobs.running.id });
  return missed;
}

async function photograph(app, path) {
  const { page, electron } = app;
  for (const { name, width, height, zoom } of SIZES) {
    await electron.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0].setContentSize(size[0], size[1]),
      [width, height],
    );
    await app.request('settings:set', { zoom });
    await page.waitForFunction((expected) => globalThis.innerWidth === expected, (width * 100) / zoom);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.evaluate(
        () =>
          new Promise((drawn) =>
            globalThis.requestAnimationFrame(() => globalThis.requestAnimationFrame(drawn)),
          ),
      );
      await writeFile(`${path}-${name}-${theme}.png`, await picture(app));
    }
  }
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].setContentSize(1320, 860));
  await app.request('settings:set', { zoom: 100 });
  await page.waitForFunction(() => globalThis.innerWidth === 1320);
}

/** As the window has it: Playwright's own pictures leave out zoom. */
async function picture({ electron }) {
  const base64 = await electron.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0].webContents.capturePage();
    return image.toPNG().toString('base64');
  });
  return Buffer.from(base64, 'base64');
}

async function takeEmpty(app, take) {
  for (const name of ['Downloads', 'Hash', 'Verify', 'Copy', 'Compare', 'History'])
    await take(`${name.toLowerCase()}-empty`, () => app.openPage(name));
}

async function makeJobs(app, folder, server) {
  const { urls, download } = listDownloads(app, folder, server);
  const ended = await download('tiles.txt', [...urls(40, 1), `${server.url}/gone/1428.webp`]);
  await app.ended(ended);
  const ofFiles = await makeFileJobs(app, folder);
  const paused = await download('atlas.txt', urls(3000, 100));
  await app.request('jobs:pause', { jobId: paused.id });
  const running = await download('mirror.txt', urls(20_000, 500));
  return { ...ofFiles, ended, paused, running };
}

async function takeDownloads(app, take, jobs) {
  const { page } = app;
  const show = shower(app);
  const views = page.getByRole('radiogroup', { name: 'What is shown of the job' });
  const escape = () => page.keyboard.press('Escape');
  await take('downloads-running', () => show('Downloads', jobs.running));
  await take('downloads-hosts', () => views.getByRole('radio', { name: 'Hosts' }).check());
  await take('downloads-answers', () => views.getByRole('radio', { name: 'Responses' }).check());
  await take(
    'downloads-speed-menu',
    () => page.getByRole('button', { name: /limit, change$/ }).click(),
    escape,
  );
  await take('downloads-more-menu', () => page.getByRole('button', { name: /^More for/ }).click(), escape);
  await take('downloads-paused', () => show('Downloads', jobs.paused));
  await take('downloads-ended', () => show('Downloads', jobs.ended));
  await take('downloads-failed-detail', async () => {
    await chip(page, /^Failed/);
    await page.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]').first().click();
  });
  await take(
    'downloads-row-menu',
    () =>
      page.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]').first().click({ button: 'right' }),
    escape,
  );
  await take(
    'downloads-bill',
    () => page.getByRole('button', { name: 'Where the time went' }).click(),
    () => page.getByRole('button', { name: 'Where the time went' }).click(),
  );
  const dialog = page.getByRole('dialog');
  const create = () => page.getByRole('button', { name: 'New download', exact: true }).click();
  await take('new-download-empty', create);
  await take('new-download-list', () =>
    dialog
      .getByLabel(/^Addresses/)
      .fill(
        [
          ...Array.from({ length: 86 }, (_, index) => `https://img.example.org/2138/${4215 + index}.webp`),
          'https://data.example.org/tiles/10/550/335.pbf',
          'ftp://old.example.org/4217.pdf',
        ].join('\n'),
      ),
  );
  await take(
    'new-download-options',
    () => dialog.getByText('Options', { exact: true }).click(),
    async () => {
      await dialog.getByLabel(/^Addresses/).fill('');
      await escape();
    },
  );
  for (const [name, entry] of [
    ['rename', 'Rename…'],
    ['remove', 'Remove from list…'],
  ]) {
    await take(
      name,
      async () => {
        await page.getByRole('button', { name: /^More for/ }).click();
        await page.getByRole('menuitem', { name: entry.replace('…', '') }).click();
      },
      escape,
    );
  }
}

async function takeFiles(app, take, jobs) {
  const { page } = app;
  const show = shower(app);
  const escape = () => page.keyboard.press('Escape');
  await take('hash-ended', () => show('Hash', jobs.hashed));
  await take('hash-duplicates', () => show('Hash', jobs.twins));
  await take('verify-changed', async () => {
    await show('Verify', jobs.verified);
    await chip(page, /^Changed/);
    await page.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]').first().click();
  });
  await take('verify-folders', () => show('Verify', jobs.compared));
  await take('copy-ask', () => show('Copy', jobs.asked));
  await take('copy-dry-run', async () => {
    await show('Copy', jobs.dryRun);
    await chip(page, /^Would delete/);
  });
  for (const [place, button] of [
    ['Hash', 'New hash'],
    ['Verify', 'New verification'],
    ['Copy', 'New copy'],
  ]) {
    await take(
      button.toLowerCase().replace(' ', '-'),
      async () => {
        await app.openPage(place);
        await page.getByRole('button', { name: button, exact: true }).click();
      },
      escape,
    );
  }
}

async function takeExperiments(app, take) {
  const { page } = app;
  const setup = page.getByRole('region', { name: 'What is compared' });
  const numbers = page.getByRole('region', { name: 'The numbers' });
  await take('compare-running', async () => {
    await app.openPage('Compare');
    await setup.getByLabel('Tasks', { exact: true }).fill('40');
    await setup.getByLabel('Repeats', { exact: true }).fill('3');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/^Run [3-9] of/).waitFor({ timeout: 60_000 });
  });
  await take('compare-result', () => numbers.waitFor({ timeout: 60_000 }));
  await take('compare-numbers', () =>
    page.getByRole('region', { name: 'Result' }).evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    }),
  );
  await take('compare-list', () => page.getByRole('button', { name: 'Experiments', exact: true }).click());
}

async function takeRest(app, take) {
  const { page } = app;
  const escape = () => page.keyboard.press('Escape');
  await take('history', () => app.openPage('History'));
  await take('threads', () => app.openPage('How threads work'));
  await take('threads-end', () =>
    page
      .locator('main [role=region][tabindex]')
      .first()
      .evaluate((element) => {
        element.scrollTop = element.scrollHeight;
      }),
  );
  await take('settings', () => app.openPage('Settings'));
  await take('settings-found', () => page.getByRole('searchbox').fill('speed'));
  await take('settings-none', () => page.getByRole('searchbox').fill('nothing like it'), escape);
  await take('palette', () => page.keyboard.press('Control+k'), escape);
  await take('shortcuts', () => page.keyboard.press('Control+/'), escape);
  await take(
    'sidebar-folded',
    async () => {
      await app.openPage('Downloads');
      await page.getByRole('button', { name: 'Icons only' }).click();
    },
    () => page.getByRole('button', { name: 'Show page names' }).click(),
  );
  await take('notice', () =>
    app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0].webContents.send('notice', {
        code: 'no-space',
        message: 'The disk with /home/mia/mirror is full: 3.1 GB are missing.',
        retryable: true,
      });
    }),
  );
  await take('page-stopped', async () => {
    await app.openPage('Hash');
    await app.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0].webContents.send('jobs-changed', [
        { id: 1_000_000, kind: 'hash', state: 'done', label: 'broken', counts: null },
      ]);
    });
  });
}

/** The chosen job on its page. */
function shower(app) {
  return async (place, { id }) => {
    await app.openPage(place);
    await app.page.locator(`[data-job="${id}"]`).click();
    await delay(200);
  };
}

function chip(page, name) {
  return page.getByRole('group', { name: 'Show tasks' }).getByRole('button', { name }).click();
}
