/** Experiments as files: a page, every run as CSV or JSON, the picture, a trace. */
import type { Experiment, ExperimentFormat, Timeline } from '../../common/experiment';

/** @returns pieces of text */
export function experimentText(
  experiment: Experiment,
  timelines: readonly Timeline[],
  format: Exclude<ExperimentFormat, 'png'>,
  theme: 'dark' | 'light',
): Iterable<string> {
  throw new Error(`not written yet: ${experiment.id} ${timelines.length} ${format} ${theme}`);
}
