/** How many runs there are of what is known well, with clocks that say what a test wants. */
import { afterEach, expect, test, vi } from 'vitest';
import { experimentRequestSchema, type ExperimentRun } from '../../common/experiments/experiment';
import type { ExperimentFrame } from '../../common/experiments/experiment';
import { Measurement, type Measured } from './measurement';
import { runExperiment, type RunHost } from './run-experiment';
import type { Work } from './work';

const none = { median: 0, p95: 0, p99: 0 };

function measured(wallMs: number): Measured {
  return {
    wallMs,
    cpuMs: 0,
    peakRssBytes: 0,
    threadsMade: 1,
    workers: [],
    queueWaitMs: none,
    taskMs: none,
    pieces: [],
    activity: [],
  };
}

/** @param walls of each contender, run by run, the warm-up first */
async function runsOf(
  walls: readonly (readonly number[])[],
  fewer: boolean,
): Promise<{ readonly counts: number[]; readonly frames: readonly ExperimentFrame[] }> {
  const runs: ExperimentRun[] = [];
  const frames: ExperimentFrame[] = [];
  let now = 0;
  vi.spyOn(Measurement.prototype, 'measured', 'get').mockImplementation(() => measured(now));
  const work: Work = {
    kind: null,
    location: '/',
    sources: [],
    title: () => 'work',
    prepare: () => Promise.resolve(),
    run: ({ size }) => {
      const done = runs.filter(({ contender }) => contender === size - 1).length;
      now = walls[size - 1]?.[done] ?? NaN;
      return Promise.resolve({ results: [{ name: 'one', failed: false, result: '' }], bytes: 0 });
    },
    close: () => Promise.resolve(),
  };
  const repository = {
    addRun: (_: number, run: Omit<ExperimentRun, 'id'>) => {
      const added = { ...run, id: runs.length + 1 };
      runs.push(added);
      return Promise.resolve(added);
    },
    describe: () => undefined,
    setNotes: () => undefined,
    get: () => null,
    runs: () => runs,
  };
  const ended = await runExperiment({
    id: 1,
    request: experimentRequestSchema.parse({
      work: { type: 'ready', work: 'computing' },
      contenders: walls.map((_, index) => ({ mode: 'pool', size: index + 1 })),
      fewer,
    }),
    work,
    host: {
      repository,
      threads: null,
      emit: (_: string, frame: ExperimentFrame) => frames.push(frame),
      holdJobs: () => Promise.resolve(() => undefined),
      hasForeignJobs: () => false,
    } as unknown as RunHost,
    signal: new AbortController().signal,
    folders: [],
  });
  expect(ended).toMatchObject({ state: 'done', error: null });
  return { counts: walls.map((_, index) => runs.filter((run) => run.contender === index).length), frames };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const LONG_AND_STEADY = [9000, 8000, 8010, 8005, 8000, 8000];
const LONG_AND_WILD = [9000, 8000, 12_000, 9000, 7000, 8000];
const SHORT = [100, 100, 100, 100, 100, 100];

test('what lasts long and is steady has three counted runs, everything else as many as were asked for', async () => {
  const { counts } = await runsOf([LONG_AND_STEADY, LONG_AND_WILD, SHORT], true);
  expect(counts).toEqual([1 + 3, 1 + 5, 1 + 5]);
});

test('who says how many runs there are to be gets them', async () => {
  expect((await runsOf([LONG_AND_STEADY, SHORT], false)).counts).toEqual([1 + 5, 1 + 5]);
});

test('the time that is left is told before the first run has ended, and gets less', async () => {
  const { frames } = await runsOf([LONG_AND_STEADY, SHORT], true);
  const left = frames.map(({ remainingMs }) => remainingMs ?? NaN);
  expect(left.length).toBeGreaterThan(5);
  expect(left.every((ms) => ms >= 0)).toBe(true);
  expect(left.at(-1)).toBeLessThan(Math.max(...left) / 4);
});
