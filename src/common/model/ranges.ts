/** Sets of places, as ranges: a million chosen rows are a few numbers. Pure. */

/** From the first place up to and with the last one. */
export type Range = readonly [first: number, last: number];
/** In order; between two of them is at least one place that is in neither. */
export type Ranges = readonly Range[];

export const NO_RANGES: Ranges = [];

export function countOf(ranges: Ranges): number {
  let count = 0;
  for (const [first, last] of ranges) count += last - first + 1;
  return count;
}

export function* placesIn(ranges: Ranges): Generator<number, void, undefined> {
  for (const [first, last] of ranges) for (let place = first; place <= last; place++) yield place;
}

export function hasPlace(ranges: Ranges, place: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const [first, last] = ranges[middle] ?? [0, -1];
    if (place < first) high = middle - 1;
    else if (place > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Of places in whatever order. */
export function rangesOf(places: readonly number[]): Ranges {
  const ranges: [number, number][] = [];
  for (const place of [...places].sort((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last !== undefined && place <= last[1] + 1) last[1] = place;
    else ranges.push([place, place]);
  }
  return ranges;
}

export function union(left: Ranges, right: Ranges): Ranges {
  const ranges: [number, number][] = [];
  for (const [first, end] of [...left, ...right].sort((one, other) => one[0] - other[0])) {
    const last = ranges.at(-1);
    if (last !== undefined && first <= last[1] + 1) last[1] = Math.max(last[1], end);
    else ranges.push([first, end]);
  }
  return ranges;
}

/** With the place where it was not in, without it where it was. */
export function toggled(ranges: Ranges, place: number): Ranges {
  if (!hasPlace(ranges, place)) return union(ranges, [[place, place]]);
  return ranges.flatMap(([first, last]): Ranges => {
    if (place < first || place > last) return [[first, last]];
    const parts: Range[] = [
      [first, place - 1],
      [place + 1, last],
    ];
    return parts.filter(([from, to]) => from <= to);
  });
}
