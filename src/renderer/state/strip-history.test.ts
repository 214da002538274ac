import { describe, expect, it } from 'vitest';
import type { StripSegment, WorkerFrame } from '../../common/model/frames';
import { StripHistory } from './strip-history';

function frame(worker: number, more: Partial<WorkerFrame> = {}): WorkerFrame {
  return {
    worker,
    lanes: 1,
    alive: true,
    running: [],
    bytesPerSecond: 0,
    tasksPerSecond: 0,
    busyShare: 0,
    segments: [],
    ...more,
  };
}

function segment(startMs: number, endMs: number): StripSegment {
  return { lane: 0, startMs, endMs, outcome: 'done', tasks: 1, name: 'a' };
}

const T = 1_000_000;

describe('StripHistory', () => {
  it('gathers segments and forgets those of long ago', () => {
    const history = new StripHistory();
    history.push([frame(1, { segments: [segment(T - 500, T - 100)] })], T);
    history.push([frame(1, { segments: [segment(T, T + 900)] })], T + 1000);
    expect(history.strip(1)?.segments).toHaveLength(2);
    history.push([frame(1)], T + 31_500);
    expect(history.strip(1)?.segments.map((entry) => entry.endMs)).toEqual([T + 900]);
  });

  it('takes a snapshot that comes after the first frames without doubling what both hold', () => {
    const history = new StripHistory();
    history.push([frame(1, { segments: [segment(T, T + 50)] })], T + 100);
    history.load([frame(1, { segments: [segment(T - 900, T - 500), segment(T, T + 50)] })], true);
    expect(history.strip(1)?.segments.map((entry) => entry.startMs)).toEqual([T - 900, T]);
  });

  it('tells of workers that come, and keeps those that are gone as long as their strip shows something', () => {
    const history = new StripHistory();
    history.push([frame(2), frame(1, { segments: [segment(T - 100, T)] })], T);
    expect(history.workers.get()).toEqual([1, 2]);
    history.push([frame(2)], T + 100);
    expect(history.strip(1)?.alive).toBe(false);
    history.push([frame(2)], T + 32_000);
    expect(history.workers.get()).toEqual([2]);
  });

  it('stands still once the job has stopped, with what ran drawn to its end', () => {
    const history = new StripHistory();
    const running = {
      taskId: 1,
      lane: 0,
      name: 'a',
      startedAtMs: T - 2000,
      bytesDone: 0,
      bytesTotal: null,
      bytesRead: null,
      bytesWritten: null,
      bytesPerSecond: 0,
    };
    history.push([frame(1, { running: [running] })], T);
    expect(history.moving.get()).toBe(true);
    history.stop(true);
    expect(history.moving.get()).toBe(false);
    const strip = history.strip(1);
    expect(strip?.running).toEqual([]);
    expect(strip?.alive).toBe(false);
    expect(strip?.segments).toHaveLength(1);
    expect(history.nowMs()).toBe(history.nowMs());
  });
});
