/** What belongs to one contender of an experiment. */
import type { ContenderResult, ExperimentAnalysis, ExperimentRun, Ratio } from './experiment';

/** Without its warm-up, which counts for nothing. */
export function countedRuns(runs: readonly ExperimentRun[], contender: number): ExperimentRun[] {
  return runs.filter((run) => run.contender === contender && run.round > 0);
}

/** @param analysis `null` until the experiment is done */
export function resultOf(
  analysis: ExperimentAnalysis | null,
  contender: number,
): ContenderResult | undefined {
  return analysis?.results.find((result) => result.contender === contender);
}

/** Against the reference, of which itself there is none. @param analysis `null` until the experiment is done */
export function ratioToReference(analysis: ExperimentAnalysis | null, contender: number): Ratio | undefined {
  return analysis?.ratios.find(
    (ratio) => ratio.contender === contender && ratio.against === analysis.reference,
  );
}
