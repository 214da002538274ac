// How long it takes in the window from the click that starts a job to its first task.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from './statistics.mjs';

const CLICKS = 8;
export const TASKS = 200;
/** More than any of the jobs has, and what one page may have at most. */
const ROWS = 500;
export const WISHED_MS = 100;
/** Nobody fills in a dialog faster. */
const DIALOG_MS = 1000;
const LOOK_AGAIN_MS = 20;

/** Each opens its dialog, fills it in, and gives the button that starts. */
const STARTS = {
  hash: async (app, { files }) => {
    const dialog = await openDialog(app, 'Hash', 'New hash');
    await choose(app, dialog, files);
    return dialog.getByRole('button', { name: 'Hash', exact: true });
  },
  copy: async (app, { files, target }) => {
    const dialog = await openDialog(app, 'Copy', 'New copy');
    await choose(app, dialog, files);
    await dialog.getByRole('textbox', { name: 'To' }).fill(target);
    return dialog.getByRole('button', { name: 'Copy', exact: true });
  },
  download: async (app, { urls, target }) => {
    const dialog = await openDialog(app, 'Downloads', 'New download');
    await dialog.getByLabel(/^Addresses/u).fill(urls.join('\n'));
    await dialog.getByRole('textbox', { name: 'Save in' }).fill(target);
    return dialog.getByRole('button', { name: /^Download \d/u });
  },
};

async function openDialog({ page, openPage }, name, button) {
  await openPage(name);
  await page.getByRole('button', { name: button, exact: true }).click();
  return page.getByRole('dialog');
}

/** Answers the system's dialog with a folder. */
async function choose({ electron }, dialog, folder) {
  await electron.evaluate(({ dialog: native }, path) => {
    native.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, folder);
  await dialog
    .getByRole('button', { name: /folder/iu })
    .first()
    .click();
}

/** Keeps when the mouse button was last released, as the window saw it: ms since the epoch, the clock of tasks too. */
function watchClicks(page) {
  return page.evaluate(() => {
    globalThis.addEventListener(
      'pointerup',
      (event) => {
        globalThis.clickedAtMs = performance.timeOrigin + event.timeStamp;
      },
      { capture: true },
    );
  });
}

/** @returns {Promise<object>} the job, when it has ended */
async function newJob({ request }, kind, known) {
  for (;;) {
    const { jobs } = await request('jobs:list', { kind, offset: 0, limit: 100 });
    const job = jobs.find(({ id }) => !known.has(id));
    if (job !== undefined && job.endedAtMs !== null) return job;
    await delay(LOOK_AGAIN_MS);
  }
}

/**
 * @param {number} clickedAtMs
 * @param {readonly { startedAtMs: number | null }[]} rows of all its tasks
 * @returns {number} ms until the first of them began
 */
export function firstAfter(clickedAtMs, rows) {
  const started = rows.map(({ startedAtMs }) => startedAtMs).filter((each) => each !== null);
  if (started.length === 0) throw new Error('no task has begun');
  const waitedMs = Math.min(...started) - clickedAtMs;
  if (waitedMs < 0) throw new Error('a task began before the click: these are two clocks');
  return waitedMs;
}

async function click(app, kind, work) {
  const { jobs } = await app.request('jobs:list', { kind, offset: 0, limit: 100 });
  const start = await STARTS[kind](app, work);
  await delay(DIALOG_MS);
  await start.click();
  const job = await newJob(app, kind, new Set(jobs.map(({ id }) => id)));
  // Copying has folders to make besides.
  if (job.counts.done < TASKS) throw new Error(`${job.counts.done} of ${TASKS} tasks are done`);
  const query = { jobId: job.id, state: null, search: '', offset: 0, limit: ROWS };
  const { rows } = await app.request('tasks:page', query);
  return firstAfter(await app.page.evaluate(() => globalThis.clickedAtMs), rows);
}

/** `hash: 240 ms at the first click, then 80 ms (60 – 95)…` */
export function firstTaskText(kind, [first, ...later]) {
  const ms = (value) => value.toFixed(0);
  const middle = median(later);
  const met = middle < WISHED_MS ? 'met' : 'not met';
  return (
    `${kind}: ${ms(first)} ms at the first click, then ${ms(middle)} ms ` +
    `(${ms(Math.min(...later))} – ${ms(Math.max(...later))}); ${met}: less than ${WISHED_MS} ms`
  );
}

/**
 * Clicks and prints.
 *
 * @param app see `openApp`
 * @param {{ makeFiles(): Promise<string>, urls: readonly string[], folder: string }} work makes {@link TASKS} files
 *   anew, so that no digest is known; as many URLs; where targets go
 */
export async function measureFirstTasks(app, { makeFiles, urls, folder }) {
  await watchClicks(app.page);
  process.stdout.write(
    `From the click to the first of ${TASKS} tasks, the dialog open for ${DIALOG_MS} ms:\n`,
  );
  for (const kind of Object.keys(STARTS)) {
    const waits = [];
    for (let each = 0; each < CLICKS; each++) {
      const files = await makeFiles();
      waits.push(await click(app, kind, { files, urls, target: join(folder, `${kind}-${each}`) }));
    }
    process.stdout.write(`  ${firstTaskText(kind, waits)}\n`);
  }
}
