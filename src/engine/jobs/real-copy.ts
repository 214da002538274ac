/** The copy that a dry run has shown. */
import { HeddleError } from '../../common/model/errors';
import type { JobRequest } from '../../common/model/job-request';
import type { StoredJob } from '../store/job-repository';
import { copyAgain } from './stored-request';

/**
 * The same request, for real.
 * @throws HeddleError `not-a-dry-run`, or `dry-run-incomplete` where a mirror would delete on what was seen in part
 */
export function realCopy({ summary, spec }: StoredJob): JobRequest {
  if (spec.kind !== 'copy' || !spec.options.dryRun) {
    throw new HeddleError('not-a-dry-run', `Job ${summary.id} is not a dry run of a copy.`);
  }
  if (summary.state !== 'done' || (spec.options.mirror && summary.counts.failed > 0)) {
    throw new HeddleError(
      'dry-run-incomplete',
      `The dry run ${summary.id} could not read everything. Run it again first.`,
    );
  }
  return { ...copyAgain(summary, spec), manifest: spec.manifest, algorithms: [...spec.algorithms] };
}
