/**
 * The phases of a job's tasks: those of one all settle, or go on to a later
 * one, before the next begins. What happens between two phases only moves tasks
 * in the database, and may happen again after a crash.
 */
import type { SettledTask } from '../../common/model/tasks';
import type { TaskStore } from '../store/task-store';

/** Whoever runs the phases. */
export interface PhaseHost {
  /** Is told the tasks that settled without running. */
  readonly onSettled: (settled: readonly SettledTask[]) => void;
  /** Whether the job still runs; what lasts asks now and then. */
  readonly goesOn: () => boolean;
}

export interface Phases {
  readonly count: number;
  /** Whether the first phase waits until every task is planned. */
  readonly afterPlanning: boolean;
  /**
   * Before phase `phase` begins, and once more with `count` when the last one is over.
   * @returns when its tasks are as they have to be
   */
  readonly prepare: (phase: number, tasks: TaskStore, jobId: number, host: PhaseHost) => Promise<void>;
}
