/** What an executor has measured, by the place of each worker. Times in milliseconds. */
import { nowMs } from '../../common/threads/board';
import type { Ends } from '../../common/threads/protocol';
import type { ExecutorMeasures, LoopTime, WorkerMeasure } from './executor';
import { NO_PLACE_TIMES, addTimes, type PlaceTimes } from './place-times';

interface Tally {
  tasks: number;
  failed: number;
  busyMs: number;
  aliveMs: number;
  threads: number;
  loopActiveMs: number;
  loopIdleMs: number;
  runMs: number;
  times: PlaceTimes;
}

/** A thread as far as it is measured. */
export interface MeasuredThread {
  readonly startedAtMs: number;
  readonly busyMs: number;
  readonly loop: LoopTime;
  readonly times: PlaceTimes;
}

export class Tallies {
  readonly #tallies = new Map<number, Tally>();
  #settled = 0;
  #waitMs = 0;
  #runMs = 0;

  #of(worker: number): Tally {
    let tally = this.#tallies.get(worker);
    if (tally === undefined) {
      tally = {
        tasks: 0,
        failed: 0,
        busyMs: 0,
        aliveMs: 0,
        threads: 0,
        loopActiveMs: 0,
        loopIdleMs: 0,
        runMs: 0,
        times: NO_PLACE_TIMES,
      };
      this.#tallies.set(worker, tally);
    }
    return tally;
  }

  threadStarted(worker: number): void {
    this.#of(worker).threads += 1;
  }

  threadEnded(worker: number, { startedAtMs, busyMs, loop, times }: MeasuredThread): void {
    const tally = this.#of(worker);
    tally.busyMs += busyMs;
    tally.aliveMs += nowMs() - startedAtMs;
    tally.loopActiveMs += loop.activeMs;
    tally.loopIdleMs += loop.idleMs;
    tally.times = addTimes(tally.times, times);
  }

  /** Tasks have settled. @param worker that they ran on; `null`: on none */
  settled(worker: number | null, count: number, failed: number): void {
    this.#settled += count;
    if (worker === null) return;
    const tally = this.#of(worker);
    tally.tasks += count;
    tally.failed += failed;
  }

  ran(worker: number, { startedAtMs, endedAtMs }: Ends<unknown>, submittedAtMs: number): void {
    let runMs = 0;
    for (let at = 0; at < startedAtMs.length; at++) {
      const start = startedAtMs[at] ?? 0;
      this.#waitMs += Math.max(0, start - submittedAtMs);
      runMs += (endedAtMs[at] ?? start) - start;
    }
    this.#runMs += runMs;
    this.#of(worker).runMs += runMs;
  }

  /** @param threadOf the thread that is alive at a worker's place */
  measures(threadOf: (worker: number) => MeasuredThread | null): ExecutorMeasures {
    const workers = [...this.#tallies.entries()]
      .sort(([left], [right]) => left - right)
      .map(([worker, tally]): WorkerMeasure => {
        const thread = threadOf(worker);
        return {
          worker,
          tasks: tally.tasks,
          failed: tally.failed,
          busyMs: tally.busyMs + (thread?.busyMs ?? 0),
          aliveMs: tally.aliveMs + (thread === null ? 0 : nowMs() - thread.startedAtMs),
          threads: tally.threads,
          runMs: tally.runMs,
          // Looked at once, at the end, and not ten times a second.
          get times() {
            return thread === null ? tally.times : addTimes(tally.times, thread.times);
          },
          loop: {
            activeMs: tally.loopActiveMs + (thread?.loop.activeMs ?? 0),
            idleMs: tally.loopIdleMs + (thread?.loop.idleMs ?? 0),
          },
        };
      });
    return {
      workers,
      settled: this.#settled,
      totalWaitMs: this.#waitMs,
      totalRunMs: this.#runMs,
      threadsMade: workers.reduce((sum, { threads }) => sum + threads, 0),
    };
  }
}
