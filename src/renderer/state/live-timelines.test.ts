import { describe, expect, it } from 'vitest';
import type { ActivitySample, ExperimentFrame, TimelinePiece } from '../../common/experiments/experiment';
import { sampleExperiment } from '../lib/test-experiment';
import { LiveTimelines } from './live-timelines';

function piece(startMs: number, endMs: number): TimelinePiece {
  return { worker: 1, lane: 0, startMs, endMs, tasks: 1, name: 'a', failed: false };
}

function frame(
  contender: number,
  round: number,
  pieces: readonly TimelinePiece[],
  id = 7,
  activity: readonly ActivitySample[] = [],
): ExperimentFrame {
  const running = { contender, round, elapsedMs: 100, tasksDone: 0, tasksTotal: 10, pieces, activity };
  return { id, runsDone: 0, runsTotal: 4, remainingMs: null, phase: 'running', running, serving: null };
}

describe('LiveTimelines', () => {
  it('gathers the pieces of each contender, and keeps the latest run alone', () => {
    const live = new LiveTimelines();
    live.take(frame(1, 0, [piece(0, 10)]));
    live.take(frame(1, 0, [piece(10, 120)]));
    live.take(frame(0, 0, [piece(0, 5)]));
    expect(
      live.timelines(7).map(({ contender, pieces, wallMs }) => [contender, pieces.length, wallMs]),
    ).toEqual([
      [0, 1, 100],
      [1, 2, 120],
    ]);
    live.take(frame(1, 1, [piece(0, 3)]));
    expect(live.timelines(7)[1]?.pieces).toEqual([piece(0, 3)]);
  });

  it('gathers how busy the event loops are, of the latest run alone', () => {
    const live = new LiveTimelines();
    const [first, second, third] = [50, 100, 50].map((atMs, index) => ({
      worker: 1,
      atMs,
      share: index / 4,
    }));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three samples');
    live.take(frame(0, 0, [piece(0, 40)], 7, [first]));
    live.take(frame(0, 0, [], 7, [second]));
    expect(live.timelines(7)[0]?.activity).toEqual([first, second]);
    live.take(frame(0, 1, [piece(0, 30)], 7, [third]));
    expect(live.timelines(7)[0]?.activity).toEqual([third]);
  });

  it('learns from a run that has ended how long it took', () => {
    const live = new LiveTimelines();
    live.take(frame(0, 1, [piece(0, 50)]));
    live.takeRuns(sampleExperiment({ walls: [[400, 333]], state: 'running' }));
    expect(live.timelines(7)[0]?.wallMs).toBe(333);
  });

  it('begins anew with another experiment', () => {
    const live = new LiveTimelines();
    live.take(frame(0, 1, [piece(0, 50)]));
    live.take(frame(1, 1, [piece(0, 50)], 8));
    expect(live.timelines(7)).toEqual([]);
    expect(live.timelines(8).map(({ contender }) => contender)).toEqual([1]);
  });
});
