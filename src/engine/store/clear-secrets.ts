/** What earlier versions kept in clear is sealed, or forgotten, and leaves no trace in the database's free pages and log. */
import type { ParsedExperimentRequest } from '../../common/experiments/experiment';
import type { Database } from 'better-sqlite3';
import { sealRequest } from './sealed-request';
import { Vault } from './vault';

/** A step of the migrations, within their transaction. */
export function clearSecrets(database: Database, dataDirectory: string): void {
  const vault = new Vault(dataDirectory);
  const seal = database.prepare('UPDATE experiments SET request = ?, sealed = ? WHERE id = ?');
  const experiments = database.prepare<[], { id: number; request: string }>(
    "SELECT id, request FROM experiments WHERE sealed IS NULL AND json_extract(request, '$.work.request.kind') = 'download'",
  );
  for (const { id, request } of experiments.all()) {
    const stored = sealRequest(JSON.parse(request) as ParsedExperimentRequest, vault);
    seal.run(stored.request, stored.sealed, id);
  }
  // Lines of lists that could not be read were shown. Their messages begin with "Line 12".
  const lines = database
    .prepare(
      `UPDATE tasks SET (source, name, error) =
         (SELECT 'line ' || line, 'line ' || line, json_object('code', 'bad-url',
            'message', 'Line ' || line || ' could not be read.', 'retryable', json('false'))
           FROM (SELECT CAST(substr(json_extract(error, '$.message'), 6) AS INTEGER) AS line))
         WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'download') AND state = 'failed' AND host = ''
           AND json_extract(error, '$.code') = 'bad-url'`,
    )
    .run();
  // Also those that were removed since.
  const everCompared = database.prepare("SELECT 1 FROM sqlite_sequence WHERE name = 'experiments'").get();
  if (everCompared !== undefined || lines.changes > 0) database.exec('INSERT INTO to_compact VALUES (1)');
}

/** Tried again at the next start where another process has the database open, or the disk is full. */
export function compactIfDue(database: Database): void {
  if (database.prepare('SELECT 1 FROM to_compact').get() === undefined) return;
  const patience = Number(database.pragma('busy_timeout', { simple: true }));
  database.pragma('busy_timeout = 0');
  try {
    database.exec('VACUUM');
    const [log] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }];
    if (log.busy === 0) database.exec('DELETE FROM to_compact');
  } catch {
    // What is to be done is still written down.
  } finally {
    database.pragma(`busy_timeout = ${patience}`);
  }
}
