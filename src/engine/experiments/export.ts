/** Experiments as files: a page, the picture, every run as CSV or JSON, a trace. */
import type { Experiment, ExperimentFormat, Timeline } from '../../common/experiments/experiment';
import { csvLines } from './export-csv';
import { htmlText } from './export-html';
import { experimentJson } from './export-json';
import { traceText } from './export-trace';
import { picture } from './picture';

/**
 * @param theme of the picture alone: a page follows its reader's
 * @returns pieces of text
 */
export function experimentText(
  experiment: Experiment,
  timelines: readonly Timeline[],
  format: Exclude<ExperimentFormat, 'png'>,
  theme: 'dark' | 'light',
): Iterable<string> {
  switch (format) {
    case 'html':
      return htmlText(experiment, timelines);
    case 'svg':
      return picture(experiment, timelines, theme);
    case 'csv':
      return csvLines(experiment);
    case 'json':
      return [experimentJson(experiment)];
    case 'trace':
      return traceText(experiment, timelines);
  }
}
