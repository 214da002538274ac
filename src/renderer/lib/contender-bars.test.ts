import { describe, expect, it } from 'vitest';
import { sampleExperiment } from './test-experiment';
import { barsOf } from './contender-bars';

describe('barsOf', () => {
  it('has every counted run as a dot, outliers told apart, and leaves warm-ups out', () => {
    const experiment = sampleExperiment({
      walls: [
        [90_000, 1000, 1010, 1600],
        [400, 480, 500, 520],
      ],
    });
    const { bars, axisMs } = barsOf(experiment, null);
    expect(axisMs).toBeCloseTo(1632);
    expect(bars.map(({ dots }) => dots.map(({ wallMs, outlier }) => [wallMs, outlier]))).toEqual([
      [
        [1000, false],
        [1010, false],
        [1600, true],
      ],
      [
        [480, false],
        [500, false],
        [520, false],
      ],
    ]);
    expect(bars[0]?.isReference).toBe(true);
    expect(bars[0]?.ratio).toBeNull();
    expect(bars[1]?.ratio?.ratio).toBeCloseTo(2.02);
    expect(bars[1]?.length).toBeCloseTo(500 / axisMs);
  });

  it('cuts an interval that reaches far beyond every run', () => {
    const sample = sampleExperiment({
      walls: [
        [900, 990, 1000],
        [400, 470, 480],
      ],
    });
    const [first, second] = sample.analysis?.results ?? [];
    if (sample.analysis === null || first === undefined || second === undefined) throw new Error('no result');
    const results = [{ ...first, highMs: 90_000 }, second];
    const { bars, axisMs } = barsOf({ ...sample, analysis: { ...sample.analysis, results } }, null);
    expect(axisMs).toBeCloseTo(1224);
    expect(bars.map(({ whisker }) => [whisker?.to, whisker?.isCut])).toEqual([
      [1, true],
      [480 / axisMs, false],
    ]);
  });

  it('has no interval of a single run', () => {
    const experiment = sampleExperiment({
      walls: [
        [900, 1000],
        [400, 480, 490],
      ],
    });
    const { bars, axisMs } = barsOf(experiment, null);
    expect(axisMs).toBeCloseTo(1020);
    expect(bars.map(({ whisker }) => whisker?.to)).toEqual([undefined, 490 / axisMs]);
  });

  it('fills while it runs, on an axis that grows in steps', () => {
    const experiment = sampleExperiment({ walls: [[900, 1000], [400]], state: 'running' });
    const frame = {
      id: experiment.id,
      runsDone: 3,
      runsTotal: 8,
      remainingMs: null,
      phase: 'running' as const,
      serving: null,
      running: {
        contender: 1,
        round: 1,
        elapsedMs: 300,
        tasksDone: 1,
        tasksTotal: 4,
        pieces: [],
        activity: [],
      },
    };
    const { bars, axisMs } = barsOf(experiment, frame);
    expect(axisMs).toBe(1000);
    expect(bars.map(({ medianMs, running, whisker }) => [medianMs, running, whisker])).toEqual([
      [1000, null, null],
      [null, 0.3, null],
    ]);
  });
});
