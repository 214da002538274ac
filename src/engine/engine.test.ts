import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import { MODES, type JobSummary } from '../common/model/jobs';
import type { TaskState } from '../common/model/tasks';
import { WORK_DIRECTORY_PREFIX } from '../common/threads/walk';
import { Engine, Threads } from './index';
import { serveDirectory, type RunningServer } from './serve';
import { buildTerminal, buildWorker } from './testing/build-worker';

let workerUrl: string;
let folder: string;
let engine: Engine;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('../workers/worker.ts', import.meta.url)));
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-engine-'));
  engine = await openEngine();
});

afterEach(async () => {
  await engine.close();
  for (const close of closers.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

function openEngine(): Promise<Engine> {
  return Engine.open({
    dataDirectory: join(folder, 'data'),
    threads: new Threads(workerUrl),
    retryPolicy: { maxAttempts: 3, baseMs: 1, capMs: 5, random: () => 0.5 },
  });
}

async function run(request: JobRequest): Promise<JobSummary> {
  const { id } = await engine.createJob(request, { start: false });
  const ended = engine.ended(id);
  await engine.resume(id);
  return ended;
}

function makeFiles(directory: string, count: number): void {
  mkdirSync(join(directory, 'sub'), { recursive: true });
  for (let index = 0; index < count; index++) {
    const name = index % 3 === 0 ? join('sub', `file-${index}.bin`) : `file-${index}.bin`;
    writeFileSync(join(directory, name), randomBytes(1000 + index * 37));
  }
}

async function serve(directory: string, latencyMs = 0): Promise<RunningServer> {
  const server = await serveDirectory({ directory, port: 0, latencyMs });
  closers.push(() => server.close());
  return server;
}

function leftovers(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes(WORK_DIRECTORY_PREFIX),
  );
}

async function states(jobId: number): Promise<TaskState[]> {
  const { rows } = await engine.tasksPage({ jobId, state: null, search: '', offset: 0, limit: 500 });
  return rows.map(({ state }) => state);
}

describe.each(MODES)('mode %s', (mode) => {
  test('downloads, hashes and copies; every file is whole', async () => {
    const source = join(folder, 'source');
    // Each has a thread of its own in one of the modes.
    const files = mode === 'thread-per-task' ? 15 : 60;
    makeFiles(source, files);
    const server = await serve(source);
    const names = readdirSync(source).filter((name) => name.endsWith('.bin'));
    const target = join(folder, 'target');
    const how = { mode, workers: 3 };
    const text = names.map((name) => `${server.url}/${name}`).join('\n');
    const download = await run({
      kind: 'download',
      ...how,
      urls: [],
      text,
      listFiles: [],
      directory: target,
    });
    expect(download).toMatchObject({ state: 'done', counts: { done: names.length, failed: 0, queued: 0 } });
    for (const name of names) {
      expect(readFileSync(join(target, name)).equals(readFileSync(join(source, name)))).toBe(true);
    }
    expect(leftovers(target)).toEqual([]);
    // Whoever looks at it now must not take it for running.
    expect(engine.snapshot(download.id)?.frame.state).toBe('done');

    const path = join(folder, 'SHA256SUMS');
    const hash = await run({
      kind: 'hash',
      ...how,
      paths: [source],
      algorithms: ['sha256'],
      manifest: { path, format: 'gnu' },
    });
    expect(hash).toMatchObject({ state: 'done', counts: { done: files } });
    expect(execFileSync('sha256sum', ['-c', path], { cwd: folder }).toString().split('\n')).toHaveLength(
      files + 1,
    );

    const copy = await run({ kind: 'copy', ...how, sources: [source], destination: join(folder, 'copy') });
    expect(copy).toMatchObject({ state: 'done', counts: { done: files + 1, failed: 0 } });
    execFileSync('diff', ['-r', source, join(folder, 'copy', 'source')]);
    expect(leftovers(folder)).toEqual([]);
    expect(engine.statistics(copy.id).reduce((sum, worker) => sum + worker.tasks, 0)).toBe(files + 1);
  });
});

test('a task that fails leaves all others alone, says why, and runs again when told', async () => {
  const source = join(folder, 'source');
  makeFiles(source, 3);
  const server = await serve(source);
  const missing = `${server.url}/later.bin`;
  const job = await run({
    kind: 'download',
    mode: 'pool',
    workers: 2,
    urls: [`${server.url}/file-1.bin`, missing, `${server.url}/file-2.bin`],
    text: 'no url at all',
    listFiles: [],
    directory: join(folder, 'target'),
  });
  expect(job).toMatchObject({ state: 'done', counts: { done: 2, failed: 2 } });
  const failed = await engine.tasksPage({ jobId: job.id, state: 'failed', search: '', offset: 0, limit: 10 });
  expect(failed.rows.map(({ error }) => error?.code).sort()).toEqual(['bad-url', 'http-404']);

  writeFileSync(join(source, 'later.bin'), 'here now');
  const ended = engine.ended(job.id);
  await engine.retry(job.id);
  expect(await ended).toMatchObject({ counts: { done: 3 } });
  expect(readFileSync(join(folder, 'target', 'later.bin'), 'utf8')).toBe('here now');
});

test('what heals is tried again, within the limit', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(requests < 3 ? 503 : 200).end('healed');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const job = await run({
    kind: 'download',
    mode: 'pool',
    workers: 1,
    urls: [`http://127.0.0.1:${port}/a`],
    text: null,
    listFiles: [],
    directory: folder,
  });
  expect(job.counts).toMatchObject({ done: 1, failed: 0 });
  expect(requests).toBe(3);
});

/** Answers every path with itself, and counts how often each is asked for; from request `heldFrom` on it waits. */
async function serveCounted(heldFrom: number): Promise<{
  readonly url: string;
  readonly asked: ReadonlyMap<string, number>;
  readonly release: () => void;
}> {
  const asked = new Map<string, number>();
  let held: (() => void)[] | null = [];
  let requests = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    requests += 1;
    const answer = (): void => void response.end(path);
    if (held !== null && requests >= heldFrom) held.push(answer);
    else answer();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const release = (): void => {
    for (const answer of held ?? []) answer();
    held = null;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, release };
}

/** Paths of what is done. */
async function donePaths(jobId: number): Promise<string[]> {
  const { rows } = await engine.tasksPage({ jobId, state: 'done', search: '', offset: 0, limit: 500 });
  return rows.map(({ source }) => new URL(source).pathname);
}

/** What was done when it stopped was asked for once, anything else once more at the most. */
function expectFetchedOnce(
  asked: ReadonlyMap<string, number>,
  paths: readonly string[],
  doneBefore: readonly string[],
  target: string,
): void {
  expect([...asked.keys()].sort()).toEqual([...paths].sort());
  expect(doneBefore.filter((path) => asked.get(path) !== 1)).toEqual([]);
  expect([...asked].filter(([, times]) => times > 2)).toEqual([]);
  // A second file of a path would have a number in its name.
  expect(readdirSync(target).sort()).toEqual(paths.map((path) => path.slice(1)).sort());
  expect(paths.filter((path) => readFileSync(join(target, path), 'utf8') !== path)).toEqual([]);
}

test('pause keeps what is done, resume goes on, and what is done is not fetched again', async () => {
  const server = await serveCounted(11);
  const paths = Array.from({ length: 60 }, (_, index) => `/file-${index}`);
  const target = join(folder, 'target');
  const { id } = await engine.createJob(
    {
      kind: 'download',
      mode: 'pool',
      workers: 2,
      urls: paths.map((path) => `${server.url}${path}`),
      text: null,
      listFiles: [],
      directory: target,
    },
    { start: false },
  );
  const tenDone = Promise.withResolvers<void>();
  engine.on('tasks-settled', () => {
    if (engine.job(id).counts.done === 10) tenDone.resolve();
  });
  const paused = engine.ended(id);
  await engine.resume(id);
  await tenDone.promise;
  await engine.pause(id);
  expect(await paused).toMatchObject({ state: 'paused', counts: { done: 10, queued: 50, running: 0 } });
  const before = await donePaths(id);
  expect(before).toHaveLength(10);
  server.release();
  const ended = engine.ended(id);
  await engine.resume(id);
  expect(await ended).toMatchObject({ state: 'done', counts: { done: 60 } });
  expectFetchedOnce(server.asked, paths, before, target);
});

test('cancel ends a job: what ran is gone from disk, what waited is cancelled', async () => {
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'slow.bin'), randomBytes(1000));
  const server = await serve(source, 600_000);
  const target = join(folder, 'target');
  const { id } = await engine.createJob(
    {
      kind: 'download',
      mode: 'pool',
      workers: 2,
      urls: Array.from({ length: 40 }, () => `${server.url}/slow.bin`),
      text: null,
      listFiles: [],
      directory: target,
    },
    { start: false },
  );
  const running = new Promise<void>((resolve) => {
    engine.on('frame', ({ jobs }) => {
      if ((jobs[0]?.counts.running ?? 0) >= 4) resolve();
    });
  });
  const ended = engine.ended(id);
  await engine.resume(id);
  await running;
  await engine.cancel(id);
  expect(await ended).toMatchObject({ state: 'cancelled', counts: { cancelled: 40, queued: 0, running: 0 } });
  expect(new Set(await states(id))).toEqual(new Set(['cancelled']));
  expect(readdirSync(target)).toEqual([]);
});

test('a host that asks for years of patience is waited for quietly, and the job can be cancelled', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(429, { 'retry-after': '99999999' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => {
    warnings.push(warning.name);
  };
  process.on('warning', onWarning);
  closers.push(() => Promise.resolve(process.off('warning', onWarning)));
  const waits = new Promise<void>((resolve) => {
    engine.on('frame', ({ jobs }) => {
      if (jobs.some(({ waitingFor }) => waitingFor !== null)) resolve();
    });
  });
  const { id } = await engine.createJob({
    kind: 'download',
    mode: 'pool',
    workers: 1,
    urls: [`http://127.0.0.1:${port}/later`],
    text: null,
    listFiles: [],
    directory: join(folder, 'target'),
  });
  await waits;
  await engine.cancel(id);
  expect(engine.job(id)).toMatchObject({ state: 'cancelled', counts: { cancelled: 1, queued: 0 } });
  expect(warnings).toEqual([]);
});

test('settings are there after a restart', async () => {
  engine.settings.set({ hash: { mode: 'sequential', workers: 7 } });
  await engine.close();
  engine = await openEngine();
  expect(engine.settings.get().hash).toEqual({ mode: 'sequential', workers: 7 });
});

test('copying a folder into itself is refused before the first byte', async () => {
  const source = join(folder, 'source');
  makeFiles(source, 2);
  await expect(
    engine.createJob({
      kind: 'copy',
      mode: 'pool',
      workers: 1,
      sources: [source],
      destination: join(source, 'sub', 'copy'),
    }),
  ).rejects.toMatchObject({ code: 'copy-into-itself' });
  expect(engine.listJobs({ kind: null, offset: 0, limit: 10 }).total).toBe(0);
});

describe('a process that is killed', () => {
  let scripts: string;
  beforeAll(async () => {
    scripts = await buildTerminal();
  });

  function start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [join(scripts, 'cli.cjs'), ...args, '--data-dir', join(folder, 'data')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** Kills the terminal, without a chance to tidy up, once it has told of so many tasks. */
  async function killAfter(child: ChildProcess, lines: number): Promise<void> {
    if (child.stdout === null) throw new Error('the child has no output');
    let seen = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== '') seen += 1;
      if (seen >= lines) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
  }

  async function resumeOnly(): Promise<JobSummary> {
    const [job] = engine.listJobs({ kind: null, offset: 0, limit: 10 }).jobs;
    if (job === undefined) throw new Error('no job was stored');
    expect(job.state).toBe('interrupted');
    expect(job.counts.done).toBeGreaterThan(0);
    const ended = engine.ended(job.id);
    await engine.resume(job.id);
    return ended;
  }

  test('in the middle of a download: the rest is fetched, nothing twice, nothing is left over', async () => {
    await engine.close();
    const server = await serveCounted(101);
    const paths = Array.from({ length: 300 }, (_, index) => `/file-${index}`);
    const list = join(folder, 'list.txt');
    writeFileSync(list, paths.map((path) => `${server.url}${path}`).join('\n'));
    const target = join(folder, 'target');
    await killAfter(start(['download', '-i', list, '-d', target, '--json', '--workers', '4']), 20);
    server.release();
    engine = await openEngine();
    const before = await donePaths(1);
    expect(await resumeOnly()).toMatchObject({ state: 'done', counts: { done: 300, failed: 0 } });
    expectFetchedOnce(server.asked, paths, before, target);
  });

  test('in the middle of a copy: the rest is copied and equal', async () => {
    await engine.close();
    const source = join(folder, 'source');
    for (let part = 0; part < 20; part++) makeFiles(join(source, `part-${part}`), 150);
    const target = join(folder, 'copy');
    await killAfter(start(['copy', `${source}/`, target, '--json']), 50);
    engine = await openEngine();
    // A small file that had its name already, and was not recorded, is found to be the same.
    const { state, counts } = await resumeOnly();
    expect(state).toBe('done');
    expect(counts.done + counts.skipped).toBe(3001);
    execFileSync('diff', ['-r', source, target]);
    expect(leftovers(folder)).toEqual([]);
  });

  test('in the middle of hashing: the manifest is whole', async () => {
    await engine.close();
    const source = join(folder, 'source');
    for (let part = 0; part < 40; part++) makeFiles(join(source, `part-${part}`), 200);
    const path = join(folder, 'SHA256SUMS');
    await killAfter(start(['hash', source, '-o', path, '--json', '--workers', '1']), 50);
    expect(existsSync(path)).toBe(false);
    engine = await openEngine();
    expect(await resumeOnly()).toMatchObject({ state: 'done', counts: { done: 8000 } });
    execFileSync('sha256sum', ['-c', '--quiet', path], { cwd: folder });
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(8001);
  });
});
