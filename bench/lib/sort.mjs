// How long a list of a million rows takes to show its first rows by another column, what holds up the main process
// meanwhile, and the frames of the list as it is scrolled.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFile, mkdir } from 'node:fs/promises';
import { openApp } from '../../scripts/lib/app-window.mjs';
import { addEndedJob } from './million.mjs';

const TASKS = 1_000_000;
const COLUMNS = [
  'name',
  'source',
  'size',
  'digest',
  'progress',
  'speed',
  'time',
  'ended',
  'attempts',
  'worker',
  'state',
];

/** @param {string} electron its path */
export async function measureSort(electron, folder) {
  const dataDirectory = join(folder, 'sort');
  const files = join(folder, 'one');
  await mkdir(files);
  await writeFile(join(files, 'one.txt'), 'one');
  const first = await openApp(electron, dataDirectory);
  await first.ended(
    await first.request('jobs:create', {
      kind: 'hash',
      mode: 'pool',
      workers: null,
      paths: [files],
      algorithms: ['sha256'],
      manifest: null,
    }),
  );
  await first.electron.close();
  const jobId = addEndedJob(dataDirectory, TASKS);
  for (const title of ['Opened for the first time', 'Opened again']) {
    const app = await openApp(electron, dataDirectory);
    await app.openPage('Hash');
    await app.page.getByRole('button', { name: 'All 1,000,000' }).waitFor();
    process.stdout.write(`${title}\n`);
    await measureOnce(app, jobId, 'At once');
    await measureOnce(app, jobId, 'Again');
    await measureFrames(app);
    await app.electron.close();
  }
}

async function measureOnce(app, jobId, title) {
  await app.electron.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    globalThis.loopDelay = monitorEventLoopDelay({ resolution: 1 });
    globalThis.loopDelay.enable();
  });
  const times = [];
  for (const by of COLUMNS) {
    const ms = await app.page.evaluate(
      async ([id, column]) => {
        const startedAtMs = performance.now();
        const reply = await globalThis.heddle.invoke('tasks:page', {
          jobId: id,
          state: null,
          search: '',
          sort: { by: column, descending: true },
          offset: 0,
          limit: 100,
        });
        if (!reply.ok) throw new Error(reply.error.message);
        return performance.now() - startedAtMs;
      },
      [jobId, by],
    );
    times.push(`${by} ${ms.toFixed(0)}`);
  }
  const most = await app.electron.evaluate(() => globalThis.loopDelay.max / 1e6);
  process.stdout.write(`${title}, ms: ${times.join(', ')}; longest stall of main ${most.toFixed(0)} ms\n`);
  await delay(100);
}

/** Scrolls by the wheel's usual step in each frame, and jumps now and then, as the scroll bar does. */
async function measureFrames(app) {
  const { intervals, longTasks } = await app.page.evaluate(async () => {
    const { document, requestAnimationFrame } = globalThis;
    const grid = document.querySelector('[role=grid][aria-label=Tasks]');
    const longTasks = [];
    const observer = new PerformanceObserver((list) => {
      longTasks.push(...list.getEntries().map(({ duration }) => duration));
    });
    observer.observe({ type: 'longtask' });
    const intervals = [];
    let last = await new Promise((done) => requestAnimationFrame(done));
    for (let step = 0; step < 600; step++) {
      grid.scrollTop += step % 100 === 99 ? grid.scrollHeight / 8 : 120;
      const now = await new Promise((done) => requestAnimationFrame(done));
      intervals.push(now - last);
      last = now;
    }
    observer.disconnect();
    return { intervals, longTasks };
  });
  intervals.sort((left, right) => left - right);
  const at = (share) => intervals[Math.floor(share * (intervals.length - 1))].toFixed(1);
  const mean = intervals.reduce((sum, interval) => sum + interval, 0) / intervals.length;
  process.stdout.write(
    `Scrolling, ms between frames: median ${at(0.5)}, 95 % ${at(0.95)}, most ${at(1)}, ${(1000 / mean).toFixed(0)} a second; ` +
      `tasks of the page over 50 ms: ${longTasks.length}\n`,
  );
}
