/**
 * Work that is a job. Each run is the real thing: a database of its own, made empty, the planner, the queue and the
 * executor; only how many tasks are in flight is the contender's. Whoever compares sees what they would get.
 */
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from '../../common/experiments/experiment';
import { MOST_EXPERIMENT_TASKS, inFlight } from '../../common/experiments/experiment';
import { arePoolsAlone } from '../../common/experiments/results';
import { HeddleError, fromErrorData, toErrorData, type ErrorData } from '../../common/model/errors';
import { totalTasks, type TaskType } from '../../common/model/tasks';
import type { JobKind } from '../../common/model/jobs';
import type { WorkerOptions } from '../../common/threads/worker-options';
import { nowMs } from '../../common/threads/board';
import { displayPath, type FsPath } from '../../common/model/paths';
import type { RateLimit } from '../../common/threads/rate-limit';
import type { Settings } from '../../common/model/settings';
import { formatCount } from '../../common/model/units';
import { prepareJob } from '../jobs/create-job';
import { Hosts } from '../jobs/hosts';
import { JobRunner } from '../jobs/job-runner';
import { idsOf, nameOf } from '../store/stored';
import type { OutcomeColumns } from '../../common/model/answer';
import { valueAt, type PacketOrder } from '../../common/model/packet';
import type { Digests } from '../../common/model/digests';
import type { RetryPolicy } from '../jobs/retry-policy';
import { makeFolders, native } from '../../files/entries';
import { createExecutor, type Threads } from '../pool';
import { openDatabase, type Database } from '../store/database';
import { JobRepository } from '../store/job-repository';
import { TaskStore } from '../store/task-store';
import { Vault } from '../store/vault';
import type { ComparableRequest } from './comparable-request';
import type { Measurement } from './measurement';
import { removeTree } from './remove-tree';
import { throwIfCancelled, type RunOutput, type TaskResult, type Work } from './work';

/** What the engine lends. */
export interface JobHost {
  readonly threads: Threads;
  readonly settings: () => Settings;
  readonly sharedRate: RateLimit;
  readonly retryPolicy?: RetryPolicy;
}

export interface JobWorkOptions {
  readonly request: ComparableRequest;
  /** Empty; for databases. */
  readonly scratch: string;
  readonly host: JobHost;
  /** Pools alone are compared: they work as they do in any other job, with as many tasks on each thread. */
  readonly poolsAlone: boolean;
}

interface Row {
  readonly type: TaskType;
  readonly source: FsPath;
  readonly target: FsPath | null;
  readonly name: string | number;
  readonly state: string;
  readonly bytes: number;
  readonly digests: string | null;
  readonly finding: string | null;
  readonly error: string | null;
}

const OWNER = 'experiment';
/** Targets whose digests are asked for at once. */
const CHECKED_AT_ONCE = 2000;

const NOUNS: Readonly<Record<JobKind, readonly [title: string, one: string, many: string]>> = {
  download: ['Download', 'URL', 'URLs'],
  hash: ['Hash', 'file', 'files'],
  verify: ['Verify', 'file', 'files'],
  // Folders and links are tasks, too.
  copy: ['Copy', 'entry', 'entries'],
};

export class JobWork implements Work {
  readonly kind: JobKind;
  readonly location: string;
  readonly sources: readonly string[];
  readonly #options: JobWorkOptions;
  #runs = 0;

  constructor(options: JobWorkOptions) {
    const { request } = options;
    this.#options = options;
    this.kind = request.job.kind;
    this.location = request.location;
    this.sources = request.sources;
  }

  title(tasks: number | null): string {
    const [verb, one, many] = NOUNS[this.kind];
    if (tasks === null) return verb;
    return `${verb} · ${formatCount(tasks)} ${tasks === 1 ? one : many}`;
  }

  /** @throws HeddleError when the job cannot be made */
  async prepare(): Promise<void> {
    const folder = join(this.#options.scratch, 'asked');
    const { job, target, asked } = this.#options.request;
    try {
      makeFolders(folder, 0o700);
      // What the job itself would be refused for is no work to compare.
      if (asked !== null) await prepareJob(asked, folder, new Vault(folder));
      await target?.make();
      await prepareJob({ ...job, mode: 'sequential', workers: 1 }, folder, new Vault(folder));
    } finally {
      await removeTree(folder);
      await target?.remove();
    }
  }

  async run(
    contender: Contender,
    measurement: Measurement,
    signal: AbortSignal,
    note: (sentence: string) => void,
  ): Promise<RunOutput> {
    this.#runs += 1;
    const folder = join(this.#options.scratch, `run-${this.#runs}`);
    const workDirectories: FsPath[] = [];
    makeFolders(folder, 0o700);
    const database = openDatabase(folder);
    try {
      // It is thrown away: nothing need be written back while the clock runs.
      database.pragma('wal_autocheckpoint = 0');
      await this.#options.request.target?.make();
      const jobId = await this.#measure(contender, measurement, signal, {
        folder,
        database,
        note,
        onWorkDirectory: (path) => {
          workDirectories.push(path);
        },
      });
      return await this.#output(database, jobId, signal);
    } finally {
      database.close();
      for (const path of workDirectories) await removeTree(path);
      await this.#options.request.target?.remove();
      await removeTree(folder);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #measure(
    { mode, size }: Contender,
    measurement: Measurement,
    signal: AbortSignal,
    run: {
      readonly folder: string;
      readonly database: Database;
      readonly note: (sentence: string) => void;
      readonly onWorkDirectory: (path: FsPath) => void;
    },
  ): Promise<number> {
    const { request, host } = this.#options;
    const vault = new Vault(run.folder);
    const jobs = new JobRepository(run.database, () => false);
    const tasks = new TaskStore(run.database);
    const jobId = jobs.insert(await prepareJob({ ...request.job, mode, workers: size }, run.folder, vault));
    jobs.enqueue(jobId, OWNER);
    jobs.begin(jobId, OWNER);
    const job = jobs.get(jobId);
    if (job === null) throw new Error('the job that was just stored is gone');
    throwIfCancelled(signal);
    const limit: { passed: ErrorData | null } = { passed: null };
    measurement.prepare();
    const runner = new JobRunner({
      job,
      tasks,
      threads: host.threads,
      vault,
      settings: host.settings(),
      sharedRate: host.sharedRate,
      hosts: new Hosts(),
      ...(host.retryPolicy === undefined ? {} : { retryPolicy: host.retryPolicy }),
      onRecorded: () => undefined,
      onWorkDirectory: run.onWorkDirectory,
      onNotice: ({ message }) => {
        run.note(message);
      },
      onProgress: () => {
        if (limit.passed !== null || totalTasks(runner.tally.counts) <= MOST_EXPERIMENT_TASKS) return;
        limit.passed = {
          code: 'too-many-tasks',
          message: `An experiment has ${formatCount(MOST_EXPERIMENT_TASKS)} tasks at most, and this job has more. Compare with a part of it.`,
          retryable: false,
        };
        runner.stop('cancel');
      },
      measuring: {
        isBounded: !this.#options.poolsAlone,
        onTask: (name, timing, failed) => {
          measurement.task(name, timing, failed);
        },
        onSettled: () => {
          measurement.stop();
        },
      },
    });
    measurement.watch(runner.executor, () => totalTasks(runner.tally.counts));
    // Threads are there before the clock runs; the one that lists folders is, too.
    host.threads.prepare(this.kind, 0);
    const stop = (): void => {
      runner.stop('cancel');
    };
    signal.addEventListener('abort', stop);
    try {
      await measurement.start(signal);
      const { state, error } = await runner.run();
      if (limit.passed !== null) throw fromErrorData(limit.passed);
      throwIfCancelled(signal);
      if (state !== 'done') {
        throw fromErrorData(
          error ?? { code: 'job-failed', message: 'The job could not be run.', retryable: false },
        );
      }
      return jobId;
    } finally {
      signal.removeEventListener('abort', stop);
      measurement.end();
      // Where its threads could not be started, the job was not run to its end.
      await runner.executor.shutdown({ cancelQueued: true });
    }
  }

  /** What every task came to; of files that were made, by their own bytes. */
  async #output(database: Database, jobId: number, signal: AbortSignal): Promise<RunOutput> {
    const rows = database
      .prepare<[number, number], Row>(
        `SELECT type, source, target, name, state, bytes, digests, finding, error FROM tasks
           WHERE id >= ? AND id < ? ORDER BY id`,
      )
      .all(...idsOf(jobId));
    const made = this.#options.request.target === null ? [] : rows.filter(isMade);
    const contents = await this.#contents(made, signal);
    // Which one of equal files is called the duplicate may depend on who was first.
    const finds = this.#options.request.job.kind !== 'hash';
    return {
      bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
      results: rows.map((row): TaskResult => {
        const parts = [row.state, `${row.bytes} bytes`, row.digests, contents.get(row)];
        if (finds) parts.push(row.finding);
        if (row.error !== null) parts.push((JSON.parse(row.error) as ErrorData).code);
        return {
          name: nameOf(row),
          failed: hasFailed(row),
          result: parts.filter((part) => part != null).join(', '),
        };
      }),
    };
  }

  async #contents(rows: readonly Row[], signal: AbortSignal): Promise<Map<Row, string>> {
    const contents = new Map<Row, string>();
    if (rows.length === 0) return contents;
    for (const row of rows) {
      if (row.type !== 'symlink' || row.target === null) continue;
      const link = await readlink(native(row.target), 'buffer').catch((error: unknown) =>
        toErrorData(error, nameOf(row)),
      );
      contents.set(row, Buffer.isBuffer(link) ? `link to ${displayPath(link)}` : link.message);
    }
    const files = rows.filter(({ type, target }) => type !== 'symlink' && target !== null);
    const executor = createExecutor<WorkerOptions, PacketOrder, OutcomeColumns>({
      mode: 'pool',
      size: 2,
      threads: this.#options.host.threads,
      workerOptions: { kind: 'hash', algorithms: ['blake3'], cache: false },
    });
    try {
      for (let at = 0; at < files.length; at += CHECKED_AT_ONCE) {
        throwIfCancelled(signal);
        const part = files.slice(at, at + CHECKED_AT_ONCE);
        const body: PacketOrder = {
          ids: part.map((_, index) => at + index),
          types: 'file',
          roots: 0,
          sources: part.map(({ target }) => target ?? ''),
          targets: null,
          sizes: part.map(({ bytes }) => bytes),
          attempts: 0,
          submittedAtMs: nowMs(),
          details: null,
        };
        await executor.submit({
          body,
          count: part.length,
          onEnds: ({ tasks, errors, results }) => {
            const failures = new Map(errors);
            tasks.forEach((task, place) => {
              const row = part[task];
              const digests = results === null ? null : valueAt(results.digests, place);
              const { blake3 = '' } = digests === null ? {} : (JSON.parse(digests) as Digests);
              if (row !== undefined) contents.set(row, failures.get(place)?.message ?? `BLAKE3 ${blake3}`);
            });
          },
        }).promise;
      }
      return contents;
    } finally {
      await executor.shutdown({ cancelQueued: true });
    }
  }
}

/** A verification that finds a difference has done its work. */
function hasFailed({ state, finding }: Row): boolean {
  return state === 'failed' && (finding === null || finding === 'unreadable');
}

function isMade({ state, type, target }: Row): boolean {
  return state === 'done' && target !== null && ['url', 'file', 'hardlink', 'symlink'].includes(type);
}

/** @throws HeddleError where a mode would have more in flight than one host may get */
export function refuseTooManyAtOnce(
  contenders: readonly Contender[],
  { job }: ComparableRequest,
  settings: Settings,
): void {
  if (job.kind !== 'download' || arePoolsAlone(contenders)) return;
  const limit = job.options?.connectionsPerHost ?? settings.connectionsPerHost;
  const most = Math.max(...contenders.map(inFlight));
  if (most <= limit) return;
  throw new HeddleError(
    'bad-request',
    `${formatCount(most)} downloads cannot be in flight at once: a host gets ${formatCount(limit)} at most. Choose a smaller size, or allow more connections per host.`,
  );
}
