/**
 * What comes of tasks. Every change of states changes the job's counts in the same transaction, so nobody ever has to
 * count rows.
 */
import type { OutcomeColumns } from '../../common/model/answer';
import type { KnownFile } from '../../common/model/download';
import type { Digests } from '../../common/model/digests';
import { ALL_PLACES, taskId, valueAt, type Packet } from '../../common/model/packet';
import type { Range } from '../../common/model/ranges';
import {
  isUncopied,
  type Finding,
  type SettledState,
  type SettledTask,
  type TaskState,
} from '../../common/model/tasks';
import { endsNow } from '../../common/threads/ends';
import type { Ends } from '../../common/threads/protocol';
import { WITHHELD_FOR_NOW } from '../jobs/withheld';
import { errorCode } from '../../files/entries';
import { prepareOnce, type Database } from './database';
import type { DigestCache } from './digest-cache';
import type { KnownFiles, NewlyKnown } from './known-files';
import type { PacketStore } from './packet-store';
import { idsOf, toStored, type Stored } from './stored';

/** What becomes of a task whose attempt has ended; `null`: it is as if it had not been tried. */
export type Becomes = SettledState | 'queued' | null;

/** Attempts that have ended, with what becomes of their tasks. */
export interface Recorded {
  /** What was submitted; the ends' indices are into it. */
  readonly packet: Packet;
  readonly ends: Ends<OutcomeColumns> & { readonly worker: number | null };
  /** One for each end. */
  readonly becomes: readonly Becomes[];
  /** Milliseconds since the epoch before which a task is not tried again, by place. */
  readonly notBefores?: ReadonlyMap<number, number>;
  /** What is found of those that failed. */
  readonly findingOf: (code: string) => Finding | null;
  /** What its entry became in which folder, for the next time. */
  readonly knownOf?: (packet: Packet, task: number, file: KnownFile) => NewlyKnown;
}

/** What a row says of an attempt that has ended. */
interface AttemptValues {
  readonly state: TaskState;
  readonly phase: number;
  readonly type: string;
  readonly target: Stored | null;
  readonly size: number | null;
  readonly bytes: number;
  readonly digests: string | null;
  readonly attempts: number;
  readonly worker: number | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly finding: Finding | null;
  readonly notBeforeMs: number | null;
  readonly error: string | null;
  readonly facts: string | null;
  readonly copied: string | null;
  readonly grouping: string | null;
}

interface TaskChange {
  readonly packet: Packet;
  readonly id: number;
  /** Index into the packet. */
  readonly task: number;
  /** Place in the ends. */
  readonly at: number;
  readonly to: SettledState | 'queued';
  readonly hasFailed: boolean;
  readonly values: AttemptValues;
}

/** What is to be written of one of those that are recorded together. */
interface Change {
  readonly recorded: Recorded;
  readonly changes: readonly TaskChange[];
  /** Nothing is to be said of its tasks but what all have. */
  readonly isPlain: boolean;
}

const PLAIN_COLUMNS = [
  ...['id', 'job_id', 'root', 'host', 'source', 'name', 'state', 'phase', 'type', 'target', 'size', 'bytes'],
  ...['digests', 'attempts', 'worker', 'started_at', 'ended_at', 'finding'],
];
const MORE_COLUMNS = ['not_before', 'error', 'facts', 'copied', 'grouping', 'request', 'inode'];
/** In one statement. */
const ROWS_AT_ONCE = 32;
const INSERT_PLAIN = insertsOf(PLAIN_COLUMNS);
const INSERT_ALL = insertsOf([...PLAIN_COLUMNS, ...MORE_COLUMNS]);

/** `one` is left out where it has a row; `many` fails where one of them has. */
function insertsOf(columns: readonly string[]): { readonly one: string; readonly many: string } {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const into = `INTO tasks (${columns.join(', ')}) VALUES`;
  const rows = Array<string>(ROWS_AT_ONCE).fill(row).join(', ');
  return { one: `INSERT OR IGNORE ${into} ${row}`, many: `INSERT ${into} ${rows}` };
}

interface Tally {
  readonly moved: Map<TaskState, number>;
  bytesDone: number;
  bytesKnown: number;
}

const [WHOLE_JOB] = ALL_PLACES;

export class TaskWrites {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];
  readonly #stores: {
    readonly packets: PacketStore;
    readonly digestCache: DigestCache;
    readonly knownFiles: KnownFiles;
  };

  constructor(
    database: Database,
    stores: {
      readonly packets: PacketStore;
      readonly digestCache: DigestCache;
      readonly knownFiles: KnownFiles;
    },
  ) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
    this.#stores = stores;
  }

  /**
   * Writes what came of many attempts in one transaction. A task that has settled already, or that somebody else has
   * moved, is left as it is: a task settles once and the counts stay true.
   * @returns the tasks that settled
   */
  record(jobId: number, all: readonly Recorded[]): SettledTask[] {
    if (all.length === 0) return [];
    const write = this.#database.transaction(() => {
      const settled: SettledTask[] = [];
      const tally: Tally = { moved: new Map(), bytesDone: 0, bytesKnown: 0 };
      const changes = all.map((recorded) => this.#changeOf(recorded));
      // Those that have no rows come first: what else is said of one of them is about its row.
      const made = new Set<TaskChange>();
      for (const isPlain of [true, false]) {
        const fresh = changes.filter(
          (change) => change.isPlain === isPlain && change.recorded.packet.stored !== null,
        );
        this.#insert(
          jobId,
          fresh.flatMap((change) => change.changes),
          isPlain,
          made,
        );
      }
      for (const change of changes) {
        if (change.recorded.packet.stored === null) this.#update(change.changes, made);
        this.#tell(change, made, tally, settled);
      }
      this.#count(jobId, tally);
      return settled;
    });
    // It may read first, and after that would be refused at once where another process has written meanwhile.
    return write.immediate();
  }

  #changeOf(recorded: Recorded): Change {
    const { packet, ends, becomes } = recorded;
    const errors = new Map(ends.errors);
    const changes: TaskChange[] = [];
    ends.tasks.forEach((task, at) => {
      const to = becomes[at] ?? null;
      const id = packet.ids[task];
      if (to === null || id === undefined) return;
      const known = this.#knownDigests(ends, at);
      changes.push({
        packet,
        id,
        task,
        at,
        to,
        hasFailed: errors.has(at),
        values: valuesOf(recorded, at, task, to, errors.get(at) ?? null, known),
      });
    });
    return { recorded, changes, isPlain: packet.requests === null && isPlainResult(ends) };
  }

  /** @param made changes that were written */
  #tell(
    { recorded, changes, isPlain }: Change,
    made: ReadonlySet<TaskChange>,
    tally: Tally,
    settled: SettledTask[],
  ): void {
    const { packet } = recorded;
    let count = 0;
    for (const change of changes) {
      if (!made.has(change)) continue;
      count += 1;
      if (!isPlain) this.#recordRest(recorded, change);
      const { id, task, to, values } = change;
      const { size, bytes, error } = values;
      if (to === 'done') tally.bytesDone += bytes;
      tally.bytesKnown += (size ?? 0) - (valueAt(packet.sizes, task) ?? 0);
      if (to === 'queued') continue;
      tally.moved.set(to, (tally.moved.get(to) ?? 0) + 1);
      const isNoted = to === 'done' && error !== null;
      const target = to === 'done' && values.type === 'url' ? values.target : null;
      settled.push({
        id,
        state: to,
        ...(isNoted ? { isNoted } : {}),
        ...(target === null ? {} : { target }),
      });
    }
    if (packet.stored !== null) this.#stores.packets.recorded(packet.stored, count);
  }

  /** Of tasks that have rows. @param made gets those that were still queued */
  #update(changes: readonly TaskChange[], made: Set<TaskChange>): void {
    const update = this.#prepare(
      `UPDATE tasks SET (state, phase, type, target, size, bytes, digests, attempts, worker, started_at, ended_at,
           finding, not_before, error, facts, copied, grouping) =
           (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, worker), coalesce(?, started_at), ?, ?, ?, ?, ?, ?, ?)
         WHERE id = ? AND state = 'queued'`,
    );
    for (const change of changes) {
      const { id, values: of } = change;
      const plain = [of.state, of.phase, of.type, of.target, of.size, of.bytes, of.digests, of.attempts];
      const times = [of.worker, of.startedAtMs, of.endedAtMs, of.finding, of.notBeforeMs];
      if (update.run(...plain, ...times, of.error, of.facts, of.copied, of.grouping, id).changes > 0)
        made.add(change);
    }
  }

  /**
   * Of tasks that have no rows yet; many rows in one statement, which saves a third.
   * @param isPlain nothing is to be said of them but what all have
   * @param made gets those that had none
   */
  #insert(jobId: number, changes: readonly TaskChange[], isPlain: boolean, made: Set<TaskChange>): void {
    const { one, many } = isPlain ? INSERT_PLAIN : INSERT_ALL;
    const rowOf = ({ packet, id, task, values: of }: TaskChange, into: unknown[]): void => {
      const source = toStored(packet.sources[task] ?? '');
      into.push(
        id,
        jobId,
        valueAt(packet.roots, task),
        packet.host,
        source,
        storedName(packet, task),
        of.state,
      );
      into.push(of.phase, of.type, of.target, of.size, of.bytes, of.digests, of.attempts, of.worker);
      into.push(of.startedAtMs, of.endedAtMs, of.finding);
      if (isPlain) return;
      into.push(of.notBeforeMs, of.error, of.facts, of.copied, of.grouping);
      into.push(toStored(valueAt(packet.requests, task)), valueAt(packet.inodes, task));
    };
    const single = (change: TaskChange): void => {
      const values: unknown[] = [];
      rowOf(change, values);
      if (this.#prepare(one).run(...values).changes > 0) made.add(change);
    };
    for (let from = 0; from < changes.length; from += ROWS_AT_ONCE) {
      const some = changes.slice(from, from + ROWS_AT_ONCE);
      if (some.length < ROWS_AT_ONCE) {
        some.forEach(single);
        continue;
      }
      const values: unknown[] = [];
      for (const change of some) rowOf(change, values);
      try {
        this.#prepare(many).run(values);
        for (const change of some) made.add(change);
      } catch (error) {
        if (errorCode(error) !== 'SQLITE_CONSTRAINT_PRIMARYKEY') throw error;
        // Some have rows already; none was written.
        some.forEach(single);
      }
    }
  }

  /** Of a task that goes on in a later phase: what need not be read then. */
  #knownDigests({ results }: Recorded['ends'], at: number): string | null {
    const rest = results === null ? null : valueAt(results.rest, at);
    if (rest?.next === undefined || rest.identity === undefined) return null;
    const known = this.#stores.digestCache.known([rest.identity], ['blake3']).get(rest.identity);
    return known === undefined ? null : JSON.stringify(known);
  }

  /** What few tasks have. */
  #recordRest({ packet, ends, knownOf }: Recorded, { at, task, id, hasFailed, values }: TaskChange): void {
    const { digests, attempts, worker, startedAtMs, endedAtMs, error } = values;
    if (hasFailed) {
      // A task that is retried counts its attempts anew: those of the round before are told until one of its own failed.
      this.#prepare('DELETE FROM failed_attempts WHERE task_id = ? AND attempt >= ?').run(id, attempts);
      this.#prepare(
        `INSERT INTO failed_attempts (task_id, attempt, worker, started_at, ended_at, error) VALUES (?, ?, ?, ?, ?, ?)`,
      ).run(id, attempts, worker, startedAtMs, endedAtMs ?? Date.now(), error);
    }
    const rest = ends.results === null ? null : valueAt(ends.results.rest, at);
    if (rest === null) return;
    if (rest.identity !== undefined)
      this.#stores.digestCache.put(rest.identity, digests === null ? {} : (JSON.parse(digests) as Digests));
    if (rest.known !== undefined && knownOf !== undefined)
      this.#stores.knownFiles.put(knownOf(packet, task, rest.known));
  }

  #count(jobId: number, { moved, bytesDone, bytesKnown }: Tally): void {
    const [done = 0, failed = 0, skipped = 0, cancelled = 0] = (
      ['done', 'failed', 'skipped', 'cancelled'] as const
    ).map((state) => moved.get(state));
    this.#prepare(
      `UPDATE jobs SET queued = queued - ?, done = done + ?, failed = failed + ?, skipped = skipped + ?,
         cancelled = cancelled + ?, bytes_done = bytes_done + ?, bytes_known = bytes_known + ? WHERE id = ?`,
    ).run(
      done + failed + skipped + cancelled,
      done,
      failed,
      skipped,
      cancelled,
      bytesDone,
      bytesKnown,
      jobId,
    );
  }

  /**
   * Cancels at most `limit` queued tasks, or those of one packet.
   * @param places in the job: of rows among these alone
   * @returns how many; call again until it is 0
   */
  cancelSome(jobId: number, limit: number, places?: Range): number {
    const moved = this.#move(jobId, 'queued', 'cancelled', limit, places);
    return moved > 0 || places !== undefined ? moved : this.#cancelPacket(jobId);
  }

  #cancelPacket(jobId: number): number {
    const cancel = this.#database.transaction(() => {
      const packet = this.#stores.packets.first(jobId);
      if (packet === null) return 0;
      const tasks = [...packet.ids.keys()];
      const ends = { ...endsNow<OutcomeColumns>(tasks, { how: 'cancelled' }), worker: null };
      this.record(jobId, [{ packet, ends, becomes: tasks.map(() => 'cancelled'), findingOf: () => null }]);
      return tasks.length;
    });
    return cancel.immediate();
  }

  /**
   * Failed or cancelled tasks that are to run again, at most `limit`.
   * @param places in the job, among which they are
   * @returns how many; call again until it is 0
   */
  requeueSome(jobId: number, from: 'failed' | 'cancelled', limit: number, places?: Range): number {
    return this.#move(jobId, from, 'queued', limit, places);
  }

  /** What gives copied folders their times, at most `limit`. @returns how many; call again until it is 0 */
  requeueFolders(jobId: number, limit: number): number {
    return this.#move(jobId, 'done', 'queued', limit, WHOLE_JOB, "type = 'folders'");
  }

  /** @param which of them; lines that could not be read stay as they are: nothing is known of them any more */
  #move(
    jobId: number,
    from: TaskState,
    to: 'cancelled' | 'queued',
    limit: number,
    [first, last]: Range = WHOLE_JOB,
    which = "NOT (type = 'url' AND host = '')",
  ): number {
    const among = [jobId, from, taskId(jobId, first), taskId(jobId, last), limit];
    const some = `SELECT id FROM tasks WHERE job_id = ? AND state = ? AND id BETWEEN ? AND ? AND ${which} LIMIT ?`;
    return this.#database.transaction(() => {
      // What need not be read was no work (see TaskMoves.settle), and may be again.
      const [{ unread } = { unread: 0 }] = this.#prepare<unknown[], { unread: number }>(
        `SELECT coalesce(sum(size), 0) AS unread FROM tasks
           WHERE id IN (${some}) AND finding IN ('only-left', 'only-right', 'moved')`,
      ).all(...among);
      // Who had settled them has not any more.
      if (to === 'queued') {
        this.#prepare(
          `UPDATE worker_statistics SET tasks = max(0, tasks - moved.count),
               failed = max(0, failed - CASE WHEN ? = 'failed' THEN moved.count ELSE 0 END)
             FROM (SELECT worker AS place, count(*) AS count FROM tasks WHERE id IN (${some}) GROUP BY worker) AS moved
             WHERE job_id = ? AND worker = moved.place`,
        ).run(from, ...among, jobId);
      }
      const changes =
        to === 'queued'
          ? this.#prepare(
              `UPDATE tasks SET state = 'queued', not_before = NULL, attempts = 0, worker = NULL, started_at = NULL,
                 ended_at = NULL, error = NULL, finding = NULL WHERE id IN (${some})`,
            ).run(...among).changes
          : // Of one that waited for its next attempt the last one is told; no worker has settled it.
            this.#prepare(
              `UPDATE tasks SET state = 'cancelled', not_before = NULL, worker = NULL,
                 ended_at = coalesce(ended_at, ?), finding = NULL WHERE id IN (${some})`,
            ).run(Date.now(), ...among).changes;
      this.#prepare(
        `UPDATE jobs SET ${from} = ${from} - ?, ${to} = ${to} + ?, bytes_known = bytes_known + ? WHERE id = ?`,
      ).run(changes, changes, unread, jobId);
      return changes;
    })();
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

  /** @returns how many rows were deleted; call again until it is 0 */
  removeSome(jobId: number, limit: number): number {
    const packets = this.#stores.packets.removeSome(jobId, limit);
    if (packets > 0) return packets;
    return this.#database.transaction(() => {
      const [first, end] = idsOf(jobId);
      const some = 'SELECT id FROM tasks WHERE id >= ? AND id < ? ORDER BY id LIMIT ?';
      this.#prepare(`DELETE FROM failed_attempts WHERE task_id IN (${some})`).run(first, end, limit);
      return this.#prepare(`DELETE FROM tasks WHERE id IN (${some})`).run(first, end, limit).changes;
    })();
  }
}

/** Done like most, with nothing to be said of them but their digests. */
function isPlainResult({ errors, ends, results }: Recorded['ends']): boolean {
  return (
    errors.length === 0 &&
    ends === 'done' &&
    results !== null &&
    results.rest === null &&
    results.facts === null &&
    results.copied === null
  );
}

/** A name that is the end of its source is stored as its length. */
function storedName({ names, sources }: Packet, task: number): string | number {
  const [name = '', source = ''] = [names[task], sources[task]];
  return typeof source === 'string' && source.endsWith(name) ? name.length : name;
}

function valuesOf(
  { packet, ends, notBefores, findingOf }: Recorded,
  at: number,
  task: number,
  to: TaskState,
  error: { readonly code: string; readonly found?: Digests } | null,
  known: string | null,
): AttemptValues {
  const { results } = ends;
  const rest = results === null ? null : valueAt(results.rest, at);
  const next = rest?.next;
  const bytes = results === null || next !== undefined ? 0 : valueAt(results.bytes, at);
  const finding = results === null ? null : valueAt(results.findings, at);
  const reason = error ?? rest?.reason ?? null;
  const found = error?.found === undefined ? known : JSON.stringify(error.found);
  const hasRun = ends.worker !== null;
  return {
    state: to,
    phase: next?.phase ?? packet.phase,
    type: next?.type ?? valueAt(packet.types, task),
    target: toStored(
      (results === null ? null : valueAt(results.targets, at)) ?? valueAt(packet.targets, task),
    ),
    // Of what was brought up to date no byte was copied, and of what is as it was none would be.
    size: to === 'done' && !isUncopied(finding) ? bytes : valueAt(packet.sizes, task),
    bytes,
    digests: (results === null ? null : valueAt(results.digests, at)) ?? found,
    attempts: next === undefined ? valueAt(packet.attempts, task) + (hasRun ? 1 : 0) : 0,
    worker: ends.worker,
    startedAtMs: hasRun ? (ends.startedAtMs[at] ?? null) : null,
    endedAtMs: next === undefined ? (ends.endedAtMs[at] ?? null) : null,
    finding: error === null ? finding : findingOf(error.code),
    notBeforeMs: notBefores?.get(at) ?? null,
    error: reason === null ? null : JSON.stringify(reason),
    facts: results === null ? null : valueAt(results.facts, at),
    copied: results === null ? null : valueAt(results.copied, at),
    grouping: next?.grouping ?? rest?.grouping ?? valueAt(packet.groupings, task),
  };
}
