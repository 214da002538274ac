/** @returns the middle of some numbers, or the mean of the two in the middle */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** `4.12 s (4.08 – 4.31)` from milliseconds: the median, the least and the most. */
export function spread(ms) {
  const text = (value) => (value / 1000).toFixed(2);
  return `${text(median(ms))} s (${text(Math.min(...ms))} – ${text(Math.max(...ms))})`;
}
