/** What it takes to stop a real engine at a chosen moment: it runs in a process of its own, and its database is looked at. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import type { JobRequest } from '../../../common/model/job-request';
import type { JobState, JobSummary } from '../../../common/model/jobs';
import type { ExperimentRequest, ExperimentSummary } from '../../../common/experiments/experiment';
import type { Engine } from '../../engine';
import { EngineChild } from '../engine-child';
import { OldServer } from './server';

const PATIENCE_MS = 20_000;

export class Making {
  readonly root = mkdtempSync(join(tmpdir(), 'heddle-old-'));
  readonly server = new OldServer(false);
  readonly jobs: Record<string, number> = {};
  readonly #engine = new EngineChild(join(this.root, 'data'), 'stuck-worker.ts');
  host = '';
  #locked: SqliteDatabase.Database | null = null;

  async open(): Promise<void> {
    this.host = await this.server.listen();
  }

  async close(): Promise<void> {
    await this.kill();
    await this.server.close();
    rmSync(this.root, { recursive: true });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  put(name: string, content: string | Buffer = name): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  url(path: string): string {
    return `http://${this.host}${path}`;
  }

  /** Makes a job and remembers what it is there for. */
  async add(what: string, request: JobRequest, manifest: string | null = null): Promise<number> {
    const { id } = (await this.call('createJob', request, { start: false, manifest })) as JobSummary;
    this.jobs[what] = id;
    return id;
  }

  async start(what: string, request: JobRequest, manifest: string | null = null): Promise<number> {
    const id = await this.add(what, request, manifest);
    await this.call('resume', id);
    return id;
  }

  async run(what: string, request: JobRequest): Promise<number> {
    const id = await this.start(what, request);
    await this.reaches(id, 'done');
    return id;
  }

  reaches(id: number, state: JobState): Promise<void> {
    return this.until(
      `job ${id} is ${state}`,
      async () => ((await this.call('job', id)) as JobSummary).state === state,
    );
  }

  startExperiment(request: ExperimentRequest): Promise<ExperimentSummary> {
    return this.#engine.ask({
      on: 'experiments',
      method: 'start',
      args: [request],
    }) as Promise<ExperimentSummary>;
  }

  experiment(id: number): Promise<ExperimentSummary> {
    return this.#engine.ask({ on: 'experiments', method: 'get', args: [id] }) as Promise<ExperimentSummary>;
  }

  call(method: keyof Engine, ...args: readonly unknown[]): Promise<unknown> {
    return this.#engine.ask({ on: 'engine', method, args });
  }

  /** So that nothing is left to be written, and nothing can be. */
  async kill(): Promise<void> {
    await this.#engine.kill();
    this.unlock();
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`It did not come to it that ${what}.`);
      await delay(5);
    }
  }

  /** From the moment at which a query's first column is not 0 the engine cannot write. */
  lockOnce(sql: string, id: number): void {
    const database = new SqliteDatabase(this.path('data/heddle.db'));
    this.#locked = database;
    const query = database.prepare(sql).pluck();
    const end = Date.now() + PATIENCE_MS;
    // Without a turn of the event loop, in which the moment would pass.
    while (Number(query.get(id)) === 0) if (Date.now() > end) throw new Error(`It did not come to: ${sql}`);
    database.exec('BEGIN IMMEDIATE');
  }

  unlock(): void {
    this.#locked?.close();
    this.#locked = null;
  }

  /** @returns the first column of the first row */
  value(sql: string, ...args: readonly unknown[]): number {
    const database = new SqliteDatabase(this.path('data/heddle.db'), { readonly: true });
    try {
      return Number(
        database
          .prepare(sql)
          .pluck()
          .get(...args),
      );
    } finally {
      database.close();
    }
  }

  /** Stops an engine between two chunks of its planning. */
  async killHalfPlanned(id: number): Promise<void> {
    this.lockOnce('SELECT count(*) FROM tasks WHERE job_id = ?', id);
    await this.kill();
    if (this.value('SELECT planned FROM jobs WHERE id = ?', id) !== 0)
      throw new Error(`Job ${id} was planned too fast: run it again.`);
  }

  settled(id: number): number {
    return this.value('SELECT done + failed + skipped FROM jobs WHERE id = ?', id);
  }
}
