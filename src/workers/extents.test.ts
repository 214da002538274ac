import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Extents, type Stretch } from './extents';

const SIZE = 40;
const stretch = fc
  .tuple(fc.nat(SIZE), fc.nat(SIZE))
  .map(([from, to]): Stretch => ({ start: Math.min(from, to), end: Math.max(from, to) }));

/** Which positions a list of stretches covers. */
function positions(stretches: readonly Stretch[]): number[] {
  return stretches.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
}

test('whatever is added in whatever order: each byte is there or missing, once', () => {
  fc.assert(
    fc.property(fc.array(stretch), stretch, (added, asked) => {
      const extents = new Extents();
      for (const { start, end } of added) extents.add(start, end);
      const there = [...new Set(positions(added))].sort((left, right) => left - right);
      expect(positions(extents.stretches)).toEqual(there);
      expect(extents.covered).toBe(there.length);
      const missing = positions([asked]).filter((position) => !there.includes(position));
      expect(positions(extents.missing(asked.start, asked.end))).toEqual(missing);
      expect(positions(extents.gaps(SIZE))).toEqual(
        positions([{ start: 0, end: SIZE }]).filter((position) => !there.includes(position)),
      );
    }),
  );
});

test('without a total the last gap has no end', () => {
  const extents = new Extents();
  extents.add(2, 5);
  expect(extents.gaps(null)).toEqual([
    { start: 0, end: 2 },
    { start: 5, end: Infinity },
  ]);
});
