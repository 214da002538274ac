/** How the parts of a file are shared out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Extents } from './extents';
import { Parts, STALLED_MS, type Part } from './parts';

const KIB = 1024;
const MIB = 1024 * 1024;

function make(total: number, have = new Extents()) {
  const parts = new Parts(have);
  return { have, parts, claim: (now: number): Part | null => parts.claim(total, now) };
}

/** One that has brought so many bytes in so many milliseconds. */
function running(parts: Parts, start: number, end: number, bytes: number, ms: number): Part {
  const part = parts.add(start, end, 0);
  part.hasBegun = true;
  part.sinceMs = 0;
  parts.advance(part, bytes, ms);
  part.sinceMs = 0;
  return part;
}

test('an idle connection takes half of what is left of the slowest part', () => {
  const { parts, claim } = make(110 * MIB);
  const fast = running(parts, 0, 100 * MIB, 60 * MIB, 1000);
  const slow = running(parts, 100 * MIB, 110 * MIB, MIB, 1000);
  const half = claim(1000);
  expect(half).toMatchObject({ start: 105.5 * MIB, end: 110 * MIB, reach: 110 * MIB, hasBegun: false });
  expect(slow.end).toBe(105.5 * MIB);
  // Its own answer would go on.
  expect(slow.reach).toBe(110 * MIB);
  expect(fast.end).toBe(100 * MIB);
});

test('a part that will soon be there is left alone', () => {
  const { parts, claim } = make(100 * MIB);
  running(parts, 0, 100 * MIB, 80 * MIB, 1000);
  expect(claim(1000)).toBeNull();
});

test('what nobody fetches comes before what somebody does', () => {
  const { parts, have, claim } = make(10 * MIB);
  have.add(0, MIB);
  have.add(3 * MIB, 4 * MIB);
  running(parts, 4 * MIB, 10 * MIB, MIB, 1000);
  expect(claim(1000)).toMatchObject({ start: MIB, end: 3 * MIB });
  expect(claim(1000)?.start).toBeGreaterThan(5 * MIB);
});

test('a connection goes on where the one that was to fetch the rest has not come', () => {
  const { parts, have, claim } = make(2 * MIB);
  const first = running(parts, 0, 2 * MIB, 64 * KIB, 1000);
  const half = claim(1000);
  let cuts = 0;
  if (half !== null) half.cut = () => (cuts += 1);
  const { position, end } = first;
  // Bytes of one chunk, before and behind where it was to stop.
  expect(parts.advance(first, end - position + 10, 2000)).toEqual([
    { start: position, end },
    { start: end, end: end + 10 },
  ]);
  expect(cuts).toBe(1);
  expect(first).toMatchObject({ position: end + 10, end: 2 * MIB });
  expect([...parts.open]).toEqual([first]);
  parts.advance(first, MIB, 3000);
  expect(have.covered).toBe(2 * MIB);
});

test('and where that one has failed', () => {
  const { parts, claim } = make(2 * MIB);
  const first = running(parts, 0, 2 * MIB, 64 * KIB, 1000);
  const half = claim(1000);
  if (half !== null) parts.close(half);
  parts.advance(first, first.end - first.position, 2000);
  expect(first.end).toBe(2 * MIB);
});

test('but not where it has been answered', () => {
  const { parts, claim } = make(2 * MIB);
  const first = running(parts, 0, 2 * MIB, 64 * KIB, 1000);
  const half = claim(1000);
  if (half !== null) half.hasBegun = true;
  const middle = first.end;
  parts.advance(first, MIB, 2000);
  expect(first).toMatchObject({ position: middle, end: middle, reach: 2 * MIB });
});

test('the rest of a part that has stalled is asked for once more, and whoever is overtaken ends', () => {
  const { parts, have, claim } = make(MIB);
  const stalled = running(parts, 0, MIB, 300 * KIB, 100);
  let cuts = 0;
  stalled.cut = () => (cuts += 1);
  expect(claim(STALLED_MS)).not.toBeNull();
  for (const part of parts.open) if (part !== stalled) parts.close(part);
  stalled.end = MIB;
  const chaser = claim(100 + STALLED_MS);
  expect(chaser).toMatchObject({ start: 300 * KIB, end: MIB, chased: stalled });
  // Both at once are enough.
  expect(claim(100 + STALLED_MS)).toBeNull();
  if (chaser === null) return;
  chaser.hasBegun = true;
  // It wakes up, and is ahead for a while.
  expect(parts.advance(stalled, 10 * KIB, 2200)).toEqual([{ start: 300 * KIB, end: 310 * KIB }]);
  expect(parts.advance(chaser, 10 * KIB, 2300)).toEqual([]);
  expect(cuts).toBe(0);
  expect(parts.advance(chaser, 5 * KIB, 2400)).toEqual([{ start: 310 * KIB, end: 315 * KIB }]);
  expect(cuts).toBe(1);
  expect([...parts.open]).toEqual([chaser]);
  parts.advance(chaser, MIB, 2500);
  expect(have.covered).toBe(MIB);
});

test('who was sent after a part that is kept is not given up because that goes on', () => {
  const { parts, claim } = make(MIB);
  const slow = running(parts, 0, MIB, MIB - 40 * KIB, 40_000);
  slow.isKept = true;
  const chaser = claim(40_000);
  parts.advance(slow, 10, 40_010);
  expect([...parts.open]).toEqual([slow, chaser]);
});

test('of a small rest that comes slowly, too', () => {
  const { parts, claim } = make(MIB);
  const slow = running(parts, 0, MIB, MIB - 40 * KIB, 40_000);
  expect(claim(40_000)).toMatchObject({ start: MIB - 40 * KIB, end: MIB, chased: slow });
});

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('begin' as const), which: fc.nat(20), cut: fc.nat(9) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('bytes' as const),
      which: fc.nat(20),
      bytes: fc.integer({ min: 1, max: 300_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), which: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 3000 }) }),
  },
);

test('whatever comes, stalls and fails: each byte is taken once, and in the end all are', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000_000 }),
      fc.array(fc.tuple(fc.nat(1_999_999), fc.nat(400_000)), { maxLength: 4 }),
      fc.array(step, { maxLength: 200 }),
      (total, kept, steps) => {
        const { parts, have, claim } = make(total);
        for (const [start, length] of kept) have.add(start, Math.min(total, start + length));
        const before = have.covered;
        const taken = new Extents();
        let takenBytes = 0;
        let now = 0;
        const cut = new Set<Part>();
        const asked = (part: Part | null): Part | null => {
          if (part === null) return null;
          expect(part.end).toBeGreaterThan(part.start);
          part.cut = () => cut.add(part);
          return part;
        };
        const one = (which: number, hasBegun: boolean): Part | undefined => {
          const some = [...parts.open].filter((part) => part.hasBegun === hasBegun);
          return some[which % Math.max(1, some.length)];
        };
        const bring = (part: Part, bytes: number): void => {
          const from = part.position;
          const fresh = parts.advance(part, bytes, now);
          // Nothing that came is passed over but what is beyond its end.
          expect(part.position).toBe(Math.min(from + bytes, part.end));
          for (const { start, end } of fresh) {
            expect(start).toBeGreaterThanOrEqual(from);
            expect(end).toBeLessThanOrEqual(part.position);
            expect(taken.missing(start, end)).toEqual([{ start, end }]);
            taken.add(start, end);
            takenBytes += end - start;
          }
          expect(part.position).toBeLessThanOrEqual(part.reach);
          // It has all that is wanted of it, as its receiver would tell the connection.
          if (part.position < part.end) return;
          if (part.isKept && part.end < part.reach) wait(part, bytes);
          else parts.close(part);
        };
        const wait = (part: Part, chance: number): void => {
          const goesOn = parts.goOn(part, chance % 2 === 0, now);
          part.isWaiting = goesOn === false;
          if (goesOn === null) parts.close(part);
          else expect(part.end > part.position).toBe(goesOn);
        };
        for (const each of steps) {
          if (each.do === 'time') now += each.ms;
          else if (each.do === 'claim') asked(claim(now));
          else if (each.do === 'begin') {
            const part = one(each.which, false);
            if (part === undefined) continue;
            part.hasBegun = true;
            part.isKept = each.which % 3 === 0;
            // Some servers send less than they were asked for.
            if (each.cut === 0) part.reach = Math.max(part.start + 1, part.reach - 1000);
            part.end = Math.min(part.end, part.reach);
          } else if (each.do === 'bytes') {
            const part = one(each.which, true);
            if (part?.isWaiting === true) wait(part, each.bytes);
            else if (part !== undefined) bring(part, each.bytes);
          } else {
            const part = one(each.which, each.which % 2 === 0);
            if (part !== undefined) parts.close(part);
          }
          for (const part of parts.open) expect(cut.has(part)).toBe(false);
          expect(have.covered).toBe(before + takenBytes);
        }
        // One connection that works is enough.
        for (let round = 0; have.covered < total; round++) {
          expect(round).toBeLessThan(2000);
          // Those that never come time out.
          for (const part of parts.open) if (now - part.latestMs > 3 * STALLED_MS) parts.close(part);
          now += STALLED_MS;
          const part = asked(claim(now));
          if (part === null) continue;
          part.hasBegun = true;
          while (parts.open.has(part)) bring(part, 100_000);
        }
        expect(before + takenBytes).toBe(total);
      },
    ),
    { numRuns: 300 },
  );
});
