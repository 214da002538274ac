/** Experiments from asking to ending: made, run one at a time, kept, exported. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  experimentRequestSchema,
  type Experiment,
  type ExperimentFormat,
  type ExperimentRequest,
  type ExperimentSummary,
  type ParsedExperimentRequest,
  type Timeline,
} from '../../common/experiments/experiment';
import { arePoolsAlone, isBestForJobs } from '../../common/experiments/results';
import type { CostProgress, ThreadCosts } from '../../common/experiments/thread-costs';
import { HeddleError, toErrorData } from '../../common/model/errors';
import type { Settings, SettingsPatch } from '../../common/model/settings';
import { writeOver } from '../jobs/manifest';
import { makeFolders } from '../../files/entries';
import { understood } from '../understood';
import { comparableRequest } from './comparable-request';
import { JobWork, refuseTooManyAtOnce, type JobHost } from './job-work';
import { machineOf } from './machine';
import { removeTree } from './remove-tree';
import type { RunHost } from './run-experiment';
import { measureThreadCosts, type StartCostProcess } from './thread-costs/thread-costs';
import type { Work } from './work';

export interface ExperimentList {
  readonly total: number;
  readonly experiments: readonly ExperimentSummary[];
}

/** What the engine lends. */
export interface ExperimentHost extends RunHost, JobHost {
  readonly dataDirectory: string;
  /** Tells processes apart. */
  readonly owner: string;
  readonly isDead: (owner: string) => boolean;
  readonly setSettings: (patch: SettingsPatch) => Settings;
  /** @throws HeddleError `closing` */
  readonly assertOpen: () => void;
}

interface Active {
  readonly id: number;
  readonly abort: AbortController;
  /** The experiment as it ended, whether that could be stored or not. */
  readonly ended: Promise<Experiment>;
}

const FOLDER = 'experiments';

export class Experiments {
  readonly #host: ExperimentHost;
  #active: Active | null = null;
  /** It is being asked for: the next one has to wait as well. */
  #starting: Promise<ExperimentSummary> | null = null;
  #endingOrphans: Promise<void> | null = null;
  #measuring: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null;

  constructor(host: ExperimentHost) {
    this.#host = host;
  }

  /** Whether one runs in this process, or threads are measured. */
  get isRunning(): boolean {
    return this.#active !== null || this.#starting !== null || this.#measuring !== null;
  }

  /** @throws HeddleError `bad-request`, `experiment-running` */
  async start(asked: ExperimentRequest): Promise<ExperimentSummary> {
    this.#host.assertOpen();
    const request = parsedRequest(asked);
    this.#assertAlone();
    this.#starting = this.#make(request);
    try {
      return await this.#starting;
    } finally {
      this.#starting = null;
    }
  }

  #assertAlone(): void {
    if (!this.isRunning) return;
    throw new HeddleError(
      'experiment-running',
      'Another experiment is running, and two would disturb each other. Wait until it ends, or cancel it.',
    );
  }

  /**
   * Measures what threads cost here. @param start makes the processes that measure
   * @throws HeddleError `experiment-running`, `threads-not-measured`, `cancelled`
   */
  async measureThreads(start: StartCostProcess): Promise<ThreadCosts> {
    this.#host.assertOpen();
    this.#assertAlone();
    const abort = new AbortController();
    const measuring = this.#measureThreads(start, abort.signal);
    this.#measuring = { abort, ended: measuring.catch(() => undefined) };
    try {
      return await measuring;
    } finally {
      this.#measuring = null;
    }
  }

  async #measureThreads(start: StartCostProcess, signal: AbortSignal): Promise<ThreadCosts> {
    const release = await this.#host.holdJobs();
    try {
      const onProgress = (progress: CostProgress): void => {
        this.#host.emit('threads-measuring', progress);
      };
      return await measureThreadCosts({ start, signal, onProgress });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new HeddleError('cancelled', 'The measurement was cancelled.');
    } finally {
      release();
    }
  }

  /** Resolves when no process of it is left. */
  async stopMeasuring(): Promise<void> {
    this.#measuring?.abort.abort();
    await this.#measuring?.ended;
  }

  async #make(request: ParsedExperimentRequest): Promise<ExperimentSummary> {
    const { assertOpen, repository } = this.#host;
    const token = randomBytes(6).toString('hex');
    const scratch = join(this.#host.dataDirectory, FOLDER, token);
    const { work, folders } = await this.#workOf(request, scratch, token);
    const machine = await machineOf(work.location);
    // Stored before the first folder is made: were this process to die now, the next start would know what to remove.
    const id = repository.insert(
      { kind: work.kind, title: work.title(null), request, machine, folders },
      this.#host.owner,
    );
    try {
      makeFolders(scratch, 0o700);
      if (request.work.type === 'job') await work.prepare(new AbortController().signal);
      assertOpen();
    } catch (error) {
      for (const folder of folders) await removeTree(folder);
      repository.remove(id);
      throw error;
    }
    this.#run(id, request, work, folders);
    return this.#stored(id);
  }

  /** Resolves when no thread and no file of it is left. */
  async cancel(id: number): Promise<void> {
    const active = this.#active;
    if (active?.id === id) {
      active.abort.abort();
      await active.ended;
      return;
    }
    if (this.#stored(id).state === 'running') {
      throw new HeddleError(
        'experiment-elsewhere',
        'This experiment runs in another Heddle. Cancel it there.',
      );
    }
  }

  /** Resolves when the experiment has ended. */
  async ended(id: number): Promise<Experiment> {
    return this.#active?.id === id ? this.#active.ended : this.get(id);
  }

  /** Newest first. */
  list(offset: number, limit: number): ExperimentList {
    return this.#host.repository.list(offset, limit);
  }

  /** @throws HeddleError `no-such-experiment` */
  get(id: number): Experiment {
    return this.#stored(id);
  }

  /** Of each contender, the run nearest to its median; while it runs, the latest. */
  timelines(id: number): readonly Timeline[] {
    return this.#host.repository.timelines(this.#stored(id).id);
  }

  remove(id: number): void {
    if (this.#stored(id).state === 'running') {
      throw new HeddleError('experiment-running', 'This experiment still runs. Cancel it first.');
    }
    this.#host.repository.remove(id);
    this.#host.emit('experiment-removed', { experimentId: id });
  }

  /** The best pool size becomes the automatic number of workers of its kind. @throws HeddleError where it found none */
  adopt(id: number): Settings {
    const experiment = this.#stored(id);
    const { kind, analysis } = experiment;
    const best = analysis?.bestSize ?? null;
    if (kind === null || best === null) {
      throw new HeddleError(
        'no-best-size',
        kind === null
          ? 'This experiment is no job that you could start, so its best size is of no use for any.'
          : 'This experiment found no best size. Compare pools of several sizes.',
      );
    }
    if (!isBestForJobs(experiment)) {
      throw new HeddleError(
        'no-best-size',
        'Beside other modes each thread of a pool had one download at a time, and in a job it has many. Search for the best pool size alone.',
      );
    }
    const { bestWorkers } = this.#host.settings();
    return this.#host.setSettings({
      bestWorkers: { ...bestWorkers, [kind === 'verify' ? 'hash' : kind]: best },
    });
  }

  /** As a file of this format, in pieces. @param theme of the picture alone @throws HeddleError `no-such-experiment` */
  async exported(
    id: number,
    format: Exclude<ExperimentFormat, 'png'>,
    theme: 'dark' | 'light',
  ): Promise<Iterable<string>> {
    const [experiment, timelines] = [this.get(id), this.timelines(id)];
    const { experimentText } = await import('./export');
    return experimentText(experiment, timelines, format, theme);
  }

  /** Replaces a file of that name: the caller has asked. */
  async write(
    id: number,
    format: Exclude<ExperimentFormat, 'png'>,
    path: string,
    theme: 'dark' | 'light',
  ): Promise<void> {
    await writeOver(pieces(await this.exported(id, format, theme)), path);
  }

  /** Those whose process is gone have ended, and leave nothing behind. Call it when the engine opens, and now and then. */
  async endOrphans(): Promise<void> {
    this.#endingOrphans ??= this.#endOrphans();
    try {
      await this.#endingOrphans;
    } finally {
      this.#endingOrphans = null;
    }
  }

  async #endOrphans(): Promise<void> {
    const { repository, isDead, owner } = this.#host;
    for (const { id, folders } of repository.orphans((other) => other !== owner && isDead(other))) {
      for (const folder of folders) await removeTree(folder);
      repository.end(
        id,
        {
          state: 'failed',
          error: {
            code: 'experiment-interrupted',
            message:
              'Heddle was ended while this experiment ran, and a part of a result is none. Start it again.',
            retryable: false,
          },
          analysis: null,
        },
        [],
      );
      this.#host.emit('experiment-changed', this.#stored(id));
    }
  }

  /** Cancels what runs; nothing of it is left then. */
  async close(): Promise<void> {
    await this.stopMeasuring();
    await this.#starting?.catch(() => undefined);
    await this.#endingOrphans?.catch(() => undefined);
    if (this.#active === null) return;
    this.#active.abort.abort();
    await this.#active.ended;
  }

  async #workOf(
    request: ParsedExperimentRequest,
    scratch: string,
    token: string,
  ): Promise<{ readonly work: Work; readonly folders: readonly string[] }> {
    const poolsAlone = arePoolsAlone(request.contenders);
    if (request.work.type === 'ready') {
      // It brings the file server and its types of files, which would be a tenth of the start of every command.
      const { readyWork } = await import('./ready-work');
      return { work: readyWork(request.work, scratch, this.#host, poolsAlone), folders: [scratch] };
    }
    const comparable = await comparableRequest(request.work.request, token);
    refuseTooManyAtOnce(request.contenders, comparable, this.#host.settings());
    const own = comparable.target === null ? [] : [comparable.target.folder];
    return {
      work: new JobWork({ request: comparable, scratch, host: this.#host, poolsAlone }),
      folders: [scratch, ...own],
    };
  }

  #run(id: number, request: ParsedExperimentRequest, work: Work, folders: readonly string[]): void {
    const { repository, emit } = this.#host;
    const abort = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<Experiment>();
    this.#active = { id, abort, ended };
    const begun = this.#stored(id);
    emit('experiment-changed', begun);
    void (async () => {
      // It brings the catalogue of texts, which would be a tenth of the start of every command.
      const { runExperiment } = await import('./run-experiment');
      const { kept, ...end } = await runExperiment({
        id,
        request,
        work,
        host: this.#host,
        signal: abort.signal,
        folders,
      });
      let last: Experiment;
      try {
        repository.end(id, end, kept);
        last = this.#stored(id);
      } catch (error) {
        // A full disk, say, or a database that somebody else holds. The next start finds it as interrupted.
        const { code, message } = toErrorData(error);
        const sentence = `What came of the experiment could not be stored: ${message}`;
        last = { ...begun, state: 'failed', error: { code, message: sentence, retryable: false } };
      }
      this.#active = null;
      emit('experiment-changed', last);
      resolve(last);
    })();
  }

  #stored(id: number): Experiment {
    const experiment = this.#host.repository.get(id);
    if (experiment === null) {
      throw new HeddleError('no-such-experiment', `There is no experiment ${id}.`);
    }
    return experiment;
  }
}

/** A lone pool stands for a search: the sizes up to its own, doubled each time. */
function parsedRequest(asked: ExperimentRequest): ParsedExperimentRequest {
  const request = understood(experimentRequestSchema, asked, 'The experiment');
  const [only, second] = request.contenders;
  if (second !== undefined || only === undefined) return request;
  if (only.mode !== 'pool' || only.size === 1) {
    throw new HeddleError(
      'bad-request',
      'An experiment compares two at least. Choose another mode or size beside it.',
    );
  }
  const contenders = [];
  for (let size = 1; size < only.size; size *= 2) contenders.push({ mode: only.mode, size });
  return { ...request, contenders: [...contenders, only] };
}

async function* pieces(texts: Iterable<string>): AsyncGenerator<string, void, undefined> {
  await Promise.resolve();
  yield* texts;
}
