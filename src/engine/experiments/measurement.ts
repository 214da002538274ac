/** One run of one contender as it is measured: from the executor's own clocks, and the system's. */
import { cpus } from 'node:os';
import { nowMs } from '../../common/threads/board';
import type {
  ActivitySample,
  ExperimentRun,
  Percentiles,
  RunWorker,
  Timeline,
  TimelinePiece,
} from '../../common/experiments/experiment';
import type { Executor } from '../pool';
import type { AttemptTime } from '../jobs/strips';
import { PeakMemory } from './process-memory';
import { TimelineRecorder } from './timeline';

/** Twenty times a second: a picture's pixel is longer than that. */
const SAMPLE_MS = 50;

type Watched = Pick<Executor<never, unknown>, 'measures' | 'started'>;

/** What was measured; the rest of an {@link ExperimentRun} says which run it was. */
export type Measured = Omit<
  ExperimentRun,
  'id' | 'contender' | 'round' | 'ordinal' | 'tasks' | 'bytes' | 'startedAtMs'
> &
  Omit<Timeline, 'contender' | 'runId'>;

export interface Progress {
  readonly elapsedMs: number;
  readonly tasksDone: number;
  readonly tasksTotal: number;
  readonly pieces: readonly TimelinePiece[];
  readonly activity: readonly ActivitySample[];
}

export class Measurement {
  readonly #timeline = new TimelineRecorder();
  readonly #waits: number[] = [];
  readonly #times: number[] = [];
  readonly #activity: ActivitySample[] = [];
  /** Samples that were told already. */
  #activityTold = 0;
  /** By worker: what its event loops had done at the sample before. */
  readonly #lastActive = new Map<number, number>();
  #tasksDone = 0;
  #tasksTotal: () => number = () => 0;
  #executor: Watched | null = null;
  #memory: PeakMemory | null = null;
  #cpu: NodeJS.CpuUsage = { user: 0, system: 0 };
  #machine = machineTimes();
  #startedAtMs = nowMs();
  #preparedAtMs = 0;
  #startMs = 0;
  #lastSampleMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #measured: Measured | null = null;

  /** Call it before the threads are made that a mode makes ahead: how long that takes is told, and in no other time. */
  prepare(): void {
    this.#memory = new PeakMemory();
    this.#preparedAtMs = nowMs();
  }

  /** Waits for those threads; then the clock runs. With the experiment cancelled it waits for nothing. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#executor !== null) await unlessAborted(this.#executor.started, signal);
    this.#cpu = process.cpuUsage();
    this.#machine = machineTimes();
    this.#startedAtMs = nowMs();
    this.#startMs = this.#startedAtMs - this.#preparedAtMs;
    this.#lastSampleMs = this.#startedAtMs;
    this.#timer = setInterval(() => {
      this.#sample();
    }, SAMPLE_MS);
  }

  /** @param tasksTotal as far as it is known */
  watch(executor: Watched, tasksTotal: () => number): void {
    this.#executor = executor;
    this.#tasksTotal = tasksTotal;
  }

  /** A task has ended, or one attempt at it. */
  task(name: string, timing: AttemptTime, failed: boolean): void {
    const { worker, lane, submittedAtMs, startedAtMs, endedAtMs } = timing;
    this.#tasksDone += 1;
    this.#waits.push(Math.max(0, startedAtMs - submittedAtMs));
    this.#times.push(endedAtMs - startedAtMs);
    this.#timeline.add({
      worker,
      lane,
      startMs: startedAtMs - this.#startedAtMs,
      endMs: endedAtMs - this.#startedAtMs,
      tasks: 1,
      name,
      failed,
    });
  }

  get elapsedMs(): number {
    return nowMs() - this.#startedAtMs;
  }

  /** What is to be told of a run that goes on; pieces and samples are told once. */
  progress(): Progress {
    const { elapsedMs } = this;
    const activity = this.#activity.slice(this.#activityTold);
    this.#activityTold = this.#activity.length;
    return {
      elapsedMs,
      tasksDone: this.#tasksDone,
      tasksTotal: Math.max(this.#tasksDone, this.#tasksTotal()),
      // Once the clock has stopped no piece grows any more.
      pieces: this.#timeline.takeNew(this.#measured === null ? elapsedMs : Infinity),
      activity,
    };
  }

  /** Every task has settled: the clock stops. Idempotent. */
  stop(): void {
    if (this.#measured !== null) return;
    const wallMs = nowMs() - this.#startedAtMs;
    const cpu = process.cpuUsage(this.#cpu);
    const otherCpuShare = otherShare(this.#machine, machineTimes(), (cpu.user + cpu.system) / 1000);
    const peakRssBytes = this.#memory?.bytes ?? 0;
    this.end();
    this.#sample();
    const measures = this.#executor?.measures();
    const workers = (measures?.workers ?? []).map(({ worker, tasks, busyMs, loop }): RunWorker => {
      const known = loop.activeMs + loop.idleMs;
      return {
        worker,
        tasks,
        busyShare: Math.min(1, busyMs / wallMs),
        eventLoopUtilization: known === 0 ? null : loop.activeMs / known,
      };
    });
    this.#measured = {
      startMs: this.#startMs,
      wallMs,
      cpuMs: (cpu.user + cpu.system) / 1000,
      otherCpuShare,
      peakRssBytes,
      threadsMade: measures?.threadsMade ?? 0,
      workers,
      queueWaitMs: percentiles(this.#waits),
      taskMs: percentiles(this.#times),
      pieces: this.#timeline.pieces(wallMs),
      activity: this.#activity,
    };
  }

  /** What was measured between start and stop. */
  get measured(): Measured {
    if (this.#measured === null) throw new Error('the clock was not stopped');
    return this.#measured;
  }

  /** Nothing is measured any more. Idempotent. */
  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #sample(): void {
    this.#memory?.sample();
    const now = nowMs();
    const sinceMs = now - this.#lastSampleMs;
    if (this.#executor === null || sinceMs <= 0) return;
    this.#lastSampleMs = now;
    for (const { worker, loop } of this.#executor.measures().workers) {
      const before = this.#lastActive.get(worker) ?? 0;
      this.#lastActive.set(worker, loop.activeMs);
      this.#activity.push({
        worker,
        atMs: now - this.#startedAtMs,
        share: Math.min(1, Math.max(0, (loop.activeMs - before) / sinceMs)),
      });
    }
  }
}

/** @throws what `promise` rejects with */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      resolve();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

/** By nearest rank. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { median: at(0.5), p95: at(0.95), p99: at(0.99) };
}

interface MachineTimes {
  readonly busyMs: number;
  readonly allMs: number;
}

/** Of all cores together, since the system was started. */
function machineTimes(): MachineTimes {
  let [busyMs, allMs] = [0, 0];
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    allMs += busy + times.idle;
  }
  return { busyMs, allMs };
}

/** Share of all cores that others had. The system counts in ticks of 10 ms: of a short time it is rough. */
function otherShare(before: MachineTimes, after: MachineTimes, ownMs: number): number {
  const allMs = after.allMs - before.allMs;
  if (allMs <= 0) return 0;
  return Math.min(1, Math.max(0, after.busyMs - before.busyMs - ownMs) / allMs);
}
