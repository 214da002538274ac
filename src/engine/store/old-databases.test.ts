/**
 * Databases that earlier versions made: they are opened, show what they held, and their jobs go on to their right end.
 * Through the engine's door alone: how it stores them is nobody's business here.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MODES, isEnded, type JobSummary } from '../../common/model/jobs';
import type { TaskRow } from '../../common/model/tasks';
import { Engine, Threads } from '../index';
import { buildWorker } from '../testing/build-worker';
import { unpack, type About } from '../testing/old-databases/archive';
import { OldServer, contentOf, type AskedRequest } from '../testing/old-databases/server';
import { leftovers } from '../testing/test-engine';

const FIXTURES = fileURLToPath(new URL('../testing/fixtures', import.meta.url));
const HALF = 500;
const MIB = 1024 * 1024;

let worker: string;
let folder: string;
let root: string;
let server: OldServer;
let about: About;
let engine: Engine;
/** As they were shown when the database was opened. */
let opened: readonly JobSummary[];
/** Requests of earlier tests. */
let askedBefore: number;

beforeAll(async () => {
  worker = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
});

/** Tests of one archive share it: each has jobs of its own. */
function useArchive(version: string, name: 'jobs' | 'experiments' | 'large-copy'): void {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-restored-'));
    root = join(folder, 'root');
    server = new OldServer(true);
    const host = await server.listen();
    about = await unpack(join(FIXTURES, version, `${name}.tar.br`), folder, host);
    engine = await Engine.open({
      dataDirectory: join(root, 'data'),
      threads: new Threads(worker),
      retryPolicy: { maxAttempts: 3, baseMs: 1, capMs: 5, random: () => 0.5 },
    });
    opened = engine.listJobs({ kind: null, offset: 0, limit: 100 }).jobs;
  });

  beforeEach(() => {
    askedBefore = server.requests.length;
  });

  afterAll(async () => {
    await engine.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

function idOf(what: string): number {
  const id = about.jobs[what];
  if (id === undefined) throw new Error(`There is no job for ${what}.`);
  return id;
}

function at(...parts: readonly string[]): string {
  return join(root, ...parts);
}

function read(...parts: readonly string[]): Buffer {
  return readFileSync(at(...parts));
}

async function rows(id: number): Promise<readonly TaskRow[]> {
  const all: TaskRow[] = [];
  for (;;) {
    const page = await engine.tasksPage({
      jobId: id,
      state: null,
      search: '',
      offset: all.length,
      limit: 400,
    });
    all.push(...page.rows);
    if (page.rows.length === 0) return all;
  }
}

/** By their names, of which each is there once. */
async function named(what: string): Promise<Record<string, TaskRow>> {
  const all = await rows(idOf(what));
  const byName = Object.fromEntries(all.map((row) => [row.name, row]));
  expect(Object.keys(byName)).toHaveLength(all.length);
  return byName;
}

/** The job as it is when it has ended. What settles settles once. @returns the tasks that did */
async function follow(
  id: number,
  start: () => Promise<void>,
): Promise<{ readonly job: JobSummary; readonly settled: readonly number[] }> {
  const settled: number[] = [];
  const off = engine.on('tasks-settled', ({ jobId, tasks }) => {
    if (jobId === id) settled.push(...tasks.map((task) => task.id));
  });
  const ended = engine.ended(id);
  await start();
  const job = await ended;
  off();
  expect(job.counts).toMatchObject({ queued: 0, running: 0 });
  expect(job.planned).toBe(true);
  expect(new Set(settled).size).toBe(settled.length);
  const all = await rows(id);
  expect(new Set(all.map((row) => row.id)).size).toBe(all.length);
  expect(all.map(({ ordinal }) => ordinal)).toEqual(all.map((_, index) => index));
  return { job, settled };
}

/** Goes on with a job that has not ended. What had settled stays as it is; every other task settles now. */
async function goOn(what: string): Promise<JobSummary> {
  const id = idOf(what);
  const before = (await rows(id)).filter(({ state }) => state !== 'queued');
  const { job, settled } = await follow(id, () => engine.resume(id));
  const after = await rows(id);
  const isOld = new Set(before.map((row) => row.id));
  // What files that look alike are is said when all are read.
  const told = (row: TaskRow): TaskRow => ({ ...row, finding: null });
  expect(after.filter((row) => isOld.has(row.id)).map(told)).toEqual(before.map(told));
  const isNew = after.filter((row) => !isOld.has(row.id)).map((row) => row.id);
  expect([...settled].sort((a, b) => a - b)).toEqual(isNew.sort((a, b) => a - b));
  expect(settled.length).toBeGreaterThan(0);
  return job;
}

/** Of this test, in the order of their paths. */
function asked(): readonly AskedRequest[] {
  return server.requests.slice(askedBefore).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function askedPaths(): readonly string[] {
  return asked().map(({ path }) => path);
}

/** What is in the job's folder is what the server has, and nothing else. */
function expectDownloaded(what: string, from: readonly string[]): void {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  expect(readdirSync(at('downloads', what)).sort()).toEqual(from.map(nameOf).sort());
  const wrong = from.filter((path) => !read('downloads', what, nameOf(path)).equals(contentOf(path)));
  expect(wrong).toEqual([]);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function textOf(lines: AsyncIterable<string | Uint8Array>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const line of lines) chunks.push(Buffer.from(line));
  return Buffer.concat(chunks).toString();
}

/** Checked by the tool that manifests are for. @returns how many files are as listed */
function checkedSums(manifest: string): number {
  const said = execFileSync('sha256sum', ['-c', '--strict', manifest], { cwd: root, encoding: 'utf8' });
  return said.match(/: OK$/gmu)?.length ?? 0;
}

/** The groups below a folder, by the first of their paths. */
async function groups(what: string): Promise<unknown> {
  const { totals, groups: found } = await engine.duplicateGroups(idOf(what), 0, 10);
  const below = (paths: readonly string[]): string[] =>
    paths.map((path) => path.replace(`${at(what)}/`, '')).sort();
  return {
    totals,
    groups: found.map(({ size, files, paths, links }) => ({
      size,
      files,
      paths: below(paths),
      links: below(links),
    })),
  };
}

/** Of each search: `one` and `sub/link` are names of one file. */
const GROUPS = {
  totals: { groups: 2, files: 6, reclaimableBytes: 300_005 },
  groups: [
    { size: 100_000, files: 4, paths: ['one', 'sub/stuck', 'sub/three', 'two'], links: ['sub/link'] },
    { size: 5, files: 2, paths: ['also-small', 'small'], links: [] },
  ],
};

describe.each(readdirSync(FIXTURES))('databases of layout %s', (version) => {
  describe('jobs', () => {
    useArchive(version, 'jobs');

    test('are shown with their states and counts; those whose process was killed can go on', () => {
      const names = new Map(Object.entries(about.jobs).map(([what, id]) => [id, what]));
      const shown = opened.map(
        ({ id, state, planned, counts: { queued, done, failed, skipped, cancelled } }) => [
          names.get(id),
          [state, planned ? 'planned' : 'half planned', queued, done, failed, skipped, cancelled].join(' '),
        ],
      );
      expect(Object.fromEntries(shown)).toEqual({
        fetched: 'done planned 0 3 2 0 0',
        secrets: 'paused planned 3 2 0 0 0',
        waiting: 'paused planned 1 1 0 0 0',
        waited: 'paused planned 1 1 0 0 0',
        'not-started': 'interrupted half planned 0 0 0 0 0',
        cancelled: 'cancelled planned 0 1 0 0 2',
        newer: 'done planned 0 2 0 0 0',
        named: 'interrupted planned 3 1 0 0 0',
        'half-downloaded': 'interrupted half planned 200 0 0 0 0',
        hashed: 'done planned 0 4 0 1 0',
        'hash-killed': 'interrupted planned 21 20 0 0 0',
        'hash-failed': 'failed planned 0 2 1 0 0',
        'hash-half': 'interrupted half planned 199 0 0 0 0',
        duplicates: 'done planned 0 10 0 0 0',
        'duplicates-heads': 'interrupted planned 6 4 0 0 0',
        'duplicates-whole': 'interrupted planned 5 5 0 0 0',
        verified: 'done planned 0 1 3 0 0',
        'verify-killed': 'interrupted planned 22 20 1 0 0',
        folders: 'done planned 0 1 5 1 0',
        'folders-killed': 'interrupted planned 26 20 1 0 0',
        copied: 'done planned 0 5 1 0 0',
        dry: 'done planned 0 7 0 0 0',
        mirrored: 'interrupted planned 50 2 0 0 0',
        'copy-half': 'interrupted half planned 199 0 0 0 0',
        'running-sequential': 'interrupted planned 2 1 0 0 0',
        'running-event-loop': 'interrupted planned 2 1 0 0 0',
        'running-thread-per-task': 'interrupted planned 2 1 0 0 0',
        'running-pool': 'interrupted planned 1 2 0 0 0',
        queued: 'interrupted half planned 0 0 0 0 0',
      });
      expect(engine.listJobs({ kind: 'verify', offset: 0, limit: 100 }).total).toBe(4);
      expect(opened.filter(({ state, endedAtMs }) => isEnded(state) !== (endedAtMs !== null))).toEqual([]);
    });

    test('a download: its pages, its failed attempts, its exports', async () => {
      const id = idOf('fetched');
      expect(engine.job(id)).toMatchObject({
        bytesDone: 540,
        bytesKnown: 540,
        variant: 'plain',
        error: null,
      });
      const row = (path: string): object => ({
        state: 'done',
        type: 'url',
        source: expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:\\d+${path}$`, 'u')) as string,
        target: at('downloads/fetched', path.slice(-1)),
        bytes: 180,
        size: 180,
        digests: { sha256: sha256(contentOf(path)) },
        error: null,
        worker: 1,
        facts: { status: 200, integrity: 'complete', kept: 0, headers: { 'content-length': '180' } },
      });
      const missing = {
        code: 'http-404',
        message: 'The server has no such file (404 Not Found).',
        retryable: false,
      };
      const bad = { code: 'bad-url', message: 'Line 1 is not an HTTP or HTTPS address.', retryable: false };
      const all = await rows(id);
      expect(all).toMatchObject([
        { ...row('/plain/a'), name: 'plain/a', ordinal: 0, attempts: 1 },
        { ...row('/flaky/b'), name: 'flaky/b', ordinal: 1, attempts: 2 },
        {
          name: 'missing/c',
          state: 'failed',
          ordinal: 2,
          target: null,
          attempts: 1,
          error: missing,
          facts: null,
        },
        { ...row('/plain/d'), name: 'plain/d', ordinal: 3, attempts: 1 },
        {
          name: 'line 1',
          source: 'line 1',
          state: 'failed',
          ordinal: 4,
          attempts: 0,
          error: bad,
          worker: null,
        },
      ]);
      expect(engine.task(all[1]?.id ?? 0)).toEqual(all[1]);
      expect(
        all.map((task) => engine.failedAttempts(task.id).map(({ attempt, error }) => [attempt, error.code])),
      ).toEqual([[], [[1, 'http-503']], [[1, 'http-404']], [], []]);
      const failed = { jobId: id, state: 'failed', search: 'MISSING', offset: 0, limit: 10 } as const;
      expect(await engine.tasksPage(failed)).toMatchObject({ rows: [{ name: 'missing/c' }] });

      const lines = (await textOf(engine.exportLines(id, 'jsonl'))).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
        all.map(({ id: task, state, source, target, bytes, attempts }) => ({
          type: 'task',
          job: id,
          task,
          state,
          source,
          target,
          bytes,
          attempts,
        })),
      );
      expect(
        (await textOf(engine.exportLines(id, 'csv')))
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(',')[0]),
      ).toEqual([...all.map(({ state }) => state), '']);
      expect(await textOf(engine.exportLines(id, 'failed-urls'))).toBe(
        `${all[2]?.source ?? ''}\n# ${bad.message}\n`,
      );
      expect((await engine.responses(id)).statuses).toEqual([
        { status: 200, tasks: 3 },
        { status: 404, tasks: 1 },
      ]);
      expect(engine.statistics(id)).toMatchObject([
        { worker: 1, tasks: 5, failed: 2, bytes: 540, threads: 1 },
      ]);
      expect(engine.taskPath(id, all[0]?.id ?? 0)).toBe(at('downloads/fetched/a'));
    });

    test('hashed files: digests, names that are no text, and the manifest', async () => {
      const all = await named('hashed');
      expect(Object.keys(all)).toEqual(['a', 'link', 'sub/b', 'sub/empty', 'sub/\\xfe']);
      expect(all).toMatchObject({
        a: { state: 'done', bytes: 1, digests: { sha256: sha256('a') } },
        link: { state: 'skipped', error: { code: 'symbolic-link' }, digests: null },
        'sub/empty': { state: 'done', bytes: 0, digests: { sha256: sha256('') } },
        'sub/\\xfe': { state: 'done', bytes: 5, digests: { sha256: sha256('bytes') } },
      });
      const listed = JSON.parse(read('hashed.json').toString()) as { readonly files: readonly unknown[] };
      const lines = await textOf(engine.manifestLines(idOf('hashed'), { base: root }));
      expect((JSON.parse(lines) as typeof listed).files).toEqual(listed.files);
      expect(listed.files).toHaveLength(4);
    });

    test('verified files, two folders, duplicates: what was found', async () => {
      expect(engine.findings(idOf('verified'))).toEqual({ ok: 1, changed: 1, missing: 1, extra: 1 });
      const verified = await named('verified');
      expect(verified).toMatchObject({
        right: { state: 'done', finding: 'ok', digests: { sha256: sha256('right') } },
        changed: { state: 'failed', finding: 'changed', digests: { sha256: sha256('changed') } },
        missing: { state: 'failed', finding: 'missing', error: { code: 'missing' } },
        extra: { state: 'failed', finding: 'extra', attempts: 0 },
      });
      expect(engine.expected(verified['changed']?.id ?? 0)).toMatchObject({
        digests: { sha256: sha256('as it was') },
      });
      const moved = {
        jobId: idOf('folders'),
        state: null,
        finding: 'moved',
        search: '',
        offset: 0,
        limit: 10,
      } as const;
      expect(await engine.tasksPage(moved)).toMatchObject({
        rows: [{ name: '3/was-here', target: at('folders-right/4/is-here') }],
      });
      expect(engine.findings(idOf('folders'))).toEqual({
        same: 1,
        different: 2,
        'only-left': 1,
        'only-right': 1,
        moved: 1,
      });
      expect(engine.findings(idOf('duplicates'))).toEqual({ duplicate: 6, 'hard-link': 1, unique: 3 });
      expect(await groups('duplicates')).toEqual(GROUPS);
      const exported = await textOf(engine.exportDuplicates(idOf('duplicates'), 'jsonl'));
      expect(exported.trim().split('\n')).toHaveLength(2);
    });

    test('a download that was paused goes on with its headers, its part of a file and its manifest', async () => {
      const job = await goOn('secrets');
      expect(job).toMatchObject({ state: 'done', counts: { done: 5 } });
      const { 'secret/long': long } = await named('secrets');
      expect(long?.facts?.kept).toBeGreaterThan(MIB);
      // Without the keys of the job and of each entry the server would have refused.
      expect(asked()).toMatchObject([
        { path: '/secret/c', status: 200 },
        { path: '/secret/d', status: 200 },
        { path: '/secret/long', status: 206, range: `bytes=${long?.facts?.kept ?? 0}-${2 * MIB - 1}` },
      ]);
      expectDownloaded(
        'secrets',
        ['a', 'b', 'c', 'd', 'long'].map((name) => `/secret/${name}`),
      );
      expect(checkedSums('secrets.sums')).toBe(5);
    });

    test('a retry whose time has come is made, one that waits for years can be cancelled', async () => {
      expect(await goOn('waited')).toMatchObject({ state: 'done', counts: { done: 2 } });
      expect(askedPaths()).toEqual(['/busy/a']);
      const { 'busy/a': waited } = await named('waited');
      expect(waited).toMatchObject({ state: 'done', attempts: 2, error: null, notBeforeMs: null });
      expect(engine.failedAttempts(waited?.id ?? 0)).toMatchObject([
        { attempt: 1, error: { code: 'http-503' } },
      ]);

      const { 'later/a': waits } = await named('waiting');
      expect(waits).toMatchObject({ state: 'queued', attempts: 1, error: { code: 'http-503' } });
      expect(waits?.notBeforeMs).toBeGreaterThan(Date.now());
      await engine.cancel(idOf('waiting'));
      expect(engine.job(idOf('waiting'))).toMatchObject({
        state: 'cancelled',
        counts: { done: 1, cancelled: 1, queued: 0 },
      });
      expect((await named('waiting'))['later/a']).toMatchObject({ state: 'cancelled' });
      expectDownloaded('waiting', ['/plain/a']);
      expect(askedPaths()).toEqual(['/busy/a']);
    });

    test('a download that never began, and the tasks that were cancelled in another', async () => {
      expect(await goOn('not-started')).toMatchObject({ state: 'done', counts: { done: 3 } });
      expect(askedPaths()).toEqual(['/plain/a', '/plain/b', '/plain/c']);
      expectDownloaded('not-started', ['/plain/a', '/plain/b', '/plain/c']);

      const before = await rows(idOf('cancelled'));
      askedBefore = server.requests.length;
      const { job, settled } = await follow(idOf('cancelled'), () => engine.retry(idOf('cancelled')));
      expect(job).toMatchObject({ state: 'done', counts: { done: 3, cancelled: 0 } });
      expect([...settled].sort((a, b) => a - b)).toEqual(before.slice(1).map((row) => row.id));
      expect(askedPaths()).toEqual(['/held/cancelled', '/plain/c']);
      expectDownloaded('cancelled', ['/plain/a', '/held/cancelled', '/plain/c']);
    });

    test('a file that had its name when the process was killed is not fetched again', async () => {
      expect(await goOn('named')).toMatchObject({ state: 'done', counts: { done: 4 } });
      expect(askedPaths()).toEqual(['/held/named-2', '/plain/d']);
      expectDownloaded('named', ['/plain/a', '/held/named-1', '/held/named-2', '/plain/d']);
      expect((await named('named'))['held/named-1']).toMatchObject({
        state: 'done',
        target: at('downloads/named/named-1'),
      });
    });

    test('a list of which half was planned is planned to its end', async () => {
      expect(await goOn('half-downloaded')).toMatchObject({
        state: 'done',
        counts: { done: HALF, failed: 0 },
      });
      const all = Array.from({ length: HALF }, (_, index) => `/held/half-${index}`);
      expect(askedPaths()).toEqual([...all].sort());
      expect((await rows(idOf('half-downloaded'))).map(({ source }) => new URL(source).pathname)).toEqual(
        all,
      );
      expectDownloaded('half', all);
    });

    test('what was downloaded before is asked for only if it is newer', async () => {
      const old = await Promise.all(Object.values(about.jobs).map((each) => rows(each)));
      const request = await engine.requestOf(idOf('newer'));
      const { id } = await engine.createJob(request, { start: false });
      expect(id).toBeGreaterThan(Math.max(...Object.values(about.jobs)));
      const { job } = await follow(id, () => engine.resume(id));
      expect(job).toMatchObject({ state: 'done', counts: { skipped: 2, done: 0 } });
      expect(asked()).toMatchObject([
        { path: '/plain/newer-1', status: 304 },
        { path: '/plain/newer-2', status: 304 },
      ]);
      // Neither is a task's id used twice.
      const mostBefore = Math.max(...old.flat().map((row) => row.id));
      expect((await rows(id)).filter((row) => row.id <= mostBefore)).toEqual([]);
    });

    test.each(MODES)('a job that ran in mode %s', async (mode) => {
      const paths = ['/plain/a', `/held/${mode}`, '/plain/c'];
      const what = `running-${mode}`;
      const open = (await rows(idOf(what))).filter(({ state }) => state === 'queued');
      expect(engine.job(idOf(what)).mode).toBe(mode);
      expect(await goOn(what)).toMatchObject({ state: 'done', counts: { done: 3 } });
      expect(askedPaths()).toEqual(open.map(({ source }) => new URL(source).pathname).sort());
      expectDownloaded(what, paths);
    });

    test('hashing goes on: the manifest is whole', async () => {
      expect(await goOn('hash-killed')).toMatchObject({
        state: 'done',
        counts: { done: 41 },
        bytesDone: 41 * 70_000,
      });
      expect(checkedSums('hash-killed.sums')).toBe(41);

      expect(await goOn('hash-half')).toMatchObject({ state: 'done', counts: { done: HALF } });
      const found = (await rows(idOf('hash-half'))).map(
        ({ name, digests }) => `${name} ${digests?.crc32 ?? ''}`,
      );
      const right = Array.from(
        { length: HALF },
        (_, index) => `${index} ${crc32(String(index)).toString(16).padStart(8, '0')}`,
      );
      expect(found.sort()).toEqual(right.sort());

      expect(await goOn('queued')).toMatchObject({ state: 'done', counts: { done: 1 } });
      expect(await named('queued')).toMatchObject({ a: { digests: { sha256: sha256('a') } } });
    });

    test('a job that failed as a whole says why; its failed file is hashed when it is retried', async () => {
      const id = idOf('hash-failed');
      expect(engine.job(id).error).toMatchObject({
        code: 'target-exists',
        message: `${at('hash-failed.json')} exists already and was left as it is.`,
      });
      const { 'c/gone': gone } = await named('hash-failed');
      expect(gone).toMatchObject({ state: 'failed', error: { code: 'not-found' } });
      rmSync(at('hash-failed.json'));
      writeFileSync(at('hash-failed/c/gone'), 'here again');
      const { job, settled } = await follow(id, () => engine.retry(id));
      expect(job).toMatchObject({ state: 'done', error: null, counts: { done: 3, failed: 0 } });
      expect(settled).toEqual([gone?.id]);
      expect((await named('hash-failed'))['c/gone']).toMatchObject({
        digests: { sha256: sha256('here again') },
      });
      const { files } = JSON.parse(read('hash-failed.json').toString()) as {
        readonly files: readonly unknown[];
      };
      expect(files).toHaveLength(3);
    });

    test.each(['duplicates-heads', 'duplicates-whole'])(
      'a search for duplicates goes on: %s',
      async (what) => {
        expect(await goOn(what)).toMatchObject({ state: 'done', counts: { done: 10 } });
        expect(engine.findings(idOf(what))).toEqual({ duplicate: 6, 'hard-link': 1, unique: 3 });
        expect(await groups(what)).toEqual(GROUPS);
      },
    );

    test('verifying goes on, against a manifest and against a folder', async () => {
      expect(await goOn('verify-killed')).toMatchObject({ state: 'done', counts: { done: 40, failed: 3 } });
      expect(engine.findings(idOf('verify-killed'))).toEqual({ ok: 40, changed: 1, extra: 1, missing: 1 });
      expect(await named('verify-killed')).toMatchObject({
        '3/file-9': { finding: 'changed' },
        '3/extra': { finding: 'extra' },
        '3/gone': { finding: 'missing' },
      });

      expect(await goOn('folders-killed')).toMatchObject({
        state: 'done',
        counts: { done: 41, failed: 5, skipped: 1 },
      });
      expect(engine.findings(idOf('folders-killed'))).toEqual({
        same: 41,
        different: 2,
        'only-left': 1,
        'only-right': 1,
        moved: 1,
      });
      expect(await named('folders-killed')).toMatchObject({
        '1/different': { finding: 'different' },
        '3/different': { finding: 'different' },
        '3/was-here': { finding: 'moved', target: at('folders-killed-right/4/is-here') },
      });
    });

    test('a mirror goes on: files, hard links, what is deleted, and the times of folders', async () => {
      const { state, counts } = await goOn('mirrored');
      // Of files that had their names already and were not written down, some may be found to be there.
      expect([state, counts.failed, counts.done + counts.skipped]).toEqual(['done', 0, 52]);
      execFileSync('diff', ['-r', '--no-dereference', at('mirrored'), at('mirrored-copy')]);
      expect(engine.findings(idOf('mirrored'))).toMatchObject({ deleted: 3, replaced: 1 });
      for (const [one, other] of [
        ['a', 'sub/link-of-a'],
        ['1/file-0', '3/link-of-file-0'],
      ] as const)
        expect(statSync(at('mirrored-copy', one)).ino).toBe(statSync(at('mirrored-copy', other)).ino);
      expect(statSync(at('mirrored-copy/sub')).mtimeMs).toBe(1e12);
      expect(leftovers(at('mirrored-copy'))).toEqual([]);
    });

    test('a copy of which half was planned knows the other name of a file that was planned before', async () => {
      expect(await goOn('copy-half')).toMatchObject({ state: 'done', counts: { done: HALF + 2 } });
      execFileSync('diff', ['-r', at('copy-half'), at('copy-half-copy')]);
      expect(statSync(at('copy-half-copy/zz')).ino).toBe(statSync(at('copy-half-copy/0')).ino);
      expect(leftovers(at('copy-half-copy'))).toEqual([]);
    });

    test('a copy that left what exists is told what to do with it; a dry run is made real', async () => {
      const id = idOf('copied');
      const { taken, ...others } = await named('copied');
      expect(taken).toMatchObject({
        state: 'failed',
        error: { code: 'target-exists' },
        target: at('copied-copy/taken'),
      });
      expect(others['a']).toMatchObject({
        finding: 'new',
        digests: { sha256: sha256('copied/a'.slice(-1)) },
        copied: { kept: 0 },
      });
      expect(engine.manifestGap(id)).toMatchObject({ code: 'manifest-incomplete' });
      expect(read('copied-copy/taken').toString()).toBe('of the target');
      const { settled } = await follow(id, () => engine.settleExisting(id, 'overwrite'));
      // The folder it is in has its time set again.
      const [folders] = (await rows(id)).filter(({ type }) => type === 'folders');
      expect(settled).toEqual([taken?.id, folders?.id]);
      execFileSync('diff', ['-r', '--no-dereference', '--exclude=extra', at('copied'), at('copied-copy')]);
      expect(engine.manifestGap(id)).toBeNull();

      expect(engine.findings(idOf('dry'))).toEqual({ new: 4, replaced: 1, deleted: 1 });
      expect(existsSync(at('dry-copy/a'))).toBe(false);
      const { id: real } = await engine.runDry(idOf('dry'));
      await follow(real, () => engine.resume(real));
      execFileSync('diff', ['-r', '--no-dereference', at('dry'), at('dry-copy')]);
    });

    test('old jobs can be forgotten, and the others stay', async () => {
      const left = await rows(idOf('hashed'));
      for (const what of ['fetched', 'duplicates', 'copied']) {
        const [first] = await rows(idOf(what));
        await engine.remove(idOf(what));
        expect(() => engine.job(idOf(what))).toThrow('There is no job');
        expect(engine.task(first?.id ?? 0)).toBeNull();
      }
      expect(await rows(idOf('hashed'))).toEqual(left);
    });
  });

  describe('experiments', () => {
    useArchive(version, 'experiments');

    test('are shown with their runs; one that was cut off has failed, and is gone from disk', () => {
      const { experiments, total } = engine.experiments.list(0, 10);
      expect(total).toBe(2);
      expect(experiments).toMatchObject([
        { id: 2, state: 'failed', error: { code: 'experiment-interrupted' } },
        { id: 1, state: 'done', error: null, title: 'Hash · 3 files', tasks: 3 },
      ]);
      const { runs, analysis } = engine.experiments.get(1);
      expect(runs.map(({ contender, round }) => `${round} ${contender}`).sort()).toEqual([
        '0 0',
        '0 1',
        '1 0',
        '1 1',
        '2 0',
        '2 1',
      ]);
      expect(analysis).toMatchObject({ reference: 0, results: [{ contender: 0 }, { contender: 1 }] });
      expect(engine.experiments.timelines(1)).toMatchObject([{ contender: 0 }, { contender: 1 }]);
      expect(readdirSync(at('data/experiments'))).toEqual([]);
    });
  });

  describe('a large copy', () => {
    useArchive(version, 'large-copy');

    test('goes on from what is known to be on the disk', async () => {
      expect(await goOn('large-copy')).toMatchObject({ state: 'done', counts: { done: 1 } });
      expect(await rows(idOf('large-copy'))).toMatchObject([{ copied: { kept: 64 * MIB } }]);
      expect(read('large-copy').equals(read('large/file'))).toBe(true);
      expect(leftovers(root)).toEqual([]);
    });
  });
});
