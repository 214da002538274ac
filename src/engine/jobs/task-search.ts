/** Pages of a job's tasks. A search runs in slices, so that nobody's turn takes long, and is kept for the next page. */
import type { TaskPage, TaskPageQuery, TaskQuery } from '../../common/ipc';
import { rangesOf, type Ranges } from '../../common/model/ranges';
import { totalTasks, type TaskCounts, type TaskRow } from '../../common/model/tasks';
import type { TaskStore } from '../store/task-store';

const SLICE = 2000;
/** A search is run again after this long, since tasks go on changing. */
const FRESH_MS = 2000;
const KEPT = 8;

interface Found {
  readonly ordinals: number[];
  readonly atMs: number;
}

/** Ids of tasks that the database calls queued. */
export interface NotQueued {
  readonly running: readonly number[];
  /** They have ended. */
  readonly unwritten: readonly number[];
}

export class TaskSearch {
  readonly #tasks: TaskStore;
  readonly #found = new Map<string, Promise<Found>>();

  constructor(tasks: TaskStore) {
    this.#tasks = tasks;
  }

  /** What the database calls queued may be told as running: to no one does a task go from running to queued to done. */
  async page(query: TaskPageQuery, counts: TaskCounts, now: NotQueued): Promise<TaskPage> {
    const { jobId, state, finding = null, search, offset, limit } = query;
    if (state === 'running') {
      const rows = this.#running(query, now);
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    }
    const running = new Set([...now.running, ...now.unwritten]);
    const mark = (rows: TaskPage['rows']): TaskPage['rows'] =>
      rows.map((row) => (row.state === 'queued' && running.has(row.id) ? { ...row, state: 'running' } : row));
    if (search !== '') {
      const { ordinals } = await this.#search(query, counts);
      const rows = this.#tasks.rows.byOrdinals(jobId, ordinals.slice(offset, offset + limit));
      return { total: ordinals.length, rows: mark(rows) };
    }
    if (finding !== null) {
      const total = this.#tasks.rows.findings(jobId)[finding] ?? 0;
      return { total, rows: mark(this.#tasks.rows.pageByFinding(jobId, finding, offset, limit)) };
    }
    if (state === null) {
      return { total: totalTasks(counts), rows: mark(this.#tasks.rows.page(jobId, offset, limit)) };
    }
    return { total: counts[state], rows: mark(this.#tasks.rows.pageByState(jobId, state, offset, limit)) };
  }

  /** Places in the job of the tasks from the place `first` to `last` of what {@link page} shows. */
  async places(
    query: TaskQuery,
    first: number,
    last: number,
    counts: TaskCounts,
    now: NotQueued,
  ): Promise<Ranges> {
    const total = totalTasks(counts);
    if (query.state === 'running')
      return rangesOf(
        this.#running(query, now)
          .slice(first, last + 1)
          .map(({ ordinal }) => ordinal),
      );
    if (query.search === '' && query.state === null && (query.finding ?? null) === null)
      return first >= total ? [] : [[first, Math.min(last, total - 1)]];
    const { ordinals } = await this.#search(query, counts);
    return rangesOf(ordinals.slice(first, last + 1));
  }

  #running({ search }: TaskQuery, { running }: NotQueued): TaskRow[] {
    return running
      .flatMap((id) => this.#tasks.rows.row(id) ?? [])
      .filter(({ name, source }) => `${name}\n${source}`.toLowerCase().includes(search.toLowerCase()))
      .map((row) => ({ ...row, state: 'running' as const }));
  }

  async #search({ jobId, state, finding = null, search }: TaskQuery, counts: TaskCounts): Promise<Found> {
    const total = totalTasks(counts);
    // Tasks that have settled since may be others.
    const key = [jobId, state, finding, Object.values(counts), search].join('/');
    const kept = this.#found.get(key);
    if (kept !== undefined && performance.now() - (await kept).atMs < FRESH_MS) return kept;
    const run = (async (): Promise<Found> => {
      const ordinals: number[] = [];
      for (let from = 0; from < total; from += SLICE) {
        ordinals.push(...this.#tasks.rows.searchSlice(jobId, { state, finding, text: search }, from, SLICE));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { ordinals, atMs: performance.now() };
    })();
    this.#found.delete(key);
    this.#found.set(key, run);
    for (const oldest of this.#found.keys()) {
      if (this.#found.size <= KEPT) break;
      this.#found.delete(oldest);
    }
    return run;
  }
}
