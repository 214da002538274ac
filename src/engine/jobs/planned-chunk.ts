/** What planners work with, and what they give. */
import type { FsPath } from '../../common/model/paths';
import type { Threads } from '../pool';
import type { NewTask, TaskRepository } from '../store/task-repository';
import type { Vault } from '../store/vault';

/** Tasks that are stored at a time. */
export const CHUNK = 200;

/** Some of a job's tasks, and from where planning goes on after a crash; both are stored at once. */
export interface PlannedChunk {
  readonly tasks: readonly NewTask[];
  readonly cursor: string;
}

/** What planners work with. */
export interface PlanContext {
  readonly threads: Threads;
  readonly vault: Vault;
  readonly tasks: TaskRepository;
  readonly jobId: number;
  /** Is told of a folder that is to be removed when the job ends, if not before. */
  readonly onWorkDirectory: (path: FsPath) => void;
}
