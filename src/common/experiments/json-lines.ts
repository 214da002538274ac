/** The JSON Line of an experiment: a contract, as that of jobs is. */
import { threadsIn, type Contender, type Experiment } from './experiment';
import { countedRuns, resultOf } from './results';
import { median } from './median';

/** Of an experiment that is done. Of modes that are compared in several sizes, the ratios say the size too. */
export function comparisonLine(experiment: Experiment): Record<string, unknown> {
  const { request, kind, tasks, bytes, runs, analysis } = experiment;
  const { contenders, work } = request;
  const several = new Set(contenders.map(({ mode }) => mode)).size < contenders.length;
  const named = (contender: Contender | undefined, mode: string, workers: string): Record<string, unknown> =>
    contender === undefined
      ? {}
      : { [mode]: contender.mode, ...(several ? { [workers]: threadsIn(contender) } : {}) };
  return {
    type: 'comparison',
    kind: kind ?? (work.type === 'ready' ? work.work : work.request.kind),
    tasks,
    bytes,
    repeats: request.repeats,
    modes: contenders.map((contender, index) => {
      const own = countedRuns(runs, index);
      const result = resultOf(analysis, index);
      return {
        mode: contender.mode,
        workers: threadsIn(contender),
        runsMs: own.map(({ wallMs }) => micro(wallMs)),
        medianMs: micro(result?.medianMs ?? NaN),
        cpuMs: micro(median(own.map(({ cpuMs }) => cpuMs))),
        peakRssBytes: Math.max(...own.map(({ peakRssBytes }) => peakRssBytes)),
      };
    }),
    // Where pools of several sizes were compared.
    ...(analysis?.bestSize == null ? {} : { bestSize: analysis.bestSize }),
    ratios: (analysis?.ratios ?? []).map(({ contender, against, ratio, low, high, verdict }) => ({
      ...named(contenders[contender], 'mode', 'workers'),
      ...named(contenders[against], 'against', 'againstWorkers'),
      ratio: Number(ratio.toPrecision(9)),
      // With one run of each nothing is known of the interval.
      low: high < Number.MAX_VALUE ? low : null,
      high: high < Number.MAX_VALUE ? high : null,
      verdict,
    })),
  };
}

/** Milliseconds to a thousandth: clocks have no more. */
function micro(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
