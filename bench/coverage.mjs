/**
 * How often the intervals of `src/engine/experiments/statistics.ts` hold the truth, by simulation: `node bench/coverage.mjs`.
 *
 * Times are drawn as runs on one machine scatter, and the truth is known: both contenders are equally fast. The table of
 * `docs/statistics.md` is what this prints. `node bench/coverage.mjs 500` makes fewer experiments of each.
 */
import { median } from '../src/common/experiments/median.ts';
import { medianInterval, ratioInterval } from '../src/engine/experiments/statistics.ts';

const EXPERIMENTS = Number(process.argv[2] ?? 4000);
const RUNS = [2, 3, 5, 7, 10, 20];
/** Standard deviation of logarithms: runs scatter by 4 %. */
const SPREAD = 0.04;

let state = 20_250_101;
/** Mulberry32: the table is the same each time. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const exponential = () => -Math.log(1 - random());
const normal = () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * random());

const none = () => 0;
/** Of logarithms, medians 0: what a run has of its own, and how the machine changes from one run to the next. */
const NOISES = {
  'log-normal': { own: () => SPREAD * normal(), step: none },
  // Student's t with 2 degrees of freedom has no variance: runs far off the others are common.
  'heavy tail': { own: () => (SPREAD * normal()) / Math.sqrt(exponential()), step: none },
  // Never faster than the work allows, at times much slower.
  skewed: { own: () => 1.5 * SPREAD * (exponential() - Math.LN2), step: none },
  // The machine grows slower and faster: a random walk over all runs, in their shuffled order.
  drift: { own: () => SPREAD * normal(), step: () => 0.5 * SPREAD * normal() },
};

/** Runs of two contenders, a round after the other, each round in random order. */
function draw({ own, step }, runs) {
  const times = [[], []];
  let machine = 0;
  for (let round = 0; round < runs; round++) {
    const first = random() < 0.5 ? 0 : 1;
    for (const contender of [first, 1 - first]) {
      machine += step();
      times[contender].push(Math.exp(machine + own()));
    }
  }
  return times;
}

/** The plain percentile bootstrap, for comparison. */
function plainInterval(reference, contender) {
  const resample = (values) => median(values.map(() => values[Math.floor(random() * values.length)]));
  const ratios = Array.from({ length: 800 }, () => resample(reference) / resample(contender));
  ratios.sort((a, b) => a - b);
  return { low: ratios[19], high: ratios[780] };
}

const holds = ({ low, high }, truth = 1) => low <= truth && high >= truth;
const percent = (count, of) => `${((100 * count) / of).toFixed(1)} %`;

console.log('| noise | runs | plain percentile | median | ratio | sees 10 % | sees 30 % | width |');
console.log('| --- | --: | --: | --: | --: | --: | --: | --: |');
for (const [name, noise] of Object.entries(NOISES)) {
  for (const runs of RUNS) {
    const count = { plain: 0, median: 0, ratio: 0, small: 0, large: 0 };
    const plainExperiments = Math.ceil(EXPERIMENTS / 4);
    const widths = [];
    for (let i = 0; i < EXPERIMENTS; i++) {
      const [reference, contender] = draw(noise, runs);
      const ratio = ratioInterval(reference, contender);
      if (holds(ratio)) count.ratio++;
      // Any other truth only shifts the logarithms.
      if (ratio.low * 1.1 > 1) count.small++;
      if (ratio.low * 1.3 > 1) count.large++;
      widths.push(ratio.high / ratio.low);
      if (holds(medianInterval(reference))) count.median++;
      if (i < plainExperiments && holds(plainInterval(reference, contender))) count.plain++;
    }
    widths.sort((a, b) => a - b);
    const cells = [
      name,
      runs,
      percent(count.plain, plainExperiments),
      // A machine that drifts has no one median to hold.
      name === 'drift' ? '–' : percent(count.median, EXPERIMENTS),
      percent(count.ratio, EXPERIMENTS),
      percent(count.small, EXPERIMENTS),
      percent(count.large, EXPERIMENTS),
      `× ${widths[EXPERIMENTS >> 1].toFixed(2)}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
