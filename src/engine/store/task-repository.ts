/**
 * Tasks: planned in chunks, drawn by host, settled in batches, read by page.
 * Every change of states changes the job's counts in the same transaction, so
 * nobody ever has to count rows.
 */
import type { ErrorData } from '../../common/model/errors';
import type { DownloadFacts, KnownFile, PartialNote, PartialState } from '../../common/model/download';
import type { FailedAttempt } from '../../common/model/responses';
import type { CopyFacts } from '../../common/model/copy-options';
import type { Digests } from '../../common/model/digests';
import type {
  ExpectedFile,
  FileIdentity,
  Finding,
  FindingCounts,
  SettledState,
  SettledTask,
  TaskCounts,
  TaskRow,
  TaskState,
  TaskType,
} from '../../common/model/tasks';
import { displayPath, type FsPath } from '../../common/model/paths';
import { WITHHELD_FOR_NOW } from '../jobs/withheld';
import { loosePath } from '../../files/folded-names';
import { prepareOnce, type Database } from './database';
import { DigestCache } from './digest-cache';
import { DuplicateRepository } from './duplicate-repository';
import { TaskMoves, type PlannedEnd } from './task-moves';

export type { PlannedEnd } from './task-moves';

export interface NewTask {
  readonly phase: number;
  readonly type: TaskType;
  readonly root: number;
  readonly host: string;
  readonly source: FsPath;
  readonly target: FsPath | null;
  readonly name: string;
  readonly size: number | null;
  /** What it asks for beside its source: of a download (JSON, or sealed), of a file to verify (JSON). */
  readonly request?: string | Buffer | null;
  /** Device and inode, where files with several names matter. */
  readonly inode?: string | null;
  /** What the task is instead where another of this inode was planned before it. */
  readonly ifInodeKnown?: Partial<Pick<NewTask, 'type' | 'phase' | 'settled' | 'grouping'>>;
  /** Files of one job that may be equal have the same. */
  readonly grouping?: string | null;
  /** Settled before it could run: what cannot be read, what is no file, what is known already. */
  readonly settled: PlannedEnd | null;
}

/** What came of storing planned tasks. */
export interface Planned {
  readonly settled: readonly SettledTask[];
  readonly added: Readonly<Record<'queued' | 'done' | 'failed' | 'skipped', number>>;
  readonly bytesKnown: number;
  readonly bytesDone: number;
}

/** A queued task as the runner draws it. */
export interface DrawnTask {
  readonly id: number;
  readonly ordinal: number;
  readonly type: TaskType;
  readonly root: number;
  readonly host: string;
  readonly source: FsPath;
  readonly target: FsPath | null;
  readonly name: string;
  readonly size: number | null;
  readonly attempts: number;
  readonly notBeforeMs: number | null;
  readonly request: string | Buffer | null;
  readonly inode: string | null;
  readonly grouping: string | null;
}

/** What the recorder writes of one task; `from` is the state that the database has. */
export interface TaskChange {
  readonly id: number;
  readonly from: TaskState;
  readonly to: TaskState;
  readonly attempts: number;
  readonly worker: number | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly notBeforeMs: number | null;
  readonly bytes: number;
  readonly knownSize: number | null;
  readonly size: number | null;
  readonly target: FsPath | null;
  readonly digests: Digests | null;
  readonly facts: DownloadFacts | null;
  readonly copied: CopyFacts | null;
  readonly finding: Finding | null;
  /** Which file the digests are of, where they are worth remembering. */
  readonly identity: FileIdentity | null;
  readonly grouping?: string | null;
  /** It goes on in a later phase, as this. */
  readonly next?: { readonly phase: number; readonly type: TaskType };
  readonly error: ErrorData | null;
  /** The attempt ended in an error and is kept in the task's history. */
  readonly failedAttempt: boolean;
  /** What its entry became in which folder, for the next time. */
  readonly known?: { readonly key: string; readonly directory: FsPath; readonly file: KnownFile };
}

type Stored = string | Buffer;

interface TaskRecord {
  readonly id: number;
  readonly ordinal: number;
  readonly type: TaskType;
  readonly state: TaskState;
  readonly root: number;
  readonly host: string;
  readonly source: Stored;
  readonly target: Stored | null;
  readonly name: string;
  readonly size: number | null;
  readonly bytes: number;
  readonly digests: string | null;
  readonly attempts: number;
  readonly worker: number | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly not_before: number | null;
  readonly error: string | null;
  readonly request: Stored | null;
  readonly facts: string | null;
  readonly inode: string | null;
  readonly grouping: string | null;
  readonly finding: Finding | null;
  readonly copied: string | null;
}

/** How one task was answered; see {@link TaskRepository.answers}. */
export interface TaskAnswer {
  readonly status: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
  readonly errorCode: string | null;
}

/** What is left of a file whose content was there already: its size, as no byte was copied. */
const CONTENT_BYTES = `CASE WHEN coalesce(first.finding, tasks.finding) IN ('unchanged', 'updated')
  THEN coalesce(first.size, tasks.size, 0) ELSE coalesce(first.bytes, tasks.bytes) END`;

interface FirstOfInode {
  readonly id: number;
  readonly state: TaskState;
  readonly target: FsPath | null;
  readonly finding: Finding | null;
}

const STATE_COLUMNS: readonly TaskState[] = ['queued', 'running', 'done', 'failed', 'skipped', 'cancelled'];

function toStored(path: FsPath | null): Stored | null {
  return path === null || typeof path === 'string' ? path : Buffer.from(path);
}

export class TaskRepository {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];
  /** What is done to tasks between phases. */
  readonly moves: TaskMoves;
  readonly duplicates: DuplicateRepository;
  readonly digestCache: DigestCache;

  constructor(database: Database) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
    this.moves = new TaskMoves(database);
    this.duplicates = new DuplicateRepository(database);
    this.digestCache = new DigestCache(database);
  }

  /**
   * Adds planned tasks and remembers where planning goes on, in one transaction.
   * @returns those that are settled already, and what was added to the job's counts
   */
  insert(jobId: number, firstOrdinal: number, tasks: readonly NewTask[], cursor: string): Planned {
    const add = this.#prepare(
      `INSERT INTO tasks (job_id, ordinal, phase, type, state, root, host, source, target, name, size, request, ended_at,
         error, inode, grouping, finding, bytes, digests) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const store = this.#database.transaction(() => {
      const added = { queued: 0, done: 0, failed: 0, skipped: 0 };
      const settled: SettledTask[] = [];
      let bytesKnown = 0;
      let bytesDone = 0;
      tasks.forEach((planned, index) => {
        const task = this.#asItIsKnown(jobId, planned);
        const end = task.settled;
        const state = end?.state ?? 'queued';
        const bytes = end?.state === 'done' ? end.bytes : 0;
        const digests = end?.state === 'done' ? end.digests : null;
        added[state] += 1;
        if (end === null) bytesKnown += task.size ?? 0;
        bytesKnown += bytes;
        bytesDone += bytes;
        const { lastInsertRowid } = add.run(
          jobId,
          firstOrdinal + index,
          task.phase,
          task.type,
          state,
          task.root,
          task.host,
          toStored(task.source),
          toStored(task.target),
          task.name,
          task.size,
          task.request ?? null,
          end === null ? null : Date.now(),
          end === null || end.state === 'done' ? null : JSON.stringify(end.reason),
          task.inode ?? null,
          task.grouping ?? null,
          end?.finding ?? null,
          bytes,
          digests == null ? null : JSON.stringify(digests),
        );
        if (end !== null) settled.push({ id: Number(lastInsertRowid), state: end.state });
      });
      this.#prepare(
        `UPDATE jobs SET queued = queued + ?, done = done + ?, failed = failed + ?, skipped = skipped + ?,
             bytes_known = bytes_known + ?, bytes_done = bytes_done + ?, plan_cursor = ? WHERE id = ?`,
      ).run(added.queued, added.done, added.failed, added.skipped, bytesKnown, bytesDone, cursor, jobId);
      return { settled, added, bytesKnown, bytesDone };
    });
    // It reads first, and after that would be refused at once where another process has written meanwhile.
    return store.immediate();
  }

  /** A file that has several names is one file: the first name is the task, the others say whose names they are. */
  #asItIsKnown(jobId: number, task: NewTask): NewTask {
    if (
      task.ifInodeKnown === undefined ||
      task.inode == null ||
      this.firstOfInode(jobId, task.inode) === null
    )
      return task;
    return { ...task, ...task.ifInodeKnown };
  }

  /** The first task of a file that has several names, with what became of it. */
  firstOfInode(jobId: number, inode: string): FirstOfInode | null {
    return (
      this.#prepare<[number, string], FirstOfInode>(
        'SELECT id, state, target, finding FROM tasks WHERE job_id = ? AND inode = ? ORDER BY id LIMIT 1',
      ).get(jobId, inode) ?? null
    );
  }

  /** What a manifest says of the file that a task of a verification reads. */
  expected(taskId: number): ExpectedFile | null {
    const row = this.#prepare<[number], { request: string | null }>(
      `SELECT request FROM tasks WHERE id = ? AND (SELECT kind FROM jobs WHERE jobs.id = tasks.job_id) = 'verify'`,
    ).get(taskId);
    return row?.request == null ? null : (JSON.parse(row.request) as ExpectedFile);
  }

  /** Of the failed tasks behind `after`, at most `limit`: how many have no finding; `last`: where to go on. */
  untoldSlice(
    jobId: number,
    after: number,
    limit: number,
  ): { readonly all: number; readonly existing: number; readonly last: number | null } {
    const row = this.#prepare<
      [number, number, number],
      { all: number | null; existing: number | null; last: number | null }
    >(
      `SELECT sum(finding IS NULL) AS "all", max(ordinal) AS last,
           sum(finding IS NULL AND error ->> '$.code' = 'target-exists') AS existing
         FROM (SELECT ordinal, finding, error FROM tasks
           WHERE job_id = ? AND state = 'failed' AND ordinal > ? ORDER BY ordinal LIMIT ?)`,
    ).get(jobId, after, limit);
    return { all: row?.all ?? 0, existing: row?.existing ?? 0, last: row?.last ?? null };
  }

  /**
   * Of the tasks of a kind behind `after`, at most `limit`, those of phases before `phase`; `undecided`: their target
   * differs, and the policy leaves it to be asked about.
   */
  obstacleSlice(
    jobId: number,
    { column, value }: { readonly column: 'state' | 'finding'; readonly value: string },
    phase: number,
    after: number,
    limit: number,
  ): { readonly all: number; readonly undecided: number; readonly last: number | null } {
    const row = this.#prepare<
      [number, number, number, string, number, number],
      { all: number | null; undecided: number | null; last: number | null }
    >(
      `SELECT sum(phase < ?) AS "all", max(ordinal) AS last,
           sum(phase < ? AND error ->> '$.code' = 'target-exists') AS undecided
         FROM (SELECT ordinal, phase, error FROM tasks
           WHERE job_id = ? AND ${column} = ? AND ordinal > ? ORDER BY ordinal LIMIT ?)`,
    ).get(phase, phase, jobId, value, after, limit);
    return { all: row?.all ?? 0, undecided: row?.undecided ?? 0, last: row?.last ?? null };
  }

  /** Deletions that were withheld, and may be tried again. @returns how many now wait; call again until it is 0 */
  resumeWithheld(jobId: number, limit: number): number {
    return this.#database.transaction(() => {
      const { changes } = this.#prepare(
        `UPDATE tasks SET state = 'queued', attempts = 0, ended_at = NULL, error = NULL, finding = NULL
           WHERE id IN (SELECT id FROM tasks WHERE job_id = ? AND finding = 'withheld' AND state = 'skipped'
             AND error ->> '$.code' IN (${WITHHELD_FOR_NOW.map((code) => `'${code}'`).join(', ')}) LIMIT ?)`,
      ).run(jobId, limit);
      this.#prepare('UPDATE jobs SET skipped = skipped - ?, queued = queued + ? WHERE id = ?').run(
        changes,
        changes,
        jobId,
      );
      return changes;
    })();
  }

  /** Why a task with this finding has it; `null`: there is none. */
  reasonOf(jobId: number, finding: Finding): string | null {
    const row = this.#prepare<[number, string], { code: string | null }>(
      `SELECT error ->> '$.code' AS code FROM tasks WHERE job_id = ? AND finding = ? ORDER BY ordinal LIMIT 1`,
    ).get(jobId, finding);
    return row?.code ?? null;
  }

  /** Files of a job that a manifest of it cannot list, as they failed or are still to be done. */
  unlisted(jobId: number): number {
    const row = this.#prepare<[number], { tasks: number }>(
      `SELECT count(*) AS tasks FROM tasks WHERE job_id = ? AND state NOT IN ('done', 'skipped')
         AND type IN ('file', 'hardlink', 'url')`,
    ).get(jobId);
    return row?.tasks ?? 0;
  }

  /** How many tasks have each finding. */
  findings(jobId: number): FindingCounts {
    const rows = this.#prepare<[number], { finding: Finding; tasks: number }>(
      `SELECT finding, count(*) AS tasks FROM tasks WHERE job_id = ? AND finding IS NOT NULL GROUP BY finding`,
    ).all(jobId);
    return Object.fromEntries(rows.map(({ finding, tasks }) => [finding, tasks]));
  }

  counts(jobId: number): {
    readonly counts: TaskCounts;
    readonly bytesDone: number;
    readonly bytesKnown: number;
  } {
    const row = this.#prepare<[number], Record<TaskState | 'bytes_done' | 'bytes_known', number>>(
      `SELECT ${STATE_COLUMNS.join(', ')}, bytes_done, bytes_known FROM jobs WHERE id = ?`,
    ).get(jobId);
    if (row === undefined) throw new Error(`There is no job ${jobId}.`);
    const { bytes_done: bytesDone, bytes_known: bytesKnown, ...counts } = row;
    return { counts, bytesDone, bytesKnown };
  }

  markPlanned(jobId: number): void {
    this.#prepare('UPDATE jobs SET planned = 1 WHERE id = ?').run(jobId);
  }

  nextOrdinal(jobId: number): number {
    const row = this.#prepare<[number], { last: number | null }>(
      'SELECT max(ordinal) AS last FROM tasks WHERE job_id = ?',
    ).get(jobId);
    return (row?.last ?? -1) + 1;
  }

  /** Hosts that have queued tasks: one step through the index for each, however many tasks they have. */
  hosts(jobId: number, phase: number): string[] {
    const next = `SELECT min(host) FROM tasks WHERE job_id = @jobId AND phase = @phase AND state = 'queued'`;
    return this.#prepare<[{ jobId: number; phase: number }], { host: string }>(
      `WITH RECURSIVE hosts (host) AS (
         SELECT (${next}) UNION ALL SELECT (${next} AND host > hosts.host) FROM hosts WHERE host IS NOT NULL
       ) SELECT host FROM hosts WHERE host IS NOT NULL`,
    )
      .all({ jobId, phase })
      .map(({ host }) => host);
  }

  draw(jobId: number, phase: number, host: string, afterOrdinal: number, limit: number): DrawnTask[] {
    return this.#prepare<[number, number, string, number, number], TaskRecord>(
      `SELECT id, ordinal, type, root, host, source, target, name, size, attempts, not_before, request, inode,
         grouping FROM tasks
         WHERE job_id = ? AND state = 'queued' AND phase = ? AND host = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`,
    )
      .all(jobId, phase, host, afterOrdinal, limit)
      .map((record) => ({
        id: record.id,
        ordinal: record.ordinal,
        type: record.type,
        root: record.root,
        host: record.host,
        source: record.source,
        target: record.target,
        name: record.name,
        size: record.size,
        attempts: record.attempts,
        notBeforeMs: record.not_before,
        request: record.request,
        inode: record.inode,
        grouping: record.grouping,
      }));
  }

  /**
   * Writes many changes in one transaction. A change whose task is no longer in the state it comes from is
   * left out, so that a task settles once and the counts stay true.
   * @returns the changes that were made
   */
  apply(jobId: number, changes: readonly TaskChange[]): TaskChange[] {
    if (changes.length === 0) return [];
    const update = this.#prepare(
      `UPDATE tasks SET state = ?, attempts = ?, worker = coalesce(?, worker), started_at = coalesce(?, started_at),
         ended_at = ?, not_before = ?, bytes = ?, size = coalesce(?, size), target = coalesce(?, target),
         digests = ?, facts = ?, copied = ?, finding = ?, error = ?, grouping = coalesce(?, grouping),
         phase = coalesce(?, phase), type = coalesce(?, type) WHERE id = ? AND state = ?`,
    );
    const keep = this.#prepare(
      `INSERT INTO failed_attempts (task_id, attempt, worker, started_at, ended_at, error) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (task_id, attempt) DO UPDATE SET ended_at = excluded.ended_at, error = excluded.error`,
    );
    const know = this.#prepare(
      `INSERT OR REPLACE INTO known_files (key, directory, target, loose, source, etag, last_modified, size, mtime_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    return this.#database.transaction(() => {
      const made: TaskChange[] = [];
      const moved = new Map<TaskState, number>();
      let bytes = 0;
      let known = 0;
      for (const change of changes) {
        const error = change.error === null ? null : JSON.stringify(change.error);
        const { changes: updated } = update.run(
          change.to,
          change.attempts,
          change.worker,
          change.startedAtMs,
          change.endedAtMs,
          change.notBeforeMs,
          change.bytes,
          change.size,
          toStored(change.target),
          change.digests === null ? null : JSON.stringify(change.digests),
          change.facts === null ? null : JSON.stringify(change.facts),
          change.copied === null ? null : JSON.stringify(change.copied),
          change.finding,
          error,
          change.grouping ?? null,
          change.next?.phase ?? null,
          change.next?.type ?? null,
          change.id,
          change.from,
        );
        if (updated === 0) continue;
        made.push(change);
        if (change.known !== undefined) {
          const { key, directory, file } = change.known;
          know.run(
            key,
            toStored(directory),
            toStored(file.target),
            loosePath(file.target),
            file.source,
            file.etag,
            file.lastModified,
            file.size,
            file.mtimeMs,
          );
        }
        if (change.identity !== null) this.digestCache.put(change.identity, change.digests ?? {});
        if (change.failedAttempt && error !== null) {
          keep.run(
            change.id,
            change.attempts,
            change.worker,
            change.startedAtMs,
            change.endedAtMs ?? Date.now(),
            error,
          );
        }
        moved.set(change.from, (moved.get(change.from) ?? 0) - 1);
        moved.set(change.to, (moved.get(change.to) ?? 0) + 1);
        if (change.to === 'done') bytes += change.bytes;
        if (change.size !== null) known += change.size - (change.knownSize ?? 0);
      }
      const deltas = STATE_COLUMNS.map((state) => moved.get(state) ?? 0);
      this.#prepare(
        `UPDATE jobs SET ${STATE_COLUMNS.map((state) => `${state} = ${state} + ?`).join(', ')},
             bytes_done = bytes_done + ?, bytes_known = bytes_known + ? WHERE id = ?`,
      ).run(...deltas, bytes, known, jobId);
      return made;
    })();
  }

  /** What an entry became in a folder. */
  knownFile(key: string, directory: FsPath): KnownFile | null {
    return (
      this.#prepare<[string, Stored | null], KnownFile>(
        `SELECT target, source, etag, last_modified AS lastModified, size, mtime_ms AS mtimeMs FROM known_files
           WHERE key = ? AND directory = ?`,
      ).get(key, toStored(directory)) ?? null
    );
  }

  /** Files of other entries whose paths may be this one, by {@link loosePath}. */
  knownOfOthers(target: FsPath, key: string): FsPath[] {
    return this.#prepare<[string, string], { target: Stored }>(
      'SELECT target FROM known_files WHERE loose = ? AND key <> ? ORDER BY target LIMIT 100',
    )
      .all(loosePath(target), key)
      .map((row) => row.target);
  }

  /** Keeps what is on disk of downloads that are not at their end; in the order in which it was told. */
  notePartials(jobId: number, notes: readonly { readonly id: number; readonly note: PartialNote }[]): void {
    if (notes.length === 0) return;
    const forget = this.#prepare('DELETE FROM partial_extents WHERE task_id = ?');
    const put = this.#prepare(
      `INSERT OR REPLACE INTO partials (task_id, job_id, url, etag, last_modified, total, headers)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    const add = this.#prepare(
      'INSERT OR REPLACE INTO partial_extents (task_id, start, "end", digest) VALUES (?, ?, ?, ?)',
    );
    this.#database.transaction(() => {
      for (const { id, note } of notes) {
        if (note.reset) forget.run(id);
        const { url, etag, lastModified, total, headers } = note;
        put.run(id, jobId, url, etag, lastModified, total, JSON.stringify(headers));
        for (const { start, end, digest } of note.extents) add.run(id, start, end, digest);
      }
    })();
  }

  partial(id: number): PartialState | null {
    const record = this.#prepare<
      [number],
      {
        url: string;
        etag: string | null;
        last_modified: string | null;
        total: number | null;
        headers: string;
      }
    >('SELECT url, etag, last_modified, total, headers FROM partials WHERE task_id = ?').get(id);
    if (record === undefined) return null;
    return {
      url: record.url,
      etag: record.etag,
      lastModified: record.last_modified,
      total: record.total,
      headers: JSON.parse(record.headers) as PartialState['headers'],
      extents: this.#prepare<[number], PartialState['extents'][number]>(
        'SELECT start, "end", digest FROM partial_extents WHERE task_id = ? ORDER BY start',
      ).all(id),
    };
  }

  /** Tasks of a job that something is on disk of. */
  partialIds(jobId: number): number[] {
    return this.#prepare<[number], { task_id: number }>('SELECT task_id FROM partials WHERE job_id = ?')
      .all(jobId)
      .map((record) => record.task_id);
  }

  /** Once their files are gone. */
  forgetPartials(jobId: number): void {
    this.#database.transaction(() => {
      this.#prepare(
        'DELETE FROM partial_extents WHERE task_id IN (SELECT task_id FROM partials WHERE job_id = ?)',
      ).run(jobId);
      this.#prepare('DELETE FROM partials WHERE job_id = ?').run(jobId);
    })();
  }

  /**
   * Moves at most `limit` tasks from one state to another. Lines that could not be read stay as they are: nothing
   * is known of them any more.
   * @returns how many were moved; call again until it is 0
   */
  move(jobId: number, from: TaskState, to: SettledState | 'queued', limit: number): number {
    return this.#database.transaction(() => {
      const { changes } = this.#prepare(
        `UPDATE tasks SET state = ?, not_before = NULL,
             attempts = CASE WHEN ? THEN 0 ELSE attempts END,
             ended_at = CASE WHEN ? THEN NULL ELSE ? END, error = CASE WHEN ? THEN NULL ELSE error END,
             finding = NULL
           WHERE id IN (SELECT id FROM tasks
             WHERE job_id = ? AND state = ? AND NOT (type = 'url' AND host = '') LIMIT ?)`,
      ).run(
        to,
        Number(to === 'queued' && from !== 'running'),
        Number(to === 'queued'),
        Date.now(),
        Number(to === 'queued'),
        jobId,
        from,
        limit,
      );
      this.#prepare(`UPDATE jobs SET ${from} = ${from} - ?, ${to} = ${to} + ? WHERE id = ?`).run(
        changes,
        changes,
        jobId,
      );
      return changes;
    })();
  }

  /** @returns how many rows were deleted; call again until it is 0 */
  removeSome(jobId: number, limit: number): number {
    return this.#database.transaction(() => {
      this.#prepare(
        `DELETE FROM failed_attempts WHERE task_id IN (SELECT id FROM tasks WHERE job_id = ? ORDER BY ordinal LIMIT ?)`,
      ).run(jobId, limit);
      return this.#prepare(
        'DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE job_id = ? ORDER BY ordinal LIMIT ?)',
      ).run(jobId, limit).changes;
    })();
  }

  row(id: number): TaskRow | null {
    const record = this.#prepare<[number], TaskRecord>('SELECT * FROM tasks WHERE id = ?').get(id);
    return record === undefined ? null : toRow(record);
  }

  /** How settled tasks of a slice were answered. */
  answers(jobId: number, from: number, span: number): TaskAnswer[] {
    return this.#prepare<[number, number, number], TaskAnswer>(
      `SELECT json_extract(facts, '$.status') AS status, json_extract(facts, '$.times.firstByteMs') AS firstByteMs,
         ended_at - started_at AS totalMs, json_extract(error, '$.code') AS errorCode FROM tasks
         WHERE job_id = ? AND ordinal >= ? AND ordinal < ? AND state IN ('done', 'failed', 'skipped') AND attempts > 0
         AND (state <> 'done' OR facts IS NOT NULL)`,
    ).all(jobId, from, from + span);
  }

  /** Attempts at a task that failed, in order. */
  failedAttempts(id: number): FailedAttempt[] {
    return this.#prepare<
      [number],
      { attempt: number; worker: number | null; started_at: number | null; ended_at: number; error: string }
    >('SELECT * FROM failed_attempts WHERE task_id = ? ORDER BY attempt')
      .all(id)
      .map((record) => ({
        attempt: record.attempt,
        worker: record.worker,
        startedAtMs: record.started_at,
        endedAtMs: record.ended_at,
        error: JSON.parse(record.error) as ErrorData,
      }));
  }

  /** The path of a task's own file, as the system knows it. */
  path(jobId: number, id: number): FsPath | null {
    const record = this.#prepare<[number, number], { type: TaskType; source: Stored; target: Stored | null }>(
      'SELECT type, source, target FROM tasks WHERE job_id = ? AND id = ?',
    ).get(jobId, id);
    if (record === undefined) return null;
    return record.target ?? (record.type === 'url' ? null : record.source);
  }

  pageByOrdinal(jobId: number, offset: number, limit: number): TaskRow[] {
    return this.#prepare<[number, number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE job_id = ? AND ordinal >= ? ORDER BY ordinal LIMIT ?',
    )
      .all(jobId, offset, limit)
      .map(toRow);
  }

  pageByState(jobId: number, state: TaskState, offset: number, limit: number): TaskRow[] {
    return this.#prepare<[number, TaskState, number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE job_id = ? AND state = ? ORDER BY ordinal LIMIT ? OFFSET ?',
    )
      .all(jobId, state, limit, offset)
      .map(toRow);
  }

  /** Whether the walk of one of a copy's sources found a file or link. */
  hasSources(jobId: number, root: number): boolean {
    return (
      this.#prepare<[number, number]>(
        `SELECT 1 FROM tasks WHERE job_id = ? AND root = ? AND type IN ('file', 'symlink', 'hardlink')
           AND state <> 'failed' LIMIT 1`,
      ).get(jobId, root) !== undefined
    );
  }

  hasGrouping(jobId: number, grouping: string): boolean {
    return (
      this.#prepare<[number, string]>('SELECT 1 FROM tasks WHERE job_id = ? AND grouping = ? LIMIT 1').get(
        jobId,
        grouping,
      ) !== undefined
    );
  }

  /** Whether it has tasks that are not left out. */
  hasTasks(jobId: number): boolean {
    return (
      this.#prepare<[number]>("SELECT 1 FROM tasks WHERE job_id = ? AND state <> 'skipped' LIMIT 1").get(
        jobId,
      ) !== undefined
    );
  }

  pageByFinding(jobId: number, finding: Finding, offset: number, limit: number): TaskRow[] {
    return this.#prepare<[number, Finding, number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE job_id = ? AND finding = ? ORDER BY ordinal LIMIT ? OFFSET ?',
    )
      .all(jobId, finding, limit, offset)
      .map(toRow);
  }

  /** Ordinals from `from` up to `from + span` whose name or source contains the text. */
  searchSlice(
    jobId: number,
    { state, finding, text }: { state: TaskState | null; finding: Finding | null; text: string },
    from: number,
    span: number,
  ): number[] {
    const pattern = `%${text.replaceAll(/[\\%_]/gu, (character) => `\\${character}`)}%`;
    return this.#prepare<unknown[], { ordinal: number }>(
      `SELECT ordinal FROM tasks WHERE job_id = ? AND ordinal >= ? AND ordinal < ?
           AND (? IS NULL OR state = ?) AND (? IS NULL OR finding = ?)
           AND (name LIKE ? ESCAPE '\\' OR source LIKE ? ESCAPE '\\') ORDER BY ordinal`,
    )
      .all(jobId, from, from + span, state, state, finding, finding, pattern, pattern)
      .map(({ ordinal }) => ordinal);
  }

  byOrdinals(jobId: number, ordinals: readonly number[]): TaskRow[] {
    const get = this.#prepare<[number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE job_id = ? AND ordinal = ?',
    );
    return ordinals.flatMap((ordinal) => {
      const record = get.get(jobId, ordinal);
      return record === undefined ? [] : [toRow(record)];
    });
  }

  /** Done files with their digests, in order, for a manifest. What was placed by a killed run has none yet. */
  digests(
    jobId: number,
    afterOrdinal: number,
    limit: number,
  ): { ordinal: number; path: FsPath; bytes: number; digests: Digests }[] {
    return this.#prepare<
      [number, number, number],
      { ordinal: number; path: Stored; bytes: number; digests: string | null }
    >(
      // Another name of a file has the digests of the first one.
      `SELECT tasks.ordinal, coalesce(tasks.target, tasks.source) AS path, ${CONTENT_BYTES} AS bytes,
           coalesce(tasks.digests, first.digests) AS digests
         FROM tasks LEFT JOIN tasks AS first ON tasks.type = 'hardlink' AND tasks.digests IS NULL
           AND first.job_id = tasks.job_id AND first.inode = tasks.inode AND first.type = 'file'
         WHERE tasks.job_id = ? AND tasks.ordinal > ? AND (tasks.state = 'done' OR tasks.finding = 'unchanged')
           AND (coalesce(tasks.digests, first.digests) IS NOT NULL OR tasks.type = 'url')
         ORDER BY tasks.ordinal LIMIT ?`,
    )
      .all(jobId, afterOrdinal, limit)
      .map(({ ordinal, path, bytes, digests }) => ({
        ordinal,
        path,
        bytes,
        digests: digests === null ? {} : (JSON.parse(digests) as Digests),
      }));
  }
}

function toRow(record: TaskRecord): TaskRow {
  return {
    id: record.id,
    ordinal: record.ordinal,
    state: record.state,
    type: record.type,
    source: displayPath(record.source),
    target: record.target === null ? null : displayPath(record.target),
    name: record.name,
    size: record.size,
    bytes: record.bytes,
    digests: record.digests === null ? null : (JSON.parse(record.digests) as Digests),
    finding: record.finding,
    facts: record.facts === null ? null : (JSON.parse(record.facts) as DownloadFacts),
    copied: record.copied === null ? null : (JSON.parse(record.copied) as CopyFacts),
    attempts: record.attempts,
    worker: record.worker,
    startedAtMs: record.started_at,
    endedAtMs: record.ended_at,
    error: record.error === null ? null : (JSON.parse(record.error) as ErrorData),
    notBeforeMs: record.not_before,
  };
}
