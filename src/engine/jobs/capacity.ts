/** How much of a job is at once on its executor: for downloads their connections say it, for files the threads. */
import { MAX_WORKERS } from '../../common/model/job-request';
import type { JobSummary, Mode } from '../../common/model/jobs';
import type { Settings } from '../../common/model/settings';
import { automaticWorkers } from './defaults';
import type { Kind } from './kinds';

/** Packets of files in the queue for each thread: one runs, one lies ready. */
const PACKETS_PER_THREAD = 2;
/** Lanes that a thread has in any case, for a job that gets more connections while it runs. */
const LEAST_LANES = 4;

/** What an executor has. */
export interface Room {
  readonly mode: Mode;
  /** Tasks at once. */
  readonly concurrency: number;
  readonly size: number;
}

type KindRoom = Pick<Kind, 'connections' | 'tasksInPacket' | 'tasksAhead'>;

export class Capacity {
  /** Threads, or in `event-loop` tasks in flight. */
  readonly size: number;
  /** Tasks at once on each thread of a pool. */
  readonly lanes: number;
  /** Of the job; `null`: it has none. */
  connections: number | null;
  readonly #kind: KindRoom;
  readonly #isBounded: boolean;

  /** @param isBounded no more tasks are at once than the mode has threads or lanes, whatever is usual for the kind */
  constructor(
    { mode, kind: name, workers }: Pick<JobSummary, 'mode' | 'kind' | 'workers'>,
    kind: KindRoom,
    settings: Settings,
    isBounded: boolean,
  ) {
    this.#kind = kind;
    this.#isBounded = isBounded;
    this.connections = isBounded ? null : kind.connections;
    const automatic = automaticWorkers(name, settings.bestWorkers);
    this.size = workers ?? (mode === 'event-loop' ? (this.connections ?? automatic) : automatic);
    this.lanes =
      this.connections === null ? 1 : Math.max(LEAST_LANES, Math.ceil(this.connections / this.size));
  }

  /** Tasks that the executor has at once, where packets do not bound them. */
  mostTasks(room: Room): number {
    if (!Number.isFinite(this.#kind.tasksInPacket)) return Infinity;
    return Math.min(this.connections ?? Infinity, room.concurrency) + this.ahead(room);
  }

  /** Of these, those that lie ready beside the ones that run: where the lanes let no more run than there may be. */
  ahead({ mode, concurrency, size }: Room): number {
    const isFree = mode === 'pool' && !this.#isBounded && concurrency <= (this.connections ?? Infinity);
    return isFree ? size * this.#kind.tasksAhead : 0;
  }

  /** Of the queue of packets. */
  queueConcurrency(room: Room): number {
    if (room.mode === 'thread-per-task') return room.concurrency;
    return Number.isFinite(this.#kind.tasksInPacket) ? this.mostTasks(room) : room.size * PACKETS_PER_THREAD;
  }

  /** Threads of a pool that have a lane for each connection. */
  threadsFor(connections: number, { size }: Room): number {
    return Math.min(MAX_WORKERS, Math.max(size, Math.ceil(connections / this.lanes)));
  }
}
