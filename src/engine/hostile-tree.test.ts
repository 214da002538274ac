/** A folder full of traps is hashed and verified in every mode: nothing hangs, every exception is told once. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import { MODES, type JobSummary } from '../common/model/jobs';
import type { TaskRow } from '../common/model/tasks';
import { Engine, Threads } from './index';
import { buildWorker } from './testing/build-worker';
import { makeHostileTree, type HostileTree } from './testing/hostile-tree';

let workerUrl: string;
let folder: string;
let tree: string;
let hostile: HostileTree;
let engine: Engine;

beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('../workers/worker.ts', import.meta.url)));
  folder = mkdtempSync(join(tmpdir(), 'heddle-hostile-'));
  tree = join(folder, 'tree');
  mkdirSync(tree);
  hostile = await makeHostileTree(tree);
  engine = await Engine.open({
    dataDirectory: join(folder, 'data'),
    threads: new Threads(workerUrl),
    retryPolicy: { maxAttempts: 2, baseMs: 1, capMs: 5, random: () => 0.5 },
  });
});

afterAll(async () => {
  await engine.close();
  execFileSync('rm', ['-rf', folder]);
});

async function run(request: JobRequest): Promise<JobSummary> {
  const { id } = await engine.createJob(request, { start: false });
  const ended = engine.ended(id);
  await engine.resume(id);
  return ended;
}

async function rows(jobId: number, state: TaskRow['state'] | null = null): Promise<readonly TaskRow[]> {
  const all: TaskRow[] = [];
  for (;;) {
    const page = await engine.tasksPage({ jobId, state, search: '', offset: all.length, limit: 500 });
    all.push(...page.rows);
    if (page.rows.length < 500) return all;
  }
}

const names = (found: readonly TaskRow[]): string[] => found.map(({ name }) => name).sort();
const SIZE = 256 * 1024 * 1024;
const everyWay = MODES.flatMap((mode) => [1, 8].map((workers) => ({ mode, workers })));

describe.each(everyWay)('mode $mode, $workers workers', ({ mode, workers }) => {
  test('hashing and verifying', async () => {
    const manifest = join(folder, `${mode}-${workers}`);
    const hashed = await run({
      kind: 'hash',
      mode,
      workers,
      paths: [tree],
      algorithms: ['blake3'],
      manifest: { path: manifest, format: 'gnu' },
      cache: false,
    });
    expect(hashed.state).toBe('done');
    expect(names(await rows(hashed.id, 'done'))).toEqual([...hostile.files].sort());
    expect(names(await rows(hashed.id, 'skipped'))).toEqual([...hostile.specials, ...hostile.links].sort());
    expect(hashed.counts.failed).toBe(0);
    const verified = await run({
      kind: 'verify',
      mode,
      workers,
      manifest,
      root: folder,
      algorithm: 'blake3',
    });
    expect(engine.findings(verified.id)).toEqual({ ok: hostile.files.length });
  });
});

test('two names of one file, and holes, have the digests of their bytes', async () => {
  const { id } = await run({
    kind: 'hash',
    mode: 'pool',
    workers: 2,
    paths: [tree],
    algorithms: ['sha256'],
    manifest: null,
    cache: false,
  });
  const digests = new Map((await rows(id, 'done')).map(({ name, digests }) => [name, digests?.sha256]));
  expect(digests.get('first-name')).toBe(digests.get('second-name'));
  for (const name of ['sparse', 'new\nline', 'n'.repeat(255)]) {
    const [line] = execFileSync('sha256sum', ['-z', name], { cwd: tree, encoding: 'latin1' }).split(' ');
    expect(digests.get(name)).toBe(line);
  }
});

describe.each(['grows', 'shrinks'] as const)('a file that %s while it is read', (what) => {
  test('is told, and is the only one that fails', async () => {
    const moving = join(folder, `that-${what}`);
    mkdirSync(moving);
    const path = join(moving, 'moving');
    // Nothing but a hole, and yet it takes a while to read.
    writeFileSync(path, '');
    truncateSync(path, SIZE);
    writeFileSync(join(moving, 'still'), 'still');
    // Says when it has begun, and then changes it each millisecond: far more often than it can be read.
    const change = {
      grows: 'fs.writeSync(file, "x", null)',
      shrinks: 'fs.ftruncateSync(file, size--)',
    }[what];
    const script = `
      const file = fs.openSync(process.argv[1], ${what === 'grows' ? '"a"' : '"r+"'});
      let size = ${SIZE} - 1;
      const wait = new Int32Array(new SharedArrayBuffer(4));
      fs.writeSync(1, "begun");
      for (;; Atomics.wait(wait, 0, 0, 1)) ${change};`;
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    try {
      const { id, counts } = await run({
        kind: 'hash',
        mode: 'pool',
        workers: 2,
        paths: [moving],
        algorithms: ['sha256'],
        manifest: null,
      });
      expect(counts).toMatchObject({ done: 1, failed: 1 });
      const [failed] = await rows(id, 'failed');
      expect(failed).toMatchObject({ name: 'moving', error: { code: 'changed-while-reading' } });
      expect(failed?.attempts).toBe(2);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(moving, { recursive: true, force: true });
    }
  });
});
