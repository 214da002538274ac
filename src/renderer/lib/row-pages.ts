/**
 * Rows of a long list, held by page. Pages around the viewport are fetched as
 * they are needed; the least recently used go. A page that became stale is
 * shown until its successor has arrived, so that no row ever goes blank.
 */
export interface FetchedPage<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface RowPagesOptions<Row> {
  readonly fetch: (offset: number, limit: number) => Promise<FetchedPage<Row>>;
  /** Something that is on screen may have changed. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
  readonly pageSize?: number;
  readonly maxPages?: number;
  /** Pages fetched at once. */
  readonly concurrency?: number;
}

interface Page<Row> {
  rows: readonly Row[];
  /** The generation in which it was asked for. */
  generation: number;
}

export class RowPages<Row> {
  readonly pageSize: number;
  readonly #options: RowPagesOptions<Row>;
  readonly #maxPages: number;
  readonly #concurrency: number;
  /** In order of use, the least recent first. */
  readonly #pages = new Map<number, Page<Row>>();
  readonly #inFlight = new Set<number>();
  /** What the viewport wants, most urgent first. Replaced at each call of `want`. */
  #wanted: number[] = [];
  #generation = 0;
  #totalGeneration = -1;
  #total: number | null = null;
  #closed = false;

  constructor(options: RowPagesOptions<Row>) {
    this.#options = options;
    this.pageSize = options.pageSize ?? 100;
    this.#maxPages = options.maxPages ?? 60;
    this.#concurrency = options.concurrency ?? 2;
  }

  /** Rows in all; `null` until the first page has come. */
  get total(): number | null {
    return this.#total;
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / this.pageSize))?.rows[index % this.pageSize];
  }

  /** Whether each of these rows can be shown, be it from a stale page. */
  has(first: number, last: number): boolean {
    const end = Math.min(last, (this.#total ?? 0) - 1);
    for (let page = Math.floor(first / this.pageSize); page * this.pageSize <= end; page++) {
      const held = this.#pages.get(page);
      if (held === undefined) return false;
      const from = Math.max(first - page * this.pageSize, 0);
      const to = Math.min(end - page * this.pageSize, this.pageSize - 1);
      if (to >= from && held.rows[to] === undefined) return false;
    }
    return true;
  }

  /** Fetches what of these rows is missing or stale, then what lies next to them. */
  want(first: number, last: number): void {
    if (this.#closed) return;
    const from = Math.max(0, Math.floor(first / this.pageSize));
    const to = Math.max(from, Math.floor(last / this.pageSize));
    const wanted: number[] = [];
    for (let page = from; page <= to; page++) wanted.push(page);
    wanted.push(to + 1, from - 1, to + 2);
    this.#wanted = wanted.filter((page) => page >= 0 && this.#exists(page));
    for (const page of this.#wanted) this.#touch(page);
    this.#work();
  }

  /** Everything held is stale now; what the viewport wants is fetched again. */
  refresh(): void {
    if (this.#closed) return;
    this.#generation += 1;
    this.#work();
  }

  close(): void {
    this.#closed = true;
    this.#pages.clear();
    this.#wanted = [];
  }

  #exists(page: number): boolean {
    return page === 0 || this.#total === null || page * this.pageSize < this.#total;
  }

  #touch(page: number): void {
    const held = this.#pages.get(page);
    if (held === undefined) return;
    this.#pages.delete(page);
    this.#pages.set(page, held);
  }

  #isFresh(page: number): boolean {
    return this.#pages.get(page)?.generation === this.#generation;
  }

  #work(): void {
    for (const page of this.#wanted) {
      if (this.#inFlight.size >= this.#concurrency) return;
      if (this.#inFlight.has(page) || this.#isFresh(page) || !this.#exists(page)) continue;
      void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    const generation = this.#generation;
    this.#inFlight.add(page);
    let failed = false;
    try {
      const fetched = await this.#options.fetch(page * this.pageSize, this.pageSize);
      if (this.#closed) return;
      this.#keep(page, { rows: fetched.rows, generation });
      if (generation >= this.#totalGeneration) {
        this.#totalGeneration = generation;
        this.#total = fetched.total;
      }
      this.#options.onChange();
    } catch (error) {
      failed = true;
      if (!this.#closed) this.#options.onError(error);
    } finally {
      this.#inFlight.delete(page);
    }
    // After a failure the next `want` or `refresh` tries again: going on at once could spin.
    if (!failed) this.#work();
  }

  #keep(page: number, held: Page<Row>): void {
    this.#pages.delete(page);
    this.#pages.set(page, held);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#maxPages) break;
      if (!this.#wanted.includes(oldest)) this.#pages.delete(oldest);
    }
  }
}
