/** Files against a manifest, and two folders against each other. */
import { valueAt, type OrderDetails } from '../../../common/model/packet';
import type { ExpectedFile } from '../../../common/model/tasks';
import { afterFolders } from '../folder-phases';
import type { JobSpec } from '../job-spec';
import { planFolders } from '../plan-folders';
import { planVerify } from '../plan-verify';
import { FILE_WORK, namedFinding } from './file-work';
import { ONE_PHASE, type Kind, type KindContext } from './kind';

export function verifyKind(spec: Extract<JobSpec, { kind: 'verify' }>, context: KindContext): Kind {
  const { folders } = spec;
  const plan = { ...context, jobId: context.job.summary.id };
  return {
    ...FILE_WORK,
    phases: folders ? { count: 2, afterPlanning: false, prepare: afterFolders } : ONE_PHASE,
    workerOptions: () => ({ kind: 'verify', folders }),
    plan: (cursor) => (folders ? planFolders(spec, cursor, plan) : planVerify(spec, cursor, plan)),
    details: (packet) =>
      packet.ids.map((_, task): OrderDetails => {
        const request = valueAt(packet.requests, task);
        const grouping = valueAt(packet.groupings, task);
        return {
          ...(grouping === null ? {} : { grouping }),
          ...(typeof request === 'string' ? { expected: JSON.parse(request) as ExpectedFile } : {}),
        };
      }),
    // What could not be checked is unreadable.
    findingOf: (code) => namedFinding(code) ?? 'unreadable',
  };
}
