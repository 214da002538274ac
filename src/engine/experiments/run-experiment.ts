/** Runs one experiment from its first file to its analysis. Whatever happens, it leaves no thread and no file. */
import { availableParallelism } from 'node:os';
import type {
  Contender,
  ExperimentAnalysis,
  ExperimentFrame,
  ExperimentRun,
  ParsedExperimentRequest,
} from '../../common/experiments/experiment';
import { expectedRunMs, expectedRuns } from '../../common/experiments/expected';
import { median } from '../../common/experiments/median';
import type { Events } from '../../common/ipc';
import { toErrorData } from '../../common/model/errors';
import { countedRuns } from '../../common/experiments/results';
import { FRAME_INTERVAL_MS } from '../../common/model/frames';
import type { ExperimentEnd, ExperimentRepository } from '../store/experiment-repository';
import type { Threads } from '../pool';
import { analyse } from './analysis';
import { collectGarbage } from './garbage';
import { fileSystemOf, isInMemory } from './machine';
import { Measurement } from './measurement';
import { Outputs } from './outputs';
import { dropFromPageCache } from './page-cache';
import { removeTree } from './remove-tree';
import { isEnough, scheduleOf, type ScheduledRun } from './schedule';
import { throwIfCancelled, type Work } from './work';

type EventName = 'experiment-frame' | 'experiment-changed' | 'experiment-removed' | 'threads-measuring';

/** What a run needs of the engine. */
export interface RunHost {
  readonly threads: Threads;
  readonly repository: ExperimentRepository;
  readonly emit: <Name extends EventName>(name: Name, payload: Events[Name]) => void;
  /** Other jobs stand still until the function that it resolves with is called. */
  readonly holdJobs: () => Promise<() => void>;
  /** Whether another process runs jobs, which nobody here can hold. */
  readonly hasForeignJobs: () => boolean;
}

export interface ExperimentOrder {
  readonly id: number;
  readonly request: ParsedExperimentRequest;
  readonly work: Work;
  readonly host: RunHost;
  readonly signal: AbortSignal;
  /** Removed at the end. */
  readonly folders: readonly string[];
}

export interface EndedExperiment extends ExperimentEnd {
  /** Runs whose timelines stay. */
  readonly kept: readonly number[];
}

/** Never rejects: what went wrong is how the experiment ended. */
export async function runExperiment(order: ExperimentOrder): Promise<EndedExperiment> {
  const running = new RunningExperiment(order);
  try {
    return await running.run();
  } catch (error) {
    const kept = order.host.repository.runs(order.id).map(({ id }) => id);
    if (order.signal.aborted) return { state: 'cancelled', error: null, analysis: null, kept: [] };
    return { state: 'failed', error: toErrorData(error), analysis: null, kept };
  }
}

class RunningExperiment {
  readonly #order: ExperimentOrder;
  /** Those that are still to come, the first of them runs now. Of what is known well enough they are taken out. */
  #ahead: readonly ScheduledRun[];
  readonly #outputs = new Outputs();
  readonly #notes: string[] = [];
  readonly #runs: ExperimentRun[] = [];
  #phase: ExperimentFrame['phase'] = 'preparing';
  #now: { readonly scheduled: ScheduledRun; readonly measurement: Measurement } | null = null;

  constructor(order: ExperimentOrder) {
    this.#order = order;
    this.#ahead = scheduleOf(order.request);
  }

  /** Rejects when it came to nothing; nothing of it is left then, either. */
  async run(): Promise<EndedExperiment> {
    const { host, work, folders } = this.#order;
    const timer = setInterval(() => {
      this.#tell();
    }, FRAME_INTERVAL_MS);
    let release: (() => void) | null = null;
    try {
      release = await host.holdJobs();
      if (host.hasForeignJobs()) {
        this.#note('Another Heddle ran jobs at the same time, which may have disturbed the measurements.');
      }
      const analysis = await this.#measureAll();
      return { state: 'done', error: null, analysis, kept: nearestToMedian(analysis, this.#runs) };
    } finally {
      this.#phase = 'ending';
      try {
        await work.close();
        for (const folder of folders) await removeTree(folder);
      } finally {
        clearInterval(timer);
        release?.();
      }
    }
  }

  async #measureAll(): Promise<ExperimentAnalysis> {
    const { request, work, signal } = this.#order;
    this.#throwIfCancelled();
    // A job was looked at when it was asked for.
    if (request.work.type === 'ready') await work.prepare(signal);
    const isCold = request.pageCache === 'cold' && (await this.#mayDrop());
    this.#phase = 'running';
    for (let next = this.#ahead[0]; next !== undefined; next = this.#ahead[0]) {
      this.#throwIfCancelled();
      if (isCold) await this.#drop();
      collectGarbage();
      await this.#measure(next);
    }
    this.#throwIfCancelled();
    const failures = this.#outputs.note();
    if (failures !== null) this.#note(failures);
    return analyse(request.contenders, this.#runs);
  }

  async #measure(scheduled: ScheduledRun): Promise<void> {
    const { id, request, work, host, signal } = this.#order;
    const contender = contenderOf(request, scheduled);
    const measurement = new Measurement();
    this.#now = { scheduled, measurement };
    const startedAtMs = Date.now();
    try {
      const output = await work.run(contender, measurement, signal, (sentence) => {
        this.#note(sentence);
      });
      this.#throwIfCancelled();
      this.#outputs.check(contender, output);
      const tasks = output.results.length;
      const { wallMs, pieces, activity, ...measured } = measurement.measured;
      const ordinal = this.#runs.length;
      const run = { ...scheduled, ordinal, ...measured, startedAtMs, wallMs, tasks, bytes: output.bytes };
      // Its last pieces belong to it, not to the next one.
      this.#tell();
      this.#now = null;
      this.#runs.push(await host.repository.addRun(id, run, { wallMs, pieces, activity }));
      this.#ahead = this.#ahead.slice(1);
      this.#leaveOut(scheduled.contender);
      if (this.#runs.length === 1) {
        host.repository.describe(id, work.title(tasks), tasks, output.bytes);
      }
    } finally {
      this.#now = null;
      measurement.end();
    }
    const experiment = host.repository.get(id);
    if (experiment !== null) host.emit('experiment-changed', experiment);
  }

  /** Further runs of a contender that lasts long and is known well enough. */
  #leaveOut(contender: number): void {
    if (!this.#order.request.fewer) return;
    if (!isEnough(countedRuns(this.#runs, contender).map(({ wallMs }) => wallMs))) return;
    this.#ahead = this.#ahead.filter((each) => each.contender !== contender);
  }

  /** Milliseconds that the runs ahead take, from those before them; `null`: nothing is known of some. */
  #remaining(): number | null {
    const { request } = this.#order;
    let all = 0;
    for (const [contender, { mode, size }] of request.contenders.entries()) {
      const own = this.#runs.filter((run) => run.contender === contender);
      const each =
        own.length > 0
          ? median(own.map(({ startMs = 0, wallMs }) => startMs + wallMs))
          : expectedRunMs(request.work, { mode, size }, availableParallelism());
      if (each === null) return null;
      const counted = own.filter(({ round }) => round > 0).length;
      // Of those that may be fewer, as many as there are at least.
      const ahead = this.#ahead.filter((run) => run.contender === contender).length;
      const most = Math.max(1, expectedRuns(request, each) - 1 - counted) + (own.length === 0 ? 1 : 0);
      all += each * Math.min(ahead, most);
    }
    const elapsedMs = this.#now?.measurement.elapsedMs ?? 0;
    return Math.max(0, all - elapsedMs);
  }

  /** Notes why, where files cannot be dropped from memory. */
  async #mayDrop(): Promise<boolean> {
    const { sources } = this.#order.work;
    if (sources.length === 0) {
      this.#note('This work reads no files, so there was nothing to drop from the page cache.');
      return false;
    }
    const systems = await Promise.all(sources.map((source) => fileSystemOf(source)));
    if (systems.some(isInMemory)) {
      this.#note(
        'The page cache could not be dropped: the files are on a file system that is in memory. It was warm.',
      );
      return false;
    }
    if (await this.#drop()) return true;
    this.#note(
      'The page cache could not be dropped, because there is no call for it on this system. It was warm.',
    );
    return false;
  }

  #drop(): Promise<boolean> {
    const { work, host, signal } = this.#order;
    return dropFromPageCache(work.sources, host.threads, signal);
  }

  #note(sentence: string): void {
    if (this.#notes.includes(sentence)) return;
    this.#notes.push(sentence);
    this.#order.host.repository.setNotes(this.#order.id, this.#notes);
  }

  #tell(): void {
    const now = this.#now;
    const progress = now?.measurement.progress() ?? null;
    this.#order.host.emit('experiment-frame', {
      id: this.#order.id,
      runsDone: this.#runs.length,
      runsTotal: this.#runs.length + this.#ahead.length,
      remainingMs: this.#remaining(),
      running:
        now === null || progress === null
          ? null
          : { contender: now.scheduled.contender, round: now.scheduled.round, ...progress },
      serving: this.#order.work.serving?.() ?? null,
      phase: this.#phase,
    });
  }

  #throwIfCancelled(): void {
    throwIfCancelled(this.#order.signal);
  }
}

function contenderOf({ contenders }: ParsedExperimentRequest, { contender }: ScheduledRun): Contender {
  const found = contenders[contender];
  if (found === undefined) throw new Error(`there is no contender ${contender}`);
  return found;
}

/** Of each contender, the run that shows best what is usual. */
function nearestToMedian({ results }: ExperimentAnalysis, runs: readonly ExperimentRun[]): number[] {
  return results.flatMap(({ contender, medianMs }) => {
    const [nearest] = countedRuns(runs, contender).toSorted(
      (left, right) => Math.abs(left.wallMs - medianMs) - Math.abs(right.wallMs - medianMs),
    );
    return nearest === undefined ? [] : [nearest.id];
  });
}
