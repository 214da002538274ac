/** What is known of a job beside its tasks' states: answers, hosts, failed attempts, limits, exports. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExistingPolicy } from '../common/model/download';
import type { JobSummary, Mode } from '../common/model/jobs';
import { Engine, Threads } from './index';
import { buildWorker } from './testing/build-worker';

let workerUrl: string;
let folder: string;
let engine: Engine;
let server: Server;

beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('../workers/worker.ts', import.meta.url)));
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-facts-'));
  engine = await Engine.open({
    dataDirectory: join(folder, 'data'),
    threads: new Threads(workerUrl),
    retryPolicy: { maxAttempts: 3, baseMs: 1, capMs: 5, random: () => 0.5 },
  });
});

afterEach(async () => {
  await engine.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function start(
  urls: readonly string[],
  options: { readonly existing?: ExistingPolicy } = {},
  mode: Mode = 'pool',
): Promise<{ id: number; ended: Promise<JobSummary> }> {
  const { id } = await engine.createJob(
    {
      kind: 'download',
      mode,
      workers: 2,
      urls: [...urls],
      text: '',
      listFiles: [],
      directory: join(folder, 'files'),
      options,
    },
    { start: false },
  );
  const ended = engine.ended(id);
  await engine.resume(id);
  return { id, ended };
}

/** `/bad` is not there, `/busy` is there at the second try, a comma and quotes are in one name. */
async function runMixed(): Promise<number> {
  let busy = 0;
  const url = await serve((request, response) => {
    if (request.url === '/bad') response.writeHead(404).end();
    else if (request.url === '/busy' && busy++ === 0) response.writeHead(503).end();
    else response.writeHead(200, { 'X-Request-Id': 'seven' }).end('x');
  });
  const names = ['a', 'b,"c"', 'busy', 'bad'];
  const { id, ended } = await start(names.map((name) => `${url}/${name}`));
  await ended;
  return id;
}

test('statuses, and how long answers took', async () => {
  const responses = await engine.responses(await runMixed());
  expect(responses.statuses).toEqual([
    { status: 200, tasks: 3 },
    { status: 404, tasks: 1 },
  ]);
  const { firstByteMs, totalMs } = responses;
  expect(firstByteMs?.median).toBeGreaterThan(0);
  expect(firstByteMs?.median).toBeLessThanOrEqual(firstByteMs?.most ?? 0);
  expect(totalMs?.most).toBeGreaterThanOrEqual(firstByteMs?.median ?? Infinity);
});

test('attempts that failed are kept, and what the server said in the end', async () => {
  const id = await runMixed();
  const { rows } = await engine.tasksPage({ jobId: id, state: 'done', search: 'busy', offset: 0, limit: 1 });
  const [row] = rows;
  expect(row).toMatchObject({ attempts: 2, facts: { headers: { 'x-request-id': 'seven' } } });
  expect(row?.facts?.times.queueMs).toBeGreaterThanOrEqual(0);
  expect(engine.failedAttempts(row?.id ?? 0)).toMatchObject([{ attempt: 1, error: { code: 'http-503' } }]);
});

test('exported as CSV and as JSON Lines: every task, in order', async () => {
  const id = await runMixed();
  const path = join(folder, 'job.csv');
  await engine.writeExport(id, 'csv', path);
  const [head, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(head).toMatch(/^state,source,target,bytes,status,/u);
  expect(rows.map((row) => row.split(',')[0])).toEqual(['done', 'done', 'done', 'failed']);
  // RFC 4180: what has a comma in it is in quotes.
  expect(rows[1]).toMatch(/^done,"http:[^,]*\/b,%22c%22","[^\n]*",1,200,/u);
  expect(rows[3]).toMatch(/,404,.*,http-404,"?The server/u);
  await engine.writeExport(id, 'jsonl', path);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { type: 'task', job: id, state: 'done', facts: { status: 200 } },
    { state: 'done' },
    { state: 'done' },
    { state: 'failed', error: { code: 'http-404' } },
  ]);
  await engine.writeExport(id, 'failed-urls', path);
  expect(readFileSync(path, 'utf8')).toMatch(/^http:\S+\/bad\n$/u);
});

test('hosts: how many requests are under way, and until when one is held', async () => {
  const seen = Promise.withResolvers<void>();
  const url = await serve((request, response) => {
    if (request.url === '/hold') response.writeHead(503, { 'Retry-After': '3000' }).end();
    else seen.resolve();
  });
  const waiting = await start([`${url}/never`]);
  await seen.promise;
  const host = new URL(url).host;
  expect(engine.hosts(waiting.id)).toMatchObject([{ host, inFlight: 1, heldUntilMs: null, answered: 0 }]);
  await engine.cancel(waiting.id);
  expect(engine.hosts(waiting.id)).toEqual([]);

  const held = await start([`${url}/hold`]);
  await new Promise<void>((resolve) => {
    const stop = engine.on('frame', ({ jobs }) => {
      if (jobs.every(({ waitingFor }) => waitingFor === null)) return;
      stop();
      resolve();
    });
  });
  const [state] = engine.hosts(held.id);
  expect(state).toMatchObject({ inFlight: 0, refused: 1 });
  expect(state?.lastError).toMatch(/503/u);
  expect(state?.heldUntilMs).toBeGreaterThan(Date.now() + 2_900_000);
  await engine.cancel(held.id);
});

test('a speed limit set while it runs holds, and is kept', async () => {
  const body = Buffer.alloc(4 * 1024 * 1024);
  const half = Promise.withResolvers<void>();
  let goOn = (): void => undefined;
  const url = await serve((_, response) => {
    response.writeHead(200, { 'Content-Length': body.length });
    response.write(body.subarray(0, body.length / 2), () => {
      half.resolve();
    });
    goOn = () => response.end(body.subarray(body.length / 2));
  });
  const { id, ended } = await start([`${url}/large`]);
  await half.promise;
  const rate = 4 * 1024 * 1024;
  engine.limitRate(id, rate);
  expect(engine.job(id).limitRate).toBe(rate);
  const startedAtMs = performance.now();
  goOn();
  await ended;
  // Half a second's worth, less what may come in one burst.
  expect(performance.now() - startedAtMs).toBeGreaterThan(350);
  expect(engine.job(id)).toMatchObject({ limitRate: rate, counts: { done: 1 } });
});

test('the speed limit of all jobs holds for each', async () => {
  const body = Buffer.alloc(2 * 1024 * 1024);
  const url = await serve((_, response) => response.end(body));
  engine.settings.set({ limitRate: 4 * 1024 * 1024 });
  const startedAtMs = performance.now();
  const jobs = [await start([`${url}/a`]), await start([`${url}/b`])];
  await Promise.all(jobs.map(({ ended }) => ended));
  expect(performance.now() - startedAtMs).toBeGreaterThan(800);
});

describe('only newer files', () => {
  /** Answers by tag alone; what each path holds can be changed. */
  async function serveTagged(contents: Record<string, string>) {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      const path = request.url ?? '/';
      asked.push(`${path} ${request.headers['if-none-match'] ?? '-'}`);
      const tag = `"${contents[path] ?? ''}"`;
      if (path === '/moved') response.writeHead(307, { Location: '/1/f' }).end();
      else if (request.headers['if-none-match'] === tag) response.writeHead(304).end();
      else response.writeHead(200, { ETag: tag }).end(contents[path]);
    });
    return { url, asked };
  }

  const read = (name: string): string => readFileSync(join(folder, 'files', name), 'utf8');

  async function update(lines: readonly string[]): Promise<JobSummary['counts']> {
    const { ended } = await start(lines, { existing: 'newer' }, 'sequential');
    return (await ended).counts;
  }

  test('are asked for by tag, whatever name the answer gave; an edited file is not spoken of', async () => {
    let version = 'one';
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      const tag = `"${version}"`;
      const match = request.headers['if-none-match'];
      asked.push(match);
      if (match === tag) response.writeHead(304).end();
      else {
        response.writeHead(200, { ETag: tag, 'Content-Disposition': 'attachment; filename="named.txt"' });
        response.end(version);
      }
    });
    expect(await update([`${url}/file`])).toMatchObject({ done: 1 });
    expect(await update([`${url}/file`])).toMatchObject({ skipped: 1 });
    version = 'two';
    expect(await update([`${url}/file`])).toMatchObject({ done: 1 });
    expect(read('named.txt')).toBe('two');
    writeFileSync(join(folder, 'files', 'named.txt'), 'mine');
    await update([`${url}/file`]);
    expect(asked).toEqual([undefined, '"one"', '"one"', undefined]);
    // What nobody asked about, and is not newer for certain, is not replaced.
    expect(read('named.txt')).toBe('mine');
    expect(read('named (1).txt')).toBe('two');
  });

  test('two URLs of one name keep a file each', async () => {
    const contents = { '/1/f': 'one', '/2/f': 'two' };
    const { url } = await serveTagged(contents);
    const both = [`${url}/1/f`, `${url}/2/f`];
    expect(await update(both)).toMatchObject({ done: 2 });
    expect([read('f'), read('f (1)')]).toEqual(['one', 'two']);
    contents['/2/f'] = 'two, changed';
    expect(await update(both)).toMatchObject({ skipped: 1, done: 1 });
    expect([read('f'), read('f (1)')]).toEqual(['one', 'two, changed']);
    // A third one does not take the first one's file for its own either.
    expect(await update([`${url}/3/f`])).toMatchObject({ done: 1 });
    expect([read('f'), read('f (1)')]).toEqual(['one', 'two, changed']);
    expect(readdirSync(join(folder, 'files')).sort()).toEqual(['f', 'f (1)', 'f (2)']);
  });

  test('a date is not asked with that another task of the job has just set', async () => {
    const modified = 'Mon, 01 Jan 2024 00:00:00 GMT';
    const url = await serve((request, response) => {
      if (request.headers['if-modified-since'] !== undefined) response.writeHead(304).end();
      else response.writeHead(200, { 'Last-Modified': modified }).end(request.url);
    });
    expect(await update([`${url}/1/f`, `${url}/2/f`])).toMatchObject({ done: 2 });
    expect([read('f'), read('f (1)')]).toEqual(['/1/f', '/2/f']);
  });

  test('the tag follows a redirect to where it came from', async () => {
    const { url, asked } = await serveTagged({ '/1/f': 'one' });
    await update([`${url}/moved`]);
    expect(await update([`${url}/moved`])).toMatchObject({ skipped: 1 });
    expect(asked.at(-1)).toBe('/1/f "one"');
  });

  test('304 that nobody asked for is a failure', async () => {
    const url = await serve((_, response) => response.writeHead(304).end());
    const { id, ended } = await start([`${url}/f`]);
    expect((await ended).counts).toMatchObject({ failed: 1, skipped: 0 });
    const { rows } = await engine.tasksPage({ jobId: id, state: 'failed', search: '', offset: 0, limit: 1 });
    expect(rows[0]?.error?.code).toBe('http-304');
  });
});

test('the proxy of the settings is used, and its password is nowhere to be read', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url, request.headers['proxy-authorization']);
    response.end('by proxy');
  });
  const { port } = new URL(url);
  engine.settings.set({ proxy: `http://me:s3cr3t-word@127.0.0.1:${port}` });
  const { ended } = await start(['http://nowhere.invalid/a.txt']);
  expect((await ended).counts).toMatchObject({ done: 1 });
  expect(asked).toEqual([
    'http://nowhere.invalid/a.txt',
    `Basic ${Buffer.from('me:s3cr3t-word').toString('base64')}`,
  ]);
  expect(engine.settings.get().proxy).toContain('s3cr3t-word');
  for (const name of readdirSync(join(folder, 'data'))) {
    const path = join(folder, 'data', name);
    if (statSync(path).isFile()) expect(readFileSync(path).includes('s3cr3t-word')).toBe(false);
  }
});

test('workers have settled as many tasks as the job has, however often these were tried', async () => {
  const id = await runMixed();
  const settled = (): { tasks: number; failed: number }[] => {
    const all = engine.statistics(id);
    const sum = (of: 'tasks' | 'failed'): number => all.reduce((total, worker) => total + worker[of], 0);
    return [{ tasks: sum('tasks'), failed: sum('failed') }];
  };
  expect(settled()).toEqual([{ tasks: 4, failed: 1 }]);
  const again = engine.ended(id);
  await engine.retry(id);
  await again;
  expect(settled()).toEqual([{ tasks: 4, failed: 1 }]);
});

test('what can be shown in its folder is there', async () => {
  const id = await runMixed();
  const { rows } = await engine.tasksPage({ jobId: id, state: null, search: '', offset: 0, limit: 4 });
  const there = await Promise.all(rows.map((row) => engine.isThere(id, row.id)));
  expect(rows.map(({ name }, at) => [name, there[at]])).toEqual([
    ['a', true],
    ['b,"c"', true],
    ['busy', true],
    ['bad', false],
  ]);
  expect(await engine.isThere(id, null)).toBe(true);
  rmSync(join(folder, 'files'), { recursive: true });
  expect(await engine.isThere(id, null)).toBe(false);
});

test('a job is called what its user calls it, from then on', async () => {
  const id = await runMixed();
  expect(engine.job(id).label).toBe('a and 3 more');
  engine.rename(id, '  Looms ');
  expect(engine.listJobs({ kind: 'download', offset: 0, limit: 1 }).jobs).toMatchObject([{ label: 'Looms' }]);
  await engine.close();
  engine = await Engine.open({ dataDirectory: join(folder, 'data'), threads: new Threads(workerUrl) });
  expect(engine.job(id).label).toBe('Looms');
  expect(() => {
    engine.rename(id, ' ');
  }).toThrow('A job needs a name.');
});
