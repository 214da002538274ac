import { expect, test } from 'vitest';
import { answerDelay, isUnlucky } from './trouble';

/** 0, 0.001 … 0.999: as even as chance can be. */
function evenly(): () => number {
  let next = 0;
  return () => (next++ % 1000) / 1000;
}

test('jitter is spread evenly on both sides of the latency', () => {
  const random = evenly();
  const waits = Array.from({ length: 1000 }, () => answerDelay({ latencyMs: 100, jitterMs: 40 }, random));
  expect(Math.min(...waits)).toBe(60);
  expect(Math.max(...waits)).toBeCloseTo(140, 0);
  expect(waits.filter((wait) => wait < 80)).toHaveLength(250);
  expect(waits.filter((wait) => wait >= 120)).toHaveLength(250);
});

test('no wait is less than nothing', () => {
  expect(answerDelay({ latencyMs: 10, jitterMs: 40 }, () => 0)).toBe(0);
  expect(answerDelay({ latencyMs: 10, jitterMs: 40 }, () => 0.75)).toBe(30);
  expect(answerDelay({ latencyMs: 10, jitterMs: 0 }, () => 0)).toBe(10);
});

test('a share of requests is unlucky', () => {
  const random = evenly();
  const unlucky = Array.from({ length: 1000 }, () => isUnlucky({ errorShare: 0.05 }, random));
  expect(unlucky.filter(Boolean)).toHaveLength(50);
  expect(isUnlucky({ errorShare: 0 }, () => 0)).toBe(false);
  expect(isUnlucky({ errorShare: 1 }, () => 0.999_999)).toBe(true);
});
