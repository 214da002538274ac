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

/** Files that run on a host that gives `each(files)` bytes per millisecond to each. */
class Flow {
  readonly pace = new HostPace(64);
  now = 0;
  readonly #files: { readonly startedAtMs: number; bytesDone: number }[] = [];

  /** Fills what there is room for, and looks every 50 ms as the job does. */
  run(ms: number, each: (files: number) => number, first = 50): void {
    for (const end = this.now + ms; this.now < end; this.now += 50) {
      while (this.#files.length < this.pace.limit) this.#files.push({ startedAtMs: this.now, bytesDone: 0 });
      for (const file of this.#files)
        if (this.now - file.startedAtMs >= first) file.bytesDone += 50 * each(this.#files.length);
      this.pace.flowing(this.now, this.#files);
    }
  }
}

test('long files: it doubles while those that were begun last bring what the first ones did', () => {
  const flow = new Flow();
  flow.run(600, () => 2000);
  expect(flow.pace.limit).toBe(64);
});

test('a late look at the first ones, and files that bring all at once, say nothing against more', () => {
  const late = new HostPace(64);
  const files = (count: number, startedAtMs: number, bytesDone: number) =>
    Array.from({ length: count }, () => ({ startedAtMs, bytesDone }));
  expect(late.flowing(400, files(16, 0, 400 * 1000))).toBe(true);
  expect(late.flowing(510, [...files(16, 0, 510 * 1000), ...files(16, 400, 110 * 1000)])).toBe(true);
  const held = new HostPace(64);
  expect(held.flowing(100, files(16, 0, 1000))).toBe(true);
  expect(held.flowing(900, [...files(16, 0, 1000), ...files(16, 100, 1000)])).toBe(true);
});

test('they share what there is: no more', () => {
  const flow = new Flow();
  flow.run(10_000, (files) => 100_000 / files);
  expect(flow.pace.limit).toBe(32);
});

test('as long as one has brought nothing it is not seen what more would do', () => {
  const flow = new Flow();
  flow.run(900, () => 2000, 1000);
  expect(flow.pace.limit).toBe(16);
  flow.run(600, () => 2000, 0);
  expect(flow.pace.limit).toBeGreaterThan(16);
});

test('a limit that is not reached says nothing of long files either', () => {
  const pace = new HostPace(64);
  expect(pace.flowing(1000, [{ startedAtMs: 0, bytesDone: 1000 }])).toBe(false);
  expect(pace.limit).toBe(16);
});

test('a host that refused more lately gets what it let pass then, and more again by and by', () => {
  const pace = new HostPace(64, 64, 5);
  expect(pace.limit).toBe(5);
  pace.allow(64, 64);
  expect(pace.limit).toBe(5);
  expect([pace.isDoubling, pace.isBeyondKnown]).toEqual([false, false]);
  run(pace, 3, (limit) => limit * 50);
  expect(pace.limit).toBeGreaterThan(5);
  expect(pace.limit).toBeLessThan(64);
  expect(pace.isBeyondKnown).toBe(true);
});

test('what a file was refused holds for the host', () => {
  const pace = new HostPace(64);
  pace.settle(4);
  expect(pace.limit).toBe(4);
  pace.settle(8);
  expect(pace.limit).toBe(4);
  pace.allow(64);
  expect(pace.limit).toBe(4);
});

test('a host that refuses the only request there is may have as many as before', () => {
  const pace = new HostPace(64);
  expect(pace.refused(0, 1)).toBe(false);
  expect(pace.limit).toBe(16);
  expect(pace.refused(0, 2)).toBe(true);
  expect(pace.limit).toBe(8);
});
