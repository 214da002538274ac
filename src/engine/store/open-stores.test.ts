/** What a data folder says of how it was left. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildWorker } from '../testing/build-worker';
import { openStores } from './open-stores';

let script: string;
let folder: string;
let path: string;
beforeAll(async () => {
  script = await buildWorker(fileURLToPath(new URL('../testing/hold-stores.ts', import.meta.url)));
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-stores-'));
  path = join(folder, 'heddle.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function other(): Promise<ChildProcess> {
  const child = fork(script, [folder]);
  await once(child, 'message');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function notice(): string | undefined {
  const stores = openStores(folder);
  stores.close();
  return stores.notice?.message;
}

test('a log that is gone after a kill is told until somebody goes on; one that is there is not', async () => {
  await kill(await other());
  expect(existsSync(`${path}-wal`)).toBe(true);
  expect(notice()).toBeUndefined();

  await kill(await other());
  for (const ending of ['-wal', '-shm']) rmSync(path + ending);
  const said = `The last Heddle was killed, and ${path}-wal, which held`;
  expect(notice()).toContain(said);
  // That one may only have looked.
  const stores = openStores(folder);
  expect(stores.notice?.message).toContain(said);
  stores.forgetLoss();
  stores.close();
  expect(notice()).toBeUndefined();
});

test('a log that another process has folded in after a kill is not missed', async () => {
  const stores = openStores(folder);
  await kill(await other());
  stores.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  expect(notice()).toBeUndefined();
});

test('a database that is gone is told, once; a new data folder is not', () => {
  expect(notice()).toBeUndefined();
  rmSync(path);
  expect(notice()).toContain(`${path} was deleted: jobs and settings that it held are gone.`);
  expect(notice()).toBeUndefined();
});
