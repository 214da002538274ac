// One case: every contestant in every round, or an experiment of Heddle's own.
import { readFileSync } from 'node:fs';
import { say } from '../../scripts/lib/root.mjs';
import { measure } from './measure.mjs';
import { ratios, shuffled, summarise } from './results.mjs';
import { FLOOR } from './tables.mjs';
import { judge } from './wishes.mjs';

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {boolean} [own] Heddle
 * @property {readonly string[]} command
 * @property {string} [needs] a tool that has to be installed
 * @property {number} [status] what it has to end with (0)
 * @property {string} [output] a file for its standard output
 * @property {number} [tasks] see {@link summarise}
 */

/**
 * @param each `id`, `group`, `title`, `wishes`, `isLong` (half as many runs, and no round before them) and
 * `prepare(shop)`, which gives one of
 * - `contestants`; `before()` and `after(contestant)` around each run, where `after` throws if the work was not done;
 *   `finish()` at the end; `server`: what answers; `where`: of what is written
 * - `experiment(repeats)`: a command that prints what `heddle compare --json` prints, and `tasks`
 * - `leftOut`: why it cannot be measured here
 *
 * @param {{ repeats: number, quick?: boolean }} choice `quick`: without contestants that no wish is about
 */
export async function runCase(each, shop, tools, { repeats, quick = false }) {
  const counted = each.isLong ? Math.max(1, Math.floor(repeats / 2)) : repeats;
  const prepared = await each.prepare(shop);
  const { server = null, where, leftOut } = prepared;
  let summaries = [];
  if (prepared.experiment !== undefined) summaries = await runExperiment(each, prepared, shop, counted);
  else if (leftOut === undefined) {
    const isAbout = quick && each.wishes.length > 0 ? namesIn(each.wishes) : () => true;
    const contestants = prepared.contestants
      .filter(({ needs }) => needs === undefined || needs in tools)
      .filter(({ name }) => name === FLOOR || isAbout(name));
    summaries = await runRounds(each, { ...prepared, contestants }, shop, counted);
  }
  await prepared.finish?.();
  shop.tidy();
  return {
    id: each.id,
    group: each.group,
    title: each.title,
    server: server === 'nginx' ? `nginx ${tools.nginx}` : server,
    ...(counted < repeats ? { repeats: counted } : {}),
    ...(where === undefined ? {} : { where }),
    ...(leftOut === undefined ? {} : { leftOut }),
    contestants: summaries,
    ratios: ratios(summaries),
    wishes: judge(each.wishes, summaries),
  };
}

/** @returns whether a wish is about a contestant of that name */
function namesIn(wishes) {
  const names = new Set(wishes.flatMap(({ own, peer, peers = [] }) => [own, peer, ...peers]));
  return (name) => names.has(name);
}

/** Every contestant once in each round, in an order of the round's own. */
async function runRounds(each, { contestants, before, after }, shop, counted) {
  const runs = new Map(contestants.map(({ name }) => [name, []]));
  let ordinal = 0;
  for (let round = each.isLong ? 1 : 0; round <= counted; round++) {
    for (const contestant of shuffled(contestants)) {
      say(`${each.id}: ${contestant.name}, ${round < 1 ? 'to warm up' : `${round} of ${counted}`}`);
      await before();
      const { output, status } = contestant;
      const place = { report: shop.path('time'), cwd: shop.folder, output, status };
      const run = await measure(contestant.command, place);
      await after(contestant);
      if (round > 0) runs.get(contestant.name).push({ round, ordinal: ordinal++, ...rounded(run) });
    }
  }
  await before();
  return contestants.map((contestant) => summarise(contestant, runs.get(contestant.name)));
}

/** It takes its modes in turn by itself. */
async function runExperiment({ id }, { experiment, tasks }, shop, repeats) {
  say(`${id}: ${repeats} of each`);
  const output = shop.path('experiment');
  await measure(experiment(repeats), { report: shop.path('time'), cwd: shop.folder, output });
  return modesOf(readFileSync(output, 'utf8'), tasks);
}

/**
 * @param {string} text what `heddle compare --json` prints
 * @param {number} tasks that it must have run
 * @returns the modes as contestants; one by one is what the others stand beside
 */
export function modesOf(text, tasks) {
  const result = JSON.parse(text);
  if (result.type !== 'comparison' || result.tasks !== tasks)
    throw new Error(`an experiment of ${result.tasks} tasks, not of ${tasks}`);
  return result.modes.map(({ mode, runsMs, cpuMs, peakRssBytes }) =>
    summarise(
      { name: mode, own: mode !== 'sequential', tasks },
      runsMs.map((wallMs, index) => ({ round: index + 1, wallMs, cpuMs, peakBytes: peakRssBytes })),
    ),
  );
}

function rounded({ wallMs, ...run }) {
  return { wallMs: Math.round(wallMs * 10) / 10, ...run };
}
