/** An experiment and every run of it as JSON. */
import type { Experiment } from '../../common/experiments/experiment';
import { findingOf } from '../../common/experiments/text';
import { withoutSecrets } from './without-secrets';

export function experimentJson(experiment: Experiment): string {
  const { request, ...rest } = experiment;
  const text = { type: 'heddle-experiment', version: 1, finding: findingOf(experiment) };
  return `${JSON.stringify({ ...text, ...rest, request: withoutSecrets(request) }, null, 2)}\n`;
}
