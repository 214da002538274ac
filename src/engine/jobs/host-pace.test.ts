import { expect, test } from 'vitest';
import { HostPace } from './host-pace';

/** A host that answers `rate(limit)` requests a second, for so many seconds. */
function run(pace: HostPace, seconds: number, rate: (limit: number) => number, from = 0): number {
  let now = from;
  const end = from + seconds * 1000;
  while (now < end) {
    now += 1000 / rate(pace.limit);
    pace.answered(now, pace.limit);
  }
  return now;
}

test('grows to the ceiling while more requests bring more answers', () => {
  const pace = new HostPace(128);
  expect(pace.limit).toBe(16);
  run(pace, 5, (limit) => limit * 50);
  expect(pace.limit).toBe(128);
});

test('stops where more requests bring nothing', () => {
  const pace = new HostPace(256);
  run(pace, 3, (limit) => Math.min(limit, 32) * 50);
  expect(pace.limit).toBeGreaterThanOrEqual(32);
  expect(pace.limit).toBeLessThanOrEqual(64);
});

test('halves when it is told so, once for what comes together, and never below one', () => {
  const pace = new HostPace(64);
  const now = run(pace, 5, (limit) => limit * 50);
  for (let each = 0; each < 10; each++) pace.refused(now + each);
  expect(pace.limit).toBe(32);
  for (let second = 1; second < 20; second++) pace.refused(now + second * 1000 + 10);
  expect(pace.limit).toBe(1);
  run(pace, 10, (limit) => limit * 50, now + 30_000);
  expect(pace.limit).toBeGreaterThan(4);
});

test('a ceiling below the first limit holds', () => {
  const pace = new HostPace(2);
  run(pace, 5, (limit) => limit * 50);
  expect(pace.limit).toBe(2);
});

test('a limit that is not reached does not grow', () => {
  const pace = new HostPace(64);
  for (let now = 0; now < 10_000; now += 5) pace.answered(now, 3);
  expect(pace.limit).toBe(16);
});
