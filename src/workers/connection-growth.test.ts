/** How many connections a file gets, over a clock that is wound by hand. */
import { expect, test } from 'vitest';
import { Growth, Line } from './connection-growth';

const TICK_MS = 50;
const MIB = 1024 * 1024;

interface Run {
  /** Connections at each tick. */
  readonly counts: number[];
  readonly endedAtMs: number;
  readonly growth: Growth;
}

/**
 * @param bytesOf what one of so many connections brings in a tick, by its age in ticks
 * @param until milliseconds
 */
function run(
  total: number,
  bytesOf: (connections: number, age: number, now: number) => number,
  { most = 16, until = 60_000 } = {},
): Run {
  let now = 0;
  let got = 0;
  const first = new Line(now);
  const lines: { line: Line; age: number }[] = [{ line: first, age: 0 }];
  const growth = new Growth(first);
  const counts: number[] = [];
  while (got < total && now < until) {
    const connections = lines.length;
    for (const each of lines) {
      const bytes = bytesOf(connections, each.age++, now);
      got += bytes;
      if (bytes > 0) each.line.came(bytes, now);
    }
    const more = growth.look({ now, got, left: total - got, most });
    if (more < 0) lines.splice(more);
    const opened = Array.from({ length: Math.max(0, more) }, () => new Line(now));
    growth.opened(opened, now);
    for (const line of opened) lines.push({ line, age: 0 });
    expect(growth.target).toBe(lines.length);
    counts.push(lines.length);
    now += TICK_MS;
  }
  return { counts, endedAtMs: now, growth };
}

/** Each number that there was, once. */
function steps({ counts }: Run): number[] {
  return [...new Set(counts)];
}

test('a server that limits each connection: 1, 2, 4, 8, 16 within a second', () => {
  const ran = run(100 * MIB, () => 100_000);
  expect(steps(ran)).toEqual([1, 2, 4, 8, 16]);
  expect(ran.counts.indexOf(16) * TICK_MS).toBeLessThan(1000);
});

test('one that sends in bursts with pauses of a second between them', () => {
  const ran = run(100 * MIB, (_, age) => (age % 20 === 0 ? 2 * MIB : 0));
  expect(ran.counts.indexOf(16) * TICK_MS).toBeLessThan(1000);
  expect(ran.endedAtMs).toBeLessThan(3500);
});

test('slow start counts for none of them', () => {
  const ran = run(400 * MIB, (_, age) => Math.min(200_000, 15_000 * 2 ** age));
  expect(steps(ran)).toEqual([1, 2, 4, 8, 16]);
});

test('where all share one limit the second brings nothing, and there are no more', () => {
  const ran = run(60 * MIB, (connections) => 200_000 / connections, { until: 2000 });
  expect(steps(ran)).toEqual([1, 2]);
});

test('a limit of each and one of all: as many as fill it', () => {
  const ran = run(400 * MIB, (connections) => Math.min(100_000, 400_000 / connections), { until: 2000 });
  expect(Math.max(...ran.counts)).toBe(8);
});

test('what is tried again after a rest and brings nothing is given up', () => {
  const ran = run(400 * MIB, (connections) => 200_000 / connections, { until: 20_000 });
  expect(Math.max(...ran.counts)).toBeLessThanOrEqual(4);
  expect(ran.counts.at(-1)).toBe(2);
  // Ever more seldom.
  const trials = ran.counts.filter((count, index) => count === 4 && ran.counts[index - 1] === 2);
  expect(trials.length).toBeGreaterThanOrEqual(2);
  expect(trials.length).toBeLessThanOrEqual(4);
});

test('a network that has become better is found so', () => {
  const ran = run(2000 * MIB, (connections, _, now) => (now < 5000 ? 200_000 / connections : 200_000), {
    until: 30_000,
  });
  expect(ran.counts.at(-1)).toBe(16);
});

test('a file that will soon be there gets none, nor does one with no more allowed', () => {
  expect(steps(run(20 * MIB, () => 2 * MIB))).toEqual([1]);
  expect(steps(run(100 * MIB, () => 100_000, { most: 1 }))).toEqual([1]);
  expect(steps(run(100 * MIB, () => 100_000, { most: 6 }))).toEqual([1, 2, 4, 6]);
});

test('after a refusal there are no more, and fewer if it says so', () => {
  const growth = new Growth(new Line(0));
  growth.opened([new Line(0)], 0);
  growth.opened([new Line(0), new Line(0)], 0);
  growth.fix(3);
  expect(growth.target).toBe(3);
  expect(growth.look({ now: 10_000, got: MIB, left: 1000 * MIB, most: 16 })).toBe(0);
  growth.fix(8);
  expect(growth.target).toBe(3);
  growth.fix(0);
  expect(growth.target).toBe(1);
});

test('what others needed is asked for again after a rest', () => {
  const growth = new Growth(new Line(0));
  growth.opened([new Line(0)], 0);
  growth.giveUp(1, 1000);
  expect(growth.target).toBe(1);
  const look = { got: MIB, left: 1000 * MIB, most: 16 };
  expect(growth.look({ now: 1050, ...look })).toBe(0);
  expect(growth.look({ now: 5000, ...look })).toBe(1);
});

test('after a break there are half as many, and more are tried after ever longer rests', () => {
  const growth = new Growth(new Line(0));
  growth.opened([new Line(0)], 0);
  const look = { got: MIB, left: 1000 * MIB, most: 16 };
  growth.broke(1000);
  expect(growth.target).toBe(1);
  expect(growth.look({ now: 2950, ...look })).toBe(0);
  expect(growth.look({ now: 3050, ...look })).toBe(1);
  growth.opened([new Line(3050)], 3050);
  growth.broke(3100);
  expect(growth.look({ now: 7050, ...look })).toBe(0);
  expect(growth.look({ now: 7150, ...look })).toBe(1);
});
