import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, hasPlace, rangesOf, toggled, union } from './ranges';

const places = fc.array(fc.nat(60));

test('ranges hold what a set of the same places holds', () => {
  fc.assert(
    fc.property(places, places, fc.nat(60), (left, right, place) => {
      const [one, other] = [new Set(left), new Set([...left, ...right])];
      const flipped = new Set(one);
      if (!flipped.delete(place)) flipped.add(place);
      for (const [ranges, set] of [
        [rangesOf(left), one],
        [union(rangesOf(left), rangesOf(right)), other],
        [toggled(rangesOf(left), place), flipped],
      ] as const) {
        expect(ranges).toEqual(rangesOf([...set]));
        expect(countOf(ranges)).toBe(set.size);
        expect(Array.from({ length: 61 }, (_, at) => hasPlace(ranges, at))).toEqual(
          Array.from({ length: 61 }, (_, at) => set.has(at)),
        );
      }
    }),
  );
});

test('neighbours become one range', () => {
  expect(rangesOf([3, 1, 2, 7, 7, 5])).toEqual([
    [1, 3],
    [5, 5],
    [7, 7],
  ]);
  expect(union([[1, 3]], [[4, 9]])).toEqual([[1, 9]]);
});
