import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { experimentRequestSchema } from '../../common/experiments/experiment';
import { openDatabase } from './database';
import { ExperimentRepository } from './experiment-repository';
import { MIGRATIONS } from './migrations';
import { Vault } from './vault';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-clear-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const REQUEST = experimentRequestSchema.parse({
  work: {
    type: 'job',
    request: {
      kind: 'download',
      mode: 'pool',
      workers: null,
      urls: ['http://u:s3cret-url@h/'],
      text: '{"url":"http://h/","body":"s3cret-body"}',
      listFiles: [],
      directory: '/tmp/x',
      options: {
        headers: [['X', 's3cret-header']],
        user: { name: 'u', password: 's3cret-user' },
        bearer: 's3cret-bearer',
        proxy: 'http://p:s3cret-proxy@h',
        userAgent: 's3cret-agent',
      },
    },
  },
  contenders: [
    { mode: 'sequential', size: 1 },
    { mode: 'pool', size: 2 },
  ],
});

/** A database as the version before wrote it. */
function writeOld(): void {
  const database = new SqliteDatabase(join(folder, 'heddle.db'));
  database.pragma('journal_mode = WAL');
  const sql = MIGRATIONS.slice(0, 6);
  for (const step of sql) if (typeof step === 'string') database.exec(step);
  database.pragma(`user_version = ${sql.length}`);
  const add = database.prepare(
    `INSERT INTO experiments (state, created_at, kind, title, request, machine, folders)
       VALUES ('done', 0, 'download', 'Download', ?, '{}', '[]')`,
  );
  for (let count = 0; count < 50; count++) add.run(JSON.stringify(REQUEST));
  // Removed, and still in the free pages.
  database.exec('DELETE FROM experiments WHERE id > 1');
  database.exec(
    `INSERT INTO jobs (id, kind, state, mode, label, place, spec, token, created_at)
       VALUES (1, 'download', 'done', 'pool', 'x', 'x', '{}', 'x', 0)`,
  );
  const error = {
    code: 'bad-url',
    message: 'Line 12 is not an HTTP address: u:s3cret-line@h',
    retryable: false,
  };
  database
    .prepare(
      `INSERT INTO tasks (job_id, ordinal, phase, type, state, root, host, source, name, error)
         VALUES (1, 0, 0, 'url', 'failed', 0, '', 'u:s3cret-line@h', 'u:s3cret-line@h', ?)`,
    )
    .run(JSON.stringify(error));
  database.close();
}

function secretsIn(): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes('s3cret'));
}

test('what earlier versions kept in clear is sealed or forgotten, also where it was removed', () => {
  writeOld();
  expect(secretsIn()).toEqual(['heddle.db']);
  const database = openDatabase(folder);
  const experiments = new ExperimentRepository(database, new Vault(folder));
  expect(experiments.get(1)?.request).toEqual(REQUEST);
  expect(database.prepare('SELECT source, name, error FROM tasks').get()).toEqual({
    source: 'line 12',
    name: 'line 12',
    error: '{"code":"bad-url","message":"Line 12 could not be read.","retryable":false}',
  });
  expect(secretsIn()).toEqual([]);
  expect(database.prepare('SELECT * FROM to_compact').all()).toEqual([]);
  database.close();
  expect(secretsIn()).toEqual([]);
});

test('where another process holds the database it is written anew at the next start', () => {
  writeOld();
  const other = new SqliteDatabase(join(folder, 'heddle.db'));
  other.exec('BEGIN');
  other.prepare('SELECT count(*) FROM jobs').get();
  const first = openDatabase(folder);
  expect(first.prepare('SELECT source FROM tasks').get()).toEqual({ source: 'line 12' });
  expect(first.prepare('SELECT * FROM to_compact').all()).toHaveLength(1);
  first.close();
  other.exec('COMMIT');
  other.close();
  const database = openDatabase(folder);
  expect(database.prepare('SELECT * FROM to_compact').all()).toEqual([]);
  database.close();
  expect(secretsIn()).toEqual([]);
});

test('what is stored now is sealed; with another key the addresses are lost, and no more', () => {
  const database = openDatabase(folder);
  const id = new ExperimentRepository(database, new Vault(folder)).insert(
    {
      kind: 'download',
      title: 'Download',
      request: REQUEST,
      machine: {} as never,
      folders: [],
    },
    'owner',
  );
  expect(secretsIn()).toEqual([]);
  rmSync(join(folder, 'secret.key'));
  const lost = new ExperimentRepository(database, new Vault(folder)).get(id)?.request;
  expect(lost).toMatchObject({
    contenders: REQUEST.contenders,
    work: { request: { urls: [], text: null, directory: '/tmp/x', options: { headers: [], user: null } } },
  });
  database.close();
});
