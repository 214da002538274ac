import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Engine, Threads } from './index';
import { buildWorker } from './testing/build-worker';

const FILES = 4000;
/** In the hands of the thread that hangs, at most, and in one batch with its tasks. */
const HELD_UP = 1000;

let folder: string;
let engine: Engine;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-stuck-'));
  const script = await buildWorker(fileURLToPath(new URL('testing/stuck-worker.ts', import.meta.url)));
  engine = await Engine.open({ dataDirectory: join(folder, 'data'), threads: new Threads(script) });
});

afterEach(async () => {
  writeFileSync(join(folder, 'files', 'go'), '');
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

test('one file that hangs holds up its own thread alone', async () => {
  const files = join(folder, 'files');
  mkdirSync(files);
  for (let number = 0; number < FILES; number++) writeFileSync(join(files, `a${number}`), String(number));
  writeFileSync(join(files, 'stuck'), 'x');
  // Two folders: the file that hangs is not the last one, whatever order the system lists names in.
  const behind = join(files, 'z');
  mkdirSync(behind);
  for (let number = 0; number < FILES; number++) writeFileSync(join(behind, `b${number}`), String(number));

  let settled = 0;
  const others = Promise.withResolvers<void>();
  engine.on('tasks-settled', ({ tasks }) => {
    settled += tasks.length;
    if (settled >= 2 * FILES - HELD_UP) others.resolve();
  });
  const { id } = await engine.createJob(
    {
      kind: 'hash',
      mode: 'pool',
      workers: 2,
      paths: [files],
      algorithms: ['sha256'],
      manifest: null,
      cache: false,
    },
    { start: false },
  );
  const ended = engine.ended(id);
  await engine.resume(id);
  await others.promise;
  expect(settled).toBeLessThan(2 * FILES + 1);
  // The thread that hangs may be the one that is to go: that is not waited for.
  engine.resize(id, 1);
  expect(engine.job(id).workers).toBe(1);
  expect(engine.job(id).counts.running).toBeGreaterThan(0);
  writeFileSync(join(files, 'go'), '');
  const { state, counts } = await ended;
  expect([state, counts.done, counts.failed]).toEqual(['done', 2 * FILES + 1, 0]);
});
