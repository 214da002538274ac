/**
 * The intervals, checked by a second implementation that shares no thought with the first: it draws, or goes through,
 * resamples one by one.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median } from '../../common/experiments/median';
import { medianInterval, outliers, ratioInterval, studentT, verdictOf } from './statistics';

/** Wall times as clocks give them: tenths of milliseconds, with ties now and then. */
const time = fc.integer({ min: 100, max: 20_000 }).map((tenths) => tenths / 10);
const times = (min: number, max: number) => fc.array(time, { minLength: min, maxLength: max });

/** 97.5 % points of Student's t, as tables print them, by degrees of freedom. */
const T_TABLE: Record<number, number> = {
  1: 12.706,
  2: 4.303,
  3: 3.182,
  4: 2.776,
  5: 2.571,
  6: 2.447,
  8: 2.306,
  9: 2.262,
  19: 2.093,
  29: 2.045,
  49: 2.01,
};

/** The tail of Hesterberg's expanded interval, the normal distribution integrated by Simpson's rule. */
function tailOf(n: number): number {
  const end = Math.sqrt(n / (n - 1)) * (T_TABLE[n - 1] ?? NaN);
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const steps = 2_000;
  const width = end / steps;
  let sum = density(0) + density(end);
  for (let i = 1; i < steps; i++) sum += density(i * width) * (i % 2 === 1 ? 4 : 2);
  return 0.5 - (sum * width) / 3;
}

function middleOf(values: number[]): number {
  values.sort((a, b) => a - b);
  const upper = values[Math.floor(values.length / 2)] ?? NaN;
  const lower = values[Math.ceil(values.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

/** Medians of all nⁿ resamples. */
function everyMedian(values: readonly number[]): number[] {
  const n = values.length;
  return Array.from({ length: n ** n }, (_, code) =>
    middleOf(values.map((_, place) => values[Math.floor(code / n ** place) % n] ?? NaN)),
  );
}

/** Share of a's medians over b's that are at most a ratio: two sorted lists, counted from above. */
function shareAtMost(above: readonly number[], below: readonly number[], ratio: number): number {
  const sorted = [...above].sort((a, b) => a - b);
  let pairs = 0;
  for (const value of below) {
    let from = 0;
    for (let to = sorted.length; from < to;) {
      const half = Math.floor((from + to) / 2);
      if ((sorted[half] ?? NaN) / value <= ratio) from = half + 1;
      else to = half;
    }
    pairs += from;
  }
  return pairs / (above.length * below.length);
}

/** A generator of its own: xorshift. */
function drawer(seed: number): (below: number) => number {
  let state = seed + 88_675_123;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function drawnMedians(values: readonly number[], draw: (below: number) => number, count: number) {
  return Array.from({ length: count }, () => middleOf(values.map(() => values[draw(values.length)] ?? NaN)));
}

describe('the interval of a median', () => {
  it('is the percentile of all resamples', () => {
    fc.assert(
      fc.property(times(5, 6), (values) => {
        const tail = tailOf(values.length);
        const { low, high } = medianInterval(values);
        const all = everyMedian(values);
        const share = (test: (each: number) => boolean) => all.filter(test).length / all.length;
        // Up to and with the end there is enough, without it too little: on both sides.
        expect(share((each) => each <= low + 1e-6)).toBeGreaterThanOrEqual(tail * 0.99);
        expect(share((each) => each < low - 1e-6)).toBeLessThan(tail * 1.01);
        expect(share((each) => each >= high - 1e-6)).toBeGreaterThanOrEqual(tail * 0.99);
        expect(share((each) => each > high + 1e-6)).toBeLessThan(tail * 1.01);
      }),
      { numRuns: 15 },
    );
  });

  it('holds the median and lies within the range of five runs or more', () => {
    fc.assert(
      fc.property(times(5, 50), (values) => {
        const { low, high } = medianInterval(values);
        expect(low).toBeLessThanOrEqual(median(values) + 1e-6);
        expect(high).toBeGreaterThanOrEqual(median(values) - 1e-6);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      }),
    );
  });

  it('reaches beyond the range of fewer', () => {
    const { low, high } = medianInterval([100, 101, 102]);
    expect(low).toBeLessThan(99);
    expect(high).toBeGreaterThan(103);
  });

  it('is that of one value where there is one, and of none not a number', () => {
    expect(medianInterval([7])).toEqual({ low: 7, high: 7 });
    expect(medianInterval([]).low).toBeNaN();
  });
});

describe('the interval of a ratio', () => {
  it('is the percentile of all pairs of resamples, and its verdict theirs', () => {
    fc.assert(
      fc.property(times(5, 5), times(5, 5), (reference, contender) => {
        const tail = tailOf(5);
        const above = everyMedian(reference);
        const below = everyMedian(contender);
        const { low, high } = ratioInterval(reference, contender);
        expect(shareAtMost(above, below, low * (1 + 1e-7))).toBeGreaterThanOrEqual(tail * 0.99);
        expect(shareAtMost(above, below, low * (1 - 1e-7))).toBeLessThan(tail * 1.01);
        expect(shareAtMost(above, below, high * (1 - 1e-7))).toBeLessThanOrEqual(1 - tail * 0.99);
        expect(shareAtMost(above, below, high * (1 + 1e-7))).toBeGreaterThan(1 - tail * 1.01);
        // With five runs each, the tail is smaller than the share of the outermost pair of medians.
        const clear =
          Math.min(...reference) > Math.max(...contender)
            ? 'faster'
            : Math.max(...reference) < Math.min(...contender)
              ? 'slower'
              : 'no difference';
        expect(verdictOf({ low, high })).toBe(clear);
      }),
      { numRuns: 20 },
    );
  });

  it('is what drawing resamples comes to', () => {
    fc.assert(
      fc.property(fc.constantFrom(7, 9, 10, 20, 30, 50), fc.integer({ min: 0, max: 1e9 }), (n, seed) => {
        const draw = drawer(seed);
        const sample = (scale: number) => Array.from({ length: n }, () => scale * (1 + draw(2_000) / 10_000));
        const reference = sample(200);
        const contender = sample(100 + draw(150));
        const tail = tailOf(n);
        const above = drawnMedians(reference, draw, 16_000);
        const below = drawnMedians(contender, draw, 16_000);
        const { low, high } = ratioInterval(reference, contender);
        // Drawing is uncertain: a tail of 0.4 to 2 % is met to about a fifth of itself.
        expect(shareAtMost(above, below, low * (1 + 1e-7))).toBeGreaterThan(tail / 2);
        expect(shareAtMost(above, below, low * (1 - 1e-7))).toBeLessThan(tail * 2);
        expect(shareAtMost(above, below, high * (1 - 1e-7))).toBeLessThan(1 - tail / 2);
        expect(shareAtMost(above, below, high * (1 + 1e-7))).toBeGreaterThan(1 - tail * 2);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  it('turns over when the two change places, and so does the verdict', () => {
    const turned = { faster: 'slower', slower: 'faster', 'no difference': 'no difference' };
    fc.assert(
      fc.property(times(2, 20), times(2, 20), (one, other) => {
        const there = ratioInterval(one, other);
        const back = ratioInterval(other, one);
        expect(back.low * there.high).toBeCloseTo(1, 6);
        expect(back.high * there.low).toBeCloseTo(1, 6);
        expect(verdictOf(back)).toBe(turned[verdictOf(there)]);
      }),
    );
  });

  it('holds the ratio of the medians, in whatever unit and order the times come', () => {
    fc.assert(
      fc.property(times(2, 50), times(2, 50), (one, other) => {
        const { low, high } = ratioInterval(one, other);
        const ratio = median(one) / median(other);
        expect(low).toBeLessThanOrEqual(ratio * (1 + 1e-6));
        expect(high).toBeGreaterThanOrEqual(ratio * (1 - 1e-6));
        const seconds = ratioInterval(
          one.map((each) => each / 1_000).reverse(),
          other.map((each) => each / 1_000),
        );
        expect(seconds.low / low).toBeCloseTo(1, 6);
        expect(seconds.high / high).toBeCloseTo(1, 6);
      }),
    );
  });

  it('holds 1 exactly where all times are the same', () => {
    for (const n of [2, 3, 5, 6, 20, 50]) {
      const same = Array.from({ length: n }, () => 12.3);
      expect(ratioInterval(same, same)).toEqual({ low: 1, high: 1 });
    }
  });

  it('knows nothing of one run', () => {
    const { low, high } = ratioInterval([800], [100]);
    expect(verdictOf({ low, high })).toBe('no difference');
    expect(Number.isFinite(high)).toBe(true);
  });

  it('calls two runs that agree well a clear difference only where it is large', () => {
    expect(verdictOf(ratioInterval([100, 101], [98, 99]))).toBe('no difference');
    expect(verdictOf(ratioInterval([800, 810], [100, 101]))).toBe('faster');
  });

  it('finds no difference in nearly all of two thousand null experiments', () => {
    const draw = drawer(7);
    const normal = () => Array.from({ length: 12 }, () => draw(1e6) / 1e6).reduce((a, b) => a + b, -6);
    for (const n of [3, 5, 10]) {
      let wrong = 0;
      for (let i = 0; i < 2_000; i++) {
        const sample = () => Array.from({ length: n }, () => 100 * Math.exp(0.05 * normal()));
        if (verdictOf(ratioInterval(sample(), sample())) !== 'no difference') wrong++;
      }
      expect(wrong / 2_000).toBeLessThan(0.03);
    }
  });
});

it('t is that of printed tables', () => {
  for (const [degrees, t] of Object.entries(T_TABLE)) expect(studentT(Number(degrees))).toBeCloseTo(t, 2);
});

describe('outliers', () => {
  it('are the runs beyond the fences', () => {
    const near = [10, 11, 10.5, 10.2, 10.8, 10.1, 10.3, 10.9, 10.4];
    expect(outliers([...near, 30])).toEqual([9]);
    expect(outliers([1, ...near])).toEqual([0]);
    expect(outliers([...near, 10.6])).toEqual([]);
  });

  it('are not named among few: there nearly every sample has some', () => {
    expect(outliers([1, 1, 1_000])).toEqual([]);
    expect(outliers([10, 11, 10.5, 10.2, 30])).toEqual([]);
  });
});
