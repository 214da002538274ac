/**
 * Writes the database's write-ahead log back into the database. It waits for the disk, which the thread that answers
 * the window must not. It only ever ends when told to: a thread that is terminated could leave SQLite's locks behind.
 */
import { createRequire } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import type Sqlite from 'better-sqlite3';
import type { CheckpointData, ToCheckpointer } from '../common/threads/checkpoint';

export function serveCheckpoints(port: MessagePort, { library, database }: CheckpointData): void {
  // By its path: in one of Electron's runtimes it is not the one that this file would find.
  const Database = createRequire(library)(library) as typeof Sqlite;
  const connection = new Database(database);
  port.on('message', (message: ToCheckpointer) => {
    if (message === 'close') {
      connection.close();
      port.close();
      return;
    }
    try {
      // Passive: it never makes a writer wait (https://sqlite.org/c3ref/wal_checkpoint_v2.html).
      connection.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // A full disk or a busy database: the log keeps everything until the next one.
    }
  });
}
