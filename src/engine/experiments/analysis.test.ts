import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ExperimentRun } from '../../common/experiments/experiment';
import { craftExperiment, type CraftedContender } from '../testing/craft-experiment';
import { analyse } from './analysis';
import { scalingOf } from './scaling';

const STEADY = [-0.02, -0.01, 0, 0.01, 0.02];

function around(ms: number, scatter: readonly number[] = STEADY): number[] {
  return scatter.map((share) => ms * (1 + share));
}

function analysisOf(...contenders: CraftedContender[]) {
  const { analysis } = craftExperiment(contenders);
  if (analysis === null) throw new Error('It has none.');
  return analysis;
}

const sequential = { mode: 'sequential', size: 1, runsMs: around(800) } as const;
const eventLoop = { mode: 'event-loop', size: 8, runsMs: around(105) } as const;
const threadPerTask = { mode: 'thread-per-task', size: 8, runsMs: around(300) } as const;
const pool = { mode: 'pool', size: 8, runsMs: around(100, [-0.04, -0.01, 0, 0.02, 0.06]) } as const;

describe('an analysis', () => {
  it('tells each against sequential, and the pool against the other concurrent modes', () => {
    const { ratios, reference } = analysisOf(eventLoop, pool, sequential, threadPerTask);
    expect(reference).toBe(2);
    expect(ratios.map(({ contender, against }) => [contender, against])).toEqual([
      [0, 2],
      [1, 2],
      [3, 2],
      [1, 0],
      [1, 3],
    ]);
    expect(ratios[1]).toMatchObject({ verdict: 'faster' });
    expect(ratios[1]?.ratio).toBeCloseTo(8);
    expect(ratios[3]).toMatchObject({ verdict: 'no difference' });
    expect(ratios[4]).toMatchObject({ verdict: 'faster' });
  });

  it('tells the same pair once where the event loop is the reference', () => {
    const { ratios } = analysisOf(eventLoop, pool);
    expect(ratios).toHaveLength(1);
  });

  it('names outliers by the ids of their runs, and counts them; of few runs there are none', () => {
    const five = [100, 101, 99, 100, 250];
    const { results } = analysisOf({ ...pool, runsMs: [...five, ...five.slice(0, 4), 100] }, sequential);
    // Ids begin at 100 with the warm-up.
    expect(results[0]?.outliers).toEqual([105]);
    const [few] = analysisOf({ ...pool, runsMs: five }, sequential).results;
    expect(few?.outliers).toEqual([]);
    expect(few?.highMs).toBe(250);
  });

  it('does not count warm-ups, and refuses a contender without runs', () => {
    expect(analysisOf(sequential).results[0]?.medianMs).toBeCloseTo(800);
    const { request, runs } = craftExperiment([sequential, pool]);
    const warmUps = runs.filter(({ contender, round }) => contender === 0 || round === 0);
    expect(() => analyse(request.contenders, warmUps)).toThrow('Contender 1');
  });

  it('takes runs in whatever order they come', () => {
    const { request, runs, analysis } = craftExperiment([sequential, eventLoop, pool]);
    fc.assert(
      fc.property(fc.shuffledSubarray([...runs], { minLength: runs.length }), (shuffled) => {
        const { ratios } = analyse(request.contenders, shuffled);
        expect(ratios).toEqual(analysis?.ratios);
      }),
      { numRuns: 10 },
    );
  });
});

describe('cautions', () => {
  it('there are none where all is clear', () => {
    expect(analysisOf(sequential, pool).cautions).toEqual([]);
  });

  it('say that runs are too few', () => {
    const once = analysisOf({ ...sequential, runsMs: [800] }, { ...pool, runsMs: [100] });
    expect(once.cautions).toEqual([
      'One run of each cannot tell a difference from chance. Repeat 5 times or more.',
    ]);
    expect(once.ratios[0]?.verdict).toBe('no difference');
    const thrice = analysisOf(
      { ...sequential, runsMs: [800, 805, 810] },
      { ...pool, runsMs: [100, 101, 102] },
    );
    expect(thrice.cautions[0]).toMatch(/^Three runs of each are few/u);
    expect(thrice.ratios[0]?.verdict).toBe('faster');
  });

  it('say that runs scatter, and how many more would do', () => {
    const wild = [-0.3, -0.15, 0, 0.2, 0.4];
    const { cautions } = analysisOf(
      { ...sequential, runsMs: around(130, wild) },
      { ...pool, runsMs: around(100, wild) },
    );
    expect(cautions).toHaveLength(1);
    const [, needed] =
      /^The runs of “Thread pool” and “Sequential” scatter too much .*; about (\d+) repeats would do\.$/u.exec(
        cautions[0] ?? '',
      ) ?? [];
    expect(Number(needed)).toBeGreaterThan(5);
    expect(Number(needed)).toBeLessThanOrEqual(50);
  });

  it('say it once of several pairs', () => {
    const wild = [-0.3, -0.15, 0, 0.2, 0.4];
    const { cautions } = analysisOf(
      { ...sequential, runsMs: around(130, wild) },
      { ...eventLoop, runsMs: around(120, wild) },
      { ...pool, runsMs: around(100, wild) },
    );
    expect(cautions).toHaveLength(1);
    expect(cautions[0]).toContain(
      '“Event loop” and “Sequential”, and of “Thread pool” and “Sequential”, and of',
    );
  });

  it('say where no number of repeats would do', () => {
    const wild = [-0.5, -0.4, 0, 0.7, 1.4];
    const { cautions } = analysisOf(
      { ...sequential, runsMs: around(100, wild) },
      { ...pool, runsMs: around(100, wild) },
    );
    expect(cautions[0]).toContain('not even 50 repeats would do');
  });
});

describe('cautions of the machine', () => {
  const withRuns = (change: (run: ExperimentRun) => Partial<ExperimentRun>): readonly string[] => {
    const { request, runs } = craftExperiment([sequential, pool]);
    return analyse(
      request.contenders,
      runs.map((run) => ({ ...run, ...change(run) })),
    ).cautions;
  };

  it('say that it was busy with other work, by the time that the runs took', () => {
    expect(withRuns(() => ({ otherCpuShare: 0.09 }))).toEqual([]);
    // Sequential runs take eight of nine parts of the time; warm-ups do not count.
    expect(
      withRuns(({ contender, round }) => ({ otherCpuShare: round === 0 ? 1 : contender === 0 ? 0.45 : 0 })),
    ).toEqual([
      'Other work kept the processor busy for 40 % of the time meanwhile. Repeat this on a quiet machine.',
    ]);
  });

  it('say that starting the threads takes as long as a good part of the runs', () => {
    expect(withRuns(() => ({ startMs: 20 }))).toEqual([]);
    expect(withRuns(() => ({ startMs: 60 }))).toEqual([
      '“Thread pool” takes 60 ms to start, which is not in its 100 ms: for work as short as this, it counts.',
    ]);
  });

  it('say nothing of few runs where others had enough: these were steady', () => {
    expect(analysisOf({ ...sequential, runsMs: [800, 801, 802] }, pool).cautions).toEqual([]);
  });
});

describe('pool sizes', () => {
  const sized = (size: number, ms: number): CraftedContender => ({ mode: 'pool', size, runsMs: around(ms) });

  it('the best is the smallest that no other is clearly faster than', () => {
    expect(analysisOf(sized(1, 100), sized(2, 52), sized(4, 51.8), sized(8, 53)).bestSize).toBe(2);
    expect(analysisOf(sized(4, 51), sized(1, 100), sized(2, 60)).bestSize).toBe(4);
    expect(analysisOf(sized(1, 100), sized(2, 100)).bestSize).toBe(1);
    expect(analysisOf(sized(2, 100), sequential).bestSize).toBeNull();
    // One run of each tells nothing.
    const once = (size: number): CraftedContender => ({ mode: 'pool', size, runsMs: [100 / size] });
    expect(analysisOf(once(1), once(2)).bestSize).toBeNull();
  });

  it('make a curve from three on', () => {
    expect(analysisOf(sized(1, 100), sized(2, 52)).scaling).toBeNull();
    const { scaling } = analysisOf(sized(4, 28.75), sized(1, 100), sized(2, 52.5), sequential);
    expect(scaling?.points.map(({ size }) => size)).toEqual([1, 2, 4]);
    expect(scaling?.points[0]?.speedup).toBe(1);
    expect(scaling?.serialShare).toBeCloseTo(0.05, 3);
  });

  it('follow Amdahl’s law as it was made, whatever the smallest size', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.subarray([1, 2, 3, 4, 6, 8, 16, 32], { minLength: 3 }),
        (share, sizes) => {
          const times = new Map(sizes.map((size) => [size, 1000 * (share + (1 - share) / size)]));
          expect(scalingOf(times)?.serialShare).toBeCloseTo(share, 3);
        },
      ),
    );
  });

  it('have no serial share where they break off at the number of cores, or get slower', () => {
    const cores = new Map([1, 2, 4, 8].map((size) => [size, 100 / Math.min(size, 2)]));
    expect(scalingOf(cores)?.serialShare).toBeNull();
    const worse = new Map([1, 2, 4, 8].map((size) => [size, 100 * size ** 0.5]));
    expect(scalingOf(worse)?.serialShare).toBeNull();
  });
});
