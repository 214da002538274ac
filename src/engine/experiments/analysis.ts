/** What the runs of an experiment say. */
import {
  MOST_REPEATS,
  referenceOf,
  type Contender,
  type ContenderResult,
  type ExperimentAnalysis,
  type ExperimentRun,
  type Ratio,
} from '../../common/experiments/experiment';
import type { Mode } from '../../common/model/jobs';
import { BUSY_SHARE, countedRuns, otherWorkShare } from '../../common/experiments/results';
import { contenderNames } from '../../common/experiments/text';
import { median } from '../../common/experiments/median';
import { formatDuration } from '../../common/model/units';
import { scalingOf } from './scaling';
import { medianInterval, outliers, ratioInterval, verdictOf } from './statistics';

/** Fewer counted runs than this tell little: five is where the interval is the bootstrap's alone. */
const ENOUGH_RUNS = 5;

/** An interval that reaches this far from its middle, either way, is called wide. */
const WIDE = 0.1;

/** What more repeats are to bring an interval down to, where there is no difference to find. */
const NARROW = 0.05;

/** @param runs all of them; warm-ups count for nothing. Each contender has a counted run at least */
export function analyse(
  contenders: readonly Contender[],
  runs: readonly ExperimentRun[],
): ExperimentAnalysis {
  const counted = contenders.map((_, contender) => countedRuns(runs, contender));
  const walls = counted.map((own) => own.map((run) => Math.max(run.wallMs, Number.MIN_VALUE)));
  const without = walls.findIndex((own) => own.length === 0);
  if (without >= 0) throw new Error(`Contender ${without} has no counted run.`);

  const compare = (contender: number, against: number): Ratio => {
    const own = walls[contender] ?? [];
    const other = walls[against] ?? [];
    const interval = ratioInterval(other, own);
    const verdict = verdictOf(interval);
    return { contender, against, ratio: median(other) / median(own), ...interval, verdict };
  };

  const reference = referenceOf(contenders);
  const ratios = pairs(contenders, reference).map(([contender, against]) => compare(contender, against));
  return {
    reference,
    results: walls.map((own, contender) => resultOf(contender, own, counted[contender] ?? [])),
    ratios,
    ...sizesOf(contenders, walls),
    cautions: [
      ...cautionsOf(contenders, walls, ratios),
      ...disturbances(runs),
      ...startCautions(contenders, counted),
    ],
  };
}

/** Which contender is told against which. */
function pairs(contenders: readonly Contender[], reference: number): [number, number][] {
  const all = contenders.flatMap((_, contender): [number, number][] =>
    contender === reference ? [] : [[contender, reference]],
  );
  for (const mode of ['event-loop', 'thread-per-task'] satisfies Mode[]) {
    const other = contenders.findIndex((each) => each.mode === mode);
    const size = contenders[other]?.size;
    const same = contenders.findIndex((each) => each.mode === 'pool' && each.size === size);
    const pool = same >= 0 ? same : contenders.findIndex((each) => each.mode === 'pool');
    if (other >= 0 && pool >= 0 && other !== reference) all.push([pool, other]);
  }
  return all;
}

function resultOf(
  contender: number,
  walls: readonly number[],
  runs: readonly ExperimentRun[],
): ContenderResult {
  const { low, high } = medianInterval(walls);
  return {
    contender,
    medianMs: median(walls),
    lowMs: low,
    highMs: high,
    outliers: outliers(walls).flatMap((index) => runs[index]?.id ?? []),
  };
}

/** Pool sizes against each other. A size that is there twice counts with the runs of both. */
function sizesOf(
  contenders: readonly Contender[],
  walls: readonly (readonly number[])[],
): Pick<ExperimentAnalysis, 'scaling' | 'bestSize'> {
  const bySize = new Map<number, number[]>();
  contenders.forEach(({ mode, size }, index) => {
    if (mode === 'pool') bySize.set(size, [...(bySize.get(size) ?? []), ...(walls[index] ?? [])]);
  });
  const sizes = [...bySize].sort(([a], [b]) => a - b);
  const best = sizes.find(([size, own]) =>
    sizes.every(([other, times]) => other === size || verdictOf(ratioInterval(own, times)) !== 'faster'),
  );
  return {
    scaling: scalingOf(new Map(sizes.map(([size, own]) => [size, median(own)]))),
    // Single runs tell no size from another.
    bestSize: sizes.length < 2 || sizes.some(([, own]) => own.length < 2) ? null : (best?.[0] ?? null),
  };
}

/** Said because who reads the result may be able to do something about it. */
function disturbances(runs: readonly ExperimentRun[]): string[] {
  const share = otherWorkShare(runs);
  if (share === null || share < BUSY_SHARE) return [];
  return [
    `Other work kept the processor busy for ${percent(share)} of the time meanwhile. Repeat this on a quiet machine.`,
  ];
}

/** Of a start that is longer than this share of the work, it is said. */
const LONG_START = 0.25;

function startCautions(
  contenders: readonly Contender[],
  counted: readonly (readonly ExperimentRun[])[],
): string[] {
  const names = contenderNames(contenders);
  return counted.flatMap((own, contender) => {
    const starts = own.flatMap(({ startMs }) => startMs ?? []);
    if (starts.length === 0) return [];
    const [startMs, wallMs] = [median(starts), median(own.map((run) => run.wallMs))];
    if (startMs < LONG_START * wallMs) return [];
    return [
      `“${names[contender] ?? ''}” takes ${formatDuration(startMs)} to start, which is not in its ${formatDuration(wallMs)}: for work as short as this, it counts.`,
    ];
  });
}

function cautionsOf(
  contenders: readonly Contender[],
  walls: readonly (readonly number[])[],
  ratios: readonly Ratio[],
): string[] {
  const cautions: string[] = [];
  const fewest = Math.min(...walls.map((own) => own.length));
  const most = Math.max(...walls.map((own) => own.length));
  if (fewest === 1)
    cautions.push(
      `One run of each cannot tell a difference from chance. Repeat ${ENOUGH_RUNS} times or more.`,
    );
  // Where some have enough, the others were steady.
  else if (most < ENOUGH_RUNS)
    cautions.push(
      `${most === 2 ? 'Two' : most === 3 ? 'Three' : 'Four'} runs of each are few: the intervals are wide. ` +
        `Repeat ${ENOUGH_RUNS} times or more.`,
    );
  if (fewest < 2) return cautions;

  const names = contenderNames(contenders);
  const wide = ratios
    .map((ratio) => ({ ...ratio, ...widthOf(ratio) }))
    .filter(({ reach, bearable }) => reach > bearable);
  for (const hidden of [true, false]) {
    const those = wide.filter(({ verdict }) => (verdict === 'no difference') === hidden);
    if (those.length === 0) continue;
    const pairs = those.map(
      ({ contender, against }) => `“${names[contender] ?? ''}” and “${names[against] ?? ''}”`,
    );
    const reach = percent(Math.expm1(Math.max(...those.map((each) => each.reach))));
    const what = hidden
      ? `scatter too much to see a difference of less than ${reach}`
      : `scatter: how far apart they are is known to ± ${reach} only`;
    const needed = Math.max(
      fewest + 1,
      ...those.map((each) => Math.ceil(fewest * (each.reach / each.goal) ** 2)),
    );
    const more =
      needed <= MOST_REPEATS
        ? `about ${needed} repeats would do.`
        : `not even ${MOST_REPEATS} repeats would do. Try more work in each run, or a quieter machine.`;
    cautions.push(`The runs of ${pairs.join(', and of ')} ${what}; ${more}`);
  }
  return cautions;
}

/** Of logarithms: how far an interval reaches from its middle, how far it may, and how far it should with more runs. */
function widthOf({ ratio, low, high, verdict }: Ratio): { reach: number; bearable: number; goal: number } {
  const reach = Math.log(high / low) / 2;
  const effect = Math.abs(Math.log(ratio));
  // A clear difference may be vague by a third of itself.
  return verdict === 'no difference'
    ? { reach, bearable: WIDE, goal: Math.max(NARROW, effect) }
    : { reach, bearable: Math.max(WIDE, effect / 3), goal: Math.max(NARROW, effect / 3) };
}

function percent(share: number): string {
  return `${String(Math.max(1, Math.round(share * 100)))} %`;
}
