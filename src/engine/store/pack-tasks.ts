/**
 * Tasks get ids that say their job and their place in it, one table without a second index, and packets beside it for
 * those that wait. Tasks of older versions that wait have their rows already, and go on from these.
 */
import type { Database } from 'better-sqlite3';

export function packTasks(database: Database): void {
  database.exec(`
  -- Tasks that run are queued in the database since long; what an old version left is, too.
  UPDATE jobs SET queued = queued + running;
  ALTER TABLE jobs DROP COLUMN running;
  ALTER TABLE jobs ADD COLUMN next_ordinal INTEGER NOT NULL DEFAULT 0;
  UPDATE jobs SET next_ordinal = coalesce((SELECT max(ordinal) + 1 FROM tasks WHERE job_id = jobs.id), 0);

  DROP INDEX tasks_by_state;
  DROP INDEX tasks_to_draw;
  DROP INDEX tasks_by_finding;
  DROP INDEX tasks_by_inode;
  DROP INDEX tasks_by_grouping;
  ALTER TABLE tasks RENAME TO old_tasks;
  CREATE TABLE tasks (
    -- job_id * 10^9 + place in the job
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    root INTEGER NOT NULL,
    host TEXT NOT NULL,
    source NOT NULL,
    target,
    -- A number: so many characters at the end of its source.
    name NOT NULL,
    size INTEGER,
    bytes INTEGER NOT NULL DEFAULT 0,
    digests TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker INTEGER,
    started_at REAL,
    ended_at REAL,
    not_before REAL,
    error TEXT,
    request,
    facts TEXT,
    finding TEXT,
    inode TEXT,
    grouping TEXT,
    copied TEXT,
    -- The number in the names of its temporary files, where that is not its id.
    temporary INTEGER
  );
  INSERT INTO tasks SELECT job_id * 1000000000 + ordinal, job_id, phase, type,
    CASE state WHEN 'running' THEN 'queued' ELSE state END, root, host, source, target, name, size, bytes, digests,
    attempts, worker, started_at, ended_at, not_before, error, request, facts, finding, inode, grouping, copied,
    CASE state WHEN 'done' THEN NULL ELSE id END FROM old_tasks ORDER BY job_id, ordinal;
  CREATE INDEX tasks_by_state ON tasks (job_id, state);
  CREATE INDEX tasks_to_draw ON tasks (job_id, phase, host) WHERE state = 'queued';
  CREATE INDEX tasks_by_finding ON tasks (job_id, finding) WHERE finding IS NOT NULL;
  CREATE INDEX tasks_by_inode ON tasks (job_id, inode) WHERE inode IS NOT NULL;
  CREATE INDEX tasks_by_grouping ON tasks (job_id, grouping) WHERE grouping IS NOT NULL;

  CREATE TABLE packets (
    -- Id of its first task.
    first INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    host TEXT NOT NULL,
    count INTEGER NOT NULL,
    -- Tasks that have no row.
    open INTEGER NOT NULL,
    columns TEXT NOT NULL
  );
  CREATE INDEX packets_to_draw ON packets (job_id, phase, host);
  `);
  for (const { table, columns } of [
    { table: 'failed_attempts', columns: 'attempt, worker, started_at, ended_at, error' },
    { table: 'partials', columns: 'job_id, url, etag, last_modified, total, headers' },
    { table: 'partial_extents', columns: 'start, "end", digest' },
  ]) {
    const owned = columns
      .split(', ')
      .map((column) => `${table}.${column}`)
      .join(', ');
    database.exec(`
      CREATE TEMP TABLE moved AS SELECT old_tasks.job_id * 1000000000 + old_tasks.ordinal AS new_id, ${owned}
        FROM ${table} JOIN old_tasks ON old_tasks.id = ${table}.task_id;
      DELETE FROM ${table};
      INSERT INTO ${table} (task_id, ${columns}) SELECT new_id, ${columns} FROM moved;
      DROP TABLE moved;
    `);
  }
  database.exec('DROP TABLE old_tasks;');
}
