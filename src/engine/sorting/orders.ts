/**
 * Orders of jobs with many tasks. They are made in a process of its own, which is there while there is something to
 * sort: so SQLite stays on one thread of each, and what sorting takes of memory goes with it.
 */
import { createRequire } from 'node:module';
import { TASK_COLUMNS, type TaskColumn } from '../../common/model/columns';
import { fromErrorData } from '../../common/model/errors';
import type { SortArguments, SortReply, SortRequest } from './child';
import { heldOrder, type Order } from './column-order';
import { isStored, orderFile, storedOrder } from './stored-order';

/** With fewer tasks no order takes long enough to be felt. */
const MANY = 20_000;
/** Without work for so long the thread ends. */
const IDLE_MS = 5000;

/** What runs `child.ts`. */
export interface SortProcess {
  send(request: SortRequest): void;
  onReply(listener: (reply: SortReply) => void): void;
  onExit(listener: () => void): void;
  kill(): void;
}

export interface OrdersOptions {
  readonly start: (args: SortArguments) => SortProcess;
  /** The database's file. */
  readonly database: string;
  readonly dataDirectory: string;
}

/** Of which rows an order is. */
export interface OrderOf {
  readonly jobId: number;
  readonly column: TaskColumn;
  readonly total: number;
  /** `null`: rows are changing, so it is not stored. */
  readonly version: string | null;
}

interface Wanted {
  readonly request: SortRequest;
  readonly made: PromiseWithResolvers<SortReply['order']>;
}

export class Orders {
  readonly #options: OrdersOptions;
  #process: SortProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | null = null;
  #now: Wanted | null = null;
  /** Asked for by somebody who waits. */
  readonly #waiting: Wanted[] = [];
  /** What will be asked for, probably. */
  #ahead: OrderOf[] = [];
  #preparedFor = '';
  #last: { readonly file: string; readonly order: Order } | null = null;
  #closed = false;

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  static takes(total: number): boolean {
    return total >= MANY;
  }

  async order(of: OrderOf): Promise<Order> {
    const stored = this.#stored(of);
    if (stored !== null) return stored;
    const made = await this.#make(of);
    const order = made === null ? this.#stored(of) : heldOrder(made);
    if (order === null) throw new Error('The sorted list could not be read.');
    return order;
  }

  /** The same object as long as nobody asks for another one. */
  #stored(of: OrderOf): Order | null {
    const file = this.#fileOf(of);
    if (file === null || !isStored(file, of.total)) return null;
    if (this.#last?.file !== file) this.#last = { file, order: storedOrder(file, of.total) };
    return this.#last.order;
  }

  /** Makes the orders by all columns while nobody waits for one. @param versionOf of the rows that a column shows */
  prepare(jobId: number, total: number, versionOf: (column: TaskColumn) => string): void {
    const key = `${jobId}/${versionOf('state')}`;
    if (key === this.#preparedFor || this.#closed) return;
    this.#preparedFor = key;
    this.#ahead = TASK_COLUMNS.map((column) => ({ jobId, column, total, version: versionOf(column) }));
    this.#next();
  }

  /** What is being sorted is given up. Resolves when the process is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#process?.kill();
    await this.#gone;
  }

  #fileOf({ jobId, column, version }: OrderOf): string | null {
    return version === null ? null : orderFile(this.#options.dataDirectory, jobId, column, version);
  }

  #make(of: OrderOf): Promise<SortReply['order']> {
    const file = this.#fileOf(of);
    const same = [this.#now, ...this.#waiting].find(
      (wanted) => file !== null && wanted?.request.file === file,
    );
    if (same != null) return same.made.promise;
    const { jobId, column, total } = of;
    const wanted: Wanted = {
      request: { jobId, column, total, file },
      made: Promise.withResolvers(),
    };
    this.#waiting.push(wanted);
    this.#next();
    return wanted.made.promise;
  }

  #next(): void {
    if (this.#now !== null) return;
    const wanted = this.#waiting.shift() ?? null;
    if (wanted !== null) {
      this.#now = wanted;
      try {
        this.#running().send(wanted.request);
      } catch (error) {
        this.#fail(error);
      }
      return;
    }
    for (let of = this.#ahead.shift(); of !== undefined; of = this.#ahead.shift()) {
      const file = this.#fileOf(of);
      if (file === null || isStored(file, of.total)) continue;
      // Whoever asks for it later is told what went wrong.
      this.#make(of).catch(() => undefined);
      return;
    }
    this.#idleTimer ??= setTimeout(() => {
      this.#process?.kill();
    }, IDLE_MS).unref();
  }

  #running(): SortProcess {
    if (this.#closed) throw new Error('Heddle is closing.');
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    return (this.#process ??= this.#start());
  }

  #start(): SortProcess {
    const started = this.#options.start([
      this.#options.database,
      createRequire(__filename).resolve('better-sqlite3'),
    ]);
    started.onReply(({ error, order }) => {
      const { made } = this.#now ?? {};
      this.#now = null;
      if (error === null) made?.resolve(order);
      else made?.reject(fromErrorData(error));
      this.#next();
    });
    this.#gone = new Promise((resolve) => {
      started.onExit(() => {
        this.#process = null;
        this.#fail(new Error('The process that sorts ended.'));
        resolve();
      });
    });
    return started;
  }

  #fail(error: unknown): void {
    this.#ahead = [];
    const left = [this.#now, ...this.#waiting.splice(0)];
    this.#now = null;
    for (const wanted of left) wanted?.made.reject(error);
  }
}
