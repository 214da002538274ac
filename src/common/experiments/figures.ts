/** The numbers of an experiment as people read them: the same table in the window and the reports. */
import type { ContenderResult, Experiment, ExperimentRun } from './experiment';
import { countedRuns, ratioToReference, resultOf } from './results';
import { intervalText, ratioText } from './text';
import { median } from './median';
import { formatCount, formatRate } from '../model/units';

export interface FigureRow {
  readonly name: string;
  /** What the number is, where its name does not say it. */
  readonly about?: string;
  /** One for each contender. */
  readonly values: readonly string[];
}

/** `42.10 s`, `812 ms`, `8.40 ms`: three or four figures, so that two columns compare. */
export function preciseTime(ms: number): string {
  if (ms >= 600_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 999.5) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms >= 99.95 ? 0 : ms >= 9.995 ? 1 : 2)} ms`;
}

/** `812 ms – 1.04 s` of all counted runs of a contender; one run tells nothing of the others. */
export function medianIntervalText(
  { contender, lowMs, highMs }: ContenderResult,
  runs: readonly ExperimentRun[],
): string {
  if (countedRuns(runs, contender).length < 2) return 'not known';
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
    text: (value: number) => string,
  ): FigureRow => ({
    name,
    about,
    values: all.map((own) => {
      const values = own.flatMap((run) => value(run) ?? []);
      return values.length === 0 ? '–' : text(median(values));
    }),
  });
  const found = (name: string, about: string, value: (contender: number) => string): FigureRow => ({
    name,
    about,
    values: contenders.map((_, contender) => value(contender)),
  });
  const whole = (value: number): string => formatCount(Math.round(value));
  return [
    row('Wall time', 'median', ({ wallMs }) => wallMs, preciseTime),
    found('95 % interval', 'of the median', (contender) => {
      const of = resultOf(analysis, contender);
      return of === undefined ? '–' : medianIntervalText(of, runs);
    }),
    found('Ratio', 'how many times as fast as the reference, with its 95 % interval', (contender) => {
      const of = ratioToReference(analysis, contender);
      if (of !== undefined) return `${ratioText(of)} (${intervalText(of)})`;
      return contender === analysis?.reference ? 'reference' : '–';
    }),
    found(
      'Verdict',
      'whether the interval holds 1',
      (contender) => ratioToReference(analysis, contender)?.verdict ?? '–',
    ),
    row(
      'Tasks',
      'per second',
      ({ tasks, wallMs }) => perSecond(tasks, wallMs),
      (value) => `${whole(value)}/s`,
    ),
    row('Bytes', 'per second', ({ bytes, wallMs }) => perSecond(bytes, wallMs), formatRate),
    row('CPU time', 'of the whole process, user and system', ({ cpuMs }) => cpuMs, preciseTime),
    row('Threads made', 'in one run', ({ threadsMade }) => threadsMade, whole),
    row('Busy', 'share of the run in which a thread had a task, mean of threads', busyShare, shareText),
    row(
      'Event loop at work',
      'share of a thread’s life in which its event loop did not wait, mean of threads',
      eventLoopShare,
      shareText,
    ),
    row(
      'Queue wait',
      'from being submitted to starting, median',
      (run) => run.queueWaitMs.median,
      preciseTime,
    ),
    row('Task', 'from starting to ending, median', ({ taskMs }) => taskMs.median, preciseTime),
    row('Task, 95 %', 'are as fast as this or faster', ({ taskMs }) => taskMs.p95, preciseTime),
    row('Task, 99 %', 'are as fast as this or faster', ({ taskMs }) => taskMs.p99, preciseTime),
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
