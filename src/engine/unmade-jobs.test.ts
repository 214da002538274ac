/** Jobs that were asked for and never made leave nothing behind. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engine, folder, openEngine, put, reopenEngine, useEngine } from './testing/test-engine';
import type { JobRequest } from '../common/model/job-request';

useEngine('unmade-jobs');

const lists = (): string[] => readdirSync(join(folder, 'data', 'lists'));

function download(listFiles: readonly string[], text: string | null = null): JobRequest {
  const directory = join(folder, 'target');
  return { kind: 'download', mode: 'pool', workers: 2, urls: [], text, listFiles: [...listFiles], directory };
}

test('closed while a list is read whose writer never ends', async () => {
  const fifo = join(folder, 'list');
  execFileSync('mkfifo', [fifo]);
  const making = engine.createJob(download([fifo]));
  const refused = expect(making).rejects.toMatchObject({ code: 'closing' });
  const writer = await open(fifo, 'w');
  await writer.write('http://127.0.0.1:9/a\n');
  await engine.close();
  expect(lists()).toEqual([]);
  await refused;
  await writer.close();
  await reopenEngine();
  expect(engine.listJobs({ kind: null, offset: 0, limit: 10 }).total).toBe(0);
});

test('closed while a manifest is handed over that never ends', async () => {
  put(join(folder, 'tree', 'a'), 'a');
  const begun = Promise.withResolvers<undefined>();
  const input = (async function* () {
    yield Buffer.from('# a manifest\n');
    begun.resolve(undefined);
    await new Promise<never>(() => undefined);
  })();
  const request = {
    kind: 'verify',
    mode: 'pool',
    workers: 1,
    manifest: null,
    root: join(folder, 'tree'),
  } as const;
  const refused = expect(engine.createJob(request, { input })).rejects.toMatchObject({ code: 'closing' });
  await begun.promise;
  await engine.close();
  expect(lists()).toEqual([]);
  await refused;
  await reopenEngine();
});

test('a second list that is a folder', async () => {
  put(join(folder, 'list'), 'http://127.0.0.1:9/a\n');
  put(join(folder, 'folder', 'in it'), 'x');
  const making = engine.createJob(download([join(folder, 'list'), join(folder, 'folder')]));
  await expect(making).rejects.toThrow(join(folder, 'folder'));
  expect(lists()).toEqual([]);
});

test('a database that does not take it', async () => {
  const other = await openEngine('other');
  const database = await import('better-sqlite3');
  const blocker = new database.default(join(folder, 'other', 'heddle.db'));
  blocker.exec('DROP TABLE jobs');
  await expect(other.createJob(download([], 'http://127.0.0.1:9/a\n'))).rejects.toThrow();
  expect(readdirSync(join(folder, 'other', 'lists'))).toEqual([]);
  blocker.close();
  await other.close().catch(() => undefined);
});
