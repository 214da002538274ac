/** Experiments, their runs, and what every thread did. A state other than `running` is final. */
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';
import type { ErrorData } from '../../common/model/errors';
import type {
  Experiment,
  ExperimentAnalysis,
  ExperimentRun,
  ExperimentState,
  ExperimentSummary,
  Machine,
  ParsedExperimentRequest,
  Timeline,
} from '../../common/experiments/experiment';
import type { JobKind } from '../../common/model/jobs';
import { prepareOnce, type Database } from './database';
import { openRequest, sealRequest } from './sealed-request';
import type { Vault } from './vault';

const deflated = promisify(deflate);

interface ExperimentRecord {
  readonly id: number;
  readonly state: ExperimentState;
  readonly created_at: number;
  readonly kind: JobKind | null;
  readonly title: string;
  readonly request: string;
  readonly sealed: Buffer | null;
  readonly machine: string;
  readonly tasks: number;
  readonly bytes: number;
  readonly notes: string;
  readonly error: string | null;
  readonly analysis: string | null;
}

export interface NewExperiment {
  readonly kind: JobKind | null;
  readonly title: string;
  readonly request: ParsedExperimentRequest;
  readonly machine: Machine;
  /** Removed by whoever finds the experiment when its process is gone. */
  readonly folders: readonly string[];
}

export interface ExperimentEnd {
  readonly state: Exclude<ExperimentState, 'running'>;
  readonly error: ErrorData | null;
  readonly analysis: ExperimentAnalysis | null;
}

/** An experiment whose process is gone. */
export interface Orphan {
  readonly id: number;
  readonly folders: readonly string[];
}

export class ExperimentRepository {
  readonly #database: Database;
  readonly #vault: Vault;
  readonly #prepare: Database['prepare'];

  /** @param vault seals what requests hold of secrets */
  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
    this.#prepare = prepareOnce(database);
  }

  insert({ kind, title, request, machine, folders }: NewExperiment, owner: string): number {
    const stored = sealRequest(request, this.#vault);
    const { lastInsertRowid } = this.#prepare(
      `INSERT INTO experiments (state, owner, created_at, kind, title, request, sealed, machine, folders)
         VALUES ('running', ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      owner,
      Date.now(),
      kind,
      title,
      stored.request,
      stored.sealed,
      JSON.stringify(machine),
      JSON.stringify(folders),
    );
    return Number(lastInsertRowid);
  }

  list(offset: number, limit: number): { readonly total: number; readonly experiments: ExperimentSummary[] } {
    const counted = this.#prepare<[], { total: number }>('SELECT count(*) AS total FROM experiments').get();
    const experiments = this.#prepare<[number, number], ExperimentRecord>(
      'SELECT * FROM experiments ORDER BY id DESC LIMIT ? OFFSET ?',
    )
      .all(limit, offset)
      .map((record) => this.#summaryOf(record));
    return { total: counted?.total ?? 0, experiments };
  }

  get(id: number): Experiment | null {
    const record = this.#prepare<[number], ExperimentRecord>('SELECT * FROM experiments WHERE id = ?').get(
      id,
    );
    if (record === undefined) return null;
    return {
      ...this.#summaryOf(record),
      runs: this.runs(id),
      analysis: record.analysis === null ? null : (JSON.parse(record.analysis) as ExperimentAnalysis),
    };
  }

  runs(id: number): ExperimentRun[] {
    return this.#prepare<[number], { id: number; run: string }>(
      'SELECT id, run FROM experiment_runs WHERE experiment_id = ? ORDER BY id',
    )
      .all(id)
      .map((row) => ({ ...(JSON.parse(row.run) as Omit<ExperimentRun, 'id'>), id: row.id }));
  }

  /** The latest of each contender, of those that are kept. */
  timelines(id: number): Timeline[] {
    return this.#prepare<[number], { id: number; timeline: Buffer }>(
      `SELECT run_id AS id, timeline FROM experiment_timelines WHERE run_id IN
         (SELECT max(run_id) FROM experiment_timelines WHERE experiment_id = ? GROUP BY contender)
         ORDER BY contender`,
    )
      .all(id)
      .map((row) => {
        const timeline = JSON.parse(inflateSync(row.timeline).toString('utf8')) as Omit<Timeline, 'runId'>;
        return { ...timeline, runId: row.id };
      });
  }

  /** What is known once a run has shown it. */
  describe(id: number, title: string, tasks: number, bytes: number): void {
    this.#prepare('UPDATE experiments SET title = ?, tasks = ?, bytes = ? WHERE id = ?').run(
      title,
      tasks,
      bytes,
      id,
    );
  }

  setNotes(id: number, notes: readonly string[]): void {
    this.#prepare('UPDATE experiments SET notes = ? WHERE id = ?').run(JSON.stringify(notes), id);
  }

  /** Both or neither. */
  async addRun(
    id: number,
    run: Omit<ExperimentRun, 'id'>,
    timeline: Omit<Timeline, 'runId' | 'contender'>,
  ): Promise<ExperimentRun> {
    const bytes = await deflated(JSON.stringify({ ...timeline, contender: run.contender }));
    return this.#database.transaction(() => {
      const { lastInsertRowid } = this.#prepare(
        'INSERT INTO experiment_runs (experiment_id, run) VALUES (?, ?)',
      ).run(id, JSON.stringify(run));
      this.#prepare(
        'INSERT INTO experiment_timelines (run_id, experiment_id, contender, timeline) VALUES (?, ?, ?, ?)',
      ).run(lastInsertRowid, id, run.contender, bytes);
      return { ...run, id: Number(lastInsertRowid) };
    })();
  }

  /** The experiment has ended. @param kept runs whose timelines stay */
  end(id: number, { state, error, analysis }: ExperimentEnd, kept: readonly number[]): void {
    this.#database.transaction(() => {
      this.#prepare(
        'UPDATE experiments SET state = ?, error = ?, analysis = ?, owner = NULL WHERE id = ?',
      ).run(
        state,
        error === null ? null : JSON.stringify(error),
        analysis === null ? null : JSON.stringify(analysis),
        id,
      );
      this.#prepare(
        `DELETE FROM experiment_timelines
           WHERE experiment_id = ? AND run_id NOT IN (SELECT value FROM json_each(?))`,
      ).run(id, JSON.stringify(kept));
    })();
  }

  /** @param isDead whether no live process is this owner */
  orphans(isDead: (owner: string) => boolean): Orphan[] {
    return this.#prepare<[], { id: number; owner: string | null; folders: string }>(
      "SELECT id, owner, folders FROM experiments WHERE state = 'running'",
    )
      .all()
      .filter(({ owner }) => owner === null || isDead(owner))
      .map(({ id, folders }) => ({ id, folders: JSON.parse(folders) as string[] }));
  }

  remove(id: number): void {
    this.#database.transaction(() => {
      this.#prepare('DELETE FROM experiment_timelines WHERE experiment_id = ?').run(id);
      this.#prepare('DELETE FROM experiment_runs WHERE experiment_id = ?').run(id);
      this.#prepare('DELETE FROM experiments WHERE id = ?').run(id);
    })();
  }

  #summaryOf(record: ExperimentRecord): ExperimentSummary {
    return {
      id: record.id,
      createdAtMs: record.created_at,
      state: record.state,
      error: record.error === null ? null : (JSON.parse(record.error) as ErrorData),
      title: record.title,
      kind: record.kind,
      request: openRequest(record, this.#vault),
      machine: JSON.parse(record.machine) as Machine,
      tasks: record.tasks,
      bytes: record.bytes,
      notes: JSON.parse(record.notes) as string[],
    };
  }
}
