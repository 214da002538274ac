/** Opens Heddle's database: SQLite in WAL, with numbered migrations. Used in one place, on one thread. */
import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { HeddleError } from '../../common/model/errors';
import { errorCode, isSameFile, lstatOrNull, makeFolders } from '../../files/entries';
import { compactIfDue } from './clear-secrets';
import { MIGRATIONS } from './migrations';

export type Database = SqliteDatabase.Database;

/** Which file each of them was. */
const opened = new WeakMap<Database, BigIntStats | null>();
export const FILE_NAME = 'heddle.db';
/** How long to wait for another Heddle that is writing; its transactions are short. */
const BUSY_TIMEOUT_MS = 5000;
const LOOK_AGAIN_MS = 10;
/** Longer than any transaction of another Heddle should take. */
const SHORT_LOCK_MS = 250;
/** Of another program: a backup, say. */
export const LOCK_PATIENCE_MS = 60_000;

/**
 * @throws HeddleError `data-directory`, `database-newer` or `database-corrupt`; nothing is ever deleted
 */
export function openDatabase(dataDirectory: string): Database {
  const path = join(dataDirectory, FILE_NAME);
  let database: Database;
  try {
    makeFolders(dataDirectory, 0o700);
    database = new SqliteDatabase(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (cause) {
    throw new HeddleError(
      'data-directory',
      `The data folder ${dataDirectory} cannot be used. Check its permissions, or choose another with --data-dir.`,
      { cause },
    );
  }
  try {
    onceFree(() => database.pragma('journal_mode = WAL'));
    // A process that is killed loses nothing in this setting; a power cut may lose the last transactions.
    database.pragma('synchronous = NORMAL');
    // On macOS a flush alone leaves it in the device's own memory (fsync(2) there). Elsewhere this says nothing.
    database.pragma('checkpoint_fullfsync = ON');
    // In KiB. The library's own 16 MB make nothing faster: what is read again is in the system's page cache.
    database.pragma('cache_size = -4000');
    database.pragma('foreign_keys = ON');
    onceFree(() => {
      migrate(database, dataDirectory, path);
    });
    compactIfDue(database);
    // From here on whoever must wait for a lock does so without holding up this thread: see `isLocked`.
    database.pragma(`busy_timeout = ${SHORT_LOCK_MS}`);
    opened.set(database, lstatOrNull(path));
    // SQLite's errors do not say which file they are about. The first one is the user's; those of experiments come later.
    const errors: { database?: string } = SqliteDatabase.SqliteError.prototype as object;
    errors.database ??= path;
    return database;
  } catch (cause) {
    database.close();
    if (cause instanceof HeddleError) throw cause;
    if (isLocked(cause)) {
      throw new HeddleError(
        'data-directory',
        `${path} is being written by another Heddle, and was not free for ${BUSY_TIMEOUT_MS / 1000} s. Try again.`,
        { cause },
      );
    }
    if (isDamaged(cause)) throw new HeddleError('database-corrupt', `${path} is damaged.`, { cause });
    throw new HeddleError(
      'data-directory',
      `${path} cannot be opened for writing. Check its permissions and the free space.`,
      { cause },
    );
  }
}

/**
 * Where two processes make one database at the same time, SQLite refuses one of them at once, whatever its timeout:
 * it does not wait for a lock that would turn reading into writing, as switching to WAL does.
 */
function onceFree(work: () => void): void {
  const until = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isLocked(error) || performance.now() >= until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
    }
  }
}

/**
 * Does the work as soon as no other process keeps the database from being written; until then this thread is free.
 * @throws what the work throws, the lock too where it lasts longer than a minute
 */
export async function onceUnlocked<Result>(work: () => Result): Promise<Result> {
  const until = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= until) throw error;
      await delay(SHORT_LOCK_MS);
    }
  }
}

/** @throws HeddleError `database-gone`: SQLite itself goes on writing to a file that was deleted */
export function assertStillThere(database: Database): void {
  const [there, before] = [lstatOrNull(database.name), opened.get(database) ?? null];
  if (before === null || (there !== null && isSameFile(there, before))) return;
  throw dataGone(lstatOrNull(dirname(database.name)) === null ? dirname(database.name) : database.name);
}

/** @param what the database, or its whole folder */
export function dataGone(what: string): HeddleError {
  return new HeddleError(
    'database-gone',
    `${what} was moved or deleted while Heddle was running, so what it does can no longer be recorded. Put it back, or start the job again.`,
  );
}

export function isDamaged(error: unknown): boolean {
  return /^SQLITE_(?:NOTADB|CORRUPT)/u.test(errorCode(error) ?? '');
}

/** Whether another process keeps the database from being written. */
export function isLocked(error: unknown): boolean {
  return errorCode(error)?.startsWith('SQLITE_BUSY') === true;
}

/** A `prepare` that prepares each text once; its statements live as long as the database. */
export function prepareOnce(database: Database): Database['prepare'] {
  const kept = new Map<string, unknown>();
  const prepare = (sql: string): unknown => {
    let statement = kept.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      kept.set(sql, statement);
    }
    return statement;
  };
  return prepare as Database['prepare'];
}

function migrate(database: Database, dataDirectory: string, path: string): void {
  // Another process may migrate at the same moment: look again once the write lock is ours.
  const upgrade = database.transaction(() => {
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > MIGRATIONS.length) {
      throw new HeddleError(
        'database-newer',
        `${path} was written by a newer Heddle (version ${version} of its layout, this one knows ${MIGRATIONS.length}). Use that one.`,
      );
    }
    for (const step of MIGRATIONS.slice(version)) {
      if (typeof step === 'string') database.exec(step);
      else step(database, dataDirectory);
    }
    database.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  if (Number(database.pragma('user_version', { simple: true })) !== MIGRATIONS.length) upgrade.immediate();
}
