/** Experiments from asking to ending, with real threads, files, servers and SQLite. No test looks at how fast anything was. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  contendersOf,
  inFlight,
  type Contender,
  type Experiment,
  type ExperimentFrame,
  type ExperimentRequest,
  type Timeline,
} from '../../common/experiments/experiment';
import { workTitle } from '../../common/experiments/works';
import type { JobRequest } from '../../common/model/job-request';
import { MODES } from '../../common/model/jobs';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import { Engine } from '../index';
import { buildWorker } from '../testing/build-worker';
import { TrackedThreads } from '../testing/tracked-threads';

let worker: string;
let folder: string;
let threads: TrackedThreads;
let engine: Engine;
let closers: (() => Promise<unknown>)[];

beforeAll(async () => {
  worker = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-compare-'));
  closers = [];
  await openEngine();
});

afterEach(async () => {
  await engine.close();
  for (const close of closers) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function openEngine(): Promise<void> {
  threads = new TrackedThreads(worker);
  engine = await Engine.open({
    dataDirectory: join(folder, 'data'),
    threads,
    retryPolicy: { maxAttempts: 1, baseMs: 1, capMs: 5, random: () => 0.5 },
  });
}

async function run(request: ExperimentRequest): Promise<Experiment> {
  const { id } = await engine.experiments.start(request);
  return engine.experiments.ended(id);
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function makeTree(name: string, count: number): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'sub'), { recursive: true });
  for (let index = 0; index < count; index++) {
    writeFileSync(join(root, index % 2 === 0 ? 'sub' : '.', `file-${index}.bin`), randomBytes(500 + index));
  }
  return root;
}

function download(url: string, count: number, directory: string): JobRequest {
  const urls = Array.from({ length: count }, (_, index) => `${url}/file-${index}.bin`);
  return { kind: 'download', mode: 'pool', workers: null, urls, text: null, listFiles: [], directory };
}

function hash(path: string): Extract<JobRequest, { kind: 'hash' }> {
  return { kind: 'hash', mode: 'pool', workers: null, paths: [path], algorithms: ['sha256'], manifest: null };
}

function copy(source: string, destination: string): Extract<JobRequest, { kind: 'copy' }> {
  return { kind: 'copy', mode: 'pool', workers: null, sources: [source], destination };
}

const two = contendersOf(['sequential', 'pool'], 2);

/** Everything below the folder of this test that an experiment may have left. */
function leftovers(): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const scratch = join('data', 'experiments');
  return names.filter((name) => name.includes(WORK_DIRECTORY_PREFIX) || name.startsWith(`${scratch}/`));
}

function mostAtOnce({ pieces }: Timeline): number {
  const ends = pieces.flatMap(({ startMs, endMs }) => [
    { atMs: startMs, change: 1 },
    { atMs: endMs, change: -1 },
  ]);
  // Of an end and a start at the same moment the end comes first.
  ends.sort((left, right) => left.atMs - right.atMs || left.change - right.change);
  let now = 0;
  let most = 0;
  for (const { change } of ends) most = Math.max(most, (now += change));
  return most;
}

describe('the ready-made work', () => {
  test.each([
    ['computing', 3, [...MODES]],
    ['tiny-tasks', 6, [...MODES]],
    ['slow-server', 4, [...MODES]],
    ['serving', 4, [...MODES]],
    ['small-files', 20, ['sequential', 'pool'] as const],
    ['large-files', 1, ['sequential', 'pool'] as const],
  ] as const)('%s runs, is measured and is kept', async (work, tasks, modes) => {
    const frames: ExperimentFrame[] = [];
    const changes: Experiment[] = [];
    engine.on('experiment-frame', (frame) => frames.push(frame));
    engine.on('experiment-changed', (experiment) => changes.push(experiment));
    const contenders = contendersOf(modes, 2);
    const ended = await run({ work: { type: 'ready', work, tasks, latencyMs: 5 }, contenders, repeats: 1 });

    expect(ended.error).toBeNull();
    expect(ended).toMatchObject({ state: 'done', tasks });
    expect(ended.title).toMatch(new RegExp(`^${workTitle(work)} · ${tasks} `, 'u'));
    expect(ended.bytes).toBeGreaterThan(0);
    expect(ended.analysis?.results).toHaveLength(contenders.length);
    // Each contender once in each round, the warm-ups first.
    expect(ended.runs.map(({ ordinal }) => ordinal)).toEqual([...ended.runs.keys()]);
    for (const round of [0, 1]) {
      const part = ended.runs.slice(round * contenders.length, (round + 1) * contenders.length);
      expect(part.every((each) => each.round === round)).toBe(true);
      expect(part.map(({ contender }) => contender).sort()).toEqual([...contenders.keys()]);
    }
    for (const each of ended.runs) {
      expect(each).toMatchObject({ tasks, bytes: ended.bytes });
      expect(each.workers.reduce((sum, { tasks: own }) => sum + own, 0)).toBe(tasks);
      const mode = contenders[each.contender]?.mode;
      expect(each.threadsMade).toBe(mode === 'thread-per-task' ? tasks : mode === 'pool' ? 2 : 1);
      expect(each.peakRssBytes).toBeGreaterThan(10_000_000);
      expect(each.cpuMs).toBeGreaterThan(0);
      expect(each.taskMs.p99).toBeGreaterThanOrEqual(each.taskMs.median);
      for (const { tasks: own, busyShare, eventLoopUtilization } of each.workers) {
        // Others of the pool may have been faster with the few that there are.
        if (own === 0) continue;
        expect(busyShare).toBeGreaterThan(0);
        expect(busyShare).toBeLessThanOrEqual(1);
        expect(eventLoopUtilization).toBeGreaterThan(0);
        expect(eventLoopUtilization).toBeLessThanOrEqual(1);
      }
    }
    const timelines = engine.experiments.timelines(ended.id);
    expect(timelines.map(({ contender }) => contender)).toEqual([...contenders.keys()]);
    for (const { pieces, contender, wallMs, runId } of timelines) {
      expect(pieces.reduce((sum, piece) => sum + piece.tasks, 0)).toBe(tasks);
      expect(pieces.every(({ startMs, endMs }) => startMs >= 0 && startMs <= endMs && endMs <= wallMs)).toBe(
        true,
      );
      expect(ended.runs.find(({ id }) => id === runId)).toMatchObject({ contender });
    }
    expect(frames.every(({ id, runsTotal }) => id === ended.id && runsTotal === 2 * contenders.length)).toBe(
      true,
    );
    // Whoever watches sees every task of every run.
    const seen = frames.flatMap(({ running }) => running?.pieces ?? []);
    expect(seen.reduce((sum, piece) => sum + piece.tasks, 0)).toBe(tasks * ended.runs.length);
    // And, while it runs, how busy each event loop was: what is kept of the counted run.
    for (const { contender, activity } of timelines) {
      const told = frames.flatMap(({ running }) =>
        running?.contender === contender && running.round === 1 ? running.activity : [],
      );
      expect(told.length).toBeGreaterThan(0);
      expect(told).toEqual(activity);
    }
    // Of a server, the threads that answer and the requests that they had.
    const serving = frames.flatMap(({ serving: each }) => each?.threads ?? []);
    const names = serving.flatMap(({ segments }) => segments.map(({ name }) => name));
    if (work === 'slow-server') {
      expect(new Set(serving.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
      expect(names.every((name) => /^connection [1-9]: \/00000[1-4]\.bin$/u.test(name))).toBe(true);
    } else if (work === 'serving') {
      expect(new Set(serving.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
      expect(names.every((name) => /^Request [1-4]$/u.test(name))).toBe(true);
    }
    expect(names.length > 0).toBe(work === 'slow-server' || work === 'serving');
    expect(changes.at(-1)).toEqual(ended);
    expect(engine.experiments.list(0, 10)).toMatchObject({ total: 1, experiments: [{ id: ended.id }] });
    expect(leftovers()).toEqual([]);
    expect(threads.alive.size).toBe(0);
  });
});

describe('a job', () => {
  test('is downloaded, hashed, verified and copied; what the user has stays as it was', async () => {
    const source = makeTree('tree', 8);
    const target = makeTree('target', 2);
    const before = readdirSync(target, { recursive: true, encoding: 'utf8' }).sort();
    const { mtimeMs } = statSync(target);
    const url = await serve((request, response) => response.end(`bytes of ${request.url ?? ''}`));
    const manifest = join(folder, 'SHA256SUMS');
    const requests: [JobRequest, string][] = [
      [download(url, 5, target), 'Download · 5 URLs'],
      [{ ...hash(source), manifest: { path: manifest, format: 'gnu' } }, 'Hash · 8 files'],
      [{ kind: 'verify', mode: 'pool', workers: null, manifest: source, root: target }, 'Verify · '],
      [copy(source, target), 'Copy · '],
    ];
    for (const [request, title] of requests) {
      const ended = await run({ work: { type: 'job', request }, contenders: two, repeats: 1 });
      expect(ended.error).toBeNull();
      expect(ended).toMatchObject({ state: 'done', kind: request.kind });
      expect(ended.title).toContain(title);
    }
    expect(readdirSync(target, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before);
    expect(statSync(target).mtimeMs).toBe(mtimeMs);
    expect(existsSync(manifest)).toBe(false);
    expect(leftovers()).toEqual([]);
    // No job is made of it, and no digest remembered.
    expect(engine.listJobs({ kind: null, offset: 0, limit: 10 }).total).toBe(0);
  });

  /**
   * Answers once as many tasks of a run wait as `wanted` says of its contender, or all that are left. It looks with each
   * frame, so that those that are too many have their time to come.
   */
  async function serveTogether(tasks: number, wanted: (contender: number) => number): Promise<string> {
    const waiting: (() => void)[] = [];
    let answered = 0;
    engine.on('experiment-frame', ({ running }) => {
      if (running === null) return;
      const left = tasks - (answered % tasks);
      if (waiting.length < Math.min(wanted(running.contender), left)) return;
      answered += waiting.length;
      for (const answer of waiting.splice(0)) answer();
    });
    return serve((_request, response) => waiting.push(() => response.end('late')));
  }

  test('has as many tasks in flight as its contender says, in every mode', async () => {
    const contenders = contendersOf(['event-loop', 'thread-per-task', 'pool'], 3, [2]);
    const url = await serveTogether(6, (contender) => contenders.map(inFlight)[contender] ?? 0);
    const { id, error } = await run({
      work: { type: 'job', request: download(url, 6, join(folder, 'new')) },
      contenders,
      repeats: 1,
    });
    expect(error).toBeNull();
    const most = engine.experiments.timelines(id).map(mostAtOnce);
    expect(most).toEqual(contenders.map(inFlight));
    // The folder that the user named was not there, and is not made.
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  test('in pools alone has as many tasks on each thread as in any other job', async () => {
    const contenders: Contender[] = [
      { mode: 'pool', size: 1 },
      { mode: 'pool', size: 2 },
    ];
    const url = await serveTogether(12, () => 3);
    const { id, state } = await run({
      work: { type: 'job', request: download(url, 12, join(folder, 'new')) },
      contenders,
      repeats: 1,
    });
    expect(state).toBe('done');
    for (const timeline of engine.experiments.timelines(id)) expect(mostAtOnce(timeline)).toBeGreaterThan(2);
  });

  test('that fails alike in every run is compared, and the reader is told', async () => {
    const url = await serve((request, response) => {
      response.statusCode = request.url === '/file-1.bin' ? 404 : 200;
      response.end('here');
    });
    const ended = await run({
      work: { type: 'job', request: download(url, 3, folder) },
      contenders: two,
      repeats: 1,
    });
    expect(ended).toMatchObject({ state: 'done', error: null });
    expect(ended.notes).toEqual([expect.stringMatching(/^One task failed in the same way in every run/u)]);
  });

  test.each(['bytes', 'status'] as const)(
    'whose %s differ from run to run is an error, not a result',
    async (what) => {
      let requests = 0;
      const url = await serve((_request, response) => {
        requests += 1;
        if (what === 'status' && requests > 3) response.statusCode = 404;
        response.end(what === 'bytes' ? String(requests).padStart(10) : 'the same');
      });
      const ended = await run({
        work: { type: 'job', request: download(url, 2, folder) },
        contenders: two,
        repeats: 1,
      });
      expect(ended).toMatchObject({ state: 'failed', error: { code: 'modes-disagree' }, analysis: null });
      expect(ended.error?.message).toMatch(/Sequential|Thread pool/u);
      expect(ended.error?.message).toMatch(/file-[01]\.bin/u);
      expect(leftovers()).toEqual([]);
      expect(threads.alive.size).toBe(0);
    },
  );

  test('with nothing to compare is an error', async () => {
    const url = await serve((_request, response) => {
      response.statusCode = 404;
      response.end();
    });
    const request = { type: 'job', request: download(url, 2, folder) } as const;
    const all = await run({ work: request, contenders: two, repeats: 1 });
    expect(all).toMatchObject({ state: 'failed', error: { code: 'nothing-done' }, analysis: null });
    mkdirSync(join(folder, 'empty'));
    const none = await run({
      work: { type: 'job', request: hash(join(folder, 'empty')) },
      contenders: two,
      repeats: 1,
    });
    expect(none).toMatchObject({ state: 'failed', error: { code: 'nothing-done' }, analysis: null });
  });

  test('that cannot be done again and again is refused before anything is made', async () => {
    const source = makeTree('tree', 2);
    const destination = join(folder, 'copy');
    const start = (request: JobRequest, contenders: readonly Contender[] = two): Promise<unknown> =>
      engine.experiments.start({ work: { type: 'job', request }, contenders: [...contenders] });
    await expect(start({ ...copy(source, destination), options: { mirror: true } })).rejects.toThrow(
      'mirror',
    );
    await expect(start({ ...copy(source, destination), options: { dryRun: true } })).rejects.toThrow(
      'dry run',
    );
    // By the path that was meant, not by that of the scratch folder it would have been copied to.
    await expect(start(copy(source, join(source, 'sub', 'x')))).rejects.toThrow(
      new RegExp(`${join(source, 'sub', 'x', 'tree')} lies inside .*itself`, 'u'),
    );
    await expect(start(copy(source, source))).rejects.toThrow('itself');
    await expect(start(hash(join(folder, 'none')))).rejects.toMatchObject({ code: 'source-missing' });
    await expect(start(hash(source), contendersOf(['event-loop'], 4))).rejects.toThrow('two at least');
    engine.settings.set({ connectionsPerHost: 1 });
    await expect(start(download('http://127.0.0.1:1', 1, folder))).rejects.toThrow('connections per host');
    expect(engine.experiments.list(0, 10).total).toBe(0);
    expect(leftovers()).toEqual([]);
  });
});

describe('cancelling', () => {
  const contenders = contendersOf(MODES, 2);
  type Moment = (frame: ExperimentFrame) => boolean;
  const moments: [string, ExperimentRequest['work'] | 'download' | 'copy', Moment][] = [
    [
      'while files are made',
      { type: 'ready', work: 'large-files', tasks: 8 },
      ({ phase }) => phase === 'preparing',
    ],
    [
      'in the warm-up',
      { type: 'ready', work: 'computing', tasks: 64 },
      ({ running }) => running?.round === 0,
    ],
    ...contenders.map(({ mode }, index): [string, ExperimentRequest['work'], Moment] => [
      `in ${mode}`,
      { type: 'ready', work: 'slow-server', tasks: 4, latencyMs: 150 },
      ({ running }) => running?.contender === index,
    ]),
    ['in a download', 'download', ({ running }) => (running?.tasksDone ?? 0) > 1],
    ['in a copy', 'copy', ({ running }) => running !== null],
    ['when it has just begun', { type: 'ready', work: 'tiny-tasks', tasks: 50 }, () => true],
  ];

  async function expectNothing(id: number): Promise<void> {
    expect(engine.experiments.get(id)).toMatchObject({ state: 'cancelled', analysis: null, error: null });
    expect(engine.experiments.timelines(id)).toEqual([]);
    expect(leftovers()).toEqual([]);
    expect(threads.alive.size).toBe(0);
    // It can be followed by another one at once.
    await expect(engine.experiments.cancel(id)).resolves.toBeUndefined();
  }

  test.each(moments)('%s leaves nothing', async (_name, work, isIt) => {
    const target = makeTree('target', 1);
    // Some are done, the others wait for ever.
    let asked = 0;
    const url = await serve((_request, response) => {
      if ((asked += 1) <= 3) response.end('early');
    });
    const jobs = { download: download(url, 40, target), copy: copy(makeTree('tree', 400), target) };
    const { promise, resolve } = Promise.withResolvers<void>();
    engine.on('experiment-frame', (frame) => {
      if (isIt(frame)) resolve();
    });
    const { id } = await engine.experiments.start({
      work: typeof work === 'string' ? { type: 'job', request: jobs[work] } : work,
      contenders,
      repeats: 50,
    });
    await promise;
    await engine.experiments.cancel(id);
    await expectNothing(id);
    expect(readdirSync(target).sort()).toEqual(['file-0.bin', 'sub'].filter((name) => name === 'sub'));
  });

  test('at once, and between two runs, leaves nothing', async () => {
    const request: ExperimentRequest = {
      work: { type: 'ready', work: 'tiny-tasks', tasks: 5 },
      contenders: two,
      repeats: 50,
    };
    const first = await engine.experiments.start(request);
    await engine.experiments.cancel(first.id);
    await expectNothing(first.id);
    const { promise, resolve } = Promise.withResolvers<void>();
    engine.on('experiment-changed', ({ id, runs }) => {
      // In the very moment in which a run was stored and the next one has not begun.
      if (runs.length === 3) void engine.experiments.cancel(id).then(resolve);
    });
    const second = await engine.experiments.start(request);
    await promise;
    await expectNothing(second.id);
    expect(engine.experiments.get(second.id).runs).toHaveLength(3);
  });
});

test('other jobs stand still while an experiment runs, and go on afterwards', async () => {
  let asked = 0;
  let held: (() => void)[] | null = [];
  const url = await serve((_request, response) => {
    asked += 1;
    const answer = (): void => void response.end('answer');
    if (asked > 3 && held !== null) held.push(answer);
    else answer();
  });
  const slow: JobRequest = { ...download(url, 10, join(folder, 'slow')), mode: 'sequential' };
  const started = Promise.withResolvers<void>();
  engine.on('tasks-settled', () => {
    started.resolve();
  });
  const running = await engine.createJob(slow);
  await started.promise;
  const measuring = Promise.withResolvers<void>();
  engine.on('experiment-frame', ({ running: now }) => {
    if (now !== null) measuring.resolve();
  });
  const { id } = await engine.experiments.start({
    work: { type: 'ready', work: 'tiny-tasks', tasks: 20 },
    contenders: two,
    repeats: 3,
  });
  await measuring.promise;
  const during = asked;
  expect(engine.job(running.id).state).toBe('queued');
  const later = await engine.createJob(hash(makeTree('tree', 3)));
  expect(engine.job(later.id).state).toBe('queued');
  await expect(
    engine.experiments.start({ work: { type: 'ready', work: 'computing' }, contenders: two }),
  ).rejects.toMatchObject({ code: 'experiment-running' });
  const ends = [running.id, later.id].map((job) => engine.ended(job));
  const ended = await engine.experiments.ended(id);
  expect(ended.state).toBe('done');
  expect(asked).toBe(during);
  for (const answer of held) answer();
  held = null;
  for (const job of await Promise.all(ends))
    expect(job).toMatchObject({ state: 'done', counts: { failed: 0 } });
  expect(readdirSync(join(folder, 'slow'))).toHaveLength(10);
});

test('a job that was paused by its user meanwhile stays paused', async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    if ((asked += 1) <= 3) response.end('answer');
  });
  const started = Promise.withResolvers<void>();
  engine.on('tasks-settled', () => {
    started.resolve();
  });
  const job = await engine.createJob({ ...download(url, 200, join(folder, 'slow')), mode: 'sequential' });
  await started.promise;
  const { id } = await engine.experiments.start({
    work: { type: 'ready', work: 'computing', tasks: 200 },
    contenders: two,
  });
  await engine.pause(job.id);
  expect(engine.job(job.id).state).toBe('paused');
  await engine.experiments.cancel(id);
  expect(engine.job(job.id).state).toBe('paused');
});

test('closing cancels what runs', async () => {
  const { id } = await engine.experiments.start({
    work: { type: 'ready', work: 'computing', tasks: 200 },
    contenders: two,
  });
  await engine.close();
  expect(threads.alive.size).toBe(0);
  await openEngine();
  expect(engine.experiments.get(id)).toMatchObject({ state: 'cancelled', analysis: null });
  expect(leftovers()).toEqual([]);
});

test('one whose process was killed has ended at the next start, and left nothing', async () => {
  const target = makeTree('target', 1);
  await engine.close();
  const script = await buildWorker(
    fileURLToPath(new URL('../testing/experiment-process.ts', import.meta.url)),
  );
  const request: ExperimentRequest = {
    work: { type: 'job', request: copy(makeTree('tree', 200), target) },
    contenders: two,
    repeats: 50,
  };
  const child = spawn(process.execPath, [script, join(folder, 'data'), worker, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  // Its folder is there, in the middle of a run or between two.
  expect(existsSync(join(folder, 'data', 'experiments'))).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await openEngine();
  const id = Number(line.toString());
  expect(engine.experiments.get(id)).toMatchObject({
    state: 'failed',
    error: { code: 'experiment-interrupted' },
    analysis: null,
  });
  expect(leftovers()).toEqual([]);
});

test('the best size becomes what automatic means; the pool is searched by its sizes', async () => {
  const tree = makeTree('tree', 12);
  const ended = await run({
    work: { type: 'job', request: hash(tree) },
    contenders: [{ mode: 'pool', size: 3 }],
    repeats: 2,
  });
  expect(ended.request.contenders.map(({ size }) => size)).toEqual([1, 2, 3]);
  const best = ended.analysis?.bestSize ?? 0;
  expect([1, 2, 3]).toContain(best);
  // Another number than this machine would choose, so that it is seen to be taken.
  expect(engine.experiments.adopt(ended.id).bestWorkers).toEqual({ download: null, hash: best, copy: null });
  expect(engine.automaticWorkers('hash')).toBe(best);
  expect(engine.automaticWorkers('verify')).toBe(best);
  engine.settings.set({ bestWorkers: { download: null, hash: 5, copy: null } });
  const done = Promise.withResolvers<void>();
  engine.on('jobs-changed', (jobs) => {
    if (jobs.some(({ state }) => state === 'done')) done.resolve();
  });
  const job = await engine.createJob(hash(tree));
  await done.promise;
  expect(engine.workersOf(job.id)).toBe(5);
  expect(engine.statistics(job.id).map(({ worker: number }) => number)).toEqual([1, 2, 3, 4, 5]);
});

test('what cannot be stored at its end is a failure that says so, not a result', async () => {
  const ended = engine.experiments.start({
    work: { type: 'ready', work: 'tiny-tasks', tasks: 20 },
    contenders: two,
    repeats: 1,
  });
  const { id } = await ended;
  const last = engine.experiments.ended(id);
  const other = new Database(join(folder, 'data', 'heddle.db'));
  other.exec("CREATE TRIGGER refused BEFORE UPDATE ON experiments BEGIN SELECT RAISE(ABORT, 'no room'); END");
  other.close();
  const experiment = await last;
  expect(experiment).toMatchObject({ id, state: 'failed', analysis: null });
  expect(experiment.error?.message).toMatch(/could not be stored: .*no room/u);
});

test('a best size of downloads one at a time is none for jobs', async () => {
  const { id, analysis } = await run({
    work: { type: 'ready', work: 'slow-server', tasks: 8, latencyMs: 5 },
    contenders: [
      { mode: 'sequential', size: 1 },
      { mode: 'pool', size: 1 },
      { mode: 'pool', size: 2 },
    ],
    repeats: 2,
    pageCache: 'warm',
  });
  expect(analysis?.bestSize).toBeGreaterThan(0);
  expect(() => engine.experiments.adopt(id)).toThrow(expect.objectContaining({ code: 'no-best-size' }));
});

test('what found no best size has none to take over; what is removed is gone', async () => {
  const removed: number[] = [];
  engine.on('experiment-removed', ({ experimentId }) => removed.push(experimentId));
  const { id, runs } = await run({
    work: { type: 'ready', work: 'tiny-tasks', tasks: 3 },
    contenders: two,
    repeats: 1,
    pageCache: 'cold',
  });
  expect(engine.experiments.get(id).notes).toEqual([expect.stringContaining('reads no files')]);
  expect(runs).toHaveLength(4);
  expect(() => engine.experiments.adopt(id)).toThrow(expect.objectContaining({ code: 'no-best-size' }));
  const page = join(folder, 'runs.csv');
  await engine.experiments.write(id, 'csv', page, 'dark');
  expect(readFileSync(page, 'utf8').split('\n').length).toBeGreaterThan(4);
  engine.experiments.remove(id);
  expect(removed).toEqual([id]);
  expect(() => engine.experiments.get(id)).toThrow(expect.objectContaining({ code: 'no-such-experiment' }));
});
