// The main thread: it stores what is planned, hands it on, and writes what was answered.
import { availableParallelism } from 'node:os';
import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import SqliteDatabase from 'better-sqlite3';
import { sourcesOf } from './packets.mjs';

const SCHEMA = `
  CREATE TABLE packets (first INTEGER PRIMARY KEY, count INTEGER, sources BLOB, sizes BLOB);
  CREATE TABLE tasks (ordinal INTEGER PRIMARY KEY, state INTEGER, source, bytes INTEGER, digest, worker INTEGER,
    started_at REAL, ended_at REAL) WITHOUT ROWID;
  CREATE INDEX by_state ON tasks (state, ordinal);`;
const DONE = 2;
/** So many that no thread waits for the next: two, and of URLs as many as a thread has connections for. */
const ahead = (work) => (work.startsWith('download') ? 4 : 2);

export class Store {
  #database;
  #plan;
  #settle;

  constructor(file) {
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    this.#database = new SqliteDatabase(file);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.exec(SCHEMA);
    this.#plan = this.#database.prepare('INSERT INTO packets VALUES (?, ?, ?, ?)');
    this.#settle = this.#database.prepare('INSERT OR IGNORE INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  }

  /** Before it is acted upon. */
  add({ first, count, sources, sizes }) {
    this.#plan.run(first, count, sources, new Uint8Array(sizes.buffer));
  }

  /** The row of each task, in one transaction. @returns {string} digests as `sha256sum` prints them, or nothing */
  settle(answer, worker) {
    const { first, sizes, digests, times } = answer;
    let text = '';
    this.#database.transaction(() => {
      for (const [index, source] of sourcesOf(answer).entries()) {
        const digest = digests?.[index] ?? null;
        const [from, to] = [times[2 * index], times[2 * index + 1]];
        this.#settle.run(first + index, DONE, source, sizes[index], digest, worker, from, to);
        if (digest !== null) text += `${digest}  ${source}\n`;
      }
    })();
    return text;
  }

  /** @returns {{ planned: number, settled: number }} */
  counts() {
    const count = (sql) => this.#database.prepare(sql).pluck().get() ?? 0;
    return {
      planned: count('SELECT sum(count) FROM packets'),
      settled: count('SELECT count(*) FROM tasks'),
    };
  }

  close() {
    this.#database.close();
  }
}

/**
 * Does the work and ends its threads; digests go to standard output.
 *
 * @param {string} file the database; what was there is replaced
 * @param {{ work: string, args: readonly string[], threads?: number }} order
 * @returns {Promise<{ planned: number, settled: number }>} tasks
 */
export function run(file, { work, args, threads = availableParallelism() }) {
  const order = { work, args, threads };
  const thread = (script) => new Worker(new URL(script, import.meta.url), { workerData: order });
  const workers = Array.from({ length: threads }, () => thread('./work.mjs'));
  const planner = thread('./plan.mjs');
  const store = new Store(file);
  return new Promise((resolve, reject) => {
    const open = [];
    // A thread stands in it as often as it takes a packet: all of them once before any of them twice.
    const free = Array.from({ length: ahead(work) }, () => workers).flat();
    let planned = 0;
    let running = 0;
    let isPlanned = false;
    const give = () => {
      for (; open.length > 0 && free.length > 0; running++) free.shift().postMessage(open.shift());
      if (!isPlanned || running > 0) return;
      for (const worker of workers) worker.postMessage(null);
      const counts = store.counts();
      store.close();
      resolve(counts);
    };
    planner.on('error', reject).on('message', (packet) => {
      if (packet === null) {
        isPlanned = true;
      } else {
        packet.first = planned;
        planned += packet.count;
        store.add(packet);
        open.push(packet);
      }
      give();
    });
    for (const [number, worker] of workers.entries()) {
      worker.on('error', reject).on('message', (answer) => {
        running -= 1;
        free.push(worker);
        const text = store.settle(answer, number);
        if (text !== '') process.stdout.write(text);
        give();
      });
    }
  });
}
