import { loosePath } from '../../files/folded-names';
import { packTasks } from './pack-tasks';
import { clearSecrets } from './clear-secrets';
import type { Database } from 'better-sqlite3';

/** SQL, or what SQL alone cannot do. */
export type Migration = string | ((database: Database, dataDirectory: string) => void);

/**
 * The database's layout, step by step. A step that was released is never
 * changed; a new one is added at the end. Entry N brings `user_version` to N+1.
 *
 * `source` and `target` hold TEXT, or a BLOB where the path's bytes are not
 * UTF-8. Times are milliseconds since the epoch. Errors and specs are JSON.
 */
export const MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    mode TEXT NOT NULL,
    workers INTEGER,
    label TEXT NOT NULL,
    place TEXT NOT NULL,
    spec TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    owner TEXT,
    planned INTEGER NOT NULL DEFAULT 0,
    plan_cursor TEXT,
    error TEXT,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    elapsed_ms REAL NOT NULL DEFAULT 0,
    bytes_done INTEGER NOT NULL DEFAULT 0,
    bytes_known INTEGER NOT NULL DEFAULT 0,
    queued INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX jobs_by_kind ON jobs (kind, id);

  CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    ordinal INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    root INTEGER NOT NULL,
    host TEXT NOT NULL,
    source NOT NULL,
    target,
    name TEXT NOT NULL,
    size INTEGER,
    bytes INTEGER NOT NULL DEFAULT 0,
    digests TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker INTEGER,
    started_at REAL,
    ended_at REAL,
    not_before REAL,
    error TEXT
  );
  CREATE UNIQUE INDEX tasks_by_ordinal ON tasks (job_id, ordinal);
  CREATE INDEX tasks_by_state ON tasks (job_id, state, phase, host, ordinal);

  CREATE TABLE failed_attempts (
    task_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    worker INTEGER,
    started_at REAL,
    ended_at REAL NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (task_id, attempt)
  ) WITHOUT ROWID;

  CREATE TABLE work_directories (
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    path TEXT NOT NULL,
    PRIMARY KEY (job_id, path)
  ) WITHOUT ROWID;

  CREATE TABLE worker_statistics (
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    worker INTEGER NOT NULL,
    tasks INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    busy_ms REAL NOT NULL,
    alive_ms REAL NOT NULL,
    threads INTEGER NOT NULL,
    PRIMARY KEY (job_id, worker)
  ) WITHOUT ROWID;
  `,
  // Drawing looks at queued tasks alone, and lists filtered by state keep the job's order.
  `
  DROP INDEX tasks_by_state;
  CREATE INDEX tasks_by_state ON tasks (job_id, state, ordinal);
  CREATE INDEX tasks_to_draw ON tasks (job_id, phase, host, ordinal) WHERE state = 'queued';
  CREATE INDEX jobs_by_state ON jobs (state);
  -- Device and inode of the manifest that the job wrote, known before it has its name.
  ALTER TABLE jobs ADD COLUMN manifest_identity TEXT;
  `,
  // What a download asks for beside its URL (JSON, or sealed bytes), how it ended, and what is on disk of it.
  `
  -- Lists were kept in clear until now, and are not readable any more: such a job says that it is to be made anew.
  UPDATE jobs SET spec = json_set(json_remove(spec, '$.list'), '$.lists', json('[]'), '$.options', json('{}'),
    '$.secrets', '') WHERE kind = 'download' AND json_type(spec, '$.list') IS NOT NULL;
  ALTER TABLE tasks ADD COLUMN request;
  ALTER TABLE tasks ADD COLUMN facts TEXT;
  CREATE TABLE partials (
    task_id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    total INTEGER,
    headers TEXT NOT NULL
  );
  CREATE INDEX partials_by_job ON partials (job_id);
  CREATE TABLE partial_extents (
    task_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (task_id, start)
  ) WITHOUT ROWID;
  `,
  // What "update if newer" asks with the next time: the file that an entry became in a folder, and its validators.
  `
  CREATE TABLE known_files (
    -- SHA-256 of the entry with all that it asks: lists may hold keys.
    key TEXT NOT NULL,
    directory TEXT NOT NULL,
    target TEXT NOT NULL,
    -- SHA-256 of the URL that gave the validators.
    source TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    size INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    PRIMARY KEY (key, directory)
  ) WITHOUT ROWID;
  CREATE INDEX known_files_by_target ON known_files (target);
  `,
  // What was found of files, what makes files the same, and digests of files that have not changed since.
  `
  ALTER TABLE tasks ADD COLUMN finding TEXT;
  CREATE INDEX tasks_by_finding ON tasks (job_id, finding, ordinal) WHERE finding IS NOT NULL;
  -- Device and inode, of files that have several names or may be duplicates.
  ALTER TABLE tasks ADD COLUMN inode TEXT;
  CREATE INDEX tasks_by_inode ON tasks (job_id, inode) WHERE inode IS NOT NULL;
  -- Files of one job that may be equal have the same.
  ALTER TABLE tasks ADD COLUMN grouping TEXT;
  CREATE INDEX tasks_by_grouping ON tasks (job_id, grouping, ordinal) WHERE grouping IS NOT NULL;
  ALTER TABLE tasks ADD COLUMN copied TEXT;
  -- Groups of equal files, found when a job that looks for them is at its end.
  CREATE TABLE duplicate_groups (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL,
    grouping TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    files INTEGER NOT NULL,
    reclaimable INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX duplicate_groups_by_digest ON duplicate_groups (job_id, grouping, digest);
  CREATE INDEX duplicate_groups_by_space ON duplicate_groups (job_id, reclaimable DESC, id);
  CREATE TABLE digest_cache (
    -- Device and inode.
    file TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    -- Size, time of modification, time of change.
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (file, algorithm)
  ) WITHOUT ROWID;
  -- Specs have more to them than they had.
  UPDATE jobs SET spec = json_set(spec, '$.rules', json('{"include":[],"exclude":[],"gitignore":false,"hidden":true,"links":"skip","oneFileSystem":false,"minSize":null,"maxSize":null}'),
    '$.cache', json('false'), '$.duplicates', json('false')) WHERE kind = 'hash';
  UPDATE jobs SET spec = json_set(spec, '$.rules', json('{"include":[],"exclude":[],"gitignore":false,"hidden":true,"links":"link","oneFileSystem":false,"minSize":null,"maxSize":null}'),
    '$.options', json('{"existing":"refuse","verify":false,"sync":true,"dryRun":false,"mirror":false}'),
    '$.manifest', json('null'), '$.algorithms', json('[]')) WHERE kind = 'copy';
  -- Phases of a copy: files, their other names, what is to go, folders that emptied, folders.
  UPDATE tasks SET phase = 4 WHERE type = 'folders';
  `,
  // Comparisons of modes, their runs, and what every thread did in the runs that are shown.
  `
  CREATE TABLE experiments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    -- The process that runs it.
    owner TEXT,
    created_at REAL NOT NULL,
    kind TEXT,
    title TEXT NOT NULL,
    request TEXT NOT NULL,
    machine TEXT NOT NULL,
    tasks INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    notes TEXT NOT NULL DEFAULT '[]',
    error TEXT,
    analysis TEXT,
    -- Folders that go with its end: a JSON array of paths.
    folders TEXT NOT NULL
  );
  CREATE INDEX experiments_by_state ON experiments (state);
  CREATE TABLE experiment_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    experiment_id INTEGER NOT NULL REFERENCES experiments (id),
    run TEXT NOT NULL
  );
  CREATE INDEX experiment_runs_by_experiment ON experiment_runs (experiment_id, id);
  -- Deflated JSON.
  CREATE TABLE experiment_timelines (
    run_id INTEGER PRIMARY KEY REFERENCES experiment_runs (id),
    experiment_id INTEGER NOT NULL,
    contender INTEGER NOT NULL,
    timeline BLOB NOT NULL
  );
  CREATE INDEX experiment_timelines_by_experiment ON experiment_timelines (experiment_id, contender, run_id);
  `,
  // Requests of experiments hold URLs, headers and whole lists; a row here asks for the database to be written anew.
  `
  ALTER TABLE experiments ADD COLUMN sealed BLOB;
  CREATE TABLE to_compact (due INTEGER NOT NULL);
  `,
  clearSecrets,
  // What known files are compared by: a file system may take two names for one.
  `
  ALTER TABLE known_files ADD COLUMN loose TEXT NOT NULL DEFAULT '';
  `,
  (database) => {
    const rows = database.prepare<[], { target: string | Buffer }>('SELECT DISTINCT target FROM known_files');
    const set = database.prepare('UPDATE known_files SET loose = ? WHERE target = ?');
    for (const { target } of rows.all()) set.run(loosePath(target), target);
    database.exec(
      'DROP INDEX known_files_by_target; CREATE INDEX known_files_by_loose ON known_files (loose)',
    );
  },
  // Keys begin with what is mounted from now on; device and inode alone did not tell files apart.
  'DELETE FROM digest_cache;',
  packTasks,
  `
  CREATE TABLE host_limits (
    host TEXT PRIMARY KEY,
    -- At once, where it refused more.
    connections INTEGER NOT NULL,
    told_at REAL NOT NULL
  ) WITHOUT ROWID;
  `,
  // Where the time of each worker went (JSON), and how long its tasks took together.
  `
  ALTER TABLE worker_statistics ADD COLUMN run_ms REAL NOT NULL DEFAULT 0;
  ALTER TABLE worker_statistics ADD COLUMN bill TEXT;
  `,
  // Whose turn is next among those that wait, and when a job that stands still is to start (milliseconds since the epoch).
  `
  ALTER TABLE jobs ADD COLUMN place_in_queue INTEGER;
  ALTER TABLE jobs ADD COLUMN start_at REAL;
  UPDATE jobs SET place_in_queue = id;
  `,
  // What programs asked for over RPC, and who answers them.
  `
  CREATE TABLE rpc_downloads (
    gid TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    place REAL NOT NULL,
    -- Sealed JSON.
    request BLOB NOT NULL,
    job_id INTEGER,
    task_place INTEGER NOT NULL,
    -- JSON.
    result TEXT
  ) WITHOUT ROWID;
  CREATE TABLE rpc_server (owner TEXT NOT NULL);
  `,
];
