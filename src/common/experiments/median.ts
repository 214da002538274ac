/** The middle of a list in any order; NaN where the list is empty. */

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}

/** The middle value, or the larger of the middle two: always one of the values, so that a count stays whole. */
export function upperMedian(values: readonly number[]): number {
  const sorted = ascending(values);
  return sorted[sorted.length >> 1] ?? NaN;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
