/** Each worker's last 30 seconds, gathered from frames. Outside React: canvases read it when they draw. */
import {
  STRIP_WINDOW_MS,
  type RunningTask,
  type StripSegment,
  type WorkerFrame,
} from '../../common/model/frames';
import { trimSegments } from '../lib/strip-geometry';
import { createStore } from './store';

export interface WorkerStrip {
  readonly worker: number;
  readonly lanes: number;
  readonly alive: boolean;
  readonly segments: readonly StripSegment[];
  readonly running: readonly RunningTask[];
}

/** Frames come a little late; drawing this much behind hides it, so that the right edge does not flicker. */
const BEHIND_MS = 160;

export class StripHistory {
  /** The workers' numbers, for those who draw a row each; changes only when a worker comes or goes. */
  readonly workers = createStore<readonly number[]>([]);
  /** Whether time moves on: false once the job has stopped. */
  readonly moving = createStore(false);
  readonly #strips = new Map<number, WorkerStrip>();
  /** The sender's clock less ours, taken from the frame that came soonest after its making. */
  #clockOffsetMs = 0;
  #lastAtMs = 0;

  clear(): void {
    this.#strips.clear();
    this.#clockOffsetMs = 0;
    this.#lastAtMs = 0;
    this.moving.set(false);
    this.workers.set([]);
  }

  /** Begins with a snapshot; frames that came before it are kept. */
  load(frames: readonly WorkerFrame[], running: boolean): void {
    for (const frame of frames) {
      const held = this.#strips.get(frame.worker);
      const since = held?.segments[0]?.startMs ?? Infinity;
      const older = frame.segments.filter((segment) => segment.startMs < since);
      this.#strips.set(frame.worker, {
        worker: frame.worker,
        lanes: Math.max(frame.lanes, held?.lanes ?? 1),
        alive: held?.alive ?? frame.alive,
        segments: [...older, ...(held?.segments ?? [])],
        running: held?.running ?? frame.running,
      });
      for (const segment of frame.segments) this.#lastAtMs = Math.max(this.#lastAtMs, segment.endMs);
    }
    if (running && !this.moving.get()) {
      this.#lastAtMs = Math.max(this.#lastAtMs, Date.now());
      this.moving.set(true);
    }
    this.#tellWorkers();
  }

  push(frames: readonly WorkerFrame[], atMs: number): void {
    const offset = atMs - Date.now();
    this.#clockOffsetMs = this.#lastAtMs === 0 ? offset : Math.max(this.#clockOffsetMs - 1, offset);
    this.#lastAtMs = Math.max(this.#lastAtMs, atMs);
    const seen = new Set<number>();
    const beforeMs = atMs - STRIP_WINDOW_MS - 1000;
    for (const frame of frames) {
      seen.add(frame.worker);
      const held = this.#strips.get(frame.worker);
      const kept = trimSegments(held?.segments ?? [], beforeMs);
      this.#strips.set(frame.worker, {
        worker: frame.worker,
        // What ran on lanes that are no more is still to be seen.
        lanes: kept.reduce((lanes, { lane }) => Math.max(lanes, lane + 1), frame.lanes),
        alive: frame.alive,
        segments: frame.segments.length === 0 ? kept : [...kept, ...frame.segments],
        running: frame.running,
      });
    }
    for (const strip of this.#strips.values()) {
      if (seen.has(strip.worker)) continue;
      const segments = trimSegments(strip.segments, beforeMs);
      if (segments.length === 0) this.#strips.delete(strip.worker);
      else this.#strips.set(strip.worker, { ...strip, alive: false, running: [], segments });
    }
    this.moving.set(true);
    this.#tellWorkers();
  }

  /** Time stands still from now on; what ran is drawn up to here. */
  stop(ended: boolean): void {
    this.#lastAtMs = this.nowMs();
    for (const strip of this.#strips.values()) {
      const cut: StripSegment[] = strip.running.map((task) => ({
        lane: task.lane,
        startMs: task.startedAtMs,
        endMs: Math.max(task.startedAtMs, this.#lastAtMs),
        outcome: 'done',
        tasks: 1,
        name: task.name,
      }));
      this.#strips.set(strip.worker, {
        ...strip,
        alive: strip.alive && !ended,
        running: [],
        segments: [...strip.segments, ...cut],
      });
    }
    this.moving.set(false);
  }

  strip(worker: number): WorkerStrip | undefined {
    return this.#strips.get(worker);
  }

  get size(): number {
    return this.#strips.size;
  }

  /** The right edge of every strip, on the sender's clock. */
  nowMs(): number {
    if (!this.moving.get()) return this.#lastAtMs;
    return Date.now() + this.#clockOffsetMs - BEHIND_MS;
  }

  #tellWorkers(): void {
    const numbers = [...this.#strips.keys()].sort((a, b) => a - b);
    const told = this.workers.get();
    const same = told.length === numbers.length && told.every((number, index) => number === numbers[index]);
    if (!same) this.workers.set(numbers);
  }
}
