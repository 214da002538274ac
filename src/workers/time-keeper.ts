/** Keeps a thread's times: what it does with them is written where its host can read it. */
import { openSync, readSync } from 'node:fs';
import { ThreadTimes, type Rest } from '../common/threads/thread-times';

/** What a task can wait for beside the network. */
export type Awaited = 'disk' | 'speedLimit';

/** A shorter rest is part of the work: taking up the next packet. */
const LEAST_REST_MS = 0.05;
const WRITE_EVERY_MS = 250;
const NANOSECONDS = 1e6;

interface Use {
  /** Milliseconds on a core. */
  readonly cpuMs: number;
  /** Milliseconds in which it could have run and had no core. */
  readonly coreMs: number;
  /** Milliseconds in which the event loop waited. */
  readonly loopIdleMs: number;
}

export class TimeKeeper {
  readonly #times: ThreadTimes;
  readonly #readProcessor = processorOf();
  #isActive = false;
  #sinceMs = 0;
  #writtenMs = 0;
  /** As of when the figures were written last. */
  #use: Use = { cpuMs: 0, coreMs: 0, loopIdleMs: 0 };
  #rests: Rest[] = [];

  constructor(buffer: SharedArrayBuffer) {
    this.#times = new ThreadTimes(buffer);
  }

  /** It can take tasks. */
  ready(atMs: number): void {
    this.#times.set('readyAtMs', atMs);
    this.#turn(false, atMs);
  }

  /** It takes up a task. @param submittedAtMs when the task was given to the executor */
  begin(atMs: number, submittedAtMs: number): void {
    if (this.#isActive) return;
    if (atMs - this.#sinceMs < LEAST_REST_MS) {
      // As if it had not rested: the figures of use go on where they were.
      this.#times.add('activeMs', atMs - this.#sinceMs);
    } else {
      this.#rests.push([this.#sinceMs, atMs, submittedAtMs]);
      this.#use = this.#useNow();
    }
    this.#turn(true, atMs);
  }

  /** It has no task any more, and has answered for all. */
  rest(atMs: number): void {
    if (!this.#isActive) return;
    this.#write(atMs);
    this.#times.add('activeMs', atMs - this.#sinceMs);
    this.#turn(false, atMs);
  }

  /** Brings the figures of use up to date now and then: a thread that is terminated does not come to its rest. */
  writeSometimes(atMs: number): void {
    if (atMs - this.#writtenMs >= WRITE_EVERY_MS) this.#write(atMs);
  }

  #write(atMs: number): void {
    if (!this.#isActive) return;
    this.#writtenMs = atMs;
    const use = this.#useNow();
    for (const field of ['cpuMs', 'coreMs', 'loopIdleMs'] as const)
      this.#times.add(field, Math.max(0, use[field] - this.#use[field]));
    this.#use = use;
  }

  /** A task has ended. */
  ended(ms: number): void {
    this.#times.add('taskMs', ms);
  }

  /** A task has waited; of several waits at once, each counts. */
  waited(what: Awaited, ms: number): void {
    this.#times.add(what === 'disk' ? 'diskMs' : 'speedLimitMs', ms);
  }

  /** Those that have ended since this was asked last. */
  takeRests(): readonly Rest[] | undefined {
    if (this.#rests.length === 0) return undefined;
    const rests = this.#rests;
    this.#rests = [];
    return rests;
  }

  #turn(isActive: boolean, atMs: number): void {
    this.#isActive = isActive;
    this.#sinceMs = atMs;
    this.#times.set('isActive', isActive ? 1 : 0);
    this.#times.set('sinceMs', atMs);
  }

  #useNow(): Use {
    const { idle } = performance.eventLoopUtilization();
    return { ...this.#readProcessor(), loopIdleMs: Math.max(0, idle) };
  }
}

type Processor = Omit<Use, 'loopIdleMs'>;

/** How this thread's use of the processor is found out here. */
function processorOf(): () => Processor {
  return fromScheduler() ?? fromNode() ?? fromLoop;
}

/** proc_pid_schedstat(5): nanoseconds on a core, and nanoseconds ready to run without one. */
function fromScheduler(): (() => Processor) | null {
  if (process.platform !== 'linux') return null;
  try {
    // Closed with the thread, as Node does with all that a thread opens.
    const fd = openSync('/proc/thread-self/schedstat', 'r');
    const buffer = Buffer.alloc(96);
    const read = (): Processor => {
      const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
      const [cpu = '0', core = '0'] = text.split(' ');
      return { cpuMs: Number(cpu) / NANOSECONDS, coreMs: Number(core) / NANOSECONDS };
    };
    return Number.isFinite(read().cpuMs) ? read : null;
  } catch {
    return null;
  }
}

/** Since Node 23.9. */
function fromNode(): (() => Processor) | null {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage === undefined) return null;
  return () => {
    const { user, system } = threadCpuUsage.call(process);
    return { cpuMs: (user + system) / 1000, coreMs: 0 };
  };
}

/** All that the event loop does not wait for: then reading and writing at once counts as work. */
function fromLoop(): Processor {
  return { cpuMs: performance.eventLoopUtilization().active, coreMs: 0 };
}
