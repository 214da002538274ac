/** A database that SQLite cannot read does not keep Heddle from starting: it is set aside, never deleted. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { HeddleError, type ErrorData } from '../../common/model/errors';
import { makeFolders } from '../../files/entries';
import { FILE_NAME, openDatabase, type Database } from './database';
import { INSTANCES } from './instance-lock';

/** What says nothing of jobs. Half of a job's rows would be a job that ends as done with files missing. */
const SAVED_TABLES = ['settings', 'host_limits'];
/** What SQLite keeps beside a database. */
const ENDINGS = ['', '-wal', '-shm'];
/** Who holds it may begin a database here. An empty file, which stays: one that is removed locks nobody out. */
export const LOCK_NAME = 'heddle.lock';
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
  if (!hasContent(path)) {
    return alone(dataDirectory, cannotBegin(dataDirectory), () => beginFromNothing(dataDirectory, path));
  }
  try {
    return { database: openDatabase(dataDirectory), notice: null };
  } catch (error) {
    assertDamaged(error);
  }
  return alone(dataDirectory, cannotSetAside(dataDirectory, path), () => beginAnew(dataDirectory, path));
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** A new database gets its name once it has content: one that is empty was emptied, not begun by another process. */
function beginFromNothing(dataDirectory: string, path: string): OpenedDatabase {
  let notice: ErrorData | null = null;
  if (!hasContent(path)) {
    // What was written last is in the log, and SQLite deletes it where the database itself is empty or not there.
    const aside = hasContent(`${path}-wal`) ? setAside(dataDirectory, path) : null;
    if (aside !== null)
      notice = lost(
        `${path} was empty or deleted`,
        ` What had still to be written to it is kept as ${aside}-wal.`,
      );
    else if (existsSync(path)) notice = lost(`${path} was empty`);
    // It is there before anybody is counted as alive.
    else if (existsSync(join(dataDirectory, INSTANCES))) notice = lost(`${path} was deleted`);
    putEmptyDatabase(dataDirectory, path);
  }
  return { database: openDatabase(dataDirectory), notice };
}

/** Replaces what is there. @throws HeddleError `data-directory` */
function putEmptyDatabase(dataDirectory: string, path: string): void {
  const made = `${path}.new`;
  try {
    // Of a process that was killed here.
    for (const ending of ENDINGS) rmSync(made + ending, { force: true });
    const database = new SqliteDatabase(made);
    database.pragma('journal_mode = WAL');
    database.close();
    renameSync(made, path);
  } catch (cause) {
    throw cannotBegin(dataDirectory)(cause);
  }
}

function lost(what: string, kept = ''): ErrorData {
  return {
    code: 'database-corrupt',
    message: `${what}: jobs and settings that it held are gone.${kept} A new one was begun. Files that jobs have made are not touched.`,
    retryable: false,
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
    throw cannotSetAside(dataDirectory, path)(cause);
  }
  return aside;
}

/**
 * Of processes that find the same, one acts. The system lets go of the lock when a process ends.
 * @param refusal what is thrown where the lock cannot be had
 */
function alone<Result>(
  dataDirectory: string,
  refusal: (cause: unknown) => HeddleError,
  work: () => Result,
): Result {
  let lock: Database | null = null;
  try {
    makeFolders(dataDirectory, 0o700);
    lock = new SqliteDatabase(join(dataDirectory, LOCK_NAME), { timeout: LOCK_TIMEOUT_MS });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    throw refusal(cause);
  }
  try {
    return work();
  } finally {
    lock.close();
  }
}

function cannotSetAside(dataDirectory: string, path: string): (cause: unknown) => HeddleError {
  return (cause) =>
    new HeddleError(
      'data-directory',
      `${path} is damaged and cannot be set aside. Check the permissions of ${dataDirectory}, or choose another data folder with --data-dir.`,
      { cause },
    );
}

function cannotBegin(dataDirectory: string): (cause: unknown) => HeddleError {
  return (cause) =>
    new HeddleError(
      'data-directory',
      `The data folder ${dataDirectory} cannot be used. Check its permissions, or choose another with --data-dir.`,
      { cause },
    );
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
