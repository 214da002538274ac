/** A database that SQLite cannot read does not keep Heddle from starting: it is set aside, never deleted. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { HeddleError, type ErrorData } from '../../common/model/errors';
import { FILE_NAME, openDatabase, type Database } from './database';

/** What says nothing of jobs. Half of a job's rows would be a job that ends as done with files missing. */
const SAVED_TABLES = ['settings', 'host_limits'];
/** What SQLite keeps beside a database. */
const ENDINGS = ['', '-wal', '-shm'];

export interface OpenedDatabase {
  readonly database: Database;
  /** What the user has to know of it. */
  readonly notice: ErrorData | null;
}

/** @throws HeddleError `data-directory` or `database-newer` */
export function openOrBegin(dataDirectory: string): OpenedDatabase {
  const path = join(dataDirectory, FILE_NAME);
  const wasCut = statSync(path, { throwIfNoEntry: false })?.size === 0;
  try {
    return { database: openDatabase(dataDirectory), notice: wasCut ? cutToNothing(path) : null };
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'database-corrupt') throw error;
  }
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const ending of ENDINGS) if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
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
