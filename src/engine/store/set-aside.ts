/** A database that SQLite cannot read does not keep Heddle from starting: it is set aside, never deleted. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { HeddleError, type ErrorData } from '../../common/model/errors';
import { makeFolders } from '../../files/entries';
import { FILE_NAME, openDatabase, type Database } from './database';

/** What says nothing of jobs. Half of a job's rows would be a job that ends as done with files missing. */
const SAVED_TABLES = ['settings', 'host_limits'];
/** What SQLite keeps beside a database. */
const ENDINGS = ['', '-wal', '-shm'];
/** Longer than another process takes to begin a new one. */
const LOCK_TIMEOUT_MS = 30_000;

export interface OpenedDatabase {
  readonly database: Database;
  /** What the user has to know of it. */
  readonly notice: ErrorData | null;
}

/** @throws HeddleError `data-directory` or `database-newer` */
export function openOrBegin(dataDirectory: string): OpenedDatabase {
  const path = join(dataDirectory, FILE_NAME);
  if (isOrphanedLog(path)) return alone(dataDirectory, () => beginBesideLog(dataDirectory, path));
  const wasCut = statSync(path, { throwIfNoEntry: false })?.size === 0;
  try {
    return { database: openDatabase(dataDirectory), notice: wasCut ? cutToNothing(path) : null };
  } catch (error) {
    assertDamaged(error);
  }
  return alone(dataDirectory, () => beginAnew(dataDirectory, path));
}

/** What was written last is in the log, and SQLite deletes it where the database itself is empty or not there. */
function isOrphanedLog(path: string): boolean {
  return sizeOf(path) === 0 && sizeOf(`${path}-wal`) > 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function beginBesideLog(dataDirectory: string, path: string): OpenedDatabase {
  if (!isOrphanedLog(path)) return { database: openDatabase(dataDirectory), notice: null };
  const aside = setAside(dataDirectory, path);
  return {
    database: openDatabase(dataDirectory),
    notice: {
      code: 'database-corrupt',
      message: `${path} was empty or deleted: jobs and settings that it held are gone. What had still to be written to it is kept as ${aside}-wal. A new one was begun. Files that jobs have made are not touched.`,
      retryable: false,
    },
  };
}

function beginAnew(dataDirectory: string, path: string): OpenedDatabase {
  try {
    // Another process may have set it aside by now: what is there then is its new one.
    return { database: openDatabase(dataDirectory), notice: null };
  } catch (error) {
    assertDamaged(error);
  }
  const aside = setAside(dataDirectory, path);
  const database = openDatabase(dataDirectory);
  const saved = saveFrom(aside, database);
  const settings = saved ? 'Your settings were taken over.' : 'Your settings could not be read.';
  return {
    database,
    notice: {
      code: 'database-corrupt',
      message: `${path} was damaged and is kept as ${aside}. A new one was begun, without the jobs of the old one. ${settings} Files that jobs have made are not touched.`,
      retryable: false,
    },
  };
}

function assertDamaged(error: unknown): void {
  if (!(error instanceof HeddleError) || error.code !== 'database-corrupt') throw error;
}

/** @returns what it is called now */
function setAside(dataDirectory: string, path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  try {
    for (const ending of ENDINGS) if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
  } catch (cause) {
    throw cannotSetAside(dataDirectory, path, cause);
  }
  return aside;
}

/** Of processes that find the same damage, one acts. The system lets go of the lock when a process ends. */
function alone<Result>(dataDirectory: string, work: () => Result): Result {
  const folder = join(dataDirectory, 'instances');
  let lock: Database | null = null;
  try {
    makeFolders(folder);
    lock = new SqliteDatabase(join(folder, 'set-aside'), { timeout: LOCK_TIMEOUT_MS });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    throw cannotSetAside(dataDirectory, join(dataDirectory, FILE_NAME), cause);
  }
  try {
    return work();
  } finally {
    lock.close();
  }
}

function cannotSetAside(dataDirectory: string, path: string, cause: unknown): HeddleError {
  return new HeddleError(
    'data-directory',
    `${path} is damaged and cannot be set aside. Check the permissions of ${dataDirectory}, or choose another data folder with --data-dir.`,
    { cause },
  );
}

function cutToNothing(path: string): ErrorData {
  return {
    code: 'database-corrupt',
    message: `${path} was empty: jobs and settings that it held are gone. A new one was begun. Files that jobs have made are not touched.`,
    retryable: false,
  };
}

/** @returns whether anything could be read */
function saveFrom(aside: string, database: Database): boolean {
  let old: Database | null = null;
  try {
    old = new SqliteDatabase(aside, { readonly: true });
    for (const table of SAVED_TABLES) {
      const rows = old.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all();
      for (const row of rows) {
        const columns = Object.keys(row);
        const values = columns.map(() => '?').join(', ');
        database
          .prepare(`INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${values})`)
          .run(Object.values(row));
      }
    }
    return true;
  } catch {
    return false;
  } finally {
    old?.close();
  }
}
