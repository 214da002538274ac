/** Pages of a job's tasks. A search runs in slices, so that nobody's turn takes long, and is kept for the next page. */
import type { TaskPage, TaskPageQuery } from '../../common/ipc';
import { totalTasks, type TaskCounts } from '../../common/model/tasks';
import type { TaskRepository } from '../store/task-repository';

const SLICE = 2000;
/** A search is run again after this long, since tasks go on changing. */
const FRESH_MS = 2000;
const KEPT = 8;

interface Found {
  readonly ordinals: number[];
  readonly atMs: number;
}

export class TaskSearch {
  readonly #tasks: TaskRepository;
  readonly #found = new Map<string, Promise<Found>>();

  constructor(tasks: TaskRepository) {
    this.#tasks = tasks;
  }

  /** @param runningIds tasks that run: the database calls them queued */
  async page(query: TaskPageQuery, counts: TaskCounts, runningIds: readonly number[]): Promise<TaskPage> {
    const { jobId, state, finding = null, search, offset, limit } = query;
    if (state === 'running') {
      const rows = runningIds
        .flatMap((id) => this.#tasks.row(id) ?? [])
        .filter(({ name, source }) => `${name}\n${source}`.toLowerCase().includes(search.toLowerCase()))
        .map((row) => ({ ...row, state: 'running' as const }));
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    }
    const running = new Set(runningIds);
    const mark = (rows: TaskPage['rows']): TaskPage['rows'] =>
      rows.map((row) => (row.state === 'queued' && running.has(row.id) ? { ...row, state: 'running' } : row));
    if (search !== '') {
      const { ordinals } = await this.#search(query, totalTasks(counts));
      const rows = this.#tasks.byOrdinals(jobId, ordinals.slice(offset, offset + limit));
      return { total: ordinals.length, rows: mark(rows) };
    }
    if (finding !== null) {
      const total = this.#tasks.findings(jobId)[finding] ?? 0;
      return { total, rows: mark(this.#tasks.pageByFinding(jobId, finding, offset, limit)) };
    }
    if (state === null) {
      return { total: totalTasks(counts), rows: mark(this.#tasks.pageByOrdinal(jobId, offset, limit)) };
    }
    return { total: counts[state], rows: mark(this.#tasks.pageByState(jobId, state, offset, limit)) };
  }

  async #search({ jobId, state, finding = null, search }: TaskPageQuery, total: number): Promise<Found> {
    const key = `${jobId}/${state ?? ''}/${finding ?? ''}/${search}`;
    const kept = this.#found.get(key);
    if (kept !== undefined && Date.now() - (await kept).atMs < FRESH_MS) return kept;
    const run = (async (): Promise<Found> => {
      const ordinals: number[] = [];
      for (let from = 0; from < total; from += SLICE) {
        ordinals.push(...this.#tasks.searchSlice(jobId, { state, finding, text: search }, from, SLICE));
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
