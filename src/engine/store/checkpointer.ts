/**
 * Has the write-ahead log written back by a thread of its own while jobs run. SQLite would do it within some commit,
 * and the disk's flush would hold the main process up for 20 ms each time.
 */
import { createRequire } from 'node:module';
import type { Worker } from 'node:worker_threads';
import type { CheckpointData, ToCheckpointer } from '../../common/threads/checkpoint';
import type { Threads } from '../pool';
import type { Database } from './database';

/** SQLite's own choice, in pages. */
const PAGES_ALONE = 1000;
/** Beside the thread: only where that one cannot keep up. */
const PAGES_AT_MOST = 20_000;

export class Checkpointer {
  readonly #database: Database;
  readonly #threads: Threads;
  #worker: Worker | null = null;
  #exited: Promise<void> | null = null;

  constructor(database: Database, threads: Threads) {
    this.#database = database;
    this.#threads = threads;
  }

  /** Call it now and then while there is much to write; the first call makes the thread. */
  request(): void {
    if (this.#exited === null) this.#start();
    this.#post('checkpoint');
  }

  /** Resolves when the thread has let go of the database. */
  async close(): Promise<void> {
    // Otherwise nothing might keep the process alive until then.
    this.#worker?.ref();
    this.#post('close');
    await this.#exited;
  }

  #start(): void {
    const library = createRequire(import.meta.url).resolve('better-sqlite3');
    const data: CheckpointData = { role: 'checkpoint', library, database: this.#database.name };
    const worker = this.#threads.start(data);
    worker.unref();
    this.#worker = worker;
    this.#exited = new Promise((resolve) => {
      worker.once('online', () => {
        // It may have ended by then.
        if (this.#worker !== worker) return;
        this.#database.pragma(`wal_autocheckpoint = ${PAGES_AT_MOST}`);
      });
      // Without the thread, SQLite does it as it always has; 'exit' follows.
      worker.once('error', () => undefined);
      worker.once('exit', () => {
        this.#worker = null;
        if (this.#database.open) this.#database.pragma(`wal_autocheckpoint = ${PAGES_ALONE}`);
        resolve();
      });
    });
  }

  #post(message: ToCheckpointer): void {
    this.#worker?.postMessage(message);
  }
}
