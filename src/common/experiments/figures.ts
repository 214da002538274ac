/** The numbers of an experiment as people read them: the same table in the window and the reports. */
import type { ContenderResult, Experiment, ExperimentRun } from './experiment';
import { countedRuns, ratioToReference, resultOf } from './results';
import { intervalText, ratioText } from './text';
import { median } from './median';
import { formatCount, formatDecimal, formatRate } from '../model/units';
import { text } from '../text/text';

export interface FigureRow {
  readonly name: string;
  /** What the number is, where its name does not say it. */
  readonly about?: string;
  /** One for each contender. */
  readonly values: readonly string[];
}

/** `42.10 s`, `812 ms`, `8.40 ms`: three or four figures, so that two columns compare. */
export function preciseTime(ms: number): string {
  if (ms >= 600_000) return `${formatDecimal(ms / 60_000, 1)} min`;
  if (ms >= 999.5) return `${formatDecimal(ms / 1000, 2)} s`;
  return `${formatDecimal(ms, ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2)} ms`;
}

/** `812 ms – 1.04 s` of all counted runs of a contender; one run tells nothing of the others. */
export function medianIntervalText(
  { contender, lowMs, highMs }: ContenderResult,
  runs: readonly ExperimentRun[],
): string {
  if (countedRuns(runs, contender).length < 2) return text('finding.not-known');
  return `${preciseTime(lowMs)} – ${preciseTime(highMs)}`;
}

/** Medians over the counted runs, where nothing else is said. */
export function figureRows({ request, runs, analysis }: Experiment): FigureRow[] {
  const { contenders } = request;
  const all = contenders.map((_, contender) => countedRuns(runs, contender));
  const row = (
    name: string,
    about: string,
    value: (run: ExperimentRun) => number | null,
    written: (value: number) => string,
  ): FigureRow => ({
    name,
    about,
    values: all.map((own) => {
      const values = own.flatMap((run) => value(run) ?? []);
      return values.length === 0 ? '–' : written(median(values));
    }),
  });
  const found = (name: string, about: string, value: (contender: number) => string): FigureRow => ({
    name,
    about,
    values: contenders.map((_, contender) => value(contender)),
  });
  const whole = (value: number): string => formatCount(Math.round(value));
  return [
    row(text('figure.wall'), text('figure.wall.about'), ({ wallMs }) => wallMs, preciseTime),
    found(text('figure.interval'), text('figure.interval.about'), (contender) => {
      const of = resultOf(analysis, contender);
      return of === undefined ? '–' : medianIntervalText(of, runs);
    }),
    found(text('figure.ratio'), text('figure.ratio.about'), (contender) => {
      const of = ratioToReference(analysis, contender);
      if (of !== undefined) return `${ratioText(of)} (${intervalText(of)})`;
      return contender === analysis?.reference ? text('figure.reference') : '–';
    }),
    found(text('figure.verdict'), text('figure.verdict.about'), (contender) => {
      const of = ratioToReference(analysis, contender);
      return of === undefined ? '–' : text(`finding.verdict.${of.verdict}`);
    }),
    row(
      text('figure.tasks'),
      text('figure.per-second'),
      ({ tasks, wallMs }) => perSecond(tasks, wallMs),
      (value) => `${whole(value)}/s`,
    ),
    row(
      text('figure.bytes'),
      text('figure.per-second'),
      ({ bytes, wallMs }) => perSecond(bytes, wallMs),
      formatRate,
    ),
    row(text('figure.cpu'), text('figure.cpu.about'), ({ cpuMs }) => cpuMs, preciseTime),
    row(text('figure.threads'), text('figure.threads.about'), ({ threadsMade }) => threadsMade, whole),
    row(text('figure.busy'), text('figure.busy.about'), busyShare, shareText),
    row(text('figure.event-loop'), text('figure.event-loop.about'), eventLoopShare, shareText),
    row(text('figure.queue'), text('figure.queue.about'), (run) => run.queueWaitMs.median, preciseTime),
    row(text('figure.task'), text('figure.task.about'), ({ taskMs }) => taskMs.median, preciseTime),
    row(text('figure.task95'), text('figure.task.percentile'), ({ taskMs }) => taskMs.p95, preciseTime),
    row(text('figure.task99'), text('figure.task.percentile'), ({ taskMs }) => taskMs.p99, preciseTime),
  ];
}

/** Mean over the threads of a run; `null`: it had none. */
export function busyShare({ workers }: ExperimentRun): number | null {
  return meanOf(workers.map((worker) => worker.busyShare));
}

/** Mean over the threads of a run of which it was measured. */
export function eventLoopShare({ workers }: ExperimentRun): number | null {
  return meanOf(workers.flatMap(({ eventLoopUtilization }) => eventLoopUtilization ?? []));
}

/** As short as a column of a table. */
function shareText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function perSecond(count: number, wallMs: number): number | null {
  return wallMs > 0 ? (count / wallMs) * 1000 : null;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
