/** Which contender runs when: a warm-up of each, then rounds in an order that is drawn for each. */
import type { ParsedExperimentRequest } from '../../common/experiments/experiment';
import { median } from '../../common/experiments/median';
import { LEAST_RUNS, LONG_RUN_MS } from '../../common/experiments/expected';
import { medianInterval } from './statistics';

export interface ScheduledRun {
  /** Index into the contenders. */
  readonly contender: number;
  /** 0: a warm-up. */
  readonly round: number;
}

/** @param random from 0 to 1, as `Math.random` */
export function scheduleOf(
  { contenders, repeats }: Pick<ParsedExperimentRequest, 'contenders' | 'repeats'>,
  random: () => number = Math.random,
): ScheduledRun[] {
  const runs: ScheduledRun[] = [];
  for (let round = 0; round <= repeats; round++) {
    for (const contender of shuffled([...contenders.keys()], random)) {
      runs.push({ contender, round });
    }
  }
  return runs;
}

/** How far, of logarithms, a median may lie from what it is said to be. */
const NARROW = 0.05;

/**
 * Whether further runs of a contender would only take time. It is told by how well its own time is known and by nothing
 * else, never by what it is compared with: stopping at a difference would find one too often.
 */
export function isEnough(wallsMs: readonly number[]): boolean {
  if (wallsMs.length < LEAST_RUNS || median(wallsMs) < LONG_RUN_MS) return false;
  const { low, high } = medianInterval(wallsMs);
  return Math.log(high / low) / 2 <= NARROW;
}

/** Fisher and Yates: every order is as likely as any other. */
function shuffled(items: number[], random: () => number): number[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = items[last] ?? 0;
    items[last] = items[other] ?? 0;
    items[other] = kept;
  }
  return items;
}
