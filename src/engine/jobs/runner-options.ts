/** What a run of a job is given, and what it tells. */
import type { ErrorData } from '../../common/model/errors';
import type { FsPath } from '../../common/model/paths';
import type { Settings } from '../../common/model/settings';
import type { SettledTask } from '../../common/model/tasks';
import type { RateLimit } from '../../common/threads/rate-limit';
import type { Threads } from '../pool';
import type { RestState, StoredJob } from '../store/job-repository';
import type { TaskStore } from '../store/task-store';
import type { Vault } from '../store/vault';
import type { Hosts } from './hosts';
import type { AttemptListener } from './job-tally';
import type { RetryPolicy } from './retry-policy';

export interface RunnerOptions {
  readonly job: StoredJob;
  readonly tasks: TaskStore;
  readonly threads: Threads;
  readonly vault: Vault;
  readonly settings: Settings;
  /** The speed limit of all jobs together. */
  readonly sharedRate: RateLimit;
  /** Hosts as all jobs know them. */
  readonly hosts: Hosts;
  readonly retryPolicy?: RetryPolicy;
  /** Whether it waits for room on its disk and for the network; otherwise what needs them fails. */
  readonly waits?: boolean;
  readonly onRecorded: (settled: readonly SettledTask[]) => void;
  /** A folder that is to be removed when the job ends. */
  readonly onWorkDirectory: (path: FsPath) => void;
  /** Something that concerns the whole job, and is told once. */
  readonly onNotice: (notice: ErrorData) => void;
  /** The plan or a count changed. */
  readonly onProgress: () => void;
  readonly measuring?: {
    /** No more tasks are in flight than the mode has threads or lanes, whatever is usual for the kind. */
    readonly isBounded: boolean;
    /** Of each attempt that has ended. */
    readonly onTask: AttemptListener;
    /** Every task has settled and is stored; the threads are still there. */
    readonly onSettled: () => void;
  };
}

/** What a job is that was stopped for a reason. */
export const STOPPED_STATES = { pause: 'paused', cancel: 'cancelled', interrupt: 'interrupted' } as const;
export type StopReason = keyof typeof STOPPED_STATES;

export interface RunResult {
  readonly state: RestState;
  readonly error: ErrorData | null;
}
