/** What the bars of an experiment show, for one that is done and for one that still runs. Pure. */
import type { Experiment, ExperimentFrame, Ratio } from '../../common/experiments/experiment';
import { countedRuns, ratioToReference, resultOf } from '../../common/experiments/results';
import { median } from '../../common/experiments/median';
import { niceCeil } from './axis';

export interface BarDot {
  readonly runId: number;
  /** Share of the axis, 0 to 1. */
  readonly at: number;
  readonly wallMs: number;
  /** Far from the others: drawn with a shape of its own. */
  readonly outlier: boolean;
}

export interface ContenderBar {
  readonly contender: number;
  /** Median of the counted runs; `null` where none has ended. */
  readonly medianMs: number | null;
  /** Shares of the axis, 0 to 1. */
  readonly length: number;
  /** The 95 % interval; `null` until the experiment is done, and for a single run. */
  readonly whisker: { readonly from: number; readonly to: number; readonly isCut: boolean } | null;
  readonly dots: readonly BarDot[];
  /** The run of now. */
  readonly running: number | null;
  /** Against the reference; `null` for the reference itself, and while the experiment runs. */
  readonly ratio: Ratio | null;
  readonly isReference: boolean;
  /** Counted runs that have ended. */
  readonly runs: number;
}

export interface Bars {
  readonly axisMs: number;
  readonly bars: readonly ContenderBar[];
}

/** How far the axis reaches beyond the longest run, for the sake of an interval. */
const MOST_BEYOND = 1.2;

/** @param frame of this experiment, while it runs */
export function barsOf(experiment: Experiment, frame: ExperimentFrame | null): Bars {
  const { analysis, request } = experiment;
  const running = frame?.running ?? null;
  const isRunning = experiment.state === 'running';
  // Warm-ups have no bar; while it runs they say at least how long a run may be.
  const shown = experiment.runs.filter(({ round }) => isRunning || round > 0);
  const longestRun = Math.max(0, ...shown.map(({ wallMs }) => wallMs), running?.elapsedMs ?? 0);
  // Of few runs an interval may reach very far: it is cut rather than that all bars become slivers.
  const longest = Math.max(
    longestRun,
    ...(analysis?.results ?? []).map(({ highMs }) => Math.min(highMs, longestRun * MOST_BEYOND)),
  );
  // While it runs the axis grows in steps: bars that shrink all the time could not be read.
  const axisMs = isRunning ? niceCeil(longest) : Math.max(1, longest * 1.02);
  const share = (ms: number): number => Math.min(1, Math.max(0, ms / axisMs));
  const bars = request.contenders.map((_, contender): ContenderBar => {
    const runs = countedRuns(experiment.runs, contender);
    const result = resultOf(analysis, contender);
    const middleMs = runs.length === 0 ? null : median(runs.map(({ wallMs }) => wallMs));
    const medianMs = result?.medianMs ?? middleMs;
    return {
      contender,
      medianMs,
      length: share(medianMs ?? 0),
      whisker:
        // One run has none.
        result === undefined || runs.length < 2
          ? null
          : { from: share(result.lowMs), to: share(result.highMs), isCut: result.highMs > axisMs },
      dots: runs.map(({ id, wallMs }) => ({
        runId: id,
        at: share(wallMs),
        wallMs,
        outlier: result?.outliers.includes(id) ?? false,
      })),
      running: running?.contender === contender ? share(running.elapsedMs) : null,
      ratio: ratioToReference(analysis, contender) ?? null,
      isReference: analysis?.reference === contender,
      runs: runs.length,
    };
  });
  return { axisMs, bars };
}
