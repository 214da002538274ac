/** Experiments made up for tests: runs with the times that a test wants, analysed as real ones are. */
import type {
  Contender,
  Experiment,
  ExperimentRun,
  Timeline,
  TimelinePiece,
} from '../../common/experiments/experiment';
import { countedRuns } from '../../common/experiments/results';
import { analyse } from '../experiments/analysis';

export interface CraftedContender extends Contender {
  /** Wall times of the counted runs. */
  readonly runsMs: readonly number[];
  /** Of each thread; `null`: not measured. */
  readonly utilization?: number | null;
  /** CPU time as a share of wall time. */
  readonly cpuShare?: number;
  readonly threadsMade?: number;
}

export function craftExperiment(
  crafted: readonly CraftedContender[],
  changes: Partial<Experiment> = {},
): Experiment {
  const contenders = crafted.map(({ mode, size }) => ({ mode, size }));
  let id = 100;
  const runs = crafted.flatMap((each, contender) =>
    // The warm-up is absurd, so that a test notices when it is counted.
    [1e6, ...each.runsMs].map((wallMs, round): ExperimentRun => {
      const threads = each.mode === 'sequential' || each.mode === 'event-loop' ? 1 : each.size;
      return {
        id: id++,
        contender,
        round,
        ordinal: round * crafted.length + contender,
        startedAtMs: 1_700_000_000_000 + id * 1000,
        wallMs,
        tasks: 200,
        bytes: 819_200,
        cpuMs: wallMs * (each.cpuShare ?? 1),
        peakRssBytes: 90_000_000 + contender,
        threadsMade: each.threadsMade ?? threads,
        workers: Array.from({ length: threads }, (_, worker) => ({
          worker: worker + 1,
          tasks: Math.floor(200 / threads),
          busyShare: 0.98,
          eventLoopUtilization: each.utilization === undefined ? 0.9 : each.utilization,
        })),
        queueWaitMs: { median: 1, p95: 2, p99: 3 },
        taskMs: { median: 4.25, p95: 5, p99: 6 },
      };
    }),
  );
  return {
    id: 7,
    createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    state: 'done',
    error: null,
    title: 'Hash · 200 files',
    kind: 'hash',
    request: {
      work: { type: 'ready', work: 'small-files', latencyMs: 20, tasks: null },
      contenders,
      repeats: Math.max(...crafted.map(({ runsMs }) => runsMs.length)),
      fewer: false,
      pageCache: 'warm',
    },
    machine: {
      cpu: 'Example CPU @ 3.00 GHz',
      cores: 2,
      memoryBytes: 8_000_000_000,
      fileSystem: 'ext4',
      platform: 'linux x64',
      node: '24.1.0',
      electron: null,
      heddle: '0.1.0',
    },
    tasks: 200,
    bytes: 819_200,
    notes: [],
    runs,
    analysis: analyse(contenders, runs),
    ...changes,
  };
}

/** A timeline of the run nearest to each contender's median, its lanes full of tasks one after another. */
export function craftTimelines(experiment: Experiment, tasksPerLane = 25): Timeline[] {
  return experiment.request.contenders.map(({ mode, size }, contender) => {
    const runs = countedRuns(experiment.runs, contender);
    const run = [...runs].sort((a, b) => a.wallMs - b.wallMs)[runs.length >> 1];
    const wallMs = run?.wallMs ?? 0;
    const threads = mode === 'pool' || mode === 'thread-per-task' ? size : 1;
    const lanes = mode === 'event-loop' ? size : 1;
    const pieces: TimelinePiece[] = [];
    for (let worker = 1; worker <= threads; worker++)
      for (let lane = 0; lane < lanes; lane++)
        for (let task = 0; task < tasksPerLane; task++) {
          const slot = (wallMs * 0.98) / tasksPerLane;
          const startMs = wallMs * 0.02 + task * slot;
          const share = 0.6 + 0.38 * Math.abs(Math.sin(worker * 7 + lane * 3 + task));
          pieces.push({
            worker,
            lane,
            startMs,
            endMs: startMs + slot * share,
            tasks: 1,
            name: `file-${String(worker)}-${String(lane)}-${String(task)}.bin`,
            failed: worker === 1 && lane === 0 && task === 3 && contender === 1,
          });
        }
    const activity = Array.from({ length: threads * 20 }, (_, index) => ({
      worker: (index % threads) + 1,
      atMs: ((Math.floor(index / threads) + 1) * wallMs) / 20,
      share: Math.abs(Math.sin(index)),
    }));
    return { contender, runId: run?.id ?? 0, wallMs, pieces, activity };
  });
}
