/** What files are called that the user saves. */
import type { ExperimentFormat, ExperimentSummary } from '../common/experiments/experiment';
import type { ManifestFormat } from '../common/model/digests';
import type { DuplicateFormat } from '../common/model/duplicates';
import type { JobSummary } from '../common/model/jobs';
import type { ExportFormat } from '../common/model/responses';

export function manifestName({ algorithms }: JobSummary, format: ManifestFormat): string {
  const [algorithm = 'sha256', ...others] = algorithms;
  if (format === 'sfv') return 'files.sfv';
  if (format === 'json') return 'manifest.json';
  if (format === 'hashdeep') return 'hashdeep.txt';
  if (others.length > 0) return 'CHECKSUMS';
  return `${algorithm === 'blake3' ? 'B3' : algorithm.toUpperCase().replace('-', '_')}SUMS`;
}

export function exportName({ id }: JobSummary, format: ExportFormat): string {
  return `heddle-job-${id}.${format === 'failed-urls' ? 'txt' : format}`;
}

export function duplicatesName({ id }: JobSummary, format: DuplicateFormat): string {
  return `heddle-duplicates-${id}.${format}`;
}

const EXPERIMENT_ENDINGS: Readonly<Record<ExperimentFormat, string>> = {
  html: '.html',
  json: '.json',
  csv: '.csv',
  svg: '.svg',
  png: '.png',
  trace: '.trace.json',
};

export function experimentName({ id }: Pick<ExperimentSummary, 'id'>, format: ExperimentFormat): string {
  return `heddle-experiment-${id}${EXPERIMENT_ENDINGS[format]}`;
}
