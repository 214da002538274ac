/**
 * Pages of a job's tasks. Searches and orders are made in slices, so that nobody's turn takes long, and kept for the
 * next page.
 */
import type { TaskPage, TaskPageQuery, TaskQuery } from '../../common/ipc';
import type { TaskSort } from '../../common/model/columns';
import { rangesOf, type Ranges } from '../../common/model/ranges';
import { totalTasks, type TaskCounts, type TaskRow } from '../../common/model/tasks';
import type { TaskStore } from '../store/task-store';
import { heldOrder, makeOrder, placesOf, type Order } from './column-order';
import { Orders } from './orders';

const SLICE = 2000;
/** A search is run again after this long, since tasks go on changing. */
const FRESH_MS = 2000;
/** Sorting again and again takes at most this share of the time. */
const SHARE = 0.05;
const KEPT = 8;
/** Of orders with four bytes for each of a million tasks. */
const KEPT_LARGE = 4;

/** What is known of a job beside the database. */
export interface JobNow {
  readonly counts: TaskCounts;
  readonly isEnded: boolean;
  /** It runs in this process. */
  readonly isLive: boolean;
  /** Tells runs of the job apart, which may come to the same counts. */
  readonly run: string;
  /** Ids of tasks that run, which the database calls queued. */
  readonly running: readonly number[];
  /** Ids of tasks that have ended and that the database still calls queued. */
  readonly unwritten: readonly number[];
}

/** What was found out of a job, for as long as it holds. */
interface Kept<Value> {
  readonly value: Promise<Value>;
  readonly version: string;
  readonly atMs: number;
  /** Milliseconds that it took; `null`: it is still being made. */
  tookMs: number | null;
}

export class TaskSearch {
  readonly #tasks: TaskStore;
  readonly #large: Orders | null;
  readonly #found = new Map<string, Kept<readonly number[]>>();
  readonly #orders = new Map<string, Kept<Order>>();

  /** What was found, sorted: for the next page of the same list. */
  #lastSorted: {
    readonly found: readonly number[];
    readonly order: Order;
    readonly descending: boolean;
    readonly sorted: readonly number[];
  } | null = null;

  /** @param large makes the orders of jobs with many tasks; `null`: they are made here */
  constructor(tasks: TaskStore, large: Orders | null) {
    this.#tasks = tasks;
    this.#large = large;
  }

  /** What the database calls queued may be told as running: to no one does a task go from running to queued to done. */
  async page(query: TaskPageQuery, now: JobNow): Promise<TaskPage> {
    const { jobId, state, finding = null, search, sort = null, offset, limit } = query;
    const { counts } = now;
    const { rows: stored } = this.#tasks;
    this.#prepare(jobId, now);
    if (state === 'running') {
      const rows = this.#running(query, now);
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    }
    const running = new Set([...now.running, ...now.unwritten]);
    const mark = (rows: TaskPage['rows']): TaskPage['rows'] =>
      rows.map((row) => (row.state === 'queued' && running.has(row.id) ? { ...row, state: 'running' } : row));
    if (search !== '' || sort !== null) {
      const { total, places } = await this.#list(query, now);
      return { total, rows: mark(stored.byOrdinals(jobId, places(offset, limit))) };
    }
    if (finding !== null) {
      const total = stored.findings(jobId)[finding] ?? 0;
      return { total, rows: mark(stored.pageByFinding(jobId, finding, offset, limit)) };
    }
    if (state === null) return { total: totalTasks(counts), rows: mark(stored.page(jobId, offset, limit)) };
    return { total: counts[state], rows: mark(stored.pageByState(jobId, state, offset, limit)) };
  }

  /** Places in the job of the tasks from the place `first` to `last` of what {@link page} shows. */
  async places(query: TaskQuery, first: number, last: number, now: JobNow): Promise<Ranges> {
    if (query.state === 'running')
      return rangesOf(
        this.#running(query, now)
          .slice(first, last + 1)
          .map(({ ordinal }) => ordinal),
      );
    const { total, places } = await this.#list(query, now);
    if (isWhole(query) && first === 0 && last >= total - 1) return total === 0 ? [] : [[0, total - 1]];
    return rangesOf(places(first, last - first + 1));
  }

  /** All places of the job as a list sorted so has them. */
  async sorted(jobId: number, sort: TaskSort, now: JobNow): Promise<readonly number[]> {
    const { total, places } = await this.#list({ jobId, state: null, search: '', sort }, now);
    return places(0, total);
  }

  /** What a query shows: how much, and the places in the job of a part of it. */
  async #list(
    query: TaskQuery,
    now: JobNow,
  ): Promise<{
    readonly total: number;
    readonly places: (offset: number, limit: number) => readonly number[];
  }> {
    const { jobId, sort = null } = query;
    const total = totalTasks(now.counts);
    const order = sort === null ? null : await this.#order(jobId, sort.by, now);
    if (isWhole(query)) {
      const descending = sort?.descending === true;
      const inOrder = order ?? { length: 0, blank: 0, at: (place: number) => place };
      return { total, places: (offset, limit) => placesOf(inOrder, descending, total, offset, limit) };
    }
    const found = await this.#search(query, now);
    if (order === null || sort === null)
      return { total: found.length, places: (offset, limit) => found.slice(offset, offset + limit) };
    const sorted = this.#sortedAmong(found, order, sort.descending, total);
    return { total: sorted.length, places: (offset, limit) => sorted.slice(offset, offset + limit) };
  }

  #sortedAmong(
    found: readonly number[],
    order: Order,
    descending: boolean,
    total: number,
  ): readonly number[] {
    const last = this.#lastSorted;
    if (last?.found === found && last.order === order && last.descending === descending) return last.sorted;
    const among = new Uint8Array(total);
    for (const place of found) among[place] = 1;
    const sorted = placesOf(order, descending, total, 0, total).filter((place) => among[place] === 1);
    this.#lastSorted = { found, order, descending, sorted };
    return sorted;
  }

  #running({ search, sort = null }: TaskQuery, { running }: JobNow): TaskRow[] {
    const rows = running
      .flatMap((id) => this.#tasks.rows.row(id) ?? [])
      .filter(({ name, source }) => `${name}\n${source}`.toLowerCase().includes(search.toLowerCase()))
      .map((row) => ({ ...row, state: 'running' as const }));
    return sort?.descending === true ? rows.reverse() : rows;
  }

  /** Whoever looks at a long list may sort it soon. */
  #prepare(jobId: number, now: JobNow): void {
    const total = totalTasks(now.counts);
    if (now.isEnded && Orders.takes(total))
      this.#large?.prepare(jobId, total, (column) => orderVersion(column, now));
  }

  async #order(jobId: number, by: TaskSort['by'], now: JobNow): Promise<Order> {
    const total = totalTasks(now.counts);
    const version = orderVersion(by, now);
    const large = Orders.takes(total) ? this.#large : null;
    if (large !== null && now.isEnded) return large.order({ jobId, column: by, total, version });
    const key = `${jobId}/${by}`;
    const kept = this.#orders.get(key);
    if (kept?.version === version) return kept.value;
    if (kept !== undefined && now.isLive) {
      const ageMs = performance.now() - kept.atMs;
      if (kept.tookMs === null || ageMs < Math.max(FRESH_MS / 4, kept.tookMs / SHARE)) return kept.value;
    }
    const order =
      large === null
        ? makeOrder(this.#tasks.keys, jobId, by, total).then(heldOrder)
        : large.order({ jobId, column: by, total, version: null });
    const made = keep(this.#orders, key, version, order, large === null ? KEPT : KEPT_LARGE);
    // Of a job that runs the one before is shown until then: the rows themselves are always read anew.
    return now.isLive && kept !== undefined ? kept.value : made;
  }

  async #search(query: TaskQuery, now: JobNow): Promise<readonly number[]> {
    const { jobId, state, finding, search } = query;
    // Tasks that have settled since may be others.
    const version = versionOf(now);
    const key = [jobId, state, finding, search].join('/');
    const kept = this.#found.get(key);
    if (kept?.version === version && performance.now() - kept.atMs < FRESH_MS) return kept.value;
    return keep(this.#found, key, version, this.#find(query, totalTasks(now.counts)));
  }

  async #find(
    { jobId, state, finding = null, search }: TaskQuery,
    total: number,
  ): Promise<readonly number[]> {
    const ordinals: number[] = [];
    for (let from = 0; from < total; from += SLICE) {
      ordinals.push(...this.#tasks.rows.searchSlice(jobId, { state, finding, text: search }, from, SLICE));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return ordinals;
  }
}

function isWhole({ state, finding, search }: TaskQuery): boolean {
  return state === null && (finding ?? null) === null && search === '';
}

/** Tells apart what an order is made of. */
function orderVersion(by: TaskSort['by'], now: JobNow): string {
  return by === 'name' || by === 'source' ? String(totalTasks(now.counts)) : versionOf(now);
}

function versionOf({ counts, run }: JobNow): string {
  return [...Object.values(counts), run].join('/');
}

function keep<Value>(
  all: Map<string, Kept<Value>>,
  key: string,
  version: string,
  value: Promise<Value>,
  most = KEPT,
): Promise<Value> {
  const atMs = performance.now();
  const kept: Kept<Value> = { value, version, atMs, tookMs: null };
  all.delete(key);
  all.set(key, kept);
  for (const oldest of all.keys()) {
    if (all.size <= most) break;
    all.delete(oldest);
  }
  value.then(
    () => {
      kept.tookMs = performance.now() - atMs;
    },
    () => {
      if (all.get(key) === kept) all.delete(key);
    },
  );
  return value;
}
