/**
 * How often the intervals of `src/engine/compare/statistics.ts` hold the truth, by simulation: `node bench/coverage.mjs`.
 *
 * Times are drawn as runs of one machine scatter: log-normal, with a heavy tail (now and then a run is much slower), and
 * with drift (each round is slower or faster as a whole, as when another program runs). The table of
 * `docs/statistics.md` is what this prints.
 */
import { medianInterval, ratioInterval } from '../src/engine/compare/statistics.ts';

const EXPERIMENTS = Number(process.argv[2] ?? 4000);
const SPREAD = 0.04;

let state = 20_250_101;
/** Mulberry32. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
function normal() {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Each makes the logarithms of one contender's noise, given what its rounds share. Medians are 0. */
const NOISES = {
  'log-normal': { round: () => 0, run: () => SPREAD * normal() },
  'heavy tail': {
    round: () => 0,
    // Student's t with 2 degrees of freedom: no variance. Runs ten times off the usual scatter are common.
    run: () => (SPREAD * normal()) / Math.sqrt(-Math.log(1 - random())),
  },
  skewed: {
    round: () => 0,
    // Never faster than the work allows, sometimes much slower: exponential, its median at 0.
    run: () => SPREAD * 1.5 * (-Math.log(1 - random()) - Math.LN2),
  },
  drift: { round: () => 2 * SPREAD * normal(), run: () => SPREAD * normal() },
};

console.log(
  '| noise | runs | median held | ratio held | null: `no difference` | 10 % faster seen | 30 % seen | width of ratio |',
);
console.log('| --- | --: | --: | --: | --: | --: | --: | --: |');
for (const [name, noise] of Object.entries(NOISES)) {
  for (const runs of [2, 3, 4, 5, 7, 10, 20]) {
    let medianHeld = 0,
      held = 0,
      none = 0,
      seen = 0,
      seen30 = 0;
    const widths = [];
    for (let i = 0; i < EXPERIMENTS; i++) {
      const rounds = Array.from({ length: runs }, () => noise.round());
      const draw = () => rounds.map((shared) => Math.exp(shared + noise.run()));
      const reference = draw();
      const contender = draw();
      const own = medianInterval(reference);
      if (own.low <= 1 && own.high >= 1) medianHeld++;
      const { low, high } = ratioInterval(reference, contender);
      if (low <= 1 && high >= 1) none++;
      // The truth of a ratio is 1 here; any other only shifts logarithms.
      if (low <= 1 && high >= 1) held++;
      if (low * 1.1 > 1) seen++;
      if (low * 1.3 > 1) seen30++;
      widths.push(high / low);
    }
    widths.sort((a, b) => a - b);
    const percent = (count) => `${((100 * count) / EXPERIMENTS).toFixed(1)} %`;
    console.log(
      `| ${[name, runs, percent(medianHeld), percent(held), percent(none), percent(seen), percent(seen30), `× ${widths[EXPERIMENTS >> 1].toFixed(2)}`].join(' | ')} |`,
    );
  }
}
