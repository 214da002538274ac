/** Jobs: their states, owners, counts and work directories. */
import type { ErrorData } from '../../common/errors';
import type { JobKind, JobState, JobSummary, Mode, TaskCounts, WorkerStatistics } from '../../common/model';
import type { JobSpec } from '../jobs/job-spec';
import type { Database } from './database';

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
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
}

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
  readonly place: string;
  readonly spec: JobSpec;
  readonly token: string;
  readonly workDirectories: readonly string[];
}

export class JobRepository {
  readonly #database: Database;
  readonly #isForeign: (owner: string | null) => boolean;

  /** @param isForeign whether another live process is this owner */
  constructor(database: Database, isForeign: (owner: string | null) => boolean) {
    this.#database = database;
    this.#isForeign = isForeign;
  }

  insert(job: NewJob): number {
    return this.#database.transaction(() => {
      const { lastInsertRowid } = this.#database
        .prepare(
          `INSERT INTO jobs (kind, state, mode, workers, label, place, spec, token, created_at)
           VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          job.kind,
          job.mode,
          job.workers,
          job.label,
          job.place,
          JSON.stringify(job.spec),
          job.token,
          Date.now(),
        );
      const id = Number(lastInsertRowid);
      const add = this.#database.prepare('INSERT INTO work_directories (job_id, path) VALUES (?, ?)');
      for (const path of job.workDirectories) add.run(id, path);
      return id;
    })();
  }

  get(id: number): StoredJob | null {
    const record = this.#database.prepare<[number], JobRecord>('SELECT * FROM jobs WHERE id = ?').get(id);
    return record === undefined ? null : this.#stored(record);
  }

  list(kind: JobKind | null, offset: number, limit: number): { total: number; jobs: JobSummary[] } {
    const where = kind === null ? '' : 'WHERE kind = ?';
    const filter = kind === null ? [] : [kind];
    const counted = this.#database
      .prepare<unknown[], { total: number }>(`SELECT count(*) AS total FROM jobs ${where}`)
      .get(...filter);
    const records = this.#database
      .prepare<unknown[], JobRecord>(`SELECT * FROM jobs ${where} ORDER BY id DESC LIMIT ? OFFSET ?`)
      .all(...filter, limit, offset);
    return { total: counted?.total ?? 0, jobs: records.map((record) => this.#stored(record).summary) };
  }

  /** Jobs that say they run, whoever owns them. */
  running(): StoredJob[] {
    return this.#database
      .prepare<[], JobRecord>("SELECT * FROM jobs WHERE state = 'running' ORDER BY id")
      .all()
      .map((record) => this.#stored(record));
  }

  /** Takes a job for this process, unless another took it first. */
  claim(id: number, owner: string): boolean {
    return this.#database
      .transaction(() => {
        const record = this.#database.prepare<[number], JobRecord>('SELECT * FROM jobs WHERE id = ?').get(id);
        if (record === undefined) return false;
        if (record.state === 'running' && this.#isForeign(record.owner)) return false;
        this.#database.prepare('UPDATE jobs SET owner = ? WHERE id = ?').run(owner, id);
        return true;
      })
      .immediate();
  }

  setState(id: number, state: JobState, error: ErrorData | null = null): void {
    const now = Date.now();
    const ended = state === 'done' || state === 'failed' || state === 'cancelled';
    this.#database
      .prepare(
        `UPDATE jobs SET state = ?, error = ?,
           started_at = CASE WHEN ? THEN coalesce(started_at, ?) ELSE started_at END,
           ended_at = CASE WHEN ? THEN ? ELSE NULL END,
           owner = CASE WHEN ? THEN owner ELSE NULL END
         WHERE id = ?`,
      )
      .run(
        state,
        error === null ? null : JSON.stringify(error),
        Number(state === 'running'),
        now,
        Number(ended),
        now,
        Number(state === 'running'),
        id,
      );
  }

  setElapsed(id: number, elapsedMs: number): void {
    this.#database.prepare('UPDATE jobs SET elapsed_ms = ? WHERE id = ?').run(elapsedMs, id);
  }

  setWorkers(id: number, workers: number): void {
    this.#database.prepare('UPDATE jobs SET workers = ? WHERE id = ?').run(workers, id);
  }

  workDirectories(id: number): string[] {
    return this.#database
      .prepare<[number], { path: string }>('SELECT path FROM work_directories WHERE job_id = ?')
      .all(id)
      .map(({ path }) => path);
  }

  saveStatistics(id: number, workers: readonly WorkerStatistics[]): void {
    const put = this.#database.prepare(
      `INSERT INTO worker_statistics (job_id, worker, tasks, failed, bytes, busy_ms, alive_ms, threads)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (job_id, worker) DO UPDATE SET
         tasks = tasks + excluded.tasks, failed = failed + excluded.failed, bytes = bytes + excluded.bytes,
         busy_ms = busy_ms + excluded.busy_ms, alive_ms = alive_ms + excluded.alive_ms,
         threads = threads + excluded.threads`,
    );
    this.#database.transaction(() => {
      for (const row of workers) {
        put.run(id, row.worker, row.tasks, row.failed, row.bytes, row.busyMs, row.aliveMs, row.threads);
      }
    })();
  }

  statistics(id: number): WorkerStatistics[] {
    return this.#database
      .prepare<[number], WorkerStatistics>(
        `SELECT worker, tasks, failed, bytes, busy_ms AS busyMs, alive_ms AS aliveMs, threads
         FROM worker_statistics WHERE job_id = ? ORDER BY worker`,
      )
      .all(id);
  }

  /** Forgets the job itself; its tasks must be gone already. */
  remove(id: number): void {
    this.#database.transaction(() => {
      for (const table of ['work_directories', 'worker_statistics']) {
        this.#database.prepare(`DELETE FROM ${table} WHERE job_id = ?`).run(id);
      }
      this.#database.prepare('DELETE FROM jobs WHERE id = ?').run(id);
    })();
  }

  #stored(record: JobRecord): StoredJob {
    const spec = JSON.parse(record.spec) as JobSpec;
    const counts: TaskCounts = {
      queued: record.queued,
      running: record.running,
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
      place: record.place,
      counts,
      planned: record.planned === 1,
      bytesDone: record.bytes_done,
      bytesKnown: record.bytes_known,
      createdAtMs: record.created_at,
      startedAtMs: record.started_at,
      endedAtMs: record.ended_at,
      elapsedMs: record.elapsed_ms,
      error: record.error === null ? null : (JSON.parse(record.error) as ErrorData),
      foreign: record.state === 'running' && this.#isForeign(record.owner),
      algorithms: spec.kind === 'hash' ? spec.algorithms : [],
    };
    return { summary, spec, token: record.token, owner: record.owner, planCursor: record.plan_cursor };
  }
}
