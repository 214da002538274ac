/** What is on disk of files that are not at their end. */
import type { PartialNote, PartialState } from '../../common/model/download';
import { prepareOnce, type Database } from './database';

export class Partials {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
  }

  /** Keeps what is on disk of downloads that are not at their end; in the order in which it was told. */
  note(jobId: number, notes: readonly { readonly id: number; readonly note: PartialNote }[]): void {
    if (notes.length === 0) return;
    const forgetExtents = this.#prepare('DELETE FROM partial_extents WHERE task_id = ?');
    const put = this.#prepare(
      `INSERT OR REPLACE INTO partials (task_id, job_id, url, etag, last_modified, total, headers)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    const add = this.#prepare(
      'INSERT OR REPLACE INTO partial_extents (task_id, start, "end", digest) VALUES (?, ?, ?, ?)',
    );
    this.#database.transaction(() => {
      for (const { id, note } of notes) {
        if (note.reset) forgetExtents.run(id);
        const { url, etag, lastModified, total, headers } = note;
        put.run(id, jobId, url, etag, lastModified, total, JSON.stringify(headers));
        for (const { start, end, digest } of note.extents) add.run(id, start, end, digest);
      }
    })();
  }

  get(id: number): PartialState | null {
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
  ids(jobId: number): number[] {
    return this.#prepare<[number], { task_id: number }>('SELECT task_id FROM partials WHERE job_id = ?')
      .all(jobId)
      .map((record) => record.task_id);
  }

  /** Once their files are gone. */
  forget(jobId: number): void {
    this.#database.transaction(() => {
      this.#prepare(
        'DELETE FROM partial_extents WHERE task_id IN (SELECT task_id FROM partials WHERE job_id = ?)',
      ).run(jobId);
      this.#prepare('DELETE FROM partials WHERE job_id = ?').run(jobId);
    })();
  }
}
