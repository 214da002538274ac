/** Jobs: their states, owners, counts and work directories. */
import type { CopyPolicy } from '../../common/model/copy-options';
import type { ErrorData } from '../../common/model/errors';
import {
  isEnded,
  type JobKind,
  type JobState,
  type JobSummary,
  type JobVariant,
  type Mode,
  type WorkerStatistics,
} from '../../common/model/jobs';
import type { TaskCounts } from '../../common/model/tasks';
import { NO_TIME, addBills, type ThreadBill } from '../../common/model/thread-bill';
import { parseWithPaths, stringifyWithPaths, type FsPath } from '../../common/model/paths';
import type { JobSpec } from '../jobs/job-spec';
import { prepareOnce, type Database } from './database';

interface JobRecord {
  readonly id: number;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly mode: Mode;
  readonly workers: number | null;
  readonly label: string;
  readonly place: string;
  readonly spec: string;
  readonly token: string;
  readonly owner: string | null;
  readonly planned: number;
  readonly plan_cursor: string | null;
  readonly error: string | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly elapsed_ms: number;
  readonly bytes_done: number;
  readonly bytes_known: number;
  readonly queued: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly place_in_queue: number;
  readonly start_at: number | null;
}

/** States in which nobody runs a job. */
export type RestState = Exclude<JobState, 'queued' | 'running'>;

export interface StoredJob {
  readonly summary: JobSummary;
  readonly spec: JobSpec;
  readonly token: string;
  readonly owner: string | null;
  /** Where planning goes on, as the planner wrote it. */
  readonly planCursor: string | null;
}

export interface NewJob {
  readonly kind: JobKind;
  readonly mode: Mode;
  readonly workers: number | null;
  readonly label: string;
  readonly folder: string;
  readonly spec: JobSpec;
  readonly token: string;
  readonly workDirectories: readonly FsPath[];
}

export class JobRepository {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];
  readonly #isForeign: (owner: string | null) => boolean;

  /** @param isForeign whether another live process is this owner */
  constructor(database: Database, isForeign: (owner: string | null) => boolean) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
    this.#isForeign = isForeign;
  }

  /** Nobody runs it yet: were this process to die now, the next start would find a job to go on with. */
  insert(job: NewJob): number {
    return this.#database.transaction(() => {
      const { lastInsertRowid } = this.#prepare(
        `INSERT INTO jobs (kind, state, mode, workers, label, place, spec, token, created_at)
           VALUES (?, 'interrupted', ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        job.kind,
        job.mode,
        job.workers,
        job.label,
        job.folder,
        stringifyWithPaths(job.spec),
        job.token,
        Date.now(),
      );
      const id = Number(lastInsertRowid);
      this.#prepare('UPDATE jobs SET place_in_queue = id WHERE id = ?').run(id);
      const add = this.#prepare('INSERT INTO work_directories (job_id, path) VALUES (?, ?)');
      for (const path of job.workDirectories) add.run(id, stored(path));
      return id;
    })();
  }

  get(id: number): StoredJob | null {
    const record = this.#prepare<[number], JobRecord>('SELECT * FROM jobs WHERE id = ?').get(id);
    return record === undefined ? null : this.#stored(record);
  }

  list(kind: JobKind | null, offset: number, limit: number): { total: number; jobs: JobSummary[] } {
    const where = kind === null ? '' : 'WHERE kind = ?';
    const filter = kind === null ? [] : [kind];
    const counted = this.#prepare<unknown[], { total: number }>(
      `SELECT count(*) AS total FROM jobs ${where}`,
    ).get(...filter);
    const records = this.#prepare<unknown[], JobRecord>(
      `SELECT * FROM jobs ${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    ).all(...filter, limit, offset);
    return { total: counted?.total ?? 0, jobs: records.map((record) => this.#stored(record).summary) };
  }

  /** Jobs that run or wait for their turn somewhere, whoever owns them. */
  owned(): StoredJob[] {
    return this.#prepare<[], JobRecord>(
      "SELECT * FROM jobs WHERE state IN ('running', 'queued') AND owner IS NOT NULL ORDER BY id",
    )
      .all()
      .map((record) => this.#stored(record));
  }

  /** Jobs that stand still because a disk was full. */
  withoutRoom(): number[] {
    return this.#prepare<[], { id: number }>(
      "SELECT id FROM jobs WHERE state = 'paused' AND json_extract(error, '$.room') IS NOT NULL ORDER BY id",
    )
      .all()
      .map(({ id }) => id);
  }

  /**
   * Takes a job for this process, to wait for its turn.
   * @returns whether it was free: neither running nor waiting in another live process
   */
  enqueue(id: number, owner: string): boolean {
    return this.#database
      .transaction(() => {
        const record = this.#prepare<[number], JobRecord>('SELECT * FROM jobs WHERE id = ?').get(id);
        if (record === undefined || this.#ownedElsewhere(record)) return false;
        this.#prepare(
          "UPDATE jobs SET state = 'queued', owner = ?, error = NULL, ended_at = NULL, start_at = NULL WHERE id = ?",
        ).run(owner, id);
        return true;
      })
      .immediate();
  }

  /** The job's turn has come. @returns whether it still waits for this process */
  begin(id: number, owner: string): boolean {
    const { changes } = this.#prepare(
      `UPDATE jobs SET state = 'running', started_at = coalesce(started_at, ?)
       WHERE id = ? AND state = 'queued' AND owner = ?`,
    ).run(Date.now(), id, owner);
    return changes === 1;
  }

  /**
   * The job stands still: it has ended, or nobody runs it for now.
   * @returns false when another live process has it; nothing is changed then
   */
  rest(id: number, state: RestState, error: ErrorData | null = null): boolean {
    return this.#database
      .transaction(() => {
        const record = this.#prepare<[number], JobRecord>('SELECT * FROM jobs WHERE id = ?').get(id);
        if (record === undefined || this.#ownedElsewhere(record)) return false;
        this.#prepare(
          'UPDATE jobs SET state = ?, error = ?, ended_at = ?, owner = NULL, start_at = NULL WHERE id = ?',
        ).run(state, error === null ? null : JSON.stringify(error), isEnded(state) ? Date.now() : null, id);
        return true;
      })
      .immediate();
  }

  /**
   * Jobs whose process is gone become `interrupted`.
   * @param isDead whether no live process is this owner
   * @returns their ids
   */
  interruptOrphans(isDead: (owner: string) => boolean): number[] {
    const orphans = this.owned().filter(({ owner }) => owner !== null && isDead(owner));
    return orphans.flatMap(({ summary, owner }) => {
      // Another process may have taken it since: then its owner is no longer the dead one.
      const { changes } = this.#prepare(
        `UPDATE jobs SET state = 'interrupted', owner = NULL
         WHERE id = ? AND owner = ? AND state IN ('running', 'queued')`,
      ).run(summary.id, owner);
      return changes === 1 ? [summary.id] : [];
    });
  }

  manifestIdentity(id: number): string | null {
    return (
      this.#prepare<[number], { identity: string | null }>(
        'SELECT manifest_identity AS identity FROM jobs WHERE id = ?',
      ).get(id)?.identity ?? null
    );
  }

  setManifestIdentity(id: number, identity: string): void {
    this.#prepare('UPDATE jobs SET manifest_identity = ? WHERE id = ?').run(identity, id);
  }

  setElapsed(id: number, elapsedMs: number): void {
    this.#prepare('UPDATE jobs SET elapsed_ms = ? WHERE id = ?').run(elapsedMs, id);
  }

  setWorkers(id: number, workers: number): void {
    this.#prepare('UPDATE jobs SET workers = ? WHERE id = ?').run(workers, id);
  }

  workDirectories(id: number): FsPath[] {
    return this.#prepare<[number], { path: FsPath }>('SELECT path FROM work_directories WHERE job_id = ?')
      .all(id)
      .map(({ path }) => path);
  }

  /** One more folder that goes when the job ends. */
  addWorkDirectory(id: number, path: FsPath): void {
    this.#prepare('INSERT OR IGNORE INTO work_directories (job_id, path) VALUES (?, ?)').run(
      id,
      stored(path),
    );
  }

  /** What a copy job does where a target exists, from its next run on. */
  setExisting(id: number, policy: CopyPolicy): void {
    this.#prepare(
      `UPDATE jobs SET spec = json_set(spec, '$.options.existing', ?) WHERE id = ? AND kind = 'copy'`,
    ).run(policy, id);
  }

  /** Bytes per second of a download job; `null`: no limit. */
  setLimitRate(id: number, rate: number | null): void {
    this.#prepare(
      `UPDATE jobs SET spec = json_set(spec, '$.options.limitRate', ?) WHERE id = ? AND kind = 'download'`,
    ).run(rate, id);
  }

  setConnections(id: number, connections: number): void {
    this.#prepare(
      `UPDATE jobs SET spec = json_set(spec, '$.options.connections', ?) WHERE id = ? AND kind = 'download'`,
    ).run(connections, id);
  }

  /** Gives each of the jobs one of the places that they have, in this order. */
  arrange(ids: readonly number[]): void {
    this.#database.transaction(() => {
      const places = ids.map((id) => this.get(id)?.summary.placeInQueue ?? id).sort((a, b) => a - b);
      const put = this.#prepare('UPDATE jobs SET place_in_queue = ? WHERE id = ?');
      ids.forEach((id, index) => put.run(places[index], id));
    })();
  }

  /** When a job that stands still is to start; `null`: when somebody says so. */
  setStartAt(id: number, atMs: number | null): void {
    this.#prepare('UPDATE jobs SET start_at = ? WHERE id = ?').run(atMs, id);
  }

  /** Jobs that are to start at a time, the next one first. */
  timed(): { readonly id: number; readonly atMs: number }[] {
    return this.#prepare<[], { id: number; atMs: number }>(
      `SELECT id, start_at AS atMs FROM jobs
       WHERE start_at IS NOT NULL AND state IN ('paused', 'interrupted') ORDER BY start_at`,
    ).all();
  }

  /** Jobs that have not ended: those that run, then those that wait, as their turns come, then those that stand still. */
  unfinished(): JobSummary[] {
    return this.#prepare<[], JobRecord>(
      `SELECT * FROM jobs WHERE state IN ('running', 'queued', 'paused', 'interrupted')
       ORDER BY state = 'running' DESC, state = 'queued' DESC, place_in_queue, id`,
    )
      .all()
      .map((record) => this.#stored(record).summary);
  }

  setLabel(id: number, label: string): void {
    this.#prepare('UPDATE jobs SET label = ? WHERE id = ?').run(label, id);
  }

  /** Adds what workers did in one run of the job to what they did in the runs before. */
  saveStatistics(id: number, workers: readonly WorkerStatistics[]): void {
    const put = this.#prepare(
      `INSERT INTO worker_statistics (job_id, worker, tasks, failed, bytes, busy_ms, alive_ms, threads, run_ms, bill)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (job_id, worker) DO UPDATE SET
         tasks = tasks + excluded.tasks, failed = failed + excluded.failed, bytes = bytes + excluded.bytes,
         busy_ms = busy_ms + excluded.busy_ms, alive_ms = alive_ms + excluded.alive_ms,
         threads = threads + excluded.threads, run_ms = run_ms + excluded.run_ms, bill = excluded.bill`,
    );
    this.#database.transaction(() => {
      const before = new Map(this.statistics(id).map(({ worker, bill }) => [worker, bill]));
      for (const row of workers) {
        const { worker, tasks, failed, bytes, busyMs, aliveMs, threads, runMs } = row;
        const earlier = before.get(worker);
        // Of a run by an older version nothing is known, so nothing is of the whole.
        const bill = row.bill === null || earlier === null ? null : addBills(row.bill, earlier ?? NO_TIME);
        const json = bill === null ? null : JSON.stringify(bill);
        put.run(id, worker, tasks, failed, bytes, busyMs, aliveMs, threads, runMs, json);
      }
    })();
  }

  statistics(id: number): WorkerStatistics[] {
    return this.#prepare<[number], Omit<WorkerStatistics, 'bill'> & { readonly bill: string | null }>(
      `SELECT worker, tasks, failed, bytes, busy_ms AS busyMs, alive_ms AS aliveMs, threads, run_ms AS runMs, bill
         FROM worker_statistics WHERE job_id = ? ORDER BY worker`,
    )
      .all(id)
      .map((row) => ({ ...row, bill: row.bill === null ? null : (JSON.parse(row.bill) as ThreadBill) }));
  }

  /** Forgets the job itself; its tasks must be gone already. */
  remove(id: number): void {
    this.#database.transaction(() => {
      for (const table of ['work_directories', 'worker_statistics']) {
        this.#prepare(`DELETE FROM ${table} WHERE job_id = ?`).run(id);
      }
      this.#prepare('DELETE FROM jobs WHERE id = ?').run(id);
    })();
  }

  #ownedElsewhere({ state, owner }: JobRecord): boolean {
    return (state === 'running' || state === 'queued') && this.#isForeign(owner);
  }

  #stored(record: JobRecord): StoredJob {
    const spec = parseWithPaths(record.spec) as JobSpec;
    const counts: TaskCounts = {
      queued: record.queued,
      running: 0,
      done: record.done,
      failed: record.failed,
      skipped: record.skipped,
      cancelled: record.cancelled,
    };
    const summary: JobSummary = {
      id: record.id,
      kind: record.kind,
      state: record.state,
      mode: record.mode,
      workers: record.workers,
      label: record.label,
      folder: record.place,
      counts,
      planned: record.planned === 1,
      bytesDone: record.bytes_done,
      bytesKnown: record.bytes_known,
      createdAtMs: record.created_at,
      startedAtMs: record.started_at,
      endedAtMs: record.ended_at,
      elapsedMs: record.elapsed_ms,
      error: record.error === null ? null : (JSON.parse(record.error) as ErrorData),
      placeInQueue: record.place_in_queue,
      startAtMs: record.start_at,
      foreign: this.#ownedElsewhere(record),
      variant: variantOf(spec),
      algorithms: spec.kind === 'hash' || spec.kind === 'copy' ? spec.algorithms : [],
      limitRate: spec.kind === 'download' ? (spec.options.limitRate ?? null) : null,
      connections: spec.kind === 'download' ? (spec.options.connections ?? null) : null,
      // Older jobs do not say.
      insecure: spec.kind === 'download' && (spec.options as Partial<typeof spec.options>).insecure === true,
      copyOptions: spec.kind === 'copy' ? spec.options : null,
    };
    return { summary, spec, token: record.token, owner: record.owner, planCursor: record.plan_cursor };
  }
}

function variantOf(spec: JobSpec): JobVariant {
  if (spec.kind === 'hash' && spec.duplicates) return 'duplicates';
  return spec.kind === 'verify' && spec.folders ? 'folders' : 'plain';
}

function stored(path: FsPath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path);
}
