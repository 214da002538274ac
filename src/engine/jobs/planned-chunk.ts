import type { NewTask } from '../store/task-repository';

/** Tasks that are stored at a time. */
export const CHUNK = 200;

/** Some of a job's tasks, and from where planning goes on after a crash; both are stored at once. */
export interface PlannedChunk {
  readonly tasks: readonly NewTask[];
  readonly cursor: string;
}
