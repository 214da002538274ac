/**
 * Medians of few runs, and how sure they are. `docs/statistics.md` says why these methods and how well they hold.
 *
 * Intervals are **expanded percentile bootstrap** intervals (Hesterberg, "What Teachers Should Know About the
 * Bootstrap", The American Statistician 69, 2015, §3.2). The bootstrap distribution of a median is known in closed form
 * (Efron, "Bootstrap Methods", Annals of Statistics 7, 1979, §3; Hutson and Ernst, JRSS B 62, 2000), so that nothing is
 * drawn at random: this is what infinitely many resamples come to, and the same runs always give the same interval.
 */
import type { Interval, Verdict } from '../../common/experiments/experiment';

/** With fewer runs, even the whole range of a bootstrap holds the truth too seldom. */
const FEW = 5;

/** Ends are given to this many digits: clocks have no more, and 1 must be met exactly. */
const DIGITS = 9;

/** 95 % interval of a median. One value alone has none: both ends are that value. */
export function medianInterval(values: readonly number[]): Interval {
  const only = values[0];
  if (only === undefined || values.length === 1) return { low: only ?? NaN, high: only ?? NaN };
  const tail = expandedTail(values.length);
  const bootstrap = { low: quantile(values, tail), high: -quantile(values.map(negated), tail) };
  if (values.length >= FEW) return rounded(bootstrap);
  const { mean, variance } = momentsOfLogs(values);
  const half = studentT(values.length - 1) * Math.sqrt(variance / values.length);
  return rounded(joined(bootstrap, { low: Math.exp(mean - half), high: Math.exp(mean + half) }));
}

/**
 * 95 % interval of `median(reference) / median(contender)`: how many times as fast the contender is. Both are
 * positive. Runs are not paired by round: with five rounds, pairs cannot reach 95 %.
 *
 * Where one side has a single run nothing is known: from 0 to the largest number.
 */
export function ratioInterval(reference: readonly number[], contender: readonly number[]): Interval {
  const fewest = Math.min(reference.length, contender.length);
  if (fewest < 2) return { low: 0, high: Number.MAX_VALUE };
  const tail = expandedTail(fewest);
  const bootstrap = {
    low: ratioQuantile(reference, contender, tail),
    high: 1 / ratioQuantile(contender, reference, tail),
  };
  if (fewest >= FEW) return rounded(bootstrap);
  const above = momentsOfLogs(reference);
  const below = momentsOfLogs(contender);
  const half =
    studentT(fewest - 1) * Math.sqrt(above.variance / reference.length + below.variance / contender.length);
  const middle = above.mean - below.mean;
  return rounded(joined(bootstrap, { low: Math.exp(middle - half), high: Math.exp(middle + half) }));
}

/** Of a ratio that says how many times as fast something is. */
export function verdictOf({ low, high }: Interval): Verdict {
  return low > 1 ? 'faster' : high < 1 ? 'slower' : 'no difference';
}

/** Of fewer values the fences stand so near that every third sample of a normal distribution has an "outlier". */
const LEAST_FOR_OUTLIERS = 10;

/** Indexes of values outside Tukey's fences: 1.5 interquartile ranges beyond the quartiles. None of few values. */
export function outliers(values: readonly number[]): number[] {
  if (values.length < LEAST_FOR_OUTLIERS) return [];
  const sorted = ascending(values);
  const first = sampleQuantile(sorted, 0.25);
  const third = sampleQuantile(sorted, 0.75);
  const reach = 1.5 * (third - first);
  return [...values.keys()].filter((index) => {
    const value = values[index] ?? NaN;
    return value < first - reach || value > third + reach;
  });
}

/** One possible median of a resample, and how likely it is. */
interface Atom {
  readonly value: number;
  readonly weight: number;
}

/**
 * All medians that a resample (n draws with replacement) can have, ascending.
 *
 * n odd: the middle draw is at most the i-th value exactly if more than half of the draws are. n = 2k: the two middle
 * ones are the i-th and the j-th value exactly if k draws are at most the i-th, with the i-th among them, and k at
 * least the j-th, with the j-th among them.
 */
function bootstrapMedians(values: readonly number[]): Atom[] {
  const sorted = ascending(values);
  const n = sorted.length;
  const k = n >> 1;
  const at = (i: number): number => sorted[i - 1] ?? NaN;
  const atoms: Atom[] = [];
  if (n % 2 === 1) {
    for (let i = 1, before = 0; i <= n; i++) {
      const upTo = binomialTail(n, k + 1, i / n);
      atoms.push({ value: at(i), weight: upTo - before });
      before = upTo;
    }
    return atoms;
  }
  const ways = binomial(n, k);
  for (let i = 1, before = 0; i <= n; i++) {
    const upTo = binomialTail(n, k, i / n);
    let same = upTo - before;
    before = upTo;
    const lower = (i / n) ** k - ((i - 1) / n) ** k;
    for (let j = i + 1; j <= n; j++) {
      const weight = ways * lower * (((n - j + 1) / n) ** k - ((n - j) / n) ** k);
      atoms.push({ value: (at(i) + at(j)) / 2, weight });
      same -= weight;
    }
    atoms.push({ value: at(i), weight: Math.max(0, same) });
  }
  return atoms.sort((a, b) => a.value - b.value);
}

/** The smallest value that the bootstrap median is at most with probability `share`. */
function quantile(values: readonly number[], share: number): number {
  const atoms = bootstrapMedians(values);
  let sum = 0;
  for (const { value, weight } of atoms) if ((sum += weight) >= share) return value;
  return atoms.at(-1)?.value ?? NaN;
}

/** The smallest ratio that bootstrap medians of both, drawn independently, are at most with probability `share`. */
function ratioQuantile(above: readonly number[], below: readonly number[], share: number): number {
  const upper = bootstrapMedians(above);
  const lower = bootstrapMedians(below);
  const probability = (ratio: number): number => {
    let sum = 0;
    let reached = 0;
    let next = 0;
    for (const { value, weight } of lower) {
      for (; next < upper.length; next++) {
        const atom = upper[next];
        if (atom === undefined || atom.value > ratio * value) break;
        reached += atom.weight;
      }
      sum += weight * reached;
    }
    return sum;
  };
  // Up to 1,275 medians on each side have too many ratios to sort them: the interval is halved until it is a number.
  let low = (upper[0]?.value ?? NaN) / (lower.at(-1)?.value ?? NaN);
  let high = (upper.at(-1)?.value ?? NaN) / (lower[0]?.value ?? NaN);
  const nudge = 1 + 1e-13;
  if (probability(low * nudge) >= share) return low;
  while (high > low * nudge) {
    const middle = Math.sqrt(low * high);
    if (probability(middle) >= share) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * A percentile interval of few values is too narrow: its spread is that of n, not n − 1, and it is as short as if the
 * spread were known. Its tails are made smaller by just that.
 */
function expandedTail(n: number): number {
  return normalBelow(-Math.sqrt(n / (n - 1)) * studentT(n - 1));
}

/** 97.5 % point of Student's t (Abramowitz and Stegun 26.7.5; the first two exactly). */
export function studentT(degrees: number): number {
  if (degrees === 1) return 12.7062;
  if (degrees === 2) return 4.30265;
  const x = 1.959964;
  const terms = [
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92_160,
  ];
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), x);
}

/** The standard normal distribution for `x` ≤ 0 (Abramowitz and Stegun 26.2.17, to 10⁻⁷). */
function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * -x);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** That at least `least` of n draws succeed. */
function binomialTail(n: number, least: number, p: number): number {
  let sum = 0;
  for (let k = least; k <= n; k++) sum += binomial(n, k) * p ** k * (1 - p) ** (n - k);
  return Math.min(1, sum);
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

function momentsOfLogs(values: readonly number[]): { mean: number; variance: number } {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  return { mean, variance };
}

/** Linear between order statistics (type 7 of Hyndman and Fan). */
function sampleQuantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

function joined(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

function rounded({ low, high }: Interval): Interval {
  return { low: Number(low.toPrecision(DIGITS)), high: Number(high.toPrecision(DIGITS)) };
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function negated(value: number): number {
  return -value;
}
