import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_SETTINGS, rateAt, type Settings } from '../../common/model/settings';
import { Clock } from './clock';

let settings: Settings;
let timed: { id: number; atMs: number }[];
let started: number[];
let rates: (number | null)[];
let clock: Clock;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 5, 1, 8, 0) });
  settings = DEFAULT_SETTINGS;
  timed = [];
  [started, rates] = [[], []];
  clock = new Clock({
    jobs: { timed: () => [...timed].sort((a, b) => a.atMs - b.atMs) },
    settings: () => settings,
    sharedRate: {
      set: (rate) => {
        rates.push(rate);
      },
    },
    start: (id) => {
      started.push(id);
      timed = timed.filter((job) => job.id !== id);
    },
    guard: (act) => {
      act();
    },
  });
});
afterEach(() => {
  clock.close();
  vi.useRealTimers();
});

function at(hours: number, minutes: number): Date {
  return new Date(2026, 5, 1, hours, minutes);
}

test('jobs start when their time has come, those whose time is over at once, and none once it is closed', () => {
  const now = Date.now();
  timed = [
    { id: 1, atMs: now + 90_000 },
    { id: 2, atMs: now - 5000 },
    { id: 3, atMs: now + 30_000 },
    { id: 4, atMs: now + 600_000 },
  ];
  vi.advanceTimersByTime(5000);
  expect(started).toEqual([]);
  clock.startJobs();
  vi.advanceTimersByTime(1000);
  expect(started).toEqual([2]);
  vi.advanceTimersByTime(100_000);
  expect(started).toEqual([2, 3, 1]);
  clock.close();
  vi.advanceTimersByTime(1_000_000);
  expect(started).toEqual([2, 3, 1]);
});

test('the limit of a time of the day holds from its minute on, and the usual one again after it', () => {
  settings = {
    ...settings,
    limitRate: 5_000_000,
    limitSchedule: { fromMinute: 8 * 60 + 2, toMinute: 8 * 60 + 4, rate: 100_000 },
  };
  clock.settingsChanged();
  vi.advanceTimersByTime(10 * 60_000);
  expect(rates).toEqual([null, 5_000_000, 100_000, 5_000_000]);
});

test.each([
  [8, 18, at(8, 0), true],
  [8, 18, at(17, 59), true],
  [8, 18, at(18, 0), false],
  [22, 6, at(23, 0), true],
  [22, 6, at(5, 59), true],
  [22, 6, at(6, 0), false],
  [8, 8, at(8, 0), false],
])('from %i to %i o’clock, at %s: %s', (from, to, now, isWithin) => {
  const limitSchedule = { fromMinute: from * 60, toMinute: to * 60, rate: null };
  expect(rateAt({ ...DEFAULT_SETTINGS, limitRate: 7000, limitSchedule }, now)).toBe(isWithin ? null : 7000);
});
