import { describe, expect, it } from 'vitest';
import { niceCeil, timeTicks } from './axis';

describe('niceCeil', () => {
  it('rounds up to 1, 2 or 5 times a power of ten', () => {
    expect([0, 0.3, 1, 1.1, 4200, 5000, 5001, 90].map(niceCeil)).toEqual([
      1, 0.5, 1, 2, 5000, 5000, 10_000, 100,
    ]);
  });
});

describe('timeTicks', () => {
  const texts = (from: number, to: number): string[] => timeTicks(from, to, 620).map(({ text }) => text);

  it('names the unit at both ends', () => {
    expect(texts(0, 42_000)).toEqual(['0 s', '10', '20', '30', '42 s']);
    expect(texts(0, 850)).toEqual(['0 ms', '200', '400', '600', '850 ms']);
    expect(texts(0, 4000)).toEqual(['0 s', '1', '2', '3', '4.0 s']);
  });

  it('leaves no tick where the label of the end is', () => {
    const ticks = timeTicks(0, 20_300, 620);
    const last = ticks.at(-1);
    expect(last?.ms).toBe(20_300);
    expect(20_300 - (ticks.at(-2)?.ms ?? 0)).toBeGreaterThan((52 / 620) * 20_300);
    expect(timeTicks(0, 1200, 230).map(({ text }) => text)).toEqual(['0 s', '1.2 s']);
  });

  it('has round ticks where the view begins later', () => {
    expect(texts(1_230, 1_430)).toEqual(['1.23 s', '1.25', '1.30', '1.35', '1.40', '1.43 s']);
  });
});
