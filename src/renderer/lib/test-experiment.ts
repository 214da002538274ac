/** Experiments for tests: with runs as given and the analysis that they would have, roughly. */
import type { Experiment, ExperimentRun, ExperimentState } from '../../common/experiments/experiment';
import { countedRuns } from '../../common/experiments/results';
import { median } from '../../common/experiments/median';

interface SampleOptions {
  /** Wall times of each contender's runs; the first of each is its warm-up. */
  readonly walls: readonly (readonly number[])[];
  readonly state?: ExperimentState;
  readonly contenders?: Experiment['request']['contenders'];
}

const SAMPLE_CONTENDERS: Experiment['request']['contenders'] = [
  { mode: 'sequential', size: 1 },
  { mode: 'event-loop', size: 8 },
  { mode: 'thread-per-task', size: 8 },
  { mode: 'pool', size: 8 },
];

export function sampleExperiment({ walls, state = 'done', contenders }: SampleOptions): Experiment {
  const few = { median: 10, p95: 20, p99: 25 };
  const runs = walls.flatMap((ofOne, contender) =>
    ofOne.map((wallMs, round): ExperimentRun => ({
      id: contender * 100 + round + 1,
      contender,
      round,
      ordinal: round * walls.length + contender,
      startedAtMs: 1_700_000_000_000 + round * 1000,
      wallMs,
      tasks: 100,
      bytes: 1_000_000,
      cpuMs: wallMs / 2,
      peakRssBytes: 100_000_000 + contender,
      threadsMade: contender + 1,
      workers: [{ worker: 1, tasks: 100, busyShare: 0.9, eventLoopUtilization: 0.5 }],
      queueWaitMs: few,
      taskMs: few,
    })),
  );
  const middles = walls.map((ofOne) => median(ofOne.slice(1)));
  return {
    id: 7,
    createdAtMs: 1_700_000_000_000,
    state,
    error: state === 'failed' ? { code: 'broken', message: 'It broke.', retryable: false } : null,
    title: 'Slow server · 100 tasks',
    kind: 'download',
    request: {
      work: { type: 'ready', work: 'slow-server', latencyMs: 20, tasks: 100 },
      contenders: contenders ?? SAMPLE_CONTENDERS.slice(0, walls.length),
      repeats: Math.max(1, (walls[0]?.length ?? 1) - 1),
      fewer: false,
      pageCache: 'warm',
    },
    machine: {
      cpu: 'Sample CPU',
      cores: 2,
      memoryBytes: 8e9,
      fileSystem: 'ext4',
      platform: 'linux x64',
      node: '24.0.0',
      electron: null,
      heddle: '0.0.0',
    },
    tasks: 100,
    bytes: 1_000_000,
    notes: [],
    runs,
    analysis:
      state !== 'done'
        ? null
        : {
            reference: 0,
            results: walls.map((ofOne, contender) => ({
              contender,
              medianMs: middles[contender] ?? 0,
              lowMs: Math.min(...ofOne.slice(1)),
              highMs: Math.max(...ofOne.slice(1)),
              outliers: countedRuns(runs, contender)
                .filter((run) => run.wallMs > 1.4 * (middles[contender] ?? 0))
                .map(({ id }) => id),
            })),
            ratios: walls.slice(1).map((_, index) => {
              const ratio = (middles[0] ?? 1) / (middles[index + 1] ?? 1);
              return {
                contender: index + 1,
                against: 0,
                ratio,
                low: ratio * 0.95,
                high: ratio * 1.05,
                verdict: ratio > 1.06 ? 'faster' : ratio < 0.94 ? 'slower' : 'no difference',
              } as const;
            }),
            scaling: null,
            bestSize: null,
            cautions: [],
          },
  };
}
