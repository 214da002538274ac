/** Tasks as they are read: those that have rows, and those that wait in packets. */
import type { CopyFacts } from '../../common/model/copy-options';
import type { Digests } from '../../common/model/digests';
import type { DownloadFacts } from '../../common/model/download';
import type { ErrorData } from '../../common/model/errors';
import { CHUNK, jobOfTask, ordinalOfTask, taskId, valueAt } from '../../common/model/packet';
import { displayPath, type FsPath } from '../../common/model/paths';
import type { FailedAttempt } from '../../common/model/responses';
import type {
  ExpectedFile,
  Finding,
  FindingCounts,
  TaskCounts,
  TaskRow,
  TaskState,
  TaskType,
} from '../../common/model/tasks';
import { prepareOnce, type Database } from './database';
import type { PacketStore } from './packet-store';
import { idsOf, nameOf, type Stored } from './stored';

interface TaskRecord {
  readonly id: number;
  readonly type: TaskType;
  readonly state: TaskState;
  readonly source: Stored;
  readonly target: Stored | null;
  readonly name: string | number;
  readonly size: number | null;
  readonly bytes: number;
  readonly digests: string | null;
  readonly attempts: number;
  readonly worker: number | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly not_before: number | null;
  readonly error: string | null;
  readonly facts: string | null;
  readonly finding: Finding | null;
  readonly copied: string | null;
}

/** How one task was answered; see {@link TaskRows.answers}. */
export interface TaskAnswer {
  readonly status: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
  readonly errorCode: string | null;
}

/** The first task of a file that has several names, with what became of it. */
export interface FirstOfInode {
  readonly id: number;
  readonly state: TaskState;
  readonly target: FsPath | null;
  readonly finding: Finding | null;
}

export interface TaskFilter {
  readonly state: TaskState | null;
  readonly finding: Finding | null;
  readonly text: string;
}

interface DigestRecord {
  readonly id: number;
  readonly path: Stored;
  readonly type: TaskType;
  readonly inode: string | null;
  readonly digests: string | null;
  readonly finding: Finding | null;
  readonly size: number | null;
  readonly bytes: number;
}

/** What a manifest lists. */
const LISTED: ReadonlySet<TaskType> = new Set(['file', 'hardlink', 'url']);

export class TaskRows {
  readonly #prepare: Database['prepare'];
  readonly #packets: PacketStore;

  constructor(database: Database, packets: PacketStore) {
    this.#prepare = prepareOnce(database);
    this.#packets = packets;
  }

  counts(jobId: number): {
    readonly counts: TaskCounts;
    readonly bytesDone: number;
    readonly bytesKnown: number;
  } {
    const row = this.#prepare<
      [number],
      Record<Exclude<TaskState, 'running'> | 'bytes_done' | 'bytes_known', number>
    >('SELECT queued, done, failed, skipped, cancelled, bytes_done, bytes_known FROM jobs WHERE id = ?').get(
      jobId,
    );
    if (row === undefined) throw new Error(`There is no job ${jobId}.`);
    const { bytes_done: bytesDone, bytes_known: bytesKnown, ...counts } = row;
    return { counts: { ...counts, running: 0 }, bytesDone, bytesKnown };
  }

  row(id: number): TaskRow | null {
    const record = this.#prepare<[number], TaskRecord>('SELECT * FROM tasks WHERE id = ?').get(id);
    if (record !== undefined) return toRow(record);
    return this.#packets.queuedBetween(jobOfTask(id), id, id + 1)[0] ?? null;
  }

  /** In the job's order. @param offset of the first one among all of them */
  page(jobId: number, offset: number, limit: number): TaskRow[] {
    return this.#between(jobId, taskId(jobId, offset), taskId(jobId, offset + limit));
  }

  #between(jobId: number, from: number, to: number): TaskRow[] {
    const recorded = this.#prepare<[number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE id >= ? AND id < ? ORDER BY id',
    )
      .all(from, to)
      .map(toRow);
    if (recorded.length === to - from) return recorded;
    const queued = this.#packets.queuedBetween(jobId, from, to);
    if (queued.length === 0) return recorded;
    return [...recorded, ...queued].sort((left, right) => left.id - right.id);
  }

  /** Those that are queued: first what waits to be tried again, or was planned one by one. */
  pageByState(jobId: number, state: TaskState, offset: number, limit: number): TaskRow[] {
    const recorded = this.#prepare<[number, TaskState, number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE job_id = ? AND state = ? ORDER BY id LIMIT ? OFFSET ?',
    )
      .all(jobId, state, limit, offset)
      .map(toRow);
    if (state !== 'queued' || recorded.length === limit) return recorded;
    const before =
      this.#prepare<[number, TaskState], { tasks: number }>(
        'SELECT count(*) AS tasks FROM tasks WHERE job_id = ? AND state = ?',
      ).get(jobId, state)?.tasks ?? 0;
    const skip = Math.max(0, offset - before);
    return [...recorded, ...this.#packets.queuedPage(jobId, skip, limit - recorded.length)];
  }

  pageByFinding(jobId: number, finding: Finding, offset: number, limit: number): TaskRow[] {
    return this.#prepare<[number, Finding, number, number], TaskRecord>(
      'SELECT * FROM tasks WHERE job_id = ? AND finding = ? ORDER BY id LIMIT ? OFFSET ?',
    )
      .all(jobId, finding, limit, offset)
      .map(toRow);
  }

  /** Ordinals from `from` up to `from + span` whose name or source has the text in it, as SQL's LIKE reads text; bytes count as text. */
  searchSlice(jobId: number, { state, finding, text }: TaskFilter, from: number, span: number): number[] {
    const pattern = `%${text.replaceAll(/[\\%_]/gu, (character) => `\\${character}`)}%`;
    const [first, end] = [taskId(jobId, from), taskId(jobId, from + span)];
    const recorded = this.#prepare<unknown[], { id: number }>(
      `SELECT id FROM tasks WHERE id >= ? AND id < ?
           AND (? IS NULL OR state = ?) AND (? IS NULL OR finding = ?)
           AND (? = '%%' OR CAST(source AS TEXT) LIKE ? ESCAPE '\\' OR (typeof(name) = 'text' AND name LIKE ? ESCAPE '\\')) ORDER BY id`,
    )
      .all(first, end, state, state, finding, finding, pattern, pattern, pattern)
      .map(({ id }) => ordinalOfTask(id));
    if (finding !== null || (state !== null && state !== 'queued')) return recorded;
    const wanted = lowerCase(text);
    const queued = this.#packets
      .queuedBetween(jobId, first, end)
      .filter(({ name, source }) => lowerCase(name).includes(wanted) || lowerCase(source).includes(wanted))
      .map(({ ordinal }) => ordinal);
    return queued.length === 0 ? recorded : [...recorded, ...queued].sort((left, right) => left - right);
  }

  byOrdinals(jobId: number, ordinals: readonly number[]): TaskRow[] {
    const get = this.#prepare<[number], TaskRecord>('SELECT * FROM tasks WHERE id = ?');
    /** Those of packets that were opened already. */
    const queued = new Map<number, TaskRow>();
    const ids = ordinals.map((ordinal) => taskId(jobId, ordinal));
    // Packets that hold none of them stay closed.
    const lastWithin = (id: number): number =>
      ids.reduce((last, other) => (other > last && other < id + CHUNK ? other : last), id);
    return ids.flatMap((id) => {
      const record = get.get(id);
      if (record !== undefined) return toRow(record);
      if (!queued.has(id))
        for (const row of this.#packets.queuedBetween(jobId, id, lastWithin(id) + 1)) queued.set(row.id, row);
      return queued.get(id) ?? [];
    });
  }

  /** How many tasks have each finding. */
  findings(jobId: number): FindingCounts {
    const rows = this.#prepare<[number], { finding: Finding; tasks: number }>(
      `SELECT finding, count(*) AS tasks FROM tasks WHERE job_id = ? AND finding IS NOT NULL GROUP BY finding`,
    ).all(jobId);
    return Object.fromEntries(rows.map(({ finding, tasks }) => [finding, tasks]));
  }

  /** What a manifest says of the file that a task of a verification reads. */
  expected(id: number): ExpectedFile | null {
    const jobId = jobOfTask(id);
    const job = this.#prepare<[number], { kind: string }>('SELECT kind FROM jobs WHERE id = ?').get(jobId);
    if (job?.kind !== 'verify') return null;
    const row = this.#prepare<[number], { request: string | null }>(
      'SELECT request FROM tasks WHERE id = ?',
    ).get(id);
    const waiting = row === undefined ? this.#packets.find(id) : null;
    const request = waiting === null ? row?.request : valueAt(waiting.requests, 0);
    return typeof request === 'string' ? (JSON.parse(request) as ExpectedFile) : null;
  }

  /** The first task of a file that has several names. */
  firstOfInode(jobId: number, inode: string): FirstOfInode | null {
    return (
      this.#prepare<[number, string], FirstOfInode>(
        'SELECT id, state, target, finding FROM tasks WHERE job_id = ? AND inode = ? ORDER BY id LIMIT 1',
      ).get(jobId, inode) ?? null
    );
  }

  /** Of the failed tasks behind the id `after`, at most `limit`: how many have no finding; `last`: where to go on. */
  untoldSlice(
    jobId: number,
    after: number,
    limit: number,
  ): { readonly all: number; readonly existing: number; readonly last: number | null } {
    const row = this.#prepare<
      [number, number, number],
      { all: number | null; existing: number | null; last: number | null }
    >(
      `SELECT sum(finding IS NULL) AS "all", max(id) AS last,
           sum(finding IS NULL AND error ->> '$.code' = 'target-exists') AS existing
         FROM (SELECT id, finding, error FROM tasks
           WHERE job_id = ? AND state = 'failed' AND id > ? ORDER BY id LIMIT ?)`,
    ).get(jobId, after, limit);
    return { all: row?.all ?? 0, existing: row?.existing ?? 0, last: row?.last ?? null };
  }

  /**
   * Of the tasks of a kind behind the id `after`, at most `limit`, those of phases before `phase`; `undecided`: their
   * target differs, and the policy leaves it to be asked about.
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
      `SELECT sum(phase < ?) AS "all", max(id) AS last,
           sum(phase < ? AND error ->> '$.code' = 'target-exists') AS undecided
         FROM (SELECT id, phase, error FROM tasks
           WHERE job_id = ? AND ${column} = ? AND id > ? ORDER BY id LIMIT ?)`,
    ).get(phase, phase, jobId, value, after, limit);
    return { all: row?.all ?? 0, undecided: row?.undecided ?? 0, last: row?.last ?? null };
  }

  /** Why a task with this finding has it; `null`: there is none. */
  reasonOf(jobId: number, finding: Finding): string | null {
    const row = this.#prepare<[number, string], { code: string | null }>(
      `SELECT error ->> '$.code' AS code FROM tasks WHERE job_id = ? AND finding = ? ORDER BY id LIMIT 1`,
    ).get(jobId, finding);
    return row?.code ?? null;
  }

  /** Files of a job that a manifest of it cannot list, as they failed or are still to be done. */
  unlisted(jobId: number): number {
    const [first, end] = idsOf(jobId);
    const row = this.#prepare<[number, number], { tasks: number }>(
      `SELECT count(*) AS tasks FROM tasks WHERE id >= ? AND id < ? AND state NOT IN ('done', 'skipped')
         AND type IN (${[...LISTED].map((type) => `'${type}'`).join(', ')})`,
    ).get(first, end);
    return (row?.tasks ?? 0) + this.#packets.countOf(jobId, LISTED);
  }

  /** Whether the walk of one of a copy's sources found a file or link. */
  hasSources(jobId: number, root: number): boolean {
    if (this.#packets.hasRoot(jobId, 0, root)) return true;
    const [first, end] = idsOf(jobId);
    return (
      this.#prepare<[number, number, number]>(
        `SELECT 1 FROM tasks WHERE id >= ? AND id < ? AND root = ? AND type IN ('file', 'symlink', 'hardlink')
           AND state <> 'failed' LIMIT 1`,
      ).get(first, end, root) !== undefined
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
    if (this.#packets.has(jobId)) return true;
    const [first, end] = idsOf(jobId);
    return (
      this.#prepare<[number, number]>(
        "SELECT 1 FROM tasks WHERE id >= ? AND id < ? AND state <> 'skipped' LIMIT 1",
      ).get(first, end) !== undefined
    );
  }

  /** How settled tasks of a slice were answered. */
  answers(jobId: number, from: number, span: number): TaskAnswer[] {
    return this.#prepare<[number, number], TaskAnswer>(
      `SELECT json_extract(facts, '$.status') AS status, json_extract(facts, '$.times.firstByteMs') AS firstByteMs,
         ended_at - started_at AS totalMs, json_extract(error, '$.code') AS errorCode FROM tasks
         WHERE id >= ? AND id < ? AND state IN ('done', 'failed', 'skipped') AND attempts > 0
         AND (state <> 'done' OR facts IS NOT NULL)`,
    ).all(taskId(jobId, from), taskId(jobId, from + span));
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
  path(id: number): FsPath | null {
    const record = this.#prepare<[number], { type: TaskType; source: FsPath; target: FsPath | null }>(
      'SELECT type, source, target FROM tasks WHERE id = ?',
    ).get(id);
    if (record !== undefined) return record.target ?? (record.type === 'url' ? null : record.source);
    const waiting = this.#packets.find(id);
    if (waiting === null) return null;
    const isUrl = valueAt(waiting.types, 0) === 'url';
    return valueAt(waiting.targets, 0) ?? (isUrl ? null : (waiting.sources[0] ?? null));
  }

  /**
   * Done files with their digests, in order, for a manifest. What was placed by a killed run has none yet.
   * @returns `last`: behind which ordinal to go on; `null`: nothing is left
   */
  digests(
    jobId: number,
    afterOrdinal: number,
    limit: number,
  ): {
    readonly files: readonly { readonly path: FsPath; readonly bytes: number; readonly digests: Digests }[];
    readonly last: number | null;
  } {
    const rows = this.#prepare<[number, number, number], DigestRecord>(
      `SELECT id, coalesce(target, source) AS path, type, inode, digests, finding, size, bytes FROM tasks
         WHERE id > ? AND id < ? AND (state = 'done' OR finding = 'unchanged')
           AND (digests IS NOT NULL OR type IN ('url', 'hardlink')) ORDER BY id LIMIT ?`,
    ).all(taskId(jobId, afterOrdinal), idsOf(jobId)[1], limit);
    const last = rows.at(-1);
    return {
      files: rows.flatMap((row) => {
        const first = row.type === 'hardlink' && row.digests === null ? this.#firstFile(jobId, row) : row;
        if (first === null || (first.digests === null && row.type !== 'url')) return [];
        const digests = first.digests === null ? {} : (JSON.parse(first.digests) as Digests);
        return [{ path: row.path, bytes: contentBytes(first), digests }];
      }),
      last: last === undefined ? null : ordinalOfTask(last.id),
    };
  }

  /** Another name of a file has the digests of the first one. */
  #firstFile(jobId: number, { inode }: DigestRecord): DigestRecord | null {
    if (inode === null) return null;
    return (
      this.#prepare<[number, string], DigestRecord>(
        `SELECT id, coalesce(target, source) AS path, type, inode, digests, finding, size, bytes FROM tasks
           WHERE job_id = ? AND inode = ? AND type = 'file' LIMIT 1`,
      ).get(jobId, inode) ?? null
    );
  }
}

/** Of a file whose content was there already, its size: no byte was copied. */
function contentBytes({ finding, size, bytes }: DigestRecord): number {
  return finding === 'unchanged' || finding === 'updated' ? (size ?? 0) : bytes;
}

/** As SQL's LIKE does: ASCII letters alone. */
function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/gu, (letters) => letters.toLowerCase());
}

function toRow(record: TaskRecord): TaskRow {
  return {
    id: record.id,
    ordinal: ordinalOfTask(record.id),
    state: record.state,
    type: record.type,
    source: displayPath(record.source),
    target: record.target === null ? null : displayPath(record.target),
    name: nameOf(record),
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
