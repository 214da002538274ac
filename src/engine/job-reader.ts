/** What can be asked about jobs, whether they run or not: rows, findings, exports, manifests. Changes nothing. */
import type { CommandLine } from '../common/command-line/command-line-of';
import { lstat } from 'node:fs/promises';
import type {
  DigestMatches,
  JobList,
  RowText,
  TaskPage,
  TaskPageQuery,
  TaskQuery,
  UntoldFailures,
} from '../common/ipc';
import type { TaskSort } from '../common/model/columns';
import type { FirstCopied } from '../common/model/copy-options';
import type { ManifestFormat } from '../common/model/digests';
import type { DuplicateFormat, DuplicatePage } from '../common/model/duplicates';
import { HeddleError, type ErrorData } from '../common/model/errors';
import type { JobSnapshot } from '../common/model/frames';
import type { JobRequest } from '../common/model/job-request';
import type { JobKind, JobSummary, WorkerStatistics } from '../common/model/jobs';
import { billTotal, type ThreadBill } from '../common/model/thread-bill';
import { countOf, hasPlace, placesIn, type Ranges } from '../common/model/ranges';
import { displayPath, type FsPath } from '../common/model/paths';
import type { ExportFormat, FailedAttempt, HostState, ResponseSummary } from '../common/model/responses';
import { totalTasks, type ExpectedFile, type FindingCounts, type TaskRow } from '../common/model/tasks';
import { native, parentPath } from '../files/entries';
import type { ActiveJobs } from './jobs/active-jobs';
import {
  duplicateLines,
  duplicateList,
  duplicatePage,
  groupPaths,
  type DuplicateListing,
  type GroupPath,
} from './jobs/duplicate-results';
import { exportLines } from './jobs/export';
import { findDigest } from './jobs/find-digest';
import { firstCopied } from './jobs/first-copied';
import { jobManifest, manifestGap } from './jobs/job-manifest';
import { writeOver } from './jobs/manifest';
import { summarizeResponses } from './jobs/responses';
import { jobCommand } from './jobs/job-command';
import { storedRequest } from './jobs/stored-request';
import { rowLines } from './jobs/row-lines';
import type { RunningNow } from './jobs/running-now';
import { untoldFailures } from './jobs/untold-failures';
import { withheldText } from './jobs/withheld';
import type { Threads } from './pool';
import { Orders, type OrdersOptions } from './sorting/orders';
import { removeOrders } from './sorting/stored-order';
import { TaskSearch, type JobNow } from './sorting/task-search';
import type { StoredJob } from './store/job-repository';
import type { Stores } from './store/open-stores';

export interface ReaderParts {
  readonly stores: Pick<Stores, 'jobs' | 'tasks' | 'vault' | 'rpcDownloads' | 'database'>;
  readonly dataDirectory: string;
  readonly active: ActiveJobs;
  /** Told the worker's script by the host: the engine imports no worker. */
  readonly threads: Threads;
  /** Starts the process that sorts long lists; without it they are sorted here. */
  readonly startSorting?: OrdersOptions['start'];
}

export class JobReader {
  /** What programs asked for over RPC. */
  readonly rpcDownloads: Stores['rpcDownloads'];
  readonly #jobs: Stores['jobs'];
  readonly #tasks: Stores['tasks'];
  readonly #parts: ReaderParts;
  readonly #search: TaskSearch;
  readonly #orders: Orders | null;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.rpcDownloads = parts.stores.rpcDownloads;
    this.#jobs = parts.stores.jobs;
    this.#tasks = parts.stores.tasks;
    const { startSorting: start, dataDirectory } = parts;
    this.#orders =
      start === undefined ? null : new Orders({ start, dataDirectory, database: parts.stores.database.name });
    this.#search = new TaskSearch(this.#tasks, this.#orders);
  }

  get sqliteVersion(): string {
    const row = this.#parts.stores.database
      .prepare<[], { version: string }>('SELECT sqlite_version() AS version')
      .get();
    return row?.version ?? 'unknown';
  }

  listJobs(query: { kind: JobKind | null; offset: number; limit: number }): JobList {
    const { total, jobs } = this.#jobs.list(query.kind, query.offset, query.limit);
    return { total, jobs: jobs.map((job) => this.#parts.active.live(job)) };
  }

  /** @throws HeddleError `no-such-job` */
  job(id: number): JobSummary {
    return this.#parts.active.live(this.stored(id).summary);
  }

  /** As it is in the database. @throws HeddleError `no-such-job` */
  protected stored(id: number): StoredJob {
    const stored = this.#jobs.get(id);
    if (stored === null) throw new HeddleError('no-such-job', `There is no job ${id}. See: heddle jobs`);
    return stored;
  }

  protected async closeOrders(): Promise<void> {
    await this.#orders?.close();
  }

  /** How a job's list was sorted. */
  protected removeOrders(id: number): Promise<void> {
    return removeOrders(this.#parts.dataDirectory, id);
  }

  async tasksPage(query: TaskPageQuery): Promise<TaskPage> {
    return this.#search.page(query, this.#now(query.jobId));
  }

  /** Places in the job of the tasks that a list shows from its place `first` to `last`. */
  async taskPlaces(query: TaskQuery, first: number, last: number): Promise<Ranges> {
    return this.#search.places(query, first, last, this.#now(query.jobId));
  }

  /** Rows at these places of the job as text, a line each. @param sort `null`: in the job's order */
  async *rowLines(
    jobId: number,
    places: Ranges,
    what: RowText,
    sort: TaskSort | null = null,
  ): AsyncGenerator<string, void, undefined> {
    const inOrder =
      sort === null || countOf(places) === 1
        ? placesIn(places)
        : (await this.#search.sorted(jobId, sort, this.#now(jobId))).filter((place) =>
            hasPlace(places, place),
          );
    yield* rowLines(this.#tasks, this.job(jobId), inOrder, what);
  }

  /** Files that have this digest, in lower-case hexadecimal. */
  withDigest(jobId: number, digest: string): Promise<DigestMatches> {
    return findDigest(this.#tasks, jobId, digest, totalTasks(this.job(jobId).counts));
  }

  #now(jobId: number): JobNow {
    const { counts, endedAtMs } = this.job(jobId);
    const runner = this.#parts.active.runner(jobId);
    return {
      counts,
      isEnded: endedAtMs !== null,
      isLive: runner !== null,
      run: String(endedAtMs),
      running: runner?.runningNow().flatMap((worker) => worker.running.map(({ id }) => id)) ?? [],
      unwritten: runner?.unwritten() ?? [],
    };
  }

  /** What is on disk of a download that is not at its end, as of the last flush; `null`: nothing. */
  partialOf(taskId: number): { readonly bytes: number; readonly total: number | null } | null {
    const partial = this.#tasks.partials.get(taskId);
    if (partial === null) return null;
    return {
      bytes: partial.extents.reduce((sum, { start, end }) => sum + end - start, 0),
      total: partial.total,
    };
  }

  /** Whether it runs in this process. */
  isActive(jobId: number): boolean {
    return this.#parts.active.runner(jobId) !== null;
  }

  /** Tasks of a job of this process that run at this moment. */
  runningTasks(jobId: number): readonly RunningNow[] {
    return (
      this.#parts.active
        .runner(jobId)
        ?.runningNow()
        .flatMap(({ running }) => running) ?? []
    );
  }

  /** `null`: there is none of this id. */
  task(id: number): TaskRow | null {
    return this.#tasks.rows.row(id);
  }

  /** The file of a task, or the folder of a job; `null` where there is none yet. */
  taskPath(jobId: number, taskId: number | null): FsPath | null {
    const { summary } = this.stored(jobId);
    return taskId === null ? summary.folder : this.#tasks.rows.path(taskId);
  }

  /** Whether what {@link taskPath} says is on disk. */
  isThere(jobId: number, taskId: number | null): Promise<boolean> {
    const path = this.taskPath(jobId, taskId);
    if (path === null || displayPath(path) === '') return Promise.resolve(false);
    return lstat(native(path)).then(
      () => true,
      () => false,
    );
  }

  expected(taskId: number): ExpectedFile | null {
    return this.#tasks.rows.expected(taskId);
  }

  failedAttempts(taskId: number): readonly FailedAttempt[] {
    return this.#tasks.rows.failedAttempts(taskId);
  }

  /** How many tasks have each finding. */
  findings(id: number): FindingCounts {
    return this.#tasks.rows.findings(id);
  }

  /** Failures of an ended job that no finding tells of. */
  untoldFailures(id: number): Promise<UntoldFailures> {
    return untoldFailures(this.#tasks, this.stored(id).summary.id);
  }

  /** What a mirror did not delete, in a sentence; `null`: nothing. */
  withheldText(id: number): string | null {
    const { copyOptions } = this.job(id);
    const count = this.findings(id).withheld ?? 0;
    const code = this.#tasks.rows.reasonOf(id, 'withheld');
    return count === 0 || code === null ? null : withheldText(count, code, copyOptions?.dryRun === true);
  }

  /** The first file that a stored copy makes; `null`: it is no copy, or makes none. */
  firstOf(id: number): Promise<FirstCopied | null> {
    const { spec } = this.stored(id);
    if (spec.kind !== 'copy') return Promise.resolve(null);
    return firstCopied(spec.roots, spec.rules, this.#parts.threads);
  }

  /** The work of a job, to do it another time. @throws HeddleError where it cannot be handed out */
  requestOf(id: number): Promise<JobRequest> {
    return storedRequest(this.stored(id), this.#parts.stores.vault);
  }

  /** What does the same in a terminal. @throws HeddleError `secret-lost` */
  commandOf(id: number): Promise<CommandLine> {
    return jobCommand(this.stored(id), this.#parts.stores.vault);
  }

  /** Jobs that have not ended: those that run, then those that wait, as their turns come, then those that stand still. */
  unfinished(): JobSummary[] {
    return this.#parts.stores.jobs.unfinished().map((job) => this.#parts.active.live(job));
  }

  /** What the servers answered; reads every task of the job. */
  responses(id: number): Promise<ResponseSummary> {
    return summarizeResponses(this.#tasks, id, totalTasks(this.job(id).counts));
  }

  /** Of a download that runs in this process; of others none. */
  hosts(id: number): readonly HostState[] {
    return this.#parts.active.runner(id)?.hosts() ?? [];
  }

  statistics(id: number): readonly WorkerStatistics[] {
    const { elapsedMs } = this.stored(id).summary;
    // A thread that only some of the job's runs had was not there in the others.
    return this.#jobs.statistics(id).map((row) => ({
      ...row,
      bill:
        row.bill === null ? null : { ...row.bill, absent: row.bill.absent + missing(row.bill, elapsedMs) },
    }));
  }

  /** `null`: the job did not run here, or long ago. */
  snapshot(id: number): JobSnapshot | null {
    return this.#parts.active.snapshot(id);
  }

  exportLines(id: number, format: ExportFormat): AsyncGenerator<string, void, undefined> {
    return exportLines(this.#tasks, this.stored(id).summary.id, format);
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeExport(id: number, format: ExportFormat, path: FsPath): Promise<void> {
    await writeOver(this.exportLines(id, format), path);
  }

  /** Of a job that looked for duplicates: most space to win first, of each group the first paths. */
  duplicateGroups(id: number, offset: number, limit: number): Promise<DuplicatePage> {
    return duplicatePage(this.#tasks, this.stored(id).summary.id, offset, limit);
  }

  /** Paths of one group as the system knows them, one for each file, then more names of these files. */
  duplicatePaths(id: number, groupId: number): AsyncGenerator<GroupPath, void, undefined> {
    return groupPaths(this.#tasks, this.stored(id).summary.id, groupId);
  }

  exportDuplicates(id: number, format: DuplicateFormat): AsyncGenerator<string, void, undefined> {
    return duplicateLines(this.#tasks, this.stored(id).summary.id, format);
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeDuplicates(id: number, format: DuplicateFormat, path: FsPath): Promise<void> {
    await writeOver(this.exportDuplicates(id, format), path);
  }

  /** Paths, those of one group together, an empty one between groups. */
  listDuplicates(id: number, listing: DuplicateListing): AsyncGenerator<Uint8Array, void, undefined> {
    return duplicateList(this.#tasks, this.stored(id).summary.id, listing);
  }

  /**
   * For standard output: names as seen from `base`.
   * @param format `null`: the one that the job was made with, or the usual one for its digests
   */
  manifestLines(
    id: number,
    { base = process.cwd(), ...look }: { base?: FsPath; format?: ManifestFormat | null; zero?: boolean } = {},
  ): AsyncGenerator<string | Uint8Array, void, undefined> {
    return jobManifest(this.#tasks, this.stored(id), { base, ...look });
  }

  /** What a job's manifest lacks; `null`: nothing. @param path of the manifest, where it has one */
  manifestGap(id: number, path: string | null = null): ErrorData | null {
    return manifestGap(this.#tasks, this.job(id), path);
  }

  /** Replaces a file of that name: the caller has asked. */
  async writeManifest(id: number, path: FsPath, format: ManifestFormat | null = null): Promise<void> {
    await writeOver(this.manifestLines(id, { base: parentPath(path), format }), path);
  }
}

function missing(bill: ThreadBill, elapsedMs: number): number {
  return Math.max(0, elapsedMs - billTotal(bill));
}
