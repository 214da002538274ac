/** For tests of jobs: an engine with real threads and SQLite, and a folder for their files. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { JobRequest } from '../../common/model/job-request';
import type { JobSummary } from '../../common/model/jobs';
import type { TaskRow, TaskState } from '../../common/model/tasks';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import { mountToRememberBy } from '../../files/volumes';
import { Engine, Threads } from '../index';
import { buildWorker } from './build-worker';

const LATER = `const { now } = Date;
Date.now = () => now() + 3_600_000;
require('./worker.cjs');
`;

/** Of the test that runs: another one for each. */
export let engine: Engine;
/** Empty but for the engine's own `data`. Of the test that runs, and gone after it. */
export let folder: string;

let workerUrl: string;
/** As {@link workerUrl}, for threads whose clock is an hour ahead. */
let laterWorkerUrl: string;
const mounted: string[] = [];

/** Called once by a file of tests, before hooks of its own. @param name told by the names of the folders */
export function useEngine(name: string): void {
  beforeAll(async () => {
    workerUrl = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
    laterWorkerUrl = join(dirname(workerUrl), 'later.cjs');
    writeFileSync(laterWorkerUrl, LATER);
  }, 60_000);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), `heddle-${name}-`));
    engine = await openEngine();
  });

  afterEach(async () => {
    await engine.close();
    for (const path of mounted.splice(0).reverse()) execFileSync('umount', ['-l', path]);
    rmSync(folder, { recursive: true, force: true });
  });
}

/**
 * @param data name of its folder below the test's; the caller closes the engine
 * @param options.waits as in a window
 */
export function openEngine(
  data = 'data',
  worker = workerUrl,
  { waits = false }: { readonly waits?: boolean } = {},
): Promise<Engine> {
  return Engine.open({
    dataDirectory: join(folder, data),
    threads: new Threads(worker),
    waits,
    retryPolicy: { maxAttempts: 2, baseMs: 1, capMs: 5, random: () => 0.5 },
  });
}

/** As after a crash: another engine has the same database. */
export async function reopenEngine(options: { readonly waits?: boolean } = {}): Promise<void> {
  await engine.close();
  engine = await openEngine('data', workerUrl, options);
}

/**
 * What changed a moment ago, or waits to be written to the device, is not remembered. All that lies below the test's
 * folder is written, and another engine has the same database, in whose threads it is an hour later: times of change
 * cannot be set.
 */
export async function anHourLater(): Promise<void> {
  flushFiles();
  await engine.close();
  engine = await openEngine('data', laterWorkerUrl);
}

export async function run(request: JobRequest): Promise<JobSummary> {
  const { id } = await engine.createJob(request, { start: false });
  return go(id);
}

/** Until the job has ended, or is paused. */
export async function go(id: number, start = () => engine.resume(id)): Promise<JobSummary> {
  const ended = engine.ended(id);
  await start();
  return ended;
}

/**
 * Runs a job until it is as told, pauses it and opens the database anew.
 *
 * @returns what it had come to, and how often each task has settled, which goes on being counted
 */
export async function stopWhen(
  id: number,
  isThen: (job: JobSummary) => boolean,
): Promise<{ readonly job: JobSummary; readonly settled: ReadonlyMap<number, number> }> {
  const settled = new Map<number, number>();
  const count = (): void => {
    engine.on('tasks-settled', ({ tasks }) => {
      for (const task of tasks) settled.set(task.id, (settled.get(task.id) ?? 0) + 1);
    });
  };
  count();
  let stopped = null as Promise<void> | null;
  const look = (): void => {
    if (stopped === null && isThen(engine.job(id))) stopped = engine.pause(id);
  };
  engine.on('tasks-settled', look);
  engine.on('frame', look);
  const job = await go(id);
  expect(stopped).not.toBeNull();
  await stopped;
  await reopenEngine();
  count();
  return { job, settled };
}

/** All of them: fewer than 500. */
export async function rows(jobId: number, state: TaskState | null = null): Promise<readonly TaskRow[]> {
  const page = await engine.tasksPage({ jobId, state, search: '', offset: 0, limit: 500 });
  expect(page.rows.length).toBeLessThan(500);
  return page.rows;
}

/** Makes a file and the folders above it. @param path one that ends in `/` is a folder */
export function put(path: string, content: string | Uint8Array = ''): void {
  mkdirSync(path.endsWith('/') ? path : dirname(path), { recursive: true });
  if (!path.endsWith('/')) writeFileSync(path, content);
}

/** Unmounted when the test is over. */
export function mount(path: string, ...what: string[]): void {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', [...what, path]);
  mounted.push(path);
}

/** Whether exFAT can be mounted here, by FUSE: it folds case, has no hard links and makes inodes up. */
export const knowsExfat =
  process.getuid?.() === 0 &&
  existsSync('/dev/fuse') &&
  ['mkfs.exfat', 'mount.exfat-fuse'].every((tool) => spawnSync('which', [tool]).status === 0);

/** A disk with exFAT, unmounted when the test is over. @param image its file; made where it is not there */
export function mountExfat(path: string, image = `${path}.img`): void {
  mkdirSync(path, { recursive: true });
  if (!existsSync(image)) {
    writeFileSync(image, '');
    truncateSync(image, 20 * 1024 * 1024);
    execFileSync('mkfs.exfat', [image], { stdio: 'ignore' });
  }
  const device = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim();
  try {
    execFileSync('mount.exfat-fuse', [device, path], { stdio: 'ignore' });
    mounted.push(path);
  } finally {
    // Gone when nothing uses it any more.
    execFileSync('losetup', ['-d', device]);
  }
}

/** Before the test is over. */
export function unmount(path: string, ...how: string[]): void {
  execFileSync('umount', [...how, path]);
  mounted.splice(mounted.indexOf(path), 1);
}

/** What unfinished work has left below a folder. */
export function leftovers(directory: string): string[] {
  const found: string[] = [];
  // Node's own recursive listing follows links.
  const look = (below: string): void => {
    for (const entry of readdirSync(join(directory, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (path.includes(WORK_DIRECTORY_PREFIX)) found.push(path);
      if (entry.isDirectory()) look(path);
    }
  };
  look('');
  return found;
}

/** Whether digests of the files that tests make are remembered: on tmpfs, say, they are not. */
export function remembersDigests(): boolean {
  return mountToRememberBy(tmpdir()) !== null;
}

/** Writes all files below the test's folder to the device. @param except the name of files that are left as they are */
export function flushFiles(except?: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === except) continue;
    const fd = openSync(join(entry.parentPath, entry.name), 'r');
    try {
      fsyncSync(fd);
    } catch {
      // What is read-only has nothing to be written.
    }
    closeSync(fd);
  }
}
