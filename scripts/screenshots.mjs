// `npm run screenshots`: the pictures in docs/screenshots, taken of the real app at real work.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openApp } from './lib/app-window.mjs';
import { buildIfStale } from './lib/build.cjs';
import { root, say } from './lib/root.mjs';
import { startServer } from './lib/sample-server.mjs';
import { ensureSystemLibraries, ensureTestPackages } from './lib/system-packages.mjs';
import { startVirtualDisplay } from './lib/virtual-display.mjs';
import { ensureElectron } from './electron-runtime.mjs';

const KINDS = ['Downloads', 'Hash', 'Copy'];
const out = join(root, 'docs/screenshots');

async function makeWork(app, folder, server) {
  const urls = (count, from) =>
    Array.from({ length: count }, (_, index) => `${server.url}/${server.name(from + index)}`);
  const job = (request) => app.request('jobs:create', { workers: null, mode: 'pool', ...request });
  const download = (label, list, extra = {}) =>
    writeFile(join(folder, label), list.join('\n')).then(() =>
      job({
        kind: 'download',
        urls: [],
        text: null,
        listFiles: [join(folder, label)],
        directory: join(folder, 'mirror', label.replace('.txt', '')),
        ...extra,
      }),
    );
  await idle(app, await download('papers.txt', urls(60, 0), { mode: 'sequential' }));
  await idle(app, await download('tiles.txt', [...urls(400, 60), `${server.url}/gone/1428.webp`]));
  const files = join(folder, 'mirror');
  await idle(app, await job({ kind: 'hash', paths: [files], algorithms: ['sha256'], manifest: null }));
  await idle(app, await job({ kind: 'copy', sources: [files], destination: join(folder, 'backup') }));
  const mirror = urls(4000, 500).map((url, index) =>
    index % 401 === 400 ? `${server.url}/gone/${index}.webp` : url,
  );
  await download('mirror.txt', mirror, { workers: 8 });
}

/** Until the job stands still. */
async function idle(app, { id }) {
  for (;;) {
    const { jobs } = await app.request('jobs:list', { kind: null, offset: 0, limit: 100 });
    if (jobs.find((job) => job.id === id).endedAtMs !== null) return;
    await delay(100);
  }
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
  await page.emulateMedia({ colorScheme: 'dark' });
  await app.openPage('Downloads');
  await page.getByRole('button', { name: 'New download', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  await shot('new-download-dark');
  await page.keyboard.press('Escape');
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
  try {
    const app = await openApp(electron, join(folder, 'data'));
    await makeWork(app, folder, server);
    await takeAll(app);
    await app.electron.close();
  } finally {
    await server.close();
    await display.stop();
    await rm(folder, { recursive: true, force: true });
  }
  say(`Pictures of every page are in ${out}`);
  return 0;
}

process.exitCode = await main();
