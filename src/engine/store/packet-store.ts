/** Tasks that are planned: as packets, or with a row each where work looks at them before they run. */
import { MOST_RETRY_AFTER_MS } from '../../common/model/http-fields';
import { nowMs } from '../../common/threads/board';
import type { SettledTask, TaskRow, TaskType } from '../../common/model/tasks';
import {
  CHUNK,
  jobOfTask,
  openPacket,
  pickTasks,
  taskId,
  toColumn,
  valueAt,
  type Packet,
  type PlannedChunk,
  type PlannedTask,
} from '../../common/model/packet';
import { prepareOnce, type Database } from './database';
import { idsOf, nameOf, queuedRows, toStored, type Stored } from './stored';

/** What came of storing planned tasks. */
export interface Planned {
  readonly settled: readonly SettledTask[];
  readonly added: Readonly<Record<'queued' | 'done' | 'failed' | 'skipped', number>>;
  readonly bytesKnown: number;
  readonly bytesDone: number;
  /** Hosts of what is queued, by phase. */
  readonly hosts: readonly { readonly phase: number; readonly host: string }[];
}

/** Behind which tasks drawing goes on: a host's rows and its packets each have an order of their own. */
export interface DrawCursor {
  readonly row: number;
  readonly packet: number;
}

export interface Drawn {
  readonly packet: Packet;
  readonly cursor: DrawCursor;
}

interface PacketRecord {
  readonly first: number;
  readonly phase: number;
  readonly host: string;
  readonly count: number;
  readonly open: number;
  readonly columns: string;
}

type DrawnRecord = Pick<PlannedTask, 'phase' | 'type' | 'root' | 'host' | 'size' | 'inode' | 'grouping'> & {
  readonly id: number;
  readonly name: string | number;
  readonly source: Stored;
  readonly target: Stored | null;
  readonly request: Stored | null;
  readonly attempts: number;
  readonly not_before: number | null;
  readonly temporary: number | null;
};

const PACKET = 'first, phase, host, count, open, columns';

export class PacketStore {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
  }

  /** Stores planned tasks and where planning goes on, in one transaction. */
  add(jobId: number, firstOrdinal: number, chunk: PlannedChunk): Planned {
    const addPacket = this.#prepare(
      'INSERT INTO packets (first, job_id, phase, host, count, open, columns) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const store = this.#database.transaction((): Planned => {
      const first = taskId(jobId, firstOrdinal);
      const { settled, added, bytesKnown, bytesDone, hosts } = this.#addRows(jobId, first, chunk.rows);
      let bytes = bytesKnown;
      for (const { phase, host, offset, count, bytes: inPacket, columns } of chunk.packets) {
        addPacket.run(first + offset, jobId, phase, host, count, count, columns);
        added.queued += count;
        bytes += inPacket;
        hosts.push({ phase, host });
      }
      this.#prepare(
        `UPDATE jobs SET queued = queued + ?, done = done + ?, failed = failed + ?, skipped = skipped + ?,
             bytes_known = bytes_known + ?, bytes_done = bytes_done + ?, plan_cursor = ?, next_ordinal = ? WHERE id = ?`,
      ).run(
        added.queued,
        added.done,
        added.failed,
        added.skipped,
        bytes,
        bytesDone,
        chunk.cursor,
        firstOrdinal + chunk.count,
        jobId,
      );
      return { settled, added, bytesKnown: bytes, bytesDone, hosts };
    });
    // It reads first, and after that would be refused at once where another process has written meanwhile.
    return store.immediate();
  }

  #addRows(
    jobId: number,
    first: number,
    rows: PlannedChunk['rows'],
  ): {
    settled: SettledTask[];
    added: { queued: number; done: number; failed: number; skipped: number };
    bytesKnown: number;
    bytesDone: number;
    hosts: { phase: number; host: string }[];
  } {
    const add = this.#prepare(
      `INSERT INTO tasks (id, job_id, phase, type, state, root, host, source, target, name, size, request, ended_at,
         error, inode, grouping, finding, bytes, digests)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const added = { queued: 0, done: 0, failed: 0, skipped: 0 };
    const settled: SettledTask[] = [];
    const hosts: { phase: number; host: string }[] = [];
    let bytesKnown = 0;
    let bytesDone = 0;
    for (const { offset, task: planned } of rows) {
      const task = this.#asItIsKnown(jobId, planned);
      const end = task.settled;
      const state = end?.state ?? 'queued';
      const bytes = end?.state === 'done' ? end.bytes : 0;
      const digests = end?.state === 'done' ? end.digests : null;
      added[state] += 1;
      if (end === null) {
        bytesKnown += task.size ?? 0;
        const last = hosts.at(-1);
        if (last?.host !== task.host || last.phase !== task.phase)
          hosts.push({ phase: task.phase, host: task.host });
      }
      bytesKnown += bytes;
      bytesDone += bytes;
      add.run(
        first + offset,
        jobId,
        task.phase,
        task.type,
        state,
        task.root,
        task.host,
        toStored(task.source),
        toStored(task.target),
        task.name,
        task.size,
        toStored(task.request ?? null),
        end === null ? null : Date.now(),
        end === null || end.state === 'done' ? null : JSON.stringify(end.reason),
        task.inode ?? null,
        task.grouping ?? null,
        end?.finding ?? null,
        bytes,
        digests == null ? null : JSON.stringify(digests),
      );
      if (end !== null) settled.push({ id: first + offset, state: end.state });
    }
    return { settled, added, bytesKnown, bytesDone, hosts };
  }

  /** A file that has several names is one file: the first name is the task, the others say whose names they are. */
  #asItIsKnown(jobId: number, task: PlannedTask): PlannedTask {
    if (task.ifInodeKnown === undefined || task.inode == null) return task;
    const known = this.#prepare<[number, string]>(
      'SELECT 1 FROM tasks WHERE job_id = ? AND inode = ? LIMIT 1',
    ).get(jobId, task.inode);
    return known === undefined ? task : { ...task, ...task.ifInodeKnown };
  }

  markPlanned(jobId: number): void {
    this.#prepare('UPDATE jobs SET planned = 1 WHERE id = ?').run(jobId);
  }

  nextOrdinal(jobId: number): number {
    const row = this.#prepare<[number], { next_ordinal: number }>(
      'SELECT next_ordinal FROM jobs WHERE id = ?',
    ).get(jobId);
    return row?.next_ordinal ?? 0;
  }

  /** Hosts that have queued tasks: one step through an index for each, however many tasks they have. */
  hosts(jobId: number, phase: number): string[] {
    const found = new Set<string>();
    for (const [table, queued] of [
      ['tasks', "AND state = 'queued'"],
      ['packets', ''],
    ]) {
      const next = `SELECT min(host) FROM ${table} WHERE job_id = @jobId AND phase = @phase ${queued}`;
      const rows = this.#prepare<[{ jobId: number; phase: number }], { host: string }>(
        `WITH RECURSIVE hosts (host) AS (
           SELECT (${next}) UNION ALL SELECT (${next} AND host > hosts.host) FROM hosts WHERE host IS NOT NULL
         ) SELECT host FROM hosts WHERE host IS NOT NULL`,
      ).all({ jobId, phase });
      for (const { host } of rows) found.add(host);
    }
    return [...found];
  }

  /**
   * Hosts that said "later" to tasks that wait for it, and until when: milliseconds since the epoch. What a clock that
   * was ahead had written is taken as of now.
   */
  holds(jobId: number, phase: number): [host: string, untilMs: number][] {
    return this.#prepare<[number, number, number], { host: string; until: number }>(
      `SELECT host, max(min(ended_at, ?) + min(error ->> '$.retryAfterMs', ${MOST_RETRY_AFTER_MS})) AS until FROM tasks
         WHERE job_id = ? AND phase = ? AND state = 'queued' AND not_before IS NOT NULL
           AND error ->> '$.retryAfterMs' IS NOT NULL GROUP BY host`,
    )
      .all(nowMs(), jobId, phase)
      .map(({ host, until }) => [host, until]);
  }

  /**
   * Queued tasks of a phase and host behind a cursor; `null`: there are none. A task waits no longer than it was to when
   * its attempt ended, even if the clock was ahead then.
   */
  draw(jobId: number, phase: number, host: string, after: DrawCursor): Drawn | null {
    const rows = this.#prepare<[number, number, number, string, number, number], DrawnRecord>(
      `SELECT id, phase, type, root, host, source, target, name, size, attempts,
         not_before - max(0, coalesce(ended_at, 0) - ?) AS not_before, request, inode,
         grouping, temporary FROM tasks
         WHERE job_id = ? AND state = 'queued' AND phase = ? AND host = ? AND id > ? ORDER BY id LIMIT ?`,
    ).all(nowMs(), jobId, phase, host, after.row, CHUNK);
    const last = rows.at(-1);
    if (last !== undefined)
      return { packet: packetOf(rows, phase, host), cursor: { ...after, row: last.id } };
    const record = this.#prepare<[number, number, string, number], PacketRecord>(
      `SELECT ${PACKET} FROM packets
         WHERE job_id = ? AND phase = ? AND host = ? AND first > ? ORDER BY first LIMIT 1`,
    ).get(jobId, phase, host, after.packet);
    if (record === undefined) return null;
    return { packet: this.#open(record), cursor: { ...after, packet: record.first } };
  }

  /** A packet's tasks that have no row. */
  #open(record: PacketRecord): Packet {
    const packet = openPacket(record.columns, record.first, record);
    if (record.open === record.count) return packet;
    const recorded = new Set(
      this.#prepare<[number, number], { id: number }>('SELECT id FROM tasks WHERE id BETWEEN ? AND ?')
        .all(record.first, packet.ids.at(-1) ?? record.first)
        .map(({ id }) => id),
    );
    return pickTasks(
      packet,
      packet.ids.flatMap((id, index) => (recorded.has(id) ? [] : [index])),
    );
  }

  /** Tasks of packets that have no row, with ids from `from` up to `to`, in order. */
  queuedBetween(jobId: number, from: number, to: number): TaskRow[] {
    return this.#prepare<[number, number, number], PacketRecord>(
      `SELECT ${PACKET} FROM packets
         WHERE job_id = ? AND first > ? AND first < ? ORDER BY first`,
    )
      .all(jobId, from - CHUNK, to)
      .flatMap((record) => queuedRows(this.#open(record)))
      .filter(({ id }) => id >= from && id < to)
      .sort((left, right) => left.id - right.id);
  }

  /** Tasks of packets that have no row, in order, without the first `offset`. */
  queuedPage(jobId: number, offset: number, limit: number): TaskRow[] {
    const rows: TaskRow[] = [];
    let passed = 0;
    // Most are passed over, and their columns are long.
    const packets = this.#prepare<[number, number], { first: number; open: number }>(
      'SELECT first, open FROM packets WHERE first >= ? AND first < ? ORDER BY first',
    );
    const get = this.#prepare<[number], PacketRecord>(`SELECT ${PACKET} FROM packets WHERE first = ?`);
    for (const { first, open } of packets.iterate(...idsOf(jobId))) {
      if (passed + open <= offset) {
        passed += open;
        continue;
      }
      const record = get.get(first);
      if (record === undefined) continue;
      for (const row of queuedRows(this.#open(record))) {
        passed += 1;
        if (passed > offset) rows.push(row);
      }
      if (rows.length >= limit) break;
    }
    return rows.slice(0, limit);
  }

  /** Whether anything of a copy's source waits in a packet. */
  hasRoot(jobId: number, phase: number, root: number): boolean {
    return (
      this.#prepare<[number, number, number]>(
        `SELECT 1 FROM packets WHERE job_id = ? AND phase = ?
           AND ? IN (SELECT value FROM json_each(columns, '$.roots')) LIMIT 1`,
      ).get(jobId, phase, root) !== undefined
    );
  }

  has(jobId: number): boolean {
    return this.#prepare<[number]>('SELECT 1 FROM packets WHERE job_id = ? LIMIT 1').get(jobId) !== undefined;
  }

  /** Tasks of packets that have no row and are of these types. */
  countOf(jobId: number, types: ReadonlySet<TaskType>): number {
    const packets = this.#prepare<[number], PacketRecord & { readonly one: TaskType | null }>(
      `SELECT ${PACKET}, iif(json_type(columns, '$.types') = 'text', columns ->> '$.types', NULL) AS one
         FROM packets WHERE job_id = ?`,
    );
    let count = 0;
    for (const record of packets.iterate(jobId)) {
      if (record.one !== null) count += types.has(record.one) ? record.open : 0;
      else {
        const packet = this.#open(record);
        count += packet.ids.filter((_, task) => types.has(valueAt(packet.types, task))).length;
      }
    }
    return count;
  }

  /** Some of a packet's tasks have rows now. Part of the caller's transaction. */
  recorded(first: number, count: number): void {
    if (count === 0) return;
    this.#prepare('UPDATE packets SET open = open - ? WHERE first = ?').run(count, first);
    this.#prepare('DELETE FROM packets WHERE first = ? AND open <= 0').run(first);
  }

  /** A task that has no row, as a packet of one; `null`: it has one, or there is none of this id. */
  find(id: number): Packet | null {
    const records = this.#prepare<[number, number, number], PacketRecord>(
      `SELECT ${PACKET} FROM packets WHERE job_id = ? AND first > ? AND first <= ?`,
    ).all(jobOfTask(id), id - CHUNK, id);
    for (const record of records) {
      const packet = this.#open(record);
      const index = packet.ids.indexOf(id);
      if (index >= 0) return pickTasks(packet, [index]);
    }
    return null;
  }

  /** The first packet of a job; `null`: there is none. */
  first(jobId: number): Packet | null {
    // By their ids they are in order; by their job they would have to be sorted first, with all their columns.
    const record = this.#prepare<[number, number], PacketRecord>(
      `SELECT ${PACKET} FROM packets WHERE first >= ? AND first < ? ORDER BY first LIMIT 1`,
    ).get(...idsOf(jobId));
    return record === undefined ? null : this.#open(record);
  }

  /** The one task at this place of the job, as a packet; `null`: it has a row, or there is none. */
  at(jobId: number, place: number): Packet | null {
    const id = taskId(jobId, place);
    const records = this.#prepare<[number, number, number], PacketRecord>(
      `SELECT ${PACKET} FROM packets WHERE job_id = ? AND first > ? AND first <= ?`,
    ).all(jobId, id - CHUNK, id);
    for (const record of records) {
      const packet = this.#open(record);
      const task = packet.ids.indexOf(id);
      if (task >= 0) return pickTasks(packet, [task]);
    }
    return null;
  }

  /** @returns how many packets were deleted; call again until it is 0 */
  removeSome(jobId: number, limit: number): number {
    return this.#prepare(
      'DELETE FROM packets WHERE first IN (SELECT first FROM packets WHERE job_id = ? LIMIT ?)',
    ).run(jobId, limit).changes;
  }
}

function packetOf(rows: readonly DrawnRecord[], phase: number, host: string): Packet {
  return {
    stored: null,
    phase,
    host,
    ids: rows.map(({ id }) => id),
    types: toColumn(rows.map(({ type }) => type)),
    roots: toColumn(rows.map(({ root }) => root)),
    sources: rows.map(({ source }) => source),
    targets: toColumn(rows.map(({ target }) => target)),
    names: rows.map(nameOf),
    sizes: toColumn(rows.map(({ size }) => size)),
    requests: toColumn(rows.map(({ request }) => request)),
    inodes: toColumn(rows.map(({ inode }) => inode ?? null)),
    groupings: toColumn(rows.map(({ grouping }) => grouping ?? null)),
    attempts: toColumn(rows.map(({ attempts }) => attempts)),
    notBefores: toColumn(rows.map((row) => row.not_before)),
    temporaries: toColumn(rows.map(({ temporary }) => temporary)),
  };
}
