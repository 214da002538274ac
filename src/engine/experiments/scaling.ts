/** What more threads gain, against Amdahl's law. */
import type { Scaling } from '../../common/experiments/experiment';

/** A curve follows the law if no point is further from it than this share: past the cores, curves break off. */
const NEAR = 0.1;

/** @param times median wall time of pools by size: three sizes or more, or there is no curve */
export function scalingOf(times: ReadonlyMap<number, number>): Scaling | null {
  if (times.size < 3) return null;
  const sizes = [...times.keys()].sort((a, b) => a - b);
  const smallest = sizes[0] ?? 1;
  const slowest = times.get(smallest) ?? NaN;
  const points = sizes.map((size) => ({ size, speedup: slowest / (times.get(size) ?? NaN) }));
  return { points, serialShare: serialShare(points) };
}

/**
 * The share s that is nearest, by least squares, to S(n) = 1 / (s + (1 − s)/n) (Amdahl 1967), told against the smallest
 * size. `null`: no s comes near all points, as where more threads than cores gain nothing.
 */
function serialShare(points: Scaling['points']): number | null {
  const smallest = points[0]?.size ?? 1;
  const timeOf = (share: number, size: number): number => share + (1 - share) / size;
  const speedupOf = (share: number, size: number): number => timeOf(share, smallest) / timeOf(share, size);
  const misfit = (share: number): number =>
    points.reduce((sum, { size, speedup }) => sum + (speedup - speedupOf(share, size)) ** 2, 0);
  // A sweep, since a sum of such squares may have two valleys; then finer about the lowest place.
  let best = 0;
  for (let step = 0.01, from = 0, to = 1; step > 1e-7; step /= 10) {
    for (let share = from; share <= to + step / 2; share += step)
      if (misfit(share) < misfit(best)) best = Math.min(1, share);
    from = Math.max(0, best - step);
    to = Math.min(1, best + step);
  }
  const follows = points.every(({ size, speedup }) => Math.abs(speedup / speedupOf(best, size) - 1) <= NEAR);
  return follows ? best : null;
}
