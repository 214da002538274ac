/** Every run as a line of CSV (RFC 4180), warm-ups too. */
import type { Contender, Experiment, ExperimentRun } from '../../common/experiments/experiment';
import { busyShare, eventLoopShare } from '../../common/experiments/figures';
import { contenderNames } from '../../common/experiments/text';
import { csvLine } from '../jobs/export';

interface Row {
  readonly experiment: Experiment;
  readonly run: ExperimentRun;
  readonly name: string;
  readonly contender: Contender;
  readonly isOutlier: boolean;
}

const COLUMNS: readonly (readonly [name: string, value: (row: Row) => string | number | null])[] = [
  ['experiment', ({ experiment }) => experiment.id],
  ['work', ({ experiment }) => plainCell(experiment.title)],
  ['contender', ({ name }) => plainCell(name)],
  ['mode', ({ contender }) => contender.mode],
  ['size', ({ contender }) => contender.size],
  ['round', ({ run }) => run.round],
  ['warm_up', ({ run }) => (run.round === 0 ? 'yes' : 'no')],
  ['ordinal', ({ run }) => run.ordinal],
  ['outlier', ({ isOutlier }) => (isOutlier ? 'yes' : 'no')],
  ['started_at', ({ run }) => new Date(run.startedAtMs).toISOString()],
  ['wall_ms', ({ run }) => run.wallMs],
  ['tasks', ({ run }) => run.tasks],
  ['bytes', ({ run }) => run.bytes],
  ['cpu_ms', ({ run }) => run.cpuMs],
  ['peak_rss_bytes', ({ run }) => run.peakRssBytes],
  ['threads_made', ({ run }) => run.threadsMade],
  ['workers', ({ run }) => run.workers.length],
  ['busy_share', ({ run }) => busyShare(run)],
  ['event_loop_utilization', ({ run }) => eventLoopShare(run)],
  ['queue_wait_median_ms', ({ run }) => run.queueWaitMs.median],
  ['queue_wait_p95_ms', ({ run }) => run.queueWaitMs.p95],
  ['queue_wait_p99_ms', ({ run }) => run.queueWaitMs.p99],
  ['task_median_ms', ({ run }) => run.taskMs.median],
  ['task_p95_ms', ({ run }) => run.taskMs.p95],
  ['task_p99_ms', ({ run }) => run.taskMs.p99],
];

export function* csvLines(experiment: Experiment): Generator<string, void, undefined> {
  yield csvLine(COLUMNS.map(([name]) => name));
  const { contenders } = experiment.request;
  const names = contenderNames(contenders);
  const outliers = new Set(experiment.analysis?.results.flatMap((result) => result.outliers));
  for (const run of experiment.runs) {
    const contender = contenders[run.contender];
    if (contender === undefined) continue;
    const name = names[run.contender] ?? '';
    const row = { experiment, run, name, contender, isOutlier: outliers.has(run.id) };
    yield csvLine(COLUMNS.map(([, value]) => value(row)));
  }
}

/** A spreadsheet takes text with such a beginning for a formula, and would work it out: an apostrophe keeps it text. */
function plainCell(text: string): string {
  return /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
}
