/** Which phases a job has. */
import { DUPLICATE_PHASES, betweenDuplicates } from './duplicate-phases';
import { afterFolders } from './folder-phases';
import type { JobSpec } from './job-spec';
import type { Phases } from './phases';

const nothing = (): Promise<void> => Promise.resolve();

export function phasesOf(spec: JobSpec): Phases {
  if (spec.kind === 'hash' && spec.duplicates) {
    return { count: DUPLICATE_PHASES, afterPlanning: true, prepare: betweenDuplicates };
  }
  if (spec.kind === 'verify' && spec.folders) {
    return { count: 2, afterPlanning: false, prepare: afterFolders };
  }
  return { count: spec.kind === 'copy' ? 5 : 1, afterPlanning: false, prepare: nothing };
}
