/** Failed tasks without a finding, counted in slices, so that nobody's turn takes long. */
import type { UntoldFailures } from '../../common/ipc';
import type { TaskStore } from '../store/task-store';

const SLICE = 2000;

export async function untoldFailures(tasks: TaskStore, jobId: number): Promise<UntoldFailures> {
  let all = 0;
  let existing = 0;
  for (let after = -1; ;) {
    const slice = tasks.rows.untoldSlice(jobId, after, SLICE);
    all += slice.all;
    existing += slice.existing;
    if (slice.last === null) return { all, existing };
    after = slice.last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
