// How long the app takes to be usable, and how much memory it has: with nothing to do, and with a million tasks.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openApp } from '../../scripts/lib/app-window.mjs';

const STARTS = 5;
const MANY_TASKS = 1_000_000;
/** Longer than the app needs to give back what starting took. */
const SETTLE_MS = 10_000;

/** @param {string} electron its path */
export async function measureCost(electron, folder, url) {
  const starts = [];
  for (let start = 0; start < STARTS; start++) {
    const app = await openApp(electron, join(folder, 'cost'));
    starts.push(await usableAfterMs(app));
    await app.electron.close();
  }
  starts.sort((left, right) => left - right);
  process.stdout.write(
    `Usable after ${starts.map((ms) => ms.toFixed(0)).join(', ')} ms (median ${starts[2].toFixed(0)})\n`,
  );
  const app = await openApp(electron, join(folder, 'cost'));
  await delay(SETTLE_MS);
  const idle = await memoryOf(app);
  say('Idle', idle);
  const list = join(folder, 'million.txt');
  await writeFile(list, Array.from({ length: MANY_TASKS }, (_, index) => `${url}/${index}.bin`).join('\n'));
  const { id } = await app.request('jobs:create', {
    kind: 'download',
    mode: 'pool',
    workers: null,
    urls: [],
    text: null,
    listFiles: [list],
    directory: join(folder, 'million'),
  });
  const find = async () =>
    (await app.request('jobs:list', { kind: 'download', offset: 0, limit: 1 })).jobs[0];
  while (!(await find()).planned) await delay(200);
  say('With a million tasks, running', await memoryOf(app), idle);
  await app.request('jobs:pause', { jobId: id });
  await delay(SETTLE_MS);
  say('With a million tasks, paused', await memoryOf(app), idle);
  await app.request('jobs:cancel', { jobId: id });
  await app.electron.close();
}

/** From the start of the process until the window shows the page with what can be done on it. */
async function usableAfterMs({ electron, page }) {
  await page.getByRole('button', { name: 'New download', exact: true }).waitFor();
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const paintedAtMs = await page.evaluate(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return performance.timeOrigin + paint.startTime;
  });
  const startedAtMs = await electron.evaluate(() => process.getCreationTime());
  return paintedAtMs - startedAtMs;
}

/** Megabytes of all processes by type; what they share is counted once (Pss, proc_pid_smaps_rollup). */
async function memoryOf({ electron }) {
  const processes = await electron.evaluate(({ app }) =>
    app.getAppMetrics().map(({ pid, type, name }) => ({ pid, type: name ?? type })),
  );
  const parts = new Map();
  for (const { pid, type } of processes) {
    const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    parts.set(type, (parts.get(type) ?? 0) + Number(kilobytes) / 1000);
  }
  return parts;
}

function sum(parts) {
  return [...parts.values()].reduce((total, part) => total + part, 0);
}

function say(title, parts, before) {
  const all = [...parts].map(([type, megabytes]) => `${type} ${megabytes.toFixed(0)}`).join(', ');
  const more = before === undefined ? '' : `, ${(sum(parts) - sum(before)).toFixed(0)} MB over idle`;
  process.stdout.write(`${title}: ${sum(parts).toFixed(0)} MB${more} (${all})\n`);
}
