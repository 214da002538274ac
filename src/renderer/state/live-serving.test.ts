import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExperimentFrame } from '../../common/experiments/experiment';
import type { ServingFrame, WorkerFrame } from '../../common/model/frames';
import { LiveServing } from './live-serving';

function thread(worker: number, startMs: number): WorkerFrame {
  return {
    worker,
    lanes: 2,
    alive: true,
    running: [],
    bytesPerSecond: 0,
    tasksPerSecond: 10,
    busyShare: 0.5,
    segments: [
      { lane: 0, startMs, endMs: startMs + 20, outcome: 'done', tasks: 1, name: 'connection 1: /a.bin' },
    ],
  };
}

function frame(id: number, serving: ServingFrame | null): ExperimentFrame {
  return { id, runsDone: 0, runsTotal: 4, remainingMs: null, phase: 'running', running: null, serving };
}

describe('LiveServing', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 100_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gathers what the threads of a server did, also over a pause between two runs', () => {
    const live = new LiveServing();
    live.take(frame(7, null));
    expect(live.strips.workers.get()).toEqual([]);
    live.take(frame(7, { atMs: 100_000, threads: [thread(1, 99_900)] }));
    live.take(frame(7, null));
    live.take(frame(7, { atMs: 100_200, threads: [thread(1, 100_100), thread(2, 100_100)] }));
    expect(live.strips.workers.get()).toEqual([1, 2]);
    expect(live.strips.strip(1)?.segments.map(({ startMs }) => startMs)).toEqual([99_900, 100_100]);
    expect(live.frame(2)?.tasksPerSecond).toBe(10);
    expect(live.frame(3)).toBeUndefined();
  });

  it('has nothing left of an experiment that has ended, or of the one before', () => {
    const live = new LiveServing();
    live.take(frame(7, { atMs: 100_000, threads: [thread(1, 99_900), thread(2, 99_900)] }));
    live.take(frame(8, { atMs: 100_100, threads: [thread(1, 100_000)] }));
    expect(live.strips.workers.get()).toEqual([1]);
    expect(live.strips.strip(1)?.segments.map(({ startMs }) => startMs)).toEqual([100_000]);
    live.end(7);
    expect(live.strips.workers.get()).toEqual([1]);
    live.end(8);
    expect(live.strips.workers.get()).toEqual([]);
    expect(live.frame(1)).toBeUndefined();
  });
});
