/** Runs an experiment in the terminal: progress on standard error, the result on standard output and in files. */
import type { Experiment, ExperimentFormat, ExperimentRequest } from '../common/experiments/experiment';
import { adoptedText } from '../common/experiments/text';
import { toErrorData } from '../common/model/errors';
import { comparisonLine } from '../common/experiments/json-lines';
import type { Engine } from '../engine';
import { EXIT, NotStarted } from './exit-status';
import { ExperimentProgress } from './experiment-progress';
import { experimentReport } from './experiment-report';
import { print } from './print';
import { onStop } from './stop-signals';
import { visible } from '../common/model/visible';

/** A file that the result goes to. */
export interface Report {
  readonly path: string;
  readonly format: Exclude<ExperimentFormat, 'png'>;
}

export interface ExperimentOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Written once the result is there; a file of that name is replaced then, and not before. */
  readonly reports: readonly Report[];
  /** The best pool size becomes the automatic number of workers. */
  readonly adopt: boolean;
}

const PLAIN_WIDTH = 80;

/** @returns the exit status */
export async function runExperiment(
  engine: Engine,
  request: ExperimentRequest,
  { json, quiet, reports, adopt }: ExperimentOptions,
): Promise<number> {
  const { experiments } = engine;
  const progress = quiet ? null : new ExperimentProgress(process.stderr);
  // Signals set these while this function waits.
  let interrupted = false as boolean;
  let id: number | null = null;
  const cancel = (): void => {
    // One that ends at this moment has nothing left to cancel.
    if (id !== null) void experiments.cancel(id).catch(() => undefined);
  };
  const stop = (): void => {
    // The second time, whoever waits has lost patience.
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    cancel();
  };
  const stopListening = onStop(stop);
  try {
    const summary = await experiments.start(request).catch((error: unknown) => {
      throw new NotStarted(error);
    });
    id = summary.id;
    const stopFrames = engine.on('experiment-frame', (frame) => {
      if (frame.id === id) progress?.show(frame, summary);
    });
    const ended = experiments.ended(id);
    if (interrupted) cancel();
    const experiment = await ended;
    stopFrames();
    progress?.clear();
    if (experiment.state !== 'done') {
      if (interrupted) process.stderr.write('heddle: stopped; a part of a comparison is no result\n');
      else
        process.stderr.write(
          `heddle: ${visible(experiment.error?.message ?? 'The comparison was cancelled.')}\n`,
        );
      return interrupted ? EXIT.interrupted : EXIT.failed;
    }
    if (json) await print(`${JSON.stringify(comparisonLine(experiment))}\n`);
    else {
      const { isTTY, columns } = process.stdout;
      const colour = isTTY && (process.env['NO_COLOR'] ?? '') === '';
      await print(experimentReport(experiment, { width: isTTY ? columns : PLAIN_WIDTH, colour }));
    }
    const status = await writeReports(engine, experiment.id, reports, quiet);
    if (adopt) adoptBest(engine, experiment, quiet);
    return status;
  } finally {
    progress?.clear();
    await engine.close({ interrupt: true });
    stopListening();
  }
}

/** @throws HeddleError where none was found */
function adoptBest({ experiments }: Engine, { id, kind, analysis }: Experiment, quiet: boolean): void {
  experiments.adopt(id);
  const best = analysis?.bestSize ?? null;
  if (quiet || best === null || kind === null) return;
  process.stderr.write(`Automatic now means ${adoptedText(best, kind)}\n`);
}

/** One that cannot be written does not keep the others from it. */
async function writeReports(
  engine: Engine,
  id: number,
  reports: readonly Report[],
  quiet: boolean,
): Promise<number> {
  const theme = engine.settings.get().theme === 'dark' ? 'dark' : 'light';
  let status: number = EXIT.done;
  for (const { path, format } of reports) {
    try {
      await engine.experiments.write(id, format, path, theme);
      if (!quiet) process.stderr.write(`${visible(path)} is written\n`);
    } catch (error) {
      process.stderr.write(`heddle: ${visible(toErrorData(error).message)}\n`);
      status = EXIT.failed;
    }
  }
  return status;
}
