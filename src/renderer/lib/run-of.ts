import type { JobSummary } from '../../common/model/jobs';

/** Another text after each run of a job, also where a retry came to the same state and counts. */
export function runOf({ state, endedAtMs }: JobSummary): string {
  return `${state} ${endedAtMs ?? ''}`;
}
