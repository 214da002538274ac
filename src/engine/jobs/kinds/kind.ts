/** What a kind of job decides. Whoever runs jobs knows no more of kinds than this. */
import type { OutcomeColumns } from '../../../common/model/answer';
import type { KnownFile, PartialNote, PartialState } from '../../../common/model/download';
import type { ErrorData } from '../../../common/model/errors';
import type { Column, OrderDetails, Packet, PlannedChunk } from '../../../common/model/packet';
import type { FsPath } from '../../../common/model/paths';
import type { Settings } from '../../../common/model/settings';
import type { Finding } from '../../../common/model/tasks';
import type { RateLimit } from '../../../common/threads/rate-limit';
import type { WorkerOptions } from '../../../common/threads/worker-options';
import type { Threads } from '../../pool';
import type { StoredJob } from '../../store/job-repository';
import type { NewlyKnown } from '../../store/known-files';
import type { TaskStore } from '../../store/task-store';
import type { Vault } from '../../store/vault';
import type { Phases } from '../phases';
import type { RetryPolicy } from '../retry-policy';
import type { RoomNeeds } from '../room';

/** What a job has beside its spec while it runs. */
export interface KindContext {
  readonly job: StoredJob;
  readonly tasks: TaskStore;
  readonly threads: Threads;
  readonly vault: Vault;
  readonly settings: Settings;
  /** Speed limits that hold for it. */
  readonly rates: readonly RateLimit[];
  /** Where its files ask for further connections. */
  readonly places: { readonly memory: SharedArrayBuffer; readonly job: number } | null;
  /** What is on disk of a task that is not at its end, as it was told last. */
  readonly partial: (id: number) => PartialState | null;
  /** Is told of a folder that is to be removed when the job ends. */
  readonly onWorkDirectory: (path: FsPath) => void;
  /** Something that concerns the whole job, and is told once. */
  readonly onNotice: (notice: ErrorData) => void;
}

export interface Kind {
  readonly phases: Phases;
  /** Where its tasks write; `null`: they write nothing. */
  readonly writesTo: RoomNeeds | null;
  readonly workerOptions: () => WorkerOptions;
  /** How many connections the job has at once, over all threads; `null`: it needs none, and a thread has one task. */
  readonly connections: number | null;
  /** The most tasks that a packet takes to a thread, so that what it waits for holds up few others. */
  readonly tasksInPacket: number;
  /** Tasks that lie ready on a thread beside those in flight, where packets are small. */
  readonly tasksAhead: number;
  /** The most that one host gets at once, over all jobs; `Infinity` for what has no host. */
  readonly limitPerHost: number;
  /** How many it gets before anything is known of it. */
  readonly firstPerHost: number;
  readonly plan: (cursor: string | null) => AsyncGenerator<PlannedChunk, void, undefined>;
  /** Before a phase begins. */
  readonly beginPhase?: (phase: number) => Promise<void>;
  /** What becomes of tasks that need not run; `null`: they are to run. */
  readonly withheld?: (packet: Packet) => OutcomeColumns | null;
  /** What workers need to know beside what all tasks have. */
  readonly details: (packet: Packet) => Column<OrderDetails | null>;
  /** What a task tells before it settles. */
  readonly partialIn?: (note: unknown) => PartialNote | null;
  /** Results that are more than results of their tasks. */
  readonly onResults?: (results: OutcomeColumns) => void;
  /** What a failure with this code finds. */
  readonly findingOf: (code: string) => Finding | null;
  readonly retryPolicy: (packet: Packet, task: number, base: RetryPolicy) => RetryPolicy;
  /** What an entry became, for the next time. */
  readonly knownOf?: (packet: Packet, task: number, file: KnownFile) => NewlyKnown;
}

/** Phases of work that has one. */
export const ONE_PHASE: Phases = { count: 1, afterPlanning: false, prepare: () => Promise.resolve() };
