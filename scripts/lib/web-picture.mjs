// The window in the system's Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright';
import { windowIn } from './app-window.mjs';
import { electronFlags } from './electron-flags.mjs';
import { root } from './root.mjs';
import { listDownloads } from './sample-jobs.mjs';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const WAIT_MS = 15_000;

/**
 * Takes a picture of a job that runs.
 *
 * @param {string} folder for its files and jobs
 * @param {Awaited<ReturnType<import('./sample-server.mjs').startServer>>} server
 * @param {string} out the folder for pictures
 */
export async function takeWeb(folder, server, out) {
  const cli = join(root, 'out/main/cli.cjs');
  const args = ['web', '--port', '0', '--root', folder, '--data-dir', join(folder, 'web-data')];
  const heddle = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await chromium.launch({
    executablePath: PATHS.find((path) => existsSync(path)),
    args: electronFlags(),
  });
  try {
    const [link] = await once(heddle.stdout, 'data');
    const page = await browser.newPage({ viewport: { width: 1320, height: 860 }, colorScheme: 'dark' });
    await page.goto(String(link).trim());
    const app = windowIn(page);
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    const { urls, download } = listDownloads(app, folder, server);
    await app.ended(await download('tiles.txt', urls(400, 60)));
    await app.ended(await download('papers.txt', [...urls(60, 0), `${server.url}/gone/1428.webp`]));
    await download('mirror.txt', urls(20_000, 500), { workers: 8 });
    // Long enough for the strips to have a past.
    await delay(WAIT_MS);
    await page.screenshot({ path: join(out, 'web-dark.png') });
  } finally {
    await browser.close();
    heddle.kill('SIGINT');
    await once(heddle, 'exit');
  }
}
