/** Figures of experiments, as people read them. Pure. */
import type { Experiment, ExperimentRun, Ratio } from '../../common/experiment';
import { intervalText, isKnown, ratioText as timesOf } from '../../common/experiment-text';
import { formatBytes, formatCount, formatRate } from '../../common/units';
import { countedRuns, median } from './contender-bars';

/** `42.10 s`, `812 ms`, `8.40 ms`: three or four figures, so that two columns compare. */
export function secondsText(ms: number): string {
  if (ms >= 600_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`;
}

/** `8.1×`; a dash where there is nothing to compare with. */
export function ratioText(ratio: Ratio | null): string {
  return ratio === null ? '–' : timesOf(ratio);
}

export function timesText(ratio: number): string {
  return `${ratio.toFixed(ratio < 1.95 ? 2 : 1)}×`;
}

export interface FigureRow {
  readonly name: string;
  /** What the number is, where its name does not say it. */
  readonly about?: string;
  /** One for each contender. */
  readonly values: readonly string[];
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shareText(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(0)} %`;
}

/** The numbers behind the picture: medians over the counted runs, where nothing else is said. */
export function figureRows(experiment: Experiment): FigureRow[] {
  const { contenders } = experiment.request;
  const all = contenders.map((_, contender) => countedRuns(experiment, contender));
  const row = (
    name: string,
    value: (run: ExperimentRun) => number | null,
    text: (value: number) => string,
    about?: string,
  ): FigureRow => ({
    name,
    ...(about === undefined ? {} : { about }),
    values: all.map((runs) => {
      const middle = median(runs.map(value).filter((each) => each !== null));
      return middle === null ? '–' : text(middle);
    }),
  });
  const { analysis } = experiment;
  const result = (contender: number) => analysis?.results.find((each) => each.contender === contender);
  const ratio = (contender: number) =>
    analysis?.ratios.find((each) => each.contender === contender && each.against === analysis.reference);
  const perSecond = (count: number, wallMs: number): number => (wallMs > 0 ? (count / wallMs) * 1000 : 0);
  return [
    row('Wall time', ({ wallMs }) => wallMs, secondsText, 'median'),
    {
      name: '95 % interval',
      about: 'of the median',
      values: contenders.map((_, contender) => {
        const found = result(contender);
        if (found === undefined || !isKnown({ low: found.lowMs, high: found.highMs })) return '–';
        return `${secondsText(found.lowMs)} – ${secondsText(found.highMs)}`;
      }),
    },
    {
      name: 'Ratio',
      about: 'how many times as fast as the reference, with its 95 % interval',
      values: contenders.map((_, contender) => {
        const found = ratio(contender);
        if (found === undefined) return contender === analysis?.reference ? 'reference' : '–';
        return `${ratioText(found)} (${intervalText(found)})`;
      }),
    },
    {
      name: 'Verdict',
      values: contenders.map((_, contender) => ratio(contender)?.verdict ?? '–'),
    },
    row(
      'Tasks',
      (run) => perSecond(run.tasks, run.wallMs),
      (value) => `${formatCount(Math.round(value))}/s`,
    ),
    row('Bytes', (run) => perSecond(run.bytes, run.wallMs), formatRate),
    row('CPU time', ({ cpuMs }) => cpuMs, secondsText, 'of the whole process, user and system'),
    {
      name: 'Peak memory',
      about: 'the most of any run, of the whole process',
      values: all.map((runs) =>
        runs.length === 0 ? '–' : formatBytes(Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes))),
      ),
    },
    row(
      'Threads made',
      ({ threadsMade }) => threadsMade,
      (value) => formatCount(Math.round(value)),
    ),
    row(
      'Busy',
      ({ workers }) => mean(workers.map(({ busyShare }) => busyShare)),
      shareText,
      'share of the run in which a thread had a task',
    ),
    row(
      'Computing',
      ({ workers }) =>
        mean(workers.map((worker) => worker.eventLoopUtilization).filter((share) => share !== null)),
      shareText,
      'share of a thread’s life in which its event loop did not wait',
    ),
    row(
      'Queue wait',
      ({ queueWaitMs }) => queueWaitMs.median,
      secondsText,
      'from being submitted to starting',
    ),
    row('Task, median', ({ taskMs }) => taskMs.median, secondsText, 'from starting to ending'),
    row('Task, p95', ({ taskMs }) => taskMs.p95, secondsText),
    row('Task, p99', ({ taskMs }) => taskMs.p99, secondsText),
  ];
}
