/** Killed at any moment, by the signal that no process can answer: nothing is lost, nothing is wrong, nothing lies about. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { HeddleBridge } from '../src/common/ipc';
import type { JobRequest } from '../src/common/model/job-request';
import type { Mode } from '../src/common/model/jobs';
import { launch, makeTree } from './app';
import {
  appeared,
  expectDownloaded,
  jsonLines,
  metadata,
  taskLines,
  test,
  type FileServer,
  type Fixtures,
  type Terminal,
} from './terminal';

const URLS = 40;
const FILES = 600;

/** A tree that takes its time: its last file is big, and holds nothing but a hole. */
function makeSlowTree(tree: string, bigBytes = 128 * 1024 * 1024): void {
  makeTree(tree, FILES);
  mkdirSync(join(tree, 'empty'));
  chmodSync(join(tree, 'part-1'), 0o750);
  symlinkSync('part-1', join(tree, 'link'));
  writeFileSync(join(tree, 'zz'), 'big');
  truncateSync(join(tree, 'zz'), bigBytes);
  for (const name of ['part-2', 'part-2/file-2.bin', 'empty']) utimesSync(join(tree, name), 1e9, 1e9);
}

/**
 * `copied`: all tasks of a copy. A small file that had its name when its process was killed, and was not recorded, is
 * found to be there already, the same as its source.
 */
type Counts = { readonly done: number; readonly skipped: number } | { readonly copied: number };

/** Goes on with job 1, which was killed, and looks at all that its kinds have in common. */
async function goOn(
  killed: Terminal,
  { heddle, data }: Pick<Fixtures, 'heddle' | 'data'>,
  counts: Counts,
): Promise<void> {
  const before = taskLines((await killed.ended).stdout).map(({ task }) => task);
  const resumed = await heddle(['resume', '--json', '--quiet']);
  expect(resumed).toMatchObject({ status: 0, stderr: '' });
  const after = taskLines(resumed.stdout).map(({ task }) => task);
  // Each task came to its end once, before or after.
  expect(after.filter((task) => before.includes(task))).toEqual([]);
  expect(new Set(after).size).toBe(after.length);
  await expectDone({ heddle, data }, counts);
}

async function expectDone(
  { heddle, data }: Pick<Fixtures, 'heddle' | 'data'>,
  counts: Counts,
): Promise<void> {
  const jobs = jsonLines((await heddle(['jobs', '--json'])).stdout);
  const none = { queued: 0, running: 0, failed: 0, cancelled: 0 };
  const { copied, ...exact } = { copied: null, ...counts };
  expect(jobs).toMatchObject([{ id: 1, state: 'done', planned: true, counts: { ...none, ...exact } }]);
  if (copied !== null) {
    const tasks = jsonLines((await heddle(['export', '1'])).stdout);
    expect(tasks).toHaveLength(copied);
    expect(tasks.filter(({ state, finding }) => state !== 'done' && finding !== 'unchanged')).toEqual([]);
  }
  expect(readdirSync(join(data, 'instances'))).toEqual([]);
}

/** Bytes of the biggest file that is on its way. */
function largestTemporary(folder: string): number {
  const [work] = readdirSync(folder).filter((name) => name.startsWith('.heddle-work-'));
  if (work === undefined) return 0;
  const sizes = readdirSync(join(folder, work)).map(
    (name) => statSync(join(folder, work, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return Math.max(0, ...sizes);
}

const DOWNLOADS: {
  readonly moment: string;
  readonly mode: Mode;
  readonly wait: (run: Terminal, server: FileServer, target: string) => Promise<unknown>;
}[] = [
  { moment: 'at its first request', mode: 'pool', wait: (_, server) => server.arrived(1) },
  {
    moment: 'with 20 files done',
    mode: 'pool',
    wait: (run, server) => {
      server.holdFrom(21);
      return Promise.all([run.printed(20), server.arrived(22)]);
    },
  },
  {
    moment: 'with 20 files done',
    mode: 'sequential',
    wait: (run, server) => {
      server.holdFrom(21);
      return Promise.all([run.printed(20), server.arrived(21)]);
    },
  },
  {
    moment: 'with files half there',
    mode: 'pool',
    wait: (_, server, target) => {
      // How many are asked for at once is up to the host's pace: the big one has to be among them.
      server.holdFromPath('/20.bin');
      return expect.poll(() => largestTemporary(target), { timeout: 30_000 }).toBeGreaterThan(200_000);
    },
  },
  {
    moment: 'as the first file takes its name',
    mode: 'pool',
    wait: (_, __, target) => appeared(target, /^\d+\.bin$/u),
  },
];

for (const { moment, mode, wait } of DOWNLOADS) {
  test(`download killed ${moment}, ${mode}`, async ({ start, heddle, data, server, folder }) => {
    const target = join(folder, 'target');
    mkdirSync(target);
    const args = ['download', '--json', '-d', target, '--mode', mode, ...server.urls(URLS)];
    const run = start(args);
    await wait(run, server, target);
    run.kill('SIGKILL');
    const { signal, stdout } = await run.ended;
    expect(signal).toBe('SIGKILL');
    const asked = server.requests.length;
    server.release();
    await goOn(run, { heddle, data }, { done: URLS, skipped: 0 });
    expectDownloaded(target, URLS);
    expect(readdirSync(folder).sort()).toEqual(['data', 'target']);
    // What was recorded was asked for once, anything else once more at the most.
    const recorded = taskLines(stdout).map(({ source }) => new URL(source).pathname);
    const again = server.requests.slice(asked);
    expect(again.filter((path) => recorded.includes(path))).toEqual([]);
    // The big one may be fetched in parts on several connections, if it takes long.
    const small = again.filter((path) => path !== '/20.bin');
    expect(new Set(small).size).toBe(small.length);
  });
}

/** `last`: the work is all but over, and may be over before the signal comes. */
interface Moment {
  readonly moment: string;
  readonly last?: true;
  readonly wait: (run: Terminal, folder: string) => Promise<void>;
}

const HASHES: Moment[] = [
  { moment: 'at its first result', wait: (run) => run.printed(1) },
  { moment: 'with 400 files done', wait: (run) => run.printed(400) },
  {
    moment: 'as it writes the manifest',
    last: true,
    wait: (_, folder) => appeared(folder, /^\.heddle-work-/u),
  },
  { moment: 'as the manifest takes its name', last: true, wait: (_, folder) => appeared(folder, /^SUMS$/u) },
];

const HASHED = { done: FILES + 1, skipped: 1 };

function expectHashed(folder: string): void {
  const checked = execFileSync('sha256sum', ['-c', 'SUMS'], { cwd: folder, encoding: 'utf8' });
  expect(checked.match(/: OK$/gmu)).toHaveLength(HASHED.done);
  expect(readdirSync(folder).sort()).toEqual(['SUMS', 'data', 'tree']);
}

for (const { moment, last, wait } of HASHES) {
  test(`hash killed ${moment}`, async ({ start, heddle, data, folder }) => {
    makeSlowTree(join(folder, 'tree'));
    const run = start(['hash', '--json', '-o', 'SUMS', 'tree'], { cwd: folder });
    await wait(run, folder);
    run.kill('SIGKILL');
    if (last === undefined) expect((await run.ended).signal).toBe('SIGKILL');
    await goOn(run, { heddle, data }, HASHED);
    expectHashed(folder);
  });
}

const COPIES: Moment[] = [
  { moment: 'as the first file takes its name', wait: (_, folder) => appeared(folder, /^copy\/.+\.bin$/u) },
  { moment: 'at its first result', wait: (run) => run.printed(1) },
  { moment: 'with 100 files done', wait: (run) => run.printed(100) },
  { moment: 'with only folders left', last: true, wait: (run) => run.printed(FILES + 2) },
];

const COPIED = { copied: FILES + 3 };

function expectCopied(folder: string): void {
  const [source, target] = [join(folder, 'tree'), join(folder, 'copy')];
  execFileSync('diff', ['-r', '--no-dereference', source, target]);
  expect(metadata(target)).toEqual(metadata(source));
  expect(readdirSync(folder).sort()).toEqual(['copy', 'data', 'tree']);
}

for (const { moment, last, wait } of COPIES) {
  test(`copy killed ${moment}`, async ({ start, heddle, data, folder }) => {
    makeSlowTree(join(folder, 'tree'));
    const run = start(['copy', '--json', 'tree/', 'copy'], { cwd: folder });
    await wait(run, folder);
    run.kill('SIGKILL');
    if (last === undefined) expect((await run.ended).signal).toBe('SIGKILL');
    await goOn(run, { heddle, data }, COPIED);
    expectCopied(folder);
  });
}

test('a job that runs in one process is left to it by another', async ({ start, heddle, server, folder }) => {
  const target = join(folder, 'target');
  server.holdFrom(3);
  const run = start(['download', '--quiet', '-d', target, ...server.urls(4)]);
  await Promise.all([run.printed(2), server.arrived(4)]);
  for (const command of ['resume', 'retry', 'cancel']) {
    expect(await heddle([command, '1'])).toEqual({
      status: 3,
      signal: null,
      stdout: '',
      stderr: 'heddle: Job 1 is running in another Heddle process. Stop it there first.\n',
    });
  }
  expect(await heddle(['resume'])).toMatchObject({
    status: 0,
    stdout: '',
    stderr: 'There is nothing to resume.\n',
  });
  server.release();
  expect(await run.ended).toMatchObject({ status: 0, stderr: '' });
  expect(server.requests).toHaveLength(4);
  expectDownloaded(target, 4);
});

type Bridged = typeof globalThis & { readonly heddle: HeddleBridge };

/** Makes a job in the window and kills the app, main process and all, once `done` of its tasks are. */
async function killApp(data: string, request: JobRequest, done: number, meanwhile?: () => Promise<void>) {
  const { electron, window } = await launch(data);
  await window.evaluate(
    async ([job, count]) => {
      const { heddle } = globalThis as Bridged;
      const reached = new Promise<void>((resolve) => {
        heddle.on('frame', ({ jobs }) => {
          if (jobs.some(({ counts }) => counts.done >= count)) resolve();
        });
      });
      await heddle.invoke('jobs:create', job);
      await reached;
    },
    [request, done] as const,
  );
  await meanwhile?.();
  const main = electron.process();
  const exited = once(main, 'exit');
  main.kill('SIGKILL');
  expect((await exited)[1]).toBe('SIGKILL');
}

/** Starts the app again and goes on through the window. */
async function goOnInApp(data: string): Promise<void> {
  const { electron, window } = await launch(data);
  const ended = window.evaluate(
    () =>
      new Promise<string>((resolve) => {
        (globalThis as Bridged).heddle.on('jobs-changed', (jobs) => {
          for (const { state } of jobs) if (state === 'done' || state === 'failed') resolve(state);
        });
      }),
  );
  const banner = window.getByRole('region', { name: 'Interrupted jobs' });
  await expect(banner).toContainText('1 job was interrupted. Finished work is kept.');
  await banner.getByRole('button', { name: 'Resume', exact: true }).click();
  expect(await ended).toBe('done');
  await expect(banner).toBeHidden();
  await electron.close();
}

const POOL = { mode: 'pool', workers: null } as const;

test('the app killed in a download', async ({ heddle, data, server, folder }) => {
  const target = join(folder, 'target');
  const text = server.urls(URLS).join('\n');
  server.holdFrom(21);
  const request = { kind: 'download', ...POOL, urls: [], text, listFiles: [], directory: target } as const;
  await killApp(data, { ...request, urls: [], listFiles: [] }, 20, async () => {
    // What the frame counts as done is recorded a moment later.
    const stored = async () => jsonLines((await heddle(['jobs', '--json'])).stdout)[0]?.['counts'];
    await expect.poll(stored).toMatchObject({ done: 20 });
    const other = await heddle(['resume', '1']);
    expect(other).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('is running in another Heddle'),
    });
  });
  const asked = server.requests.length;
  server.release();
  await goOnInApp(data);
  await expectDone({ heddle, data }, { done: URLS, skipped: 0 });
  expectDownloaded(target, URLS);
  expect(server.requests.slice(asked)).toHaveLength(URLS - 20);
});

test('the app killed in a hash', async ({ heddle, data, folder }) => {
  makeSlowTree(join(folder, 'tree'));
  const manifest = { path: join(folder, 'SUMS'), format: 'gnu' } as const;
  const paths = [join(folder, 'tree')];
  await killApp(data, { kind: 'hash', ...POOL, paths, algorithms: ['sha256'], manifest }, 1);
  await goOnInApp(data);
  await expectDone({ heddle, data }, HASHED);
  expectHashed(folder);
});

test('the app killed in a copy', async ({ heddle, data, folder }) => {
  // Holes are copied in no time, but read when the copy is checked: frames come ten times a second, and the kill after one.
  makeSlowTree(join(folder, 'tree'), 512 * 1024 * 1024);
  const sources = [join(folder, 'tree')];
  const destination = join(folder, 'copy');
  await killApp(
    data,
    { kind: 'copy', ...POOL, sources, destination, layout: 'contents', options: { verify: true } },
    100,
  );
  await goOnInApp(data);
  await expectDone({ heddle, data }, COPIED);
  expectCopied(folder);
});
