/** Which contender runs when: a warm-up of each, then rounds in an order that is drawn for each. */
import type { ParsedExperimentRequest } from '../../common/experiments/experiment';

export interface ScheduledRun {
  /** Index into the contenders. */
  readonly contender: number;
  /** 0: a warm-up. */
  readonly round: number;
  readonly ordinal: number;
}

/** @param random from 0 to 1, as `Math.random` */
export function scheduleOf(
  { contenders, repeats }: Pick<ParsedExperimentRequest, 'contenders' | 'repeats'>,
  random: () => number = Math.random,
): ScheduledRun[] {
  const runs: ScheduledRun[] = [];
  for (let round = 0; round <= repeats; round++) {
    for (const contender of shuffled([...contenders.keys()], random)) {
      runs.push({ contender, round, ordinal: runs.length });
    }
  }
  return runs;
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
