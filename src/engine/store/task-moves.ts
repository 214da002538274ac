/**
 * What is done to tasks between phases, without running them. All of it is in
 * small transactions that keep the job's counts true, and may be done again.
 */
import type { Digests } from '../../common/model/digests';
import type { PlannedEnd } from '../../common/model/packet';
import type { Finding, SettledTask, TaskState } from '../../common/model/tasks';
import type { FsPath } from '../../common/model/paths';
import { prepareOnce, type Database } from './database';
import { nameOf, toStored, type Stored } from './stored';

/** A task among those that may be equal to it. */
export interface GroupedTask {
  readonly id: number;
  readonly grouping: string;
  readonly state: TaskState;
  readonly phase: number;
  readonly root: number;
  readonly size: number | null;
  /** BLAKE3 of the whole file, once it is known. */
  readonly digest: string | null;
  readonly finding: Finding | null;
}

/** The end of a task that is queued. */
export interface QueuedEnd {
  readonly id: number;
  readonly end: PlannedEnd;
  readonly target?: FsPath;
}

export class TaskMoves {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
  }

  /** Tasks that have a grouping, those of one together and in the job's order. */
  grouped(jobId: number, after: Pick<GroupedTask, 'grouping' | 'id'>, limit: number): GroupedTask[] {
    return this.#prepare<
      [number, string, number, number],
      Omit<GroupedTask, 'digest'> & { digests: string | null }
    >(
      `SELECT id, grouping, state, phase, root, size, digests, finding FROM tasks
         WHERE job_id = ? AND grouping IS NOT NULL AND (grouping, id) > (?, ?)
         ORDER BY grouping, id LIMIT ?`,
    )
      .all(jobId, after.grouping, after.id, limit)
      .map(({ digests, ...task }) => ({
        ...task,
        digest: digests === null ? null : ((JSON.parse(digests) as Digests).blake3 ?? null),
      }));
  }

  /** Those of the tasks that are no longer queued are left as they are. */
  settle(jobId: number, ends: readonly QueuedEnd[]): SettledTask[] {
    const settle = this.#prepare<unknown[], { size: number | null }>(
      `UPDATE tasks SET state = ?, ended_at = ?, bytes = ?, error = ?, finding = ?, target = coalesce(?, target),
         digests = coalesce(?, digests) WHERE id = ? AND state = 'queued' RETURNING size`,
    );
    return this.#database.transaction(() => {
      const settled: SettledTask[] = [];
      const counts = { done: 0, failed: 0, skipped: 0 };
      let bytesDone = 0;
      let bytesKnown = 0;
      for (const { id, end, target = null } of ends) {
        const bytes = end.state === 'done' ? end.bytes : 0;
        const row = settle.get(
          end.state,
          Date.now(),
          bytes,
          end.state === 'done' ? null : JSON.stringify(end.reason),
          end.finding ?? null,
          toStored(target),
          end.state === 'done' && end.digests !== undefined ? JSON.stringify(end.digests) : null,
          id,
        );
        if (row === undefined) continue;
        settled.push({ id, state: end.state });
        counts[end.state] += 1;
        bytesDone += bytes;
        // What need not be read is no work.
        bytesKnown += bytes - (row.size ?? 0);
      }
      this.#prepare(
        `UPDATE jobs SET queued = queued - ?, done = done + ?, failed = failed + ?, skipped = skipped + ?,
           bytes_done = bytes_done + ?, bytes_known = bytes_known + ? WHERE id = ?`,
      ).run(settled.length, counts.done, counts.failed, counts.skipped, bytesDone, bytesKnown, jobId);
      return settled;
    })();
  }

  /** Done tasks of which more must be known after all run in this phase. */
  reopen(jobId: number, ids: readonly number[], phase: number): void {
    const reopen = this.#prepare<[number, number], { size: number | null; bytes: number }>(
      `UPDATE tasks SET state = 'queued', phase = ?, type = 'file', finding = NULL, ended_at = NULL, attempts = 0
         WHERE id = ? AND state = 'done' RETURNING size, bytes`,
    );
    this.#database.transaction(() => {
      let reopened = 0;
      let bytesDone = 0;
      let bytesKnown = 0;
      for (const id of ids) {
        const row = reopen.get(phase, id);
        if (row === undefined) continue;
        reopened += 1;
        bytesDone -= row.bytes;
        bytesKnown += (row.size ?? 0) - row.bytes;
      }
      this.#prepare(
        `UPDATE jobs SET queued = queued + ?, done = done - ?, bytes_done = bytes_done + ?,
           bytes_known = bytes_known + ? WHERE id = ?`,
      ).run(reopened, reopened, bytesDone, bytesKnown, jobId);
    })();
  }

  /** Of tasks that are done. */
  setFindings(findings: readonly { readonly id: number; readonly finding: Finding }[]): void {
    const set = this.#prepare(`UPDATE tasks SET finding = ? WHERE id = ? AND state = 'done'`);
    this.#database.transaction(() => {
      for (const { id, finding } of findings) set.run(finding, id);
    })();
  }

  /** Where a task's file lies, and what the list calls it. */
  place(id: number): {
    readonly source: FsPath;
    readonly target: FsPath | null;
    readonly name: string;
    readonly size: number | null;
  } | null {
    const row = this.#prepare<
      [number],
      { source: Stored; target: Stored | null; name: string | number; size: number | null }
    >('SELECT source, target, name, size FROM tasks WHERE id = ?').get(id);
    return row === undefined ? null : { ...row, name: nameOf(row) };
  }
}
