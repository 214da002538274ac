/** Disks and databases that fail while a job runs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Engine, Threads } from './index';
import { JobRepository } from './store/job-repository';
import { buildWorker } from './testing/build-worker';

let folder: string;
let engine: Engine;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-faults-'));
  const script = await buildWorker(fileURLToPath(new URL('testing/faulty-worker.ts', import.meta.url)));
  engine = await Engine.open({
    dataDirectory: join(folder, 'data'),
    threads: new Threads(script),
    retryPolicy: { maxAttempts: 3, baseMs: 1, capMs: 1, random: () => 0 },
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a file that was read at the second attempt is read whole in the next phase', async () => {
  const files = join(folder, 'files');
  for (const name of ['a', 'b']) mkdirSync(join(files, name), { recursive: true });
  const content = Buffer.alloc(1 << 20, 'the same');
  for (const name of ['a/faulty', 'b/other']) writeFileSync(join(files, name), content);
  const { id } = await engine.createJob(
    {
      kind: 'hash',
      mode: 'sequential',
      workers: null,
      paths: [files],
      algorithms: ['blake3'],
      manifest: null,
      cache: false,
      duplicates: true,
    },
    { start: false },
  );
  const ended = engine.ended(id);
  await engine.resume(id);
  const { state, counts } = await ended;
  expect([state, counts.done, counts.queued]).toEqual(['done', 2, 0]);
  const failed = await engine.tasksPage({ jobId: id, state: null, search: 'faulty', offset: 0, limit: 1 });
  expect(engine.failedAttempts(failed.rows[0]?.id ?? 0)).toHaveLength(1);
  expect(engine.findings(id)).toEqual({ duplicate: 2 });
});

test.runIf(process.getuid?.() === 0)(
  'a database that refuses what a running task tells ends its job, and nothing else',
  async () => {
    const add = vi.spyOn(JobRepository.prototype, 'addWorkDirectory').mockImplementation(() => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    });
    const [source, target] = [join(folder, 'from'), join(folder, 'to')];
    // Files on another disk have a work folder of their own, which is told before it is made.
    const disk = join(target, 'from', 'disk');
    mkdirSync(join(source, 'disk'), { recursive: true });
    writeFileSync(join(source, 'disk', 'large'), Buffer.alloc(3 << 20));
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk]);
    try {
      const { id } = await engine.createJob(
        { kind: 'copy', mode: 'pool', workers: 2, sources: [source], destination: target },
        { start: false },
      );
      const ended = engine.ended(id);
      await engine.resume(id);
      const { state, error } = await ended;
      expect(add).toHaveBeenCalled();
      expect(state).toBe('failed');
      expect(error?.message).toContain('disk is full');
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  },
);
