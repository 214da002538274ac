/** Whatever is done to jobs and to the process they run in: each task settles once, and all that is stored agrees. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { openPacket, taskId, valueAt } from '../common/model/packet';
import type { Engine } from './engine';
import { EngineChild } from './testing/engine-child';
import { ANSWERS, OddServer, oddContent } from './testing/odd-server';
import { leftovers } from './testing/test-engine';

const FILES = 700;
const URLS = 56;
const RUNS = 3;
const BUSY = 1;

let folder: string;
let tree: string;
/** By the name of a file of the tree. */
const digests = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-kills-'));
  tree = join(folder, 'tree');
  for (let index = 0; index < FILES; index++) {
    const directory = join(tree, `part-${index % 7}`);
    mkdirSync(directory, { recursive: true });
    const content = Buffer.alloc(1000 + index * 10, `file ${index}`);
    writeFileSync(join(directory, `f${index}`), content);
    digests.set(`f${index}`, createHash('sha256').update(content).digest('hex'));
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const which = fc.nat(2);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('kill' as const), ms: fc.nat(120) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume', 'resume'), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cancel', 'retry'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      which,
      workers: fc.integer({ min: 1, max: 4 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface JobRow {
  readonly id: number;
  readonly next_ordinal: number;
  readonly queued: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly bytes_done: number;
  readonly bytes_known: number;
}
interface SettledRow {
  readonly id: number;
  readonly state: string;
  readonly source: string;
  readonly target: string | null;
  readonly size: number | null;
  readonly bytes: number;
  readonly digests: string | null;
  readonly worker: number | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
}

/** Jobs on one data folder, and the processes that run them one after the other. */
class World {
  readonly server = new OddServer();
  readonly #root = mkdtempSync(join(folder, 'world-'));
  readonly #child = new EngineChild(
    join(this.#root, 'data'),
    '../../workers/worker.ts',
    ({ jobId, tasks }) => {
      for (const { id } of tasks) this.#told.set(id, (this.#told.get(id) ?? 0) + 1);
      expect(this.jobs).toContain(jobId);
    },
  );
  readonly jobs: number[] = [];
  /** How often each task was told to have settled. */
  readonly #told = new Map<number, number>();
  /** How often the failed and cancelled tasks of a job were to run again. */
  readonly #retries = new Map<number, number>();
  /** Rows of tasks that are done, with how often the server had been asked for them. */
  readonly #done = new Map<number, { readonly row: SettledRow; readonly asked: number }>();

  async open(): Promise<void> {
    await this.server.listen();
    for (const request of this.#requests()) {
      const { id } = (await this.call('createJob', request)) as JobSummary;
      this.jobs.push(id);
    }
  }

  #requests(): JobRequest[] {
    const text = (from: number): string =>
      Array.from({ length: URLS }, (_, index) => {
        const kind = ANSWERS[index % ANSWERS.length] ?? 'ok';
        // Each of them holds up all of its host for a second.
        const isBusy = kind === 'busy' && index >= ANSWERS.length * BUSY;
        return `${this.server.url}/${isBusy ? 'ok' : kind}/f${from + index}`;
      }).join('\n');
    const download = (from: number): JobRequest => ({
      kind: 'download',
      mode: 'pool',
      workers: 2,
      urls: [],
      text: text(from),
      listFiles: [],
      directory: this.downloads,
    });
    return [
      { kind: 'hash', mode: 'pool', workers: 2, paths: [tree], algorithms: ['sha256'], manifest: null },
      download(0),
      { ...download(URLS), mode: 'event-loop' },
    ];
  }

  get downloads(): string {
    return join(this.#root, 'downloads');
  }

  call(method: keyof Engine, ...args: readonly unknown[]): Promise<unknown> {
    return this.#child.ask({ on: 'engine', method, args });
  }

  async play(step: Step): Promise<void> {
    if (step.do === 'wait') {
      await delay(step.ms);
      return;
    }
    if (step.do === 'kill') {
      await delay(step.ms);
      await this.#child.kill();
      this.look();
      for (const id of this.jobs) await this.call('resume', id);
      return;
    }
    const id = this.jobs[step.which] ?? 0;
    if (step.do === 'resize') await this.call('resize', id, step.workers);
    else if (step.do === 'retry') await this.retry(id);
    else await this.call(step.do, id);
  }

  async retry(id: number): Promise<void> {
    try {
      await this.call('retry', id);
      this.#retries.set(id, (this.#retries.get(id) ?? 0) + 1);
    } catch (error) {
      // Only of a job that stands still.
      expect(String(error)).toContain('job-running');
    }
  }

  async ends(id: number, start: 'resume' | 'retry'): Promise<JobSummary> {
    const ended = this.call('ended', id);
    if (start === 'retry') await this.retry(id);
    else await this.call('resume', id);
    return (await ended) as JobSummary;
  }

  /** Everything that is stored agrees, and what was done is as it was. */
  look(): void {
    const database = new SqliteDatabase(join(this.#root, 'data/heddle.db'), { readonly: true });
    try {
      for (const job of database.prepare<[], JobRow>('SELECT * FROM jobs').all()) this.#lookAt(database, job);
    } finally {
      database.close();
    }
  }

  #lookAt(database: SqliteDatabase.Database, job: JobRow): void {
    const [from, to] = [taskId(job.id, 0), taskId(job.id + 1, 0)];
    const rows = database
      .prepare<[number, number], SettledRow>('SELECT * FROM tasks WHERE id >= ? AND id < ?')
      .all(from, to);
    const recorded = new Set(rows.map(({ id }) => id));
    const open: number[] = [];
    let openBytes = 0;
    const packets = database
      .prepare<
        [number],
        { first: number; phase: number; host: string; count: number; open: number; columns: string }
      >('SELECT * FROM packets WHERE job_id = ?')
      .all(job.id);
    for (const { first, phase, host, columns, ...packet } of packets) {
      const { ids, sizes } = openPacket(columns, first, { phase, host });
      const waiting = ids.flatMap((id, task) => (recorded.has(id) ? [] : [task]));
      expect(packet).toMatchObject({ count: ids.length, open: waiting.length });
      expect(waiting).not.toEqual([]);
      for (const task of waiting) {
        open.push(ids[task] ?? 0);
        openBytes += valueAt(sizes, task) ?? 0;
      }
    }
    const all = [...recorded, ...open].sort((left, right) => left - right);
    expect(all).toEqual(Array.from({ length: job.next_ordinal }, (_, ordinal) => from + ordinal));
    const count = (state: string): number => rows.filter((row) => row.state === state).length;
    expect(job).toMatchObject({
      queued: count('queued') + open.length,
      done: count('done'),
      failed: count('failed'),
      skipped: count('skipped'),
      cancelled: count('cancelled'),
      bytes_done: sum(rows.filter(({ state }) => state === 'done').map(({ bytes }) => bytes)),
      bytes_known: sum(rows.map(({ size }) => size ?? 0)) + openBytes,
    });
    for (const row of rows) if (row.state === 'done') this.#isStill(row);
  }

  #isStill(row: SettledRow): void {
    const asked = this.server.requests.get(row.source.slice(this.server.url.length)) ?? 0;
    const before = this.#done.get(row.id);
    if (before === undefined) this.#done.set(row.id, { row, asked });
    else expect({ row, asked }).toEqual(before);
  }

  /** Every task has been done, once. */
  expectAllDone(): void {
    this.look();
    const rows = [...this.#done.values()].map(({ row }) => row);
    expect(rows).toHaveLength(FILES + 2 * URLS);
    for (const { source, target, size, bytes, digests: found } of rows) {
      const name = basename(source);
      const content = source.startsWith(tree)
        ? readFileSync(source)
        : oddContent(source.slice(this.server.url.length));
      expect({ size, bytes }).toEqual({ size: content.length, bytes: content.length });
      if (source.startsWith(tree)) {
        expect((JSON.parse(found ?? '') as { sha256: string }).sha256).toBe(digests.get(name));
      } else {
        expect(target).toBe(join(this.downloads, name));
        expect(readFileSync(join(this.downloads, name)).equals(content)).toBe(true);
      }
    }
    expect(readdirSync(this.downloads)).toHaveLength(2 * URLS);
    expect(leftovers(this.downloads)).toEqual([]);
    for (const [id, times] of this.#told) {
      const job = this.jobs.find((each) => id >= taskId(each, 0) && id < taskId(each + 1, 0)) ?? 0;
      expect(times).toBeLessThanOrEqual(1 + (this.#retries.get(job) ?? 0));
    }
  }

  async close(): Promise<void> {
    await this.#child.kill();
    await this.server.close();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

test('kills, pauses, cancels, retries and resizes: each task settles once, and nothing is done twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const world = new World();
      try {
        await world.open();
        for (const each of steps) await world.play(each);
        for (const id of world.jobs) await world.ends(id, 'resume');
        world.look();
        world.server.heal();
        for (const id of world.jobs)
          expect(await world.ends(id, 'retry')).toMatchObject({
            state: 'done',
            counts: { failed: 0, queued: 0 },
          });
        world.expectAllDone();
      } finally {
        await world.close();
      }
    }),
    // Each takes long, and what fails is told as it was.
    { numRuns: RUNS, endOnFailure: true },
  );
});
