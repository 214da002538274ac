/** What lists of tasks are sorted by, read in slices. */
import type { TaskColumn } from '../../common/model/columns';
import { ordinalOfTask, taskId } from '../../common/model/packet';
import { displayPath, type FsPath } from '../../common/model/paths';
import type { Finding, TaskRow } from '../../common/model/tasks';
import { prepareOnce, type Database } from './database';
import type { PacketStore } from './packet-store';
import { nameOf } from './stored';

export type SortKey = number | string | null;
type KeyColumn = Exclude<TaskColumn, 'state'>;

/** Of rows. */
const EXPRESSIONS: Readonly<Record<Exclude<KeyColumn, 'name' | 'source'>, string>> = {
  size: "coalesce(size, iif(state = 'done', bytes, NULL))",
  // Of the first algorithm; JSON has a colon and a quotation mark before it.
  digest: "substr(digests, instr(digests, ':') + 2, 13)",
  progress: `CASE WHEN state IN ('done', 'skipped') THEN 1.0 WHEN state <> 'failed' AND size > 0
    THEN bytes * 1.0 / size ELSE 0.0 END`,
  speed: `iif(state = 'done' AND bytes > 0 AND ended_at > started_at, bytes / (ended_at - started_at), NULL)`,
  time: 'ended_at - started_at',
  ended: 'ended_at',
  attempts: 'attempts',
  worker: "iif(state = 'queued', NULL, worker)",
};

export class TaskKeys {
  readonly #prepare: Database['prepare'];
  readonly #packets: PacketStore;

  constructor(database: Database, packets: PacketStore) {
    this.#prepare = prepareOnce(database);
    this.#packets = packets;
  }

  /** Of `span` tasks from the place `from` in the job, a key each, text as it is; `null`: it has no value there. */
  slice(jobId: number, column: KeyColumn, from: number, span: number): SortKey[] {
    const keys = new Array<SortKey>(span).fill(null);
    const [first, end] = [taskId(jobId, from), taskId(jobId, from + span)];
    const isText = column === 'name' || column === 'source';
    const values = isText ? 'source, name' : EXPRESSIONS[column];
    // Rows as lists: a million objects would take twice as long.
    const rows = this.#prepare<[number, number], unknown[]>(
      `SELECT id, ${values} FROM tasks WHERE id >= ? AND id < ?`,
    )
      .raw()
      .all(first, end) as [number, FsPath | SortKey, string | number][];
    for (const [id, value, name] of rows) {
      keys[id - first] = isText
        ? column === 'name'
          ? nameOf({ source: value as FsPath, name })
          : displayPath(value as FsPath)
        : column === 'digest' && typeof value === 'string'
          ? // 52 bits, which a number can hold: two digests that begin alike are equal, or nearly never.
            Number.parseInt(value, 16)
          : (value as SortKey);
    }
    if (rows.length < span)
      for (const row of this.#packets.queuedBetween(jobId, first, end))
        keys[row.id - first] = queuedKey(row, column);
    return keys;
  }

  /** Places in the job, among `span` from the place `from`, of tasks with a digest in lower-case hexadecimal. */
  withDigest(jobId: number, digest: string, from: number, span: number): number[] {
    return this.#prepare<[number, number, string], number>(
      'SELECT id FROM tasks WHERE id >= ? AND id < ? AND instr(digests, ?) > 0',
    )
      .pluck()
      .all(taskId(jobId, from), taskId(jobId, from + span), `"${digest}"`)
      .map((id) => ordinalOfTask(id));
  }

  /** Places in the job of tasks with a finding, or of those that failed, behind one of these places. */
  placesOf(jobId: number, what: Finding | 'failed', after: number, limit: number): number[] {
    return this.#prepare<[number, string, number, number], number>(
      `SELECT id FROM tasks WHERE job_id = ? AND ${what === 'failed' ? 'state' : 'finding'} = ? AND id > ?
         ORDER BY id LIMIT ?`,
    )
      .pluck()
      .all(jobId, what, taskId(jobId, after), limit)
      .map((id) => ordinalOfTask(id));
  }
}

function queuedKey(row: TaskRow, column: KeyColumn): SortKey {
  switch (column) {
    case 'name':
      return row.name;
    case 'source':
      return row.source;
    case 'size':
      return row.size;
    case 'progress':
    case 'attempts':
      return 0;
    default:
      return null;
  }
}
