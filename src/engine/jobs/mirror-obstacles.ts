/** What stands in the way of a mirror's deletions, counted in slices, so that nobody's turn takes long. */
import type { Obstacles } from './withheld';
import type { TaskStore } from '../store/task-store';
import { COPY_PHASES } from '../../files/planned-tasks';

const SLICE = 2000;

/** Tasks that copy and did not, and in a dry run those that would not. */
const KINDS = [
  { column: 'state', value: 'failed' },
  { column: 'state', value: 'cancelled' },
  { column: 'finding', value: 'clash' },
  { column: 'finding', value: 'kept' },
] as const;

export async function mirrorObstacles(tasks: TaskStore, jobId: number): Promise<Obstacles> {
  let undecided = 0;
  let uncopied = 0;
  for (const kind of KINDS) {
    for (let after = -1; ;) {
      const slice = tasks.rows.obstacleSlice(jobId, kind, COPY_PHASES.extras, after, SLICE);
      undecided += slice.undecided;
      // What the policy leaves as it is has been decided.
      if (kind.value !== 'kept') uncopied += slice.all - slice.undecided;
      if (slice.last === null) break;
      after = slice.last;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { undecided, uncopied };
}
