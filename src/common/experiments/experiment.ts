/** Experiments: one comparison of modes on the same work, as every process sees it. Times in milliseconds. */
import { z } from 'zod';
import { jobRequestSchema, MAX_WORKERS } from '../model/job-request';
import type { ErrorData } from '../model/errors';
import type { ServingFrame } from '../model/frames';
import { MODES, type JobKind, type Mode } from '../model/jobs';

/** Work that needs nothing of the user's. */
export const READY_WORKS = [
  /** Downloads from the built-in server, each answer of which takes its time. */
  'slow-server',
  /** Digests of many small files. */
  'small-files',
  /** Digests of a few large files. */
  'large-files',
  /** Digests of the same bytes in memory, over and over. */
  'computing',
  /** As computing, in thousands of very short tasks. */
  'tiny-tasks',
  /** The built-in server under the load of many clients. */
  'serving',
] as const;
export type ReadyWork = (typeof READY_WORKS)[number];

export const MOST_REPEATS = 50;
export const USUAL_REPEATS = 5;
/** An experiment holds its tasks in memory, and draws each. */
export const MOST_EXPERIMENT_TASKS = 100_000;

export const contenderSchema = z.lazy(() =>
  z.strictObject({
    mode: z.enum(MODES),
    /** Tasks in flight: threads of `pool` and `thread-per-task`, lanes of `event-loop`; 1 for `sequential`. */
    size: z.int().min(1).max(MAX_WORKERS),
  }),
);

/** What is compared: a mode with a size. The same one twice is a null experiment. */
export type Contender = z.infer<typeof contenderSchema>;

export const workSchema = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('ready'),
      work: z.enum(READY_WORKS),
      /** Of the built-in server. */
      latencyMs: z.int().min(0).max(10_000).default(20),
      /** `null`: as many as show the point in a few seconds. */
      tasks: z.int().min(1).max(MOST_EXPERIMENT_TASKS).nullable().default(null),
    }),
    /** The user's own; its mode and workers count for nothing. */
    z.strictObject({ type: z.literal('job'), request: jobRequestSchema }),
  ]),
);

export const experimentRequestSchema = z.lazy(() =>
  z.strictObject({
    work: workSchema,
    /** Two at least, unless pool sizes alone are searched for the best. The reference is the first `sequential`, else the first. */
    contenders: z.array(contenderSchema).min(1).max(16),
    /** Counted runs of each contender, after one warm-up. */
    repeats: z.int().min(1).max(MOST_REPEATS).default(USUAL_REPEATS),
    /** Of what lasts long and scatters little there are fewer, three at least. */
    fewer: z.boolean().default(false),
    /** Of the system's page cache, before each run: `cold` drops what the system lets us drop. */
    pageCache: z.enum(['warm', 'cold']).default('warm'),
  }),
);
/** As it is written: what has a default may be left out. */
export type ExperimentRequest = z.input<typeof experimentRequestSchema>;
export type ParsedExperimentRequest = z.output<typeof experimentRequestSchema>;

export interface Percentiles {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

export interface RunWorker {
  /** From 1. */
  readonly worker: number;
  readonly tasks: number;
  /** Share of the run in which at least one task ran here, 0 to 1. */
  readonly busyShare: number;
  /** Share of the thread's life in which its event loop had work; `null`: it was not measured. */
  readonly eventLoopUtilization: number | null;
}

/** One run of one contender. */
export interface ExperimentRun {
  readonly id: number;
  /** Index into the experiment's contenders. */
  readonly contender: number;
  /** 0: the warm-up, which counts for nothing. */
  readonly round: number;
  /** Order in which runs were made, from 0. */
  readonly ordinal: number;
  readonly startedAtMs: number;
  /** Making the threads that the mode makes before its first task; not in `wallMs`. Missing in older ones. */
  readonly startMs?: number;
  /** From the first task being planned, with those threads there, until every task has settled and is stored. */
  readonly wallMs: number;
  readonly tasks: number;
  readonly bytes: number;
  /** Of the whole process, user and system. */
  readonly cpuMs: number;
  /** Share of all cores that other work than this process had meanwhile, 0 to 1. Missing in older ones. */
  readonly otherCpuShare?: number;
  /** The most memory that the process had during the run: what earlier runs had and did not give back is in it. */
  readonly peakRssBytes: number;
  readonly threadsMade: number;
  readonly workers: readonly RunWorker[];
  /** From being submitted to starting. */
  readonly queueWaitMs: Percentiles;
  /** From starting to ending. */
  readonly taskMs: Percentiles;
}

export type Verdict = 'faster' | 'slower' | 'no difference';

/** Of 95 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How many times as fast a contender is as the reference: ratio of median wall times. */
export interface Ratio {
  readonly contender: number;
  readonly against: number;
  readonly ratio: number;
  /** Ends of the 95 % bootstrap interval; 0 and `Number.MAX_VALUE` where one run of each tells nothing. */
  readonly low: number;
  readonly high: number;
  readonly verdict: Verdict;
}

export interface ContenderResult {
  readonly contender: number;
  readonly medianMs: number;
  /** 95 % bootstrap interval of the median. */
  readonly lowMs: number;
  readonly highMs: number;
  /** Ids of runs that lie far from the others (Tukey's fences, of ten runs or more); shown, never dropped. */
  readonly outliers: readonly number[];
}

/** Pool sizes against what they gained. */
export interface Scaling {
  /** By size, ascending; speed-up against the pool of the smallest size. */
  readonly points: readonly { readonly size: number; readonly speedup: number }[];
  /** Share of the work that no further thread helps, by Amdahl's law, 0 to 1; `null`: the curve does not follow it. */
  readonly serialShare: number | null;
}

export interface ExperimentAnalysis {
  readonly reference: number;
  readonly results: readonly ContenderResult[];
  /** Every other contender against the reference, then the pool against the event loop and against thread-per-task where both are there. */
  readonly ratios: readonly Ratio[];
  /** Where there are pools of three sizes or more. */
  readonly scaling: Scaling | null;
  /** The smallest pool that no other is clearly faster than; `null` with fewer than two sizes, or with one run of each. */
  readonly bestSize: number | null;
  /** What is wrong with the runs: too few, too noisy, and how many more would do. A sentence each. */
  readonly cautions: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Type of the file system that the work is on: `ext4`, `tmpfs`… */
  readonly fileSystem: string;
  readonly platform: string;
  readonly node: string;
  /** `null` in the terminal. */
  readonly electron: string | null;
  readonly heddle: string;
}

export type ExperimentState = 'running' | 'done' | 'failed' | 'cancelled';

/** What lists show. */
export interface ExperimentSummary {
  readonly id: number;
  readonly createdAtMs: number;
  readonly state: ExperimentState;
  readonly error: ErrorData | null;
  /** `Download · 2,000 URLs` */
  readonly title: string;
  /** Of the job that it runs; `null` for work that is no job. Where the best size is taken over to. */
  readonly kind: JobKind | null;
  readonly request: ParsedExperimentRequest;
  readonly machine: Machine;
  /** Of one run. */
  readonly tasks: number;
  readonly bytes: number;
  /** What the reader must know: that a page cache could not be dropped, say. A sentence each. */
  readonly notes: readonly string[];
}

/** One experiment, whole. Only one that is `done` has an analysis: a part of a result is none. */
export interface Experiment extends ExperimentSummary {
  readonly runs: readonly ExperimentRun[];
  readonly analysis: ExperimentAnalysis | null;
}

/** What one task did; several very short ones of one lane in a row may be joined. */
export interface TimelinePiece {
  readonly worker: number;
  readonly lane: number;
  /** From the start of the run. */
  readonly startMs: number;
  readonly endMs: number;
  readonly tasks: number;
  /** Of the last one. */
  readonly name: string;
  readonly failed: boolean;
}

/** How busy a thread's event loop was since the sample before: what it did not wait for. */
export interface ActivitySample {
  readonly worker: number;
  /** From the start of the run. */
  readonly atMs: number;
  /** 0 to 1. */
  readonly share: number;
}

/** What every thread did in one run. */
export interface Timeline {
  readonly contender: number;
  readonly runId: number;
  readonly wallMs: number;
  readonly pieces: readonly TimelinePiece[];
  readonly activity: readonly ActivitySample[];
}

/** Ten times a second while an experiment runs. */
export interface ExperimentFrame {
  readonly id: number;
  /** Runs that have ended, warm-ups included, and how many there will be. */
  readonly runsDone: number;
  readonly runsTotal: number;
  /** Milliseconds until the last run has ended, roughly; `null`: it cannot be told yet. */
  readonly remainingMs: number | null;
  /** The run of now; `null` between two. */
  readonly running: {
    readonly contender: number;
    readonly round: number;
    readonly elapsedMs: number;
    readonly tasksDone: number;
    readonly tasksTotal: number;
    /** Of this run, new since the frame before. */
    readonly pieces: readonly TimelinePiece[];
    /** Of this run, sampled since the frame before. */
    readonly activity: readonly ActivitySample[];
  } | null;
  /** What the threads do that answer requests; `null` where the work has no server, or none now. */
  readonly serving: ServingFrame | null;
  /** `preparing`: files are made, say. */
  readonly phase: 'preparing' | 'running' | 'ending';
}

export const EXPERIMENT_FORMATS = ['html', 'json', 'csv', 'svg', 'png', 'trace'] as const;
export type ExperimentFormat = (typeof EXPERIMENT_FORMATS)[number];

/** Tasks in flight of a contender. */
export function inFlight({ mode, size }: Contender): number {
  return mode === 'sequential' ? 1 : size;
}

/** Threads alive at once in a contender. */
export function threadsIn({ mode, size }: Contender): number {
  return mode === 'pool' || mode === 'thread-per-task' ? size : 1;
}

/** The contenders of a comparison: the same number of tasks in flight in each, then other sizes of the pool. */
export function contendersOf(
  modes: readonly Mode[],
  size: number,
  poolSizes: readonly number[] = [],
): Contender[] {
  const own = modes.map((mode) => ({ mode, size: mode === 'sequential' ? 1 : size }));
  const others = poolSizes
    .filter((other) => !own.some((each) => each.mode === 'pool' && each.size === other))
    .map((other) => ({ mode: 'pool' as const, size: other }));
  return [...own, ...others];
}

/** Index of what the others are compared with. */
export function referenceOf(contenders: readonly Contender[]): number {
  return Math.max(
    0,
    contenders.findIndex(({ mode }) => mode === 'sequential'),
  );
}
