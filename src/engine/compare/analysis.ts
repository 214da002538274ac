/** What the runs of an experiment say. */
import type { Contender, ExperimentAnalysis, ExperimentRun } from '../../common/experiment';

/** @param runs all of them; warm-ups count for nothing */
export function analyse(
  contenders: readonly Contender[],
  runs: readonly ExperimentRun[],
): ExperimentAnalysis {
  throw new Error(`not written yet: ${contenders.length} contenders, ${runs.length} runs`);
}
