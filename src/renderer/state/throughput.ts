/** The watched job's bytes a second over the last minute: one sample a second. */
import type { ThroughputSample } from '../../common/model/frames';
import { createStore } from './store';

export const CHART_WINDOW_MS = 60_000;

export interface ThroughputPoint {
  readonly atMs: number;
  readonly bytesPerSecond: number;
}

export class ThroughputHistory {
  readonly points = createStore<readonly ThroughputPoint[]>([]);

  clear(): void {
    this.points.set([]);
  }

  load(samples: readonly ThroughputSample[]): void {
    const held = this.points.get();
    const since = held[0]?.atMs ?? Infinity;
    const older = samples.filter((sample) => sample.atMs < since);
    this.points.set([...older, ...held].slice(-120));
  }

  push(atMs: number, bytesPerSecond: number): void {
    const held = this.points.get();
    const last = held.at(-1);
    if (last !== undefined && atMs - last.atMs < 950) return;
    const kept = held.filter((point) => point.atMs >= atMs - CHART_WINDOW_MS - 2000);
    this.points.set([...kept, { atMs, bytesPerSecond }]);
  }
}
