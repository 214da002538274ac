import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Strips } from './strips';

const LANES = 4;
/** Pauses are this long, or there is none: shorter ones are not told apart from work. */
const PAUSE_MS = 10;

/** Whether a task ran in each of the pauses' lengths from 0 to `untilMs`: what is to come out, counted one by one. */
function busyMs(
  tasks: readonly (readonly [start: number, end: number])[],
  fromMs: number,
  untilMs: number,
): number {
  let busy = 0;
  for (let at = fromMs; at < untilMs; at += PAUSE_MS)
    if (tasks.some(([start, end]) => start <= at && end >= at + PAUSE_MS)) busy += PAUSE_MS;
  return busy;
}

const step = fc.integer({ min: 0, max: 60 }).map((steps) => steps * PAUSE_MS);
const tasksOf = fc.array(
  fc.tuple(step, step).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const),
  { maxLength: 40 },
);

test('the share of the time in which a worker had work, whatever the order in which its tasks ended', () => {
  fc.assert(
    fc.property(tasksOf, step, fc.option(step), (tasks, sinceMs, runningSinceMs) => {
      const nowMs = 61 * PAUSE_MS;
      const strips = new Strips();
      for (const [index, [start, end]] of tasks.entries())
        strips.add(1, index % LANES, start, end, 'done', String(index));
      const all = runningSinceMs === null ? tasks : [...tasks, [runningSinceMs, nowMs] as const];
      const share = strips.busyShare(1, sinceMs, nowMs, runningSinceMs);
      expect(share * (nowMs - sinceMs)).toBeCloseTo(busyMs(all, sinceMs, nowMs), 6);
    }),
  );
});

test('what was before the last 30 seconds does not count, nor what is of other workers', () => {
  const strips = new Strips();
  strips.add(1, 0, 0, 10_000, 'done', 'old');
  strips.add(1, 0, 25_000, 40_000, 'done', 'half of it');
  strips.add(2, 0, 30_000, 60_000, 'done', 'of another');
  expect(strips.busyShare(1, 0, 60_000, null)).toBeCloseTo(1 / 3, 6);
  expect(strips.busyShare(3, 0, 60_000, null)).toBe(0);
  expect(strips.busyShare(1, 60_000, 60_000, null)).toBe(0);
});
