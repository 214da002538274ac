/**
 * What comes of tasks. Every change of states changes the job's counts in the same transaction, so nobody ever has to
 * count rows.
 */
import type { OutcomeColumns } from '../../common/model/answer';
import type { KnownFile } from '../../common/model/download';
import type { Digests } from '../../common/model/digests';
import { valueAt, type Packet } from '../../common/model/packet';
import type { Finding, SettledState, SettledTask, TaskState } from '../../common/model/tasks';
import { endsNow } from '../../common/threads/ends';
import type { Ends } from '../../common/threads/protocol';
import { WITHHELD_FOR_NOW } from '../jobs/withheld';
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

/** What changes of a row when an attempt has ended, in the order of the statements. */
type Change = readonly [
  state: TaskState,
  phase: number,
  type: string,
  target: Stored | null,
  size: number | null,
  bytes: number,
  digests: string | null,
  attempts: number,
  worker: number | null,
  startedAtMs: number | null,
  endedAtMs: number | null,
  notBeforeMs: number | null,
  error: string | null,
  facts: string | null,
  finding: Finding | null,
  copied: string | null,
  grouping: string | null,
];

const CHANGED =
  'state, phase, type, target, size, bytes, digests, attempts, worker, started_at, ended_at, not_before, error, facts, finding, copied, grouping';

interface Tally {
  readonly moved: Map<TaskState, number>;
  bytesDone: number;
  bytesKnown: number;
}

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
    return this.#database.transaction(() => {
      const settled: SettledTask[] = [];
      const tally: Tally = { moved: new Map(), bytesDone: 0, bytesKnown: 0 };
      for (const recorded of all) this.#recordOne(jobId, recorded, tally, settled);
      this.#count(jobId, tally);
      return settled;
    })();
  }

  #recordOne(jobId: number, recorded: Recorded, tally: Tally, settled: SettledTask[]): void {
    const { packet, ends, becomes } = recorded;
    const insert = this.#prepare(
      `INSERT OR IGNORE INTO tasks (id, job_id, root, host, source, name, request, inode, temporary, ${CHANGED})
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const update = this.#prepare(
      `UPDATE tasks SET (${CHANGED}) =
           (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, worker), coalesce(?, started_at), ?, ?, ?, ?, ?, ?, ?)
         WHERE id = ? AND state = 'queued'`,
    );
    const plain = this.#prepare(
      `INSERT OR IGNORE INTO tasks (id, job_id, root, host, source, name, state, phase, type, target, size, bytes,
         digests, attempts, worker, started_at, ended_at, finding)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const isPlain = packet.stored !== null && packet.requests === null && isPlainResult(ends);
    const errors = new Map(ends.errors);
    let inserted = 0;
    ends.tasks.forEach((task, at) => {
      const to = becomes[at] ?? null;
      const id = packet.ids[task];
      if (to === null || id === undefined) return;
      const change = changeOf(recorded, at, task, to, errors.get(at) ?? null, this.#knownDigests(ends, at));
      let changes: number;
      if (packet.stored === null) {
        ({ changes } = update.run(...change, id));
      } else if (isPlain) {
        const [state, phase, type, target, size, bytes, digests, attempts, worker, startedAtMs, endedAtMs] =
          change;
        ({ changes } = plain.run(
          id,
          jobId,
          valueAt(packet.roots, task),
          packet.host,
          toStored(packet.sources[task] ?? ''),
          storedName(packet, task),
          state,
          phase,
          type,
          target,
          size,
          bytes,
          digests,
          attempts,
          worker,
          startedAtMs,
          endedAtMs,
          change[14],
        ));
        inserted += changes;
      } else {
        ({ changes } = insert.run(
          id,
          jobId,
          valueAt(packet.roots, task),
          packet.host,
          toStored(packet.sources[task] ?? ''),
          storedName(packet, task),
          toStored(valueAt(packet.requests, task)),
          valueAt(packet.inodes, task),
          valueAt(packet.temporaries, task),
          ...change,
        ));
        inserted += changes;
      }
      if (changes === 0) return;
      if (!isPlain) this.#recordRest(recorded, at, task, id, change);
      const [, , , , size, bytes] = change;
      if (to === 'done') tally.bytesDone += bytes;
      tally.bytesKnown += (size ?? 0) - (valueAt(packet.sizes, task) ?? 0);
      if (to === 'queued') return;
      tally.moved.set(to, (tally.moved.get(to) ?? 0) + 1);
      const isNoted = to === 'done' && change[12] !== null;
      settled.push(isNoted ? { id, state: to, isNoted } : { id, state: to });
    });
    if (packet.stored !== null) this.#stores.packets.recorded(packet.stored, inserted);
  }

  /** Of a task that goes on in a later phase: what need not be read then. */
  #knownDigests({ results }: Recorded['ends'], at: number): string | null {
    const rest = results === null ? null : valueAt(results.rest, at);
    if (rest?.next === undefined || rest.identity === undefined) return null;
    const known = this.#stores.digestCache.known([rest.identity], ['blake3']).get(rest.identity);
    return known === undefined ? null : JSON.stringify(known);
  }

  /** What few tasks have. */
  #recordRest(
    { packet, ends, knownOf }: Recorded,
    at: number,
    task: number,
    id: number,
    change: Change,
  ): void {
    const [, , , , , , digests, attempts, worker, startedAtMs, endedAtMs, , error] = change;
    if (error !== null && ends.errors.some(([place]) => place === at)) {
      this.#prepare(
        `INSERT INTO failed_attempts (task_id, attempt, worker, started_at, ended_at, error) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (task_id, attempt) DO UPDATE SET ended_at = excluded.ended_at, error = excluded.error`,
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
   * @returns how many; call again until it is 0
   */
  cancelSome(jobId: number, limit: number): number {
    const moved = this.#move(jobId, 'queued', 'cancelled', limit);
    return moved > 0 ? moved : this.#cancelPacket(jobId);
  }

  #cancelPacket(jobId: number): number {
    return this.#database.transaction(() => {
      const packet = this.#stores.packets.first(jobId);
      if (packet === null) return 0;
      const tasks = [...packet.ids.keys()];
      const ends = { ...endsNow<OutcomeColumns>(tasks, { how: 'cancelled' }), worker: null };
      this.record(jobId, [{ packet, ends, becomes: tasks.map(() => 'cancelled'), findingOf: () => null }]);
      return tasks.length;
    })();
  }

  /** Failed or cancelled tasks that are to run again, at most `limit`. @returns how many; call again until it is 0 */
  requeueSome(jobId: number, from: 'failed' | 'cancelled', limit: number): number {
    return this.#move(jobId, from, 'queued', limit);
  }

  /** Lines that could not be read stay as they are: nothing is known of them any more. */
  #move(jobId: number, from: TaskState, to: 'cancelled' | 'queued', limit: number): number {
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
        Number(to === 'queued'),
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

function changeOf(
  { packet, ends, notBefores, findingOf }: Recorded,
  at: number,
  task: number,
  to: TaskState,
  error: { readonly code: string; readonly found?: Digests } | null,
  known: string | null,
): Change {
  const { results } = ends;
  const rest = results === null ? null : valueAt(results.rest, at);
  const next = rest?.next;
  const isDone = to === 'done';
  const bytes = results === null || next !== undefined ? 0 : valueAt(results.bytes, at);
  const finding = results === null ? null : valueAt(results.findings, at);
  const reason = error ?? rest?.reason ?? null;
  const digests = (results === null ? null : valueAt(results.digests, at)) ?? known;
  const hasRun = ends.worker !== null;
  // Of what was brought up to date no byte was copied.
  const hasSize = isDone && finding !== 'updated';
  return [
    to,
    next?.phase ?? packet.phase,
    next?.type ?? valueAt(packet.types, task),
    toStored((results === null ? null : valueAt(results.targets, at)) ?? valueAt(packet.targets, task)),
    hasSize ? bytes : valueAt(packet.sizes, task),
    bytes,
    digests ?? (error?.found === undefined ? null : JSON.stringify(error.found)),
    next === undefined ? valueAt(packet.attempts, task) + (hasRun ? 1 : 0) : 0,
    ends.worker,
    hasRun ? (ends.startedAtMs[at] ?? null) : null,
    next === undefined ? (ends.endedAtMs[at] ?? null) : null,
    notBefores?.get(at) ?? null,
    reason === null ? null : JSON.stringify(reason),
    results === null ? null : valueAt(results.facts, at),
    error === null ? finding : findingOf(error.code),
    results === null ? null : valueAt(results.copied, at),
    next?.grouping ?? rest?.grouping ?? valueAt(packet.groupings, task),
  ];
}
