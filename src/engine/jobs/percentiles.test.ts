import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DurationHistogram } from './percentiles';

test('nothing was added', () => {
  expect(new DurationHistogram().percentiles()).toBeNull();
});

test('right to a hundredth, whatever is added', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 500 }),
      (durations) => {
        const histogram = new DurationHistogram();
        for (const ms of durations) histogram.add(ms);
        const sorted = durations.toSorted((a, b) => a - b);
        const found = histogram.percentiles();
        for (const [share, ms] of [
          [0.5, found?.median],
          [0.95, found?.p95],
          [0.99, found?.p99],
        ] as const) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
          expect(ms).toBeGreaterThanOrEqual(exact * 0.9999);
          expect(ms).toBeLessThanOrEqual(exact * 1.0101);
        }
        expect(found?.most).toBe(sorted.at(-1));
      },
    ),
  );
});
