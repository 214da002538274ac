/** Groups of equal files: written when a job that looks for them is at its end, read by page. */
import type { DuplicateTotals } from '../../common/model/duplicates';
import type { FsPath } from '../../common/model/paths';
import { prepareOnce, type Database } from './database';

export interface NewGroup {
  readonly grouping: string;
  readonly digest: string;
  readonly size: number;
  readonly files: number;
}

export interface StoredGroup extends NewGroup {
  readonly id: number;
  readonly reclaimable: number;
}

export interface GroupMember {
  readonly id: number;
  readonly path: FsPath;
  readonly inode: string | null;
}

const COLUMNS = 'id, grouping, digest, size, files, reclaimable';

export class DuplicateRepository {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
  }

  put(jobId: number, groups: readonly NewGroup[]): void {
    const put = this.#prepare(
      `INSERT INTO duplicate_groups (job_id, grouping, digest, size, files, reclaimable) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (job_id, grouping, digest) DO UPDATE SET files = excluded.files, reclaimable = excluded.reclaimable`,
    );
    this.#database.transaction(() => {
      for (const { grouping, digest, size, files } of groups)
        put.run(jobId, grouping, digest, size, files, size * (files - 1));
    })();
  }

  /** @returns how many rows were deleted; call again until it is 0 */
  removeSome(jobId: number, limit: number): number {
    return this.#prepare(
      'DELETE FROM duplicate_groups WHERE id IN (SELECT id FROM duplicate_groups WHERE job_id = ? LIMIT ?)',
    ).run(jobId, limit).changes;
  }

  /** Of the groups behind `afterId`, at most `limit` of them; summed up in slices, the totals of a job. */
  totalsSlice(
    jobId: number,
    afterId: number,
    limit: number,
  ): DuplicateTotals & { readonly lastId: number | null } {
    const row = this.#prepare<
      [number, number, number],
      { groups: number; files: number | null; reclaimable: number | null; last: number | null }
    >(
      `SELECT count(*) AS groups, sum(files) AS files, sum(reclaimable) AS reclaimable, max(id) AS last FROM
         (SELECT id, files, reclaimable FROM duplicate_groups WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?)`,
    ).get(jobId, afterId, limit);
    return {
      groups: row?.groups ?? 0,
      files: row?.files ?? 0,
      reclaimableBytes: row?.reclaimable ?? 0,
      lastId: row?.last ?? null,
    };
  }

  group(id: number): (StoredGroup & { readonly jobId: number }) | null {
    return (
      this.#prepare<[number], StoredGroup & { jobId: number }>(
        `SELECT ${COLUMNS}, job_id AS jobId FROM duplicate_groups WHERE id = ?`,
      ).get(id) ?? null
    );
  }

  /** Most space to win first. */
  page(jobId: number, offset: number, limit: number): StoredGroup[] {
    return this.#prepare<[number, number, number], StoredGroup>(
      `SELECT ${COLUMNS} FROM duplicate_groups WHERE job_id = ? ORDER BY reclaimable DESC, id LIMIT ? OFFSET ?`,
    ).all(jobId, limit, offset);
  }

  /** Those behind one in this order: pages at the end of a long list cost no more than at its beginning. */
  pageAfter(
    jobId: number,
    after: Pick<StoredGroup, 'reclaimable' | 'id'> | null,
    limit: number,
  ): StoredGroup[] {
    if (after === null) return this.page(jobId, 0, limit);
    // In two steps, each of which begins where the index has it: many groups may come to the same.
    const equal = this.#prepare<[number, number, number, number], StoredGroup>(
      `SELECT ${COLUMNS} FROM duplicate_groups WHERE job_id = ? AND reclaimable = ? AND id > ? ORDER BY id LIMIT ?`,
    ).all(jobId, after.reclaimable, after.id, limit);
    const less = this.#prepare<[number, number, number], StoredGroup>(
      `SELECT ${COLUMNS} FROM duplicate_groups WHERE job_id = ? AND reclaimable < ?
         ORDER BY reclaimable DESC, id LIMIT ?`,
    ).all(jobId, after.reclaimable, limit - equal.length);
    return [...equal, ...less];
  }

  /** One name of each file, in the job's order. */
  members(
    jobId: number,
    { grouping, digest }: Pick<StoredGroup, 'grouping' | 'digest'>,
    afterId: number,
    limit: number,
  ): GroupMember[] {
    return this.#prepare<[number, string, number, string, number], GroupMember>(
      `SELECT id, source AS path, inode FROM tasks WHERE job_id = ? AND grouping = ? AND id > ?
         AND state = 'done' AND digests ->> '$.blake3' = ? ORDER BY id LIMIT ?`,
    ).all(jobId, grouping, afterId, digest, limit);
  }

  /**
   * A file of a group went to the trash, became another name of the one that stays, or shares its blocks. A group of one
   * file is none.
   * @param inode that it has now; `null`: it went
   * @param standIn another name of what went, which stands for it in the group from now on
   */
  settle(
    jobId: number,
    group: StoredGroup,
    other: GroupMember,
    finding: 'deleted' | 'hard-link' | 'unique',
    inode: string | null,
    standIn: FsPath | null = null,
  ): void {
    const { id, grouping, digest } = group;
    this.#database.transaction(() => {
      const isThere = standIn !== null && this.#standIn(jobId, group, other, standIn);
      this.#prepare('UPDATE tasks SET grouping = NULL, finding = ?, inode = ? WHERE id = ?').run(
        finding,
        inode,
        other.id,
      );
      if (isThere) return;
      this.#prepare(
        'UPDATE duplicate_groups SET files = files - 1, reclaimable = reclaimable - size WHERE id = ?',
      ).run(id);
      if (this.#prepare('DELETE FROM duplicate_groups WHERE id = ? AND files < 2').run(id).changes === 0)
        return;
      this.#prepare(
        `UPDATE tasks SET finding = 'unique' WHERE job_id = ? AND grouping = ? AND state = 'done'
           AND digests ->> '$.blake3' = ?`,
      ).run(jobId, grouping, digest);
    })();
  }

  #standIn(
    jobId: number,
    { grouping, digest }: StoredGroup,
    { id, inode }: GroupMember,
    path: FsPath,
  ): boolean {
    const { changes } = this.#prepare(
      `UPDATE tasks SET grouping = ?, finding = 'duplicate', digests = json_object('blake3', ?) WHERE id =
         (SELECT id FROM tasks WHERE job_id = ? AND inode = ? AND id <> ? AND source = ? ORDER BY id LIMIT 1)`,
    ).run(grouping, digest, jobId, inode, id, typeof path === 'string' ? path : Buffer.from(path));
    return changes > 0;
  }

  /** More names of a file. */
  links(jobId: number, { id, inode, path }: GroupMember, limit: number): FsPath[] {
    if (inode === null) return [];
    return this.#prepare<[number, string, number, FsPath, number], { path: FsPath }>(
      `SELECT source AS path FROM tasks WHERE job_id = ? AND inode = ? AND id <> ? AND source <> ?
         ORDER BY id LIMIT ?`,
    )
      .all(jobId, inode, id, typeof path === 'string' ? path : Buffer.from(path), limit)
      .map((row) => row.path);
  }
}
