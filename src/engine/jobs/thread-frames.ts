/** Frames of threads that are watched beside jobs: a server's. */
import type { RunningTask, WorkerFrame } from '../../common/model/frames';
import type { SettledState } from '../../common/model/tasks';
import { Rate } from './rate';
import { Strips } from './strips';

export interface ThreadNow {
  /** From 1. */
  readonly worker: number;
  readonly alive: boolean;
  readonly lanes: number;
  readonly running: readonly Pick<RunningTask, 'taskId' | 'lane' | 'name' | 'startedAtMs'>[];
  /** So far. */
  readonly bytes: number;
  readonly tasks: number;
}

export interface ThreadPast {
  readonly worker: number;
  readonly lane: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: SettledState;
  readonly name: string;
}

export class ThreadFrames {
  readonly #strips = new Strips();
  readonly #rates = new Map<number, Rate>();
  readonly #sinceMs: number;

  /** @param sinceMs when the threads began */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
  }

  ended({ worker, lane, startMs, endMs, outcome, name }: ThreadPast): void {
    this.#strips.add(worker, lane, startMs, endMs, outcome, name);
  }

  /** Nothing follows: the next frame has the last pieces too. */
  end(): void {
    this.#strips.end();
  }

  /** With the pieces that ended since the frame before. */
  frame({ worker, alive, lanes, running, bytes, tasks }: ThreadNow, atMs: number): WorkerFrame {
    let rate = this.#rates.get(worker);
    if (rate === undefined) this.#rates.set(worker, (rate = new Rate()));
    const oldest = running.length === 0 ? null : Math.min(...running.map((task) => task.startedAtMs));
    return {
      worker,
      alive,
      lanes,
      running: running.map((task) => ({
        ...task,
        bytesDone: 0,
        bytesTotal: null,
        bytesRead: null,
        bytesWritten: null,
        bytesPerSecond: 0,
      })),
      ...rate.add({ atMs, bytes, tasks }),
      segments: this.#strips.takeFresh(worker, atMs),
      busyShare: this.#strips.busyShare(worker, this.#sinceMs, atMs, oldest),
    };
  }
}
