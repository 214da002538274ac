/** Failed tasks without a finding, counted in slices, so that nobody's turn takes long. */
import type { UntoldFailures } from '../../common/ipc';
import type { TaskRepository } from '../store/task-repository';

const SLICE = 2000;

export async function untoldFailures(tasks: TaskRepository, jobId: number): Promise<UntoldFailures> {
  let all = 0;
  let existing = 0;
  for (let after = -1; ;) {
    const slice = tasks.untoldSlice(jobId, after, SLICE);
    all += slice.all;
    existing += slice.existing;
    if (slice.last === null) return { all, existing };
    after = slice.last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
