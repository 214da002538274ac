/** What the runs of an experiment say. */
import {
  MOST_REPEATS,
  referenceOf,
  type Contender,
  type ContenderResult,
  type ExperimentAnalysis,
  type ExperimentRun,
  type Ratio,
} from '../../common/experiment';
import type { Mode } from '../../common/model';
import { contenderNames } from '../../common/experiment-text';
import { scalingOf } from './scaling';
import { median, medianInterval, outliers, ratioInterval, verdictOf } from './statistics';

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
  const counted = contenders.map((_, contender) =>
    runs.filter((run) => run.contender === contender && run.round > 0),
  );
  const walls = counted.map((own) => own.map((run) => Math.max(run.wallMs, Number.MIN_VALUE)));
  const without = walls.findIndex((own) => own.length === 0);
  if (without >= 0) throw new Error(`Contender ${String(without)} has no counted run.`);

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
    cautions: cautionsOf(contenders, walls, ratios),
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
    bestSize: sizes.length < 2 ? null : (best?.[0] ?? null),
  };
}

function cautionsOf(
  contenders: readonly Contender[],
  walls: readonly (readonly number[])[],
  ratios: readonly Ratio[],
): string[] {
  const cautions: string[] = [];
  const fewest = Math.min(...walls.map((own) => own.length));
  if (fewest === 1)
    cautions.push(
      `One run of each cannot tell a difference from chance. Repeat ${String(ENOUGH_RUNS)} times or more.`,
    );
  else if (fewest < ENOUGH_RUNS)
    cautions.push(
      `${fewest === 2 ? 'Two' : fewest === 3 ? 'Three' : 'Four'} runs of each are few: the intervals are wide. ` +
        `Repeat ${String(ENOUGH_RUNS)} times or more.`,
    );
  if (fewest < 2) return cautions;

  const names = contenderNames(contenders);
  for (const { contender, against, ratio, low, high, verdict } of ratios) {
    const reach = Math.log(high / low) / 2;
    const effect = Math.abs(Math.log(ratio));
    // A clear difference whose size is vague matters as much as one that hides.
    const wide = verdict === 'no difference' ? reach > WIDE : reach > Math.max(WIDE, effect / 3);
    if (!wide) continue;
    const goal = Math.max(NARROW, verdict === 'no difference' ? effect : effect / 3);
    const pair = `“${names[contender] ?? ''}” and “${names[against] ?? ''}”`;
    const what =
      verdict === 'no difference'
        ? `The runs of ${pair} scatter too much to see a difference of less than ${percent(Math.expm1(reach))}`
        : `The runs of ${pair} scatter: how much faster one is is known to ± ${percent(Math.expm1(reach))} only`;
    const needed = Math.max(fewest + 1, Math.ceil(fewest * (reach / goal) ** 2));
    const more =
      needed <= MOST_REPEATS
        ? `about ${String(needed)} repeats would do.`
        : `not even ${String(MOST_REPEATS)} repeats would do. Try more work in each run, or a quieter machine.`;
    cautions.push(`${what}; ${more}`);
  }
  return cautions;
}

function percent(share: number): string {
  return `${String(Math.max(1, Math.round(share * 100)))} %`;
}
