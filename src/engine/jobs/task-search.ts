/** Pages of a job's tasks. A search runs in slices, so that nobody's turn takes long, and is kept for the next page. */
import type { TaskPage, TaskPageQuery } from '../../common/ipc';
import { totalTasks, type TaskCounts } from '../../common/model/tasks';
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
      const rows = now.running
        .flatMap((id) => this.#tasks.rows.row(id) ?? [])
        .filter(({ name, source }) => `${name}\n${source}`.toLowerCase().includes(search.toLowerCase()))
        .map((row) => ({ ...row, state: 'running' as const }));
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    }
    const running = new Set([...now.running, ...now.unwritten]);
    const mark = (rows: TaskPage['rows']): TaskPage['rows'] =>
      rows.map((row) => (row.state === 'queued' && running.has(row.id) ? { ...row, state: 'running' } : row));
    if (search !== '') {
      const { ordinals } = await this.#search(query, totalTasks(counts));
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

  async #search({ jobId, state, finding = null, search }: TaskPageQuery, total: number): Promise<Found> {
    const key = `${jobId}/${state ?? ''}/${finding ?? ''}/${search}`;
    const kept = this.#found.get(key);
    if (kept !== undefined && Date.now() - (await kept).atMs < FRESH_MS) return kept;
    const run = (async (): Promise<Found> => {
      const ordinals: number[] = [];
      for (let from = 0; from < total; from += SLICE) {
        ordinals.push(...this.#tasks.rows.searchSlice(jobId, { state, finding, text: search }, from, SLICE));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return { ordinals, atMs: Date.now() };
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
