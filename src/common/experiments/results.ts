/** What belongs to one contender of an experiment. */
import type {
  Contender,
  ContenderResult,
  Experiment,
  ExperimentAnalysis,
  ExperimentRun,
  Ratio,
} from './experiment';

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

/** A share of all cores that other work has: from here on it may be what the runs show. */
export const BUSY_SHARE = 0.1;

/** Share of all cores that other work had during the counted runs; `null`: it was not measured. */
export function otherWorkShare(runs: readonly ExperimentRun[]): number | null {
  let [other, all] = [0, 0];
  for (const { round, otherCpuShare, wallMs } of runs) {
    if (round === 0 || otherCpuShare === undefined) continue;
    other += otherCpuShare * wallMs;
    all += wallMs;
  }
  return all === 0 ? null : other / all;
}

/** Against the reference, of which itself there is none. @param analysis `null` until the experiment is done */
export function ratioToReference(analysis: ExperimentAnalysis | null, contender: number): Ratio | undefined {
  return analysis?.ratios.find(
    (ratio) => ratio.contender === contender && ratio.against === analysis.reference,
  );
}

/** A search for the best pool size is no comparison of modes. */
export function arePoolsAlone(contenders: readonly Contender[]): boolean {
  return (
    contenders.every(({ mode }) => mode === 'pool') && new Set(contenders.map(({ size }) => size)).size > 1
  );
}

/**
 * Whether the best size that was found by running jobs is one for jobs. Beside other modes a thread has one download at a time, so that
 * all have as many in flight; in a job it has many.
 */
export function isBestForJobs({ kind, request }: Pick<Experiment, 'kind' | 'request'>): boolean {
  return kind !== 'download' || arePoolsAlone(request.contenders);
}
