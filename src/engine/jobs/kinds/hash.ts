/** Digests of files, and looking for files of equal content. */
import { toColumn, valueAt } from '../../../common/model/packet';
import { DUPLICATE_PHASES, betweenDuplicates } from '../duplicate-phases';
import type { JobSpec } from '../job-spec';
import { planDuplicates } from '../plan-duplicates';
import { planHash } from '../plan-hash';
import { FILE_WORK } from './file-work';
import { ONE_PHASE, type Kind, type KindContext } from './kind';

export function hashKind(spec: Extract<JobSpec, { kind: 'hash' }>, context: KindContext): Kind {
  const { algorithms, cache, duplicates } = spec;
  const plan = { ...context, jobId: context.job.summary.id };
  return {
    ...FILE_WORK,
    phases: duplicates
      ? { count: DUPLICATE_PHASES, afterPlanning: true, prepare: betweenDuplicates }
      : ONE_PHASE,
    workerOptions: () => ({ kind: 'hash', algorithms, cache, duplicates }),
    plan: (cursor) => (duplicates ? planDuplicates(spec, cursor, plan) : planHash(spec, cursor, plan)),
    details: ({ groupings, ids }) =>
      toColumn(
        ids.map((_, task) => {
          const grouping = valueAt(groupings, task);
          return grouping === null ? null : { grouping };
        }),
      ),
  };
}
