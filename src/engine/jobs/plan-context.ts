/** What planners work with. */
import type { FsPath } from '../../common/model/paths';
import type { Threads } from '../pool';
import type { TaskStore } from '../store/task-store';
import type { Vault } from '../store/vault';

export interface PlanContext {
  readonly threads: Threads;
  readonly vault: Vault;
  readonly tasks: TaskStore;
  readonly jobId: number;
  /** Is told of a folder that is to be removed when the job ends, if not before. */
  readonly onWorkDirectory: (path: FsPath) => void;
}
