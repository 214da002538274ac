/** Which tasks of a job are shown: as was chosen last on its page, where the job has any such. */
import { useState } from 'react';
import type { JobSummary } from '../../common/model/jobs';
import type { FindingCounts, TaskCounts } from '../../common/model/tasks';
import { rememberFilter } from '../state/memory';
import { useSettings } from '../state/settings';
import { ALL_TASKS, type TaskFilter } from './task-filters';

/** @param findings `null`: not known yet */
export function useTaskFilter(
  job: JobSummary | null,
  counts: TaskCounts | undefined,
  findings: FindingCounts | null,
): readonly [TaskFilter, (filter: TaskFilter) => void] {
  const settings = useSettings();
  const [chosen, setChosen] = useState<TaskFilter | null>(null);
  /** What the job began with; what becomes of its tasks later is no reason to show others. */
  const [first, setFirst] = useState<TaskFilter | null>(null);
  const remembered = job === null ? undefined : settings?.filters[job.kind];
  if (first === null && settings !== null && counts !== undefined) {
    if (remembered === undefined) setFirst(ALL_TASKS);
    else if (remembered.finding === null)
      setFirst(remembered.state === null || counts[remembered.state] > 0 ? remembered : ALL_TASKS);
    else if (findings !== null) setFirst((findings[remembered.finding] ?? 0) > 0 ? remembered : ALL_TASKS);
  }
  return [
    chosen ?? first ?? ALL_TASKS,
    (next) => {
      setChosen(next);
      if (job !== null) rememberFilter(job.kind, next);
    },
  ];
}
