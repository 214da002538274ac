/** Experiments in the window: from the click to the export, cancelled, side by side, and how threads work here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Experiment } from '../src/common/experiments/experiment';
import { findingOf, ratioText } from '../src/common/experiments/text';
import type { Settings } from '../src/common/model/settings';
import { text } from '../src/common/text/text';
import { CLAIMS, outcomeOf, threadsText } from '../src/renderer/lib/thread-claims';
import { expectAccessible } from './accessible';
import { answerDialogs, makeTree, openPage, read, test, type App } from './app';

/** Real runs, on a machine that may be busy with other things. */
const MOST_MS = 240_000;
test.setTimeout(2 * MOST_MS);

/** What is asked of the main process as the window itself does. */
function ask<Answer>(window: Page, name: string, input?: unknown): Promise<Answer> {
  return window.evaluate(
    async ([channel, value]) => {
      const { heddle } = globalThis as unknown as {
        heddle: { invoke(name: unknown, input: unknown): Promise<{ ok: boolean; value: unknown }> };
      };
      const reply = await heddle.invoke(channel, value);
      if (!reply.ok) throw new Error(JSON.stringify(reply));
      return reply.value;
    },
    [name, input] as const,
  ) as Promise<Answer>;
}

function setup(window: Page): Locator {
  return window.getByRole('region', { name: 'What is compared' });
}

function result(window: Page): Locator {
  return window.getByRole('region', { name: 'Result' });
}

const ALL_MODES = ['Sequential', 'Event loop', 'Thread per task', 'Thread pool'];

/** Of the Trace Event Format; `X` is a stretch of time. */
interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Choices {
  readonly work: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** All others are taken out. */
  readonly modes?: readonly string[];
}

async function choose(window: Page, { work, fields = {}, modes }: Choices): Promise<void> {
  await openPage(window, 'Compare');
  const form = setup(window);
  await form.getByRole('combobox', { name: 'Work' }).selectOption(work);
  for (const [name, value] of Object.entries(fields)) {
    await form.getByRole('textbox', { name, exact: true }).fill(value);
  }
  if (modes === undefined) return;
  for (const mode of ALL_MODES) {
    await form.getByRole('checkbox', { name: new RegExp(`^${mode}`, 'u') }).setChecked(modes.includes(mode));
  }
}

/** Until the experiment that is shown has a result. */
async function done(window: Page): Promise<void> {
  await expect(result(window).getByRole('region', { name: 'The numbers' })).toBeVisible({ timeout: MOST_MS });
}

/** Exports through the menu, with the dialog answered. */
async function exportAs({ electron, window }: App, entry: string, path: string): Promise<Buffer> {
  await answerDialogs(electron, [path]);
  await window.getByRole('button', { name: 'Export', exact: true }).click();
  await window.getByRole('menuitem', { name: entry }).click();
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText(
    `The experiment was exported as ${path}.`,
  );
  return read(path);
}

test('calls to a slow server, from the click to every export', async ({ app, folder }) => {
  const { window, complaints } = app;
  await openPage(window, 'Compare');
  await expect(result(window)).toContainText('Choose the work and the modes on the left');
  // A thread for each of so many calls would take longer than anybody waits.
  await expect(setup(window).getByRole('checkbox', { name: /^Thread per task/u })).not.toBeChecked();
  await expect(setup(window)).toContainText(/Takes about \d\d s in all\./u);
  await expectAccessible(window);

  await choose(window, {
    work: 'Calls to a slow server',
    fields: { 'Latency, ms': '10', Tasks: '8', 'In flight': '2', Repeats: '2' },
    modes: ALL_MODES,
  });
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  // It fills while it runs: which run of how many, the warm-up said to be one, the strips of now.
  await expect(result(window)).toContainText(/Run \d+ of 12: .*, warm-up/u);
  await expect(result(window).getByRole('progressbar')).toBeVisible();
  await expect(result(window).getByRole('img', { name: /^What each thread did\. /u })).toBeVisible();
  await done(window);

  const heading = result(window).getByRole('heading', { level: 2 });
  const headline = await heading.innerText();
  const bars = result(window).getByRole('list', { name: 'Wall time' }).getByRole('listitem');
  await expect(bars).toHaveCount(4);
  await expectAccessible(window);

  // Every strip can be reached, and says which task it is.
  const strips = result(window).getByRole('application');
  await strips.focus();
  await window.keyboard.press('ArrowRight');
  const told = result(window).getByRole('region', { name: 'What each thread did' }).getByRole('status');
  await expect(told).toContainText(/^Sequential, thread 1: .* and took /u);
  await window.keyboard.press('PageDown');
  await expect(told).toContainText(/^Event loop, thread 1: /u);
  await window.keyboard.press('+');
  await expect(window.getByRole('button', { name: 'Show all the time' })).toBeEnabled();
  await window.keyboard.press('0');
  await expect(window.getByRole('button', { name: 'Show all the time' })).toBeDisabled();

  const json = (await exportAs(app, 'Every run (JSON)…', join(folder, 'x.json'))).toString();
  const exported = JSON.parse(json) as Experiment;
  expect(findingOf(exported).headline).toBe(headline);
  await expect(result(window).getByText(findingOf(exported).detail, { exact: true })).toBeVisible();
  expect(exported.runs).toHaveLength(4 * 3);
  const [main] = exported.analysis?.ratios.filter(({ contender }) => contender === 3) ?? [];
  if (main === undefined) throw new Error('The pool was compared with nothing.');
  expect(`${headline} ${findingOf(exported).detail}`).toContain(ratioText(main));

  const csv = (await exportAs(app, 'Every run (CSV)…', join(folder, 'x.csv'))).toString();
  expect(csv.trim().split('\n')).toHaveLength(1 + exported.runs.length);
  for (const { wallMs } of exported.runs) expect(csv).toContain(String(wallMs));
  const html = (await exportAs(app, 'Page (HTML)…', join(folder, 'x.html'))).toString();
  expect(html).toContain(headline);
  const svg = (await exportAs(app, 'Picture (SVG)…', join(folder, 'x.svg'))).toString();
  const size = /^<svg[^>]* width="([\d.]+)"[^>]* height="([\d.]+)"/u.exec(svg.slice(svg.indexOf('<svg')));
  const png = await exportAs(app, 'Picture (PNG)…', join(folder, 'x.png'));
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  // Two pixels for each of the picture's own units, which need not be whole.
  expect(png.readUInt32BE(16)).toBe(2 * Math.round(Number(size?.[1])));
  expect(png.readUInt32BE(20)).toBe(2 * Math.round(Number(size?.[2])));
  const trace = (await exportAs(app, 'Trace, for Perfetto…', join(folder, 'x.trace.json'))).toString();
  // A process for each mode, and in it every task of the run that is shown.
  const { traceEvents } = JSON.parse(trace) as { readonly traceEvents: readonly TraceEvent[] };
  const processes = traceEvents.filter(({ name }) => name === 'process_name');
  expect(processes.map(({ args }) => args['name'])).toEqual(ALL_MODES);
  for (const { pid } of processes)
    expect(traceEvents.filter((event) => event.ph === 'X' && event.pid === pid)).toHaveLength(8);
  expect(complaints).toEqual([]);
});

test('computing; the best pool size is found and taken over; two experiments side by side', async ({
  app,
}) => {
  const { window, complaints } = app;
  await choose(window, {
    work: 'Computing',
    fields: { Tasks: '4', 'In flight': '2', Repeats: '2' },
    modes: ['Sequential', 'Event loop'],
  });
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  await done(window);
  const first = await result(window).getByRole('heading', { level: 2 }).innerText();
  await expect(window.getByRole('button', { name: 'Run again' })).toBeVisible();

  await choose(window, { work: 'Calls to a slow server', fields: { 'Latency, ms': '5', Tasks: '12' } });
  for (const size of ['1', '2', '4']) await setup(window).getByText(size, { exact: true }).click();
  await setup(window).getByRole('button', { name: 'Find the best pool size' }).click();
  await expect(result(window)).toContainText(/Run \d+ of 12: Thread pool/u);
  await done(window);
  await expect(result(window).getByRole('img', { name: /^Speed-up by pool size/u })).toBeVisible();
  // What is shown is the search: that is what can be done again; the modes are another experiment.
  await expect(setup(window).getByRole('button', { name: 'Search again' })).toBeEnabled();
  await expect(window.getByRole('button', { name: 'Compare the modes' })).toBeEnabled();
  await expectAccessible(window);
  const use = result(window).getByRole('button', { name: /^Use \d threads? for downloads$/u });
  const size = Number(/\d/u.exec(await use.innerText())?.[0]);
  await use.click();
  await expect(result(window)).toContainText(/Automatic now means \d threads? for downloads\./u);
  expect((await ask<Settings>(window, 'settings:get')).bestWorkers.download).toBe(size);
  const second = await result(window).getByRole('heading', { level: 2 }).innerText();

  await window.getByRole('button', { name: 'Experiments', exact: true }).click();
  const rows = window.getByRole('list', { name: 'Experiments' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText(second);
  await expect(rows.nth(1)).toContainText(first);
  await expectAccessible(window);
  for (const row of await rows.all()) await row.getByRole('checkbox').check();
  await window.getByRole('button', { name: 'Side by side' }).click();
  await expect(window.getByRole('article')).toHaveCount(2);
  await expect(window.getByRole('article').nth(0).getByRole('heading', { level: 2 })).toHaveText(first);
  await expect(window.getByRole('article').nth(1).getByRole('heading', { level: 2 })).toHaveText(second);
  await expectAccessible(window);

  await window.getByRole('button', { name: 'Back' }).click();
  await rows
    .nth(1)
    .getByRole('button', { name: /^Remove/u })
    .click();
  await window.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(rows).toHaveCount(1);
  await rows.getByRole('button', { name: second }).click();
  await done(window);
  expect(complaints).toEqual([]);
});

test('cancelled in the middle, an experiment has no result, and the next one can be run', async ({ app }) => {
  const { window, complaints } = app;
  await choose(window, {
    work: 'Calls to a slow server',
    fields: { 'Latency, ms': '50', Tasks: '400', 'In flight': '2', Repeats: '5' },
    modes: ['Sequential', 'Thread pool'],
  });
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(result(window)).toContainText(/Run 1 of 12: .*· [1-9]\d* of 400/u);
  // Computing, waiting and idle are told apart while the run goes on, not only when it has ended.
  const strips = result(window).getByRole('region', { name: 'What each thread did' });
  await expect(strips.getByRole('status')).toContainText('high where it computes and low where it waits');
  // So are the threads of the server: which connection asks it for what.
  const server = result(window).getByRole('region', { name: 'Built-in server' });
  await expect(server.getByRole('listitem')).toHaveCount(2);
  await expect(server.getByRole('listitem').first()).toContainText(/^S1connection 1: \/\d{6}\.bin/u);
  await expect(server.getByRole('img', { name: /^S1: busy \d+ %/u })).toBeVisible();
  await expect(result(window)).toContainText('Run 1 of 12');
  await expectAccessible(window);
  await window.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(result(window).getByRole('heading', { name: 'The experiment was cancelled' })).toBeVisible();
  await expect(result(window).getByRole('region', { name: 'The numbers' })).toBeHidden();
  await expect(server).toBeHidden();
  await expect(window.getByRole('button', { name: 'Export', exact: true })).toBeHidden();
  await setup(window).getByRole('textbox', { name: 'Repeats' }).fill('0');
  await expect(setup(window).getByRole('alert')).toHaveText(
    'The repeats must be a whole number from 1 to 50.',
  );
  await expect(window.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  for (const [name, value] of [
    ['Repeats', '1'],
    ['Tasks', '8'],
  ] as const) {
    await setup(window).getByRole('textbox', { name, exact: true }).fill(value);
  }
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  await done(window);
  expect(complaints).toEqual([]);
});

test('the work of a job that was run, and work described anew', async ({ app, folder }) => {
  const { window, complaints } = app;
  const source = join(folder, 'photos');
  mkdirSync(source);
  makeTree(source, 60);
  writeFileSync(join(source, 'one'), 'one');
  await ask(window, 'jobs:create', {
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [source],
    algorithms: ['sha256'],
    manifest: null,
  });
  await openPage(window, 'Hash');
  await expect(window.getByText('61 of 61')).toBeVisible();
  await window.getByRole('button', { name: 'More for photos' }).click();
  await window.getByRole('menuitem', { name: 'Compare modes with this work' }).click();
  await expect(setup(window)).toContainText('Hash · photos');
  for (const [name, value] of [
    ['Repeats', '2'],
    ['In flight', '2'],
  ] as const) {
    await setup(window).getByRole('textbox', { name, exact: true }).fill(value);
  }
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  await done(window);
  await expect(result(window)).toContainText('Hash · 61 files');

  await window.getByRole('button', { name: 'Run again' }).waitFor();
  await setup(window).getByRole('button', { name: 'Copy…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Work to compare: copy' });
  await answerDialogs(app.electron, [source]);
  await dialog
    .getByRole('button', { name: /folder/iu })
    .first()
    .click();
  await dialog.getByRole('textbox', { name: 'To' }).fill(join(folder, 'copy'));
  await expect(dialog.getByRole('radiogroup', { name: /^Sync/u })).toBeHidden();
  await dialog.getByRole('button', { name: 'Use this work' }).click();
  await expect(setup(window)).toContainText('Copy · photos');
  expect(complaints).toEqual([]);
});

test('how threads work here: each of the seven claims runs, and says what its own data say', async ({
  app,
}) => {
  const { window, complaints } = app;
  // What the page is told, kept here too: these runs are in no list, and removed once they have ended.
  await window.evaluate(() => {
    const page = globalThis as unknown as {
      heddle: { on(name: string, listener: (experiment: { state: string }) => void): void };
      ended: unknown[];
    };
    page.ended = [];
    page.heddle.on('experiment-changed', (experiment) => {
      if (experiment.state !== 'running') page.ended.push(experiment);
    });
  });
  const ended = (): Promise<Experiment[]> =>
    window.evaluate(() => (globalThis as unknown as { ended: Experiment[] }).ended);
  await openPage(window, 'How threads work');
  await expectAccessible(window);
  await expect(window.getByRole('button', { name: /^Run it here/u })).toHaveCount(7);
  expect(CLAIMS).toHaveLength(7);

  for (const claim of CLAIMS) {
    const title = text(`claim.${claim.id}.title`);
    const part = window.getByRole('region', { name: title, exact: true });
    await expect(part).toContainText(text(`claim.${claim.id}.claim`));
    await part.getByRole('button', { name: /^Run it here/u }).click();
    await expect(part.getByRole('list', { name: 'Wall time' })).toBeVisible();
    await expect(part.getByRole('button', { name: /^Run it again/u })).toBeEnabled({ timeout: MOST_MS });
    const experiment = (await ended()).at(-1);
    if (experiment === undefined) throw new Error(`${title}: nothing was told of its end.`);
    expect(experiment).toMatchObject({ state: 'done', error: null, request: claim.request });
    expect(experiment.runs).toHaveLength(2 * 6);

    const ratio = experiment.analysis?.ratios.find(({ contender }) => contender === 1);
    const measured = outcomeOf(claim, experiment);
    if (ratio === undefined || measured === null) throw new Error(`${title}: its modes were not compared.`);
    const outcome = part.getByRole('status');
    await expect(outcome).toContainText(measured.text);
    await expect(outcome).toContainText(`${ratioText(ratio)} as fast`);
    await expect(outcome).toContainText(
      ratio.verdict === claim.predicted
        ? 'As predicted'
        : /^(?:\W )?Not (?:as predicted|clear) on this machine/u,
    );
    await expect(outcome).toContainText(threadsText(experiment));
    await expect(outcome).toContainText('95 % interval');
  }
  expect(await ended()).toHaveLength(7);
  await expectAccessible(window);

  // Nothing of them is left among the experiments, and the page keeps what it has found.
  const { total } = await ask<{ total: number }>(window, 'experiments:list', { offset: 0, limit: 9 });
  expect(total).toBe(0);
  await openPage(window, 'Compare');
  await expect(result(window)).toContainText('Choose the work and the modes on the left');
  const outcomes = window.getByRole('status').filter({ hasText: '95 % interval' });
  await expect(outcomes).toHaveCount(0);
  await openPage(window, 'How threads work');
  await expect(outcomes).toHaveCount(7);
  expect(complaints).toEqual([]);
});
