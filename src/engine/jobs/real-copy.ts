/** The copy that a dry run has shown. */
import { sep } from 'node:path';
import { HeddleError } from '../../common/errors';
import type { JobRequest } from '../../common/job-request';
import type { StoredJob } from '../store/job-repository';

/**
 * The same request, for real.
 * @throws HeddleError `not-a-dry-run`, or `dry-run-incomplete` where a mirror would delete on what was seen in part
 */
export function realCopy({ summary, spec }: StoredJob): JobRequest {
  if (spec.kind !== 'copy' || !spec.options.dryRun) {
    throw new HeddleError('not-a-dry-run', `Job ${summary.id} is no dry run of a copy.`);
  }
  if (summary.state !== 'done' || (spec.options.mirror && summary.counts.failed > 0)) {
    throw new HeddleError(
      'dry-run-incomplete',
      `The dry run ${summary.id} did not see everything. Run it again first.`,
    );
  }
  const { place } = summary;
  // Into the folder, or the one source under this name: as the dry run took it, whatever is there by now.
  const into = spec.roots.some(({ target }) => target !== place);
  return {
    kind: 'copy',
    mode: summary.mode,
    workers: summary.workers,
    sources: spec.roots.map(({ source }) => source),
    destination: into && !place.endsWith(sep) ? place + sep : place,
    options: { ...spec.options, dryRun: false },
    rules: spec.rules,
    manifest: spec.manifest,
    algorithms: [...spec.algorithms],
  };
}
