/** How the rows of a job's list look: columns that were chosen and fit, and what differs between jobs. */
import { useMemo } from 'react';
import type { TaskSort } from '../../common/model/columns';
import type { JobSummary } from '../../common/model/jobs';
import { chosenColumns, fittingColumns, listKindOf, templateOf } from '../lib/columns';
import { isDryRun } from '../lib/findings';
import { useColumnChoice, useSort, useWidths } from '../state/columns';
import type { RowLook } from './task-row';

interface ListLook {
  readonly look: RowLook;
  readonly sort: TaskSort | null;
}

/** @param widthPx of the list; 0: not known yet */
export function useListLook(job: JobSummary, widthPx: number): ListLook {
  const kind = listKindOf(job);
  const choice = useColumnChoice(kind);
  const widths = useWidths(kind);
  const sort = useSort(kind);
  const [algorithm = null] = job.algorithms;
  const [dryRun, sides] = [isDryRun(job), kind === 'folders' ? job.folder : null];
  // Rows are drawn anew when it is another one.
  const look = useMemo(() => {
    // Nothing is written, so nothing has a speed.
    const chosen = chosenColumns(kind, choice).filter((column) => !dryRun || column !== 'speed');
    const columns = fittingColumns(chosen, widths, widthPx);
    return { dryRun, sides, algorithm, columns, template: templateOf(columns, widths) };
  }, [kind, choice, widths, widthPx, dryRun, sides, algorithm]);
  return { look, sort };
}
