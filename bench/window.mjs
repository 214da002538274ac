// `npm run bench:window`: from the click to the first task of a small job; then the app with jobs of 100,000 tasks, when
// their first task runs, how free the main process stays, and how many frames a second the list keeps while it is
// scrolled. `-- --clicks` measures the first alone; `-- --cost` how soon the window is usable, and its memory.
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openApp } from '../scripts/lib/app-window.mjs';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { startVirtualDisplay } from '../scripts/lib/virtual-display.mjs';
import { ensureElectron } from '../scripts/electron-runtime.mjs';
import { serveBodies } from './lib/bodies.mjs';
import { measureCost } from './lib/app-cost.mjs';
import { measureSort } from './lib/sort.mjs';
import { TASKS as FEW_TASKS, measureFirstTasks } from './lib/first-task.mjs';

const TASKS = 100_000;

async function measure(app, title, page, request) {
  await app.openPage(page);
  await app.electron.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    globalThis.loopDelay = monitorEventLoopDelay({ resolution: 1 });
    globalThis.loopDelay.enable();
  });
  const startedAtMs = performance.now();
  const { id } = await app.request('jobs:create', { mode: 'pool', workers: null, ...request });
  const find = async () => {
    const { jobs } = await app.request('jobs:list', { kind: request.kind, offset: 0, limit: 10 });
    return jobs.find((job) => job.id === id);
  };
  let firstMs = null;
  while (firstMs === null) {
    const { counts } = await find();
    if (counts.running + counts.done > 0) firstMs = performance.now() - startedAtMs;
  }
  await delay(3000);
  const frames = await scroll(app.page);
  let job = await find();
  while (job.endedAtMs === null) {
    await delay(200);
    job = await find();
  }
  const loop = await app.electron.evaluate(() => {
    const { loopDelay } = globalThis;
    loopDelay.disable();
    return {
      p50: loopDelay.percentile(50) / 1e6,
      p99: loopDelay.percentile(99) / 1e6,
      max: loopDelay.max / 1e6,
    };
  });
  const ms = (value) => `${value.toFixed(1)} ms`;
  process.stdout.write(
    [
      `${title}: ${job.counts.done} done, ${job.counts.failed} failed in ${(job.elapsedMs / 1000).toFixed(1)} s`,
      `  first task runs after ${(firstMs / 1000).toFixed(2)} s`,
      `  event loop delay of the main process: median ${ms(loop.p50)}, p99 ${ms(loop.p99)}, most ${ms(loop.max)}`,
      `  list while scrolled: ${frames.rate.toFixed(0)} frames a second, ${frames.blank} of ${frames.seen} frames with a blank row`,
      '',
    ].join('\n'),
  );
}

/** Scrolls through the whole list and looks at every frame that is drawn. */
async function scroll(page) {
  return page.evaluate(async () => {
    const grid = document.querySelector('[role=grid][aria-label=Tasks]');
    const startedAtMs = performance.now();
    let seen = 0;
    let blank = 0;
    for (let step = 0; step < 200; step++) {
      grid.scrollTop += step % 50 === 49 ? grid.scrollHeight / 6 : 400;
      await new Promise((done) => requestAnimationFrame(done));
      seen += 1;
      const rows = [...grid.querySelectorAll('[role=row][id]')].map((row) => row.getBoundingClientRect());
      const box = grid.getBoundingClientRect();
      const covered = rows.filter((row) => row.bottom > box.top + 31 && row.top < box.bottom);
      if (covered.length < Math.floor((box.height - 31) / 31)) blank += 1;
    }
    return { seen, blank, rate: (seen * 1000) / (performance.now() - startedAtMs) };
  });
}

async function makeFiles(folder, count) {
  const perFolder = Math.ceil(count / 100);
  for (let index = 0; index < count; index++) {
    const directory = join(folder, `part-${Math.floor(index / perFolder)}`);
    if (index % perFolder === 0) await mkdir(directory, { recursive: true });
    writeFileSync(join(directory, `${index}.bin`), `heddle ${index}`);
  }
  return folder;
}

const urlsOf = (url, count) => Array.from({ length: count }, (_, index) => `${url}/${index}.bin`);

async function measureLarge(app, folder, url) {
  await measure(app, `Hash ${TASKS} files`, 'Hash', {
    kind: 'hash',
    paths: [await makeFiles(join(folder, 'files'), TASKS)],
    algorithms: ['sha256'],
    manifest: null,
  });
  await measure(app, `Download ${TASKS} URLs`, 'Downloads', {
    kind: 'download',
    urls: [],
    text: urlsOf(url, TASKS).join('\n'),
    listFiles: [],
    directory: join(folder, 'target'),
  });
}

const { values } = parseArgs({
  options: {
    clicks: { type: 'boolean', default: false },
    cost: { type: 'boolean', default: false },
    sort: { type: 'boolean', default: false },
  },
});
if (!buildIfStale()) process.exit(1);
const folder = await mkdtemp(join(tmpdir(), 'heddle-bench-'));
const { server, url } = await serveBodies();
const display = process.platform === 'linux' ? await startVirtualDisplay() : null;
if (display !== null) process.env.DISPLAY = display.display;
let app = null;
try {
  const electron = await ensureElectron();
  if (values.cost) await measureCost(electron, folder, url);
  else if (values.sort) await measureSort(electron, folder);
  else {
    app = await openApp(electron, join(folder, 'data'));
    await measureFirstTasks(app, {
      makeFiles: () => makeFiles(join(folder, 'few'), FEW_TASKS),
      urls: urlsOf(url, FEW_TASKS),
      folder,
    });
    if (!values.clicks) await measureLarge(app, folder, url);
  }
} finally {
  await app?.electron.close();
  server.closeAllConnections();
  server.close();
  await display?.stop();
  await rm(folder, { recursive: true, force: true });
}
