/** The files that a manifest lists. */
import { HeddleError } from '../../common/errors';
import type { JobSpec } from './job-spec';
import type { PlannedChunk } from './planned-chunk';
import type { PlanContext } from './planners';

export function planVerify(
  spec: Extract<JobSpec, { kind: 'verify' }>,
  _cursor: string | null,
  _context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  throw new HeddleError('bad-request', `${spec.kind} is not there yet.`);
}
