/** What the threads of a download have in common with each other, and what nobody else gets of it. */
import { readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DownloadOptions } from '../common/model/download-options';
import type { JobRequest } from '../common/model/job-request';
import type { Mode } from '../common/model/jobs';
import { TestServer } from '../workers/test-server';
import { engine, folder, put, rows, run, useEngine } from './testing/test-engine';

useEngine('session');

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(async () => {
  await server.close();
});

function request(
  urls: readonly string[],
  options: Partial<DownloadOptions> = {},
  mode: Mode = 'pool',
): JobRequest {
  return {
    kind: 'download',
    mode,
    workers: 4,
    urls: [...urls],
    text: '',
    listFiles: [],
    directory: join(folder, 'files'),
    options,
  };
}

/** All that the engine has written. */
function stored(): string {
  return readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

test.each(['thread-per-task', 'pool'] as const)(
  'a cookie that one address gives is there for all that is asked for later: %s',
  async (mode) => {
    const COUNT = mode === 'pool' ? 40 : 8;
    const isIn = ({ headers }: IncomingMessage): boolean => headers.cookie === 'session=seCr3t';
    // The others wait until somebody is in; those that asked before are told to ask again.
    const entered = Promise.withResolvers<void>();
    server.on('/login', (_, response) => {
      response.writeHead(302, { Location: '/0', 'Set-Cookie': 'session=seCr3t; Path=/' }).end();
    });
    server.on('/0', (incoming, response) => {
      if (isIn(incoming)) entered.resolve();
      response.writeHead(isIn(incoming) ? 200 : 403).end('0');
    });
    const refused = new Set<number>();
    for (let at = 1; at < COUNT; at++) {
      server.on(`/${at}`, (incoming, response) => {
        const status = isIn(incoming) ? 200 : refused.has(at) ? 403 : 500;
        if (status !== 200) refused.add(at);
        void entered.promise.then(() => response.writeHead(status).end(`${at}`));
      });
    }
    const urls = ['/login', ...Array.from({ length: COUNT - 1 }, (_, at) => `/${at + 1}`)];
    const job = await run(
      request(
        urls.map((path) => server.url(path)),
        {},
        mode,
      ),
    );
    expect(job.counts).toMatchObject({ done: COUNT, failed: 0 });
    await engine.writeExport(job.id, 'jsonl', join(folder, 'export'));
    for (const text of [stored(), readFileSync(join(folder, 'export'), 'latin1')])
      expect(text).not.toContain('seCr3t');
  },
);

test('cookies of a file are changed for all threads, and the file is left as it is', async () => {
  const cookies = join(folder, 'cookies.txt');
  const text = '127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\told\n';
  put(cookies, text);
  server.on('/a', (_, response) => {
    response.writeHead(200, { 'Set-Cookie': 'session=new; Path=/' }).end('a');
  });
  for (let at = 0; at < 20; at++) server.body(`/${at}`, 'x');
  await run(request([server.url('/a')], { cookies }));
  await run(
    request(
      ['/a', ...Array.from({ length: 20 }, (_, at) => `/${at}`)].map((path) => server.url(path)),
      { cookies },
      'sequential',
    ),
  );
  const sent = server.requests.map(({ headers }) => headers.cookie);
  expect(sent).toEqual(['session=old', 'session=old', ...Array.from({ length: 20 }, () => 'session=new')]);
  expect(readFileSync(cookies, 'utf8')).toBe(text);
});

test('a login that a redirect names is stored and told nowhere, whatever comes of it', async () => {
  const withLogin = (path: string): string => server.url(path).replace('//', '//me:seCr3t@');
  const to = (path: string, location: string): string =>
    server.on(path, (_, response) => {
      response.writeHead(302, { Location: location }).end();
    });
  server.on('/file', ({ headers }, response) => {
    response.writeHead(headers.authorization === `Basic ${btoa('me:seCr3t')}` ? 200 : 401).end('x');
  });
  const urls = [
    to('/good', withLogin('/file')),
    to('/none', withLogin('/nowhere')),
    to('/circle', withLogin('/circle')),
    to('/elsewhere', 'ftp://me:seCr3t@127.0.0.1/'),
    to('/broken', 'http://me:seCr3t@a b/'),
    to('/refused', 'http://me:seCr3t@127.0.0.1:1/'),
  ];
  const job = await run(request(urls, { retries: 0 }));
  expect(job.counts).toMatchObject({ done: 1, failed: 5 });
  const told = [stored(), JSON.stringify(await rows(job.id))];
  for (const format of ['jsonl', 'csv', 'failed-urls'] as const) {
    await engine.writeExport(job.id, format, join(folder, 'export'));
    told.push(readFileSync(join(folder, 'export'), 'latin1'));
  }
  for (const text of told) expect(text).not.toMatch(/seCr3t/iu);
});

test('a file of cookies in another format is refused before anything is stored', async () => {
  const cookies = join(folder, 'cookies.json');
  put(cookies, '[{ "name": "session", "value": "seCr3t" }]');
  const refused = engine.createJob(request([server.url('/a')], { cookies }));
  await expect(refused).rejects.toMatchObject({ code: 'usage' });
  await expect(refused).rejects.toThrow(/not in Netscape's format/u);
  expect(stored()).not.toContain('seCr3t');
  put(cookies, '# Netscape HTTP Cookie File\n');
  expect((await run(request([server.body('/a', 'a')], { cookies }))).counts.done).toBe(1);
});

describe('who says "later"', () => {
  test('what the job waits for is told: whom, how long, and why', async () => {
    const url = server.on('/busy', (_, response) => {
      response.writeHead(503, { 'Retry-After': '99999999999' }).end();
    });
    const { id } = await engine.createJob(request([url]), { start: true });
    const told = await new Promise<string>((resolve) => {
      const stop = engine.on('frame', ({ jobs }) => {
        const waitingFor = jobs.find(({ jobId }) => jobId === id)?.waitingFor ?? null;
        if (waitingFor === null) return;
        stop();
        resolve(waitingFor);
      });
    });
    const { host } = new URL(url);
    expect(told).toBe(
      `${host} asks to wait: next attempt in 60 min. The server cannot answer now (503 Service Unavailable). It asks to wait 3,169 years; Heddle waits 60 min at most.`,
    );
    const [state] = engine.hosts(id);
    expect(state).toMatchObject({ host, refused: 1 });
    expect(state?.heldUntilMs).toBeLessThanOrEqual(Date.now() + 3_600_000);
    await engine.cancel(id);
  });

  test('statuses that the user names are tried again', async () => {
    let asked = 0;
    const url = server.on('/a', (_, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 403 : 200).end('a');
    });
    const job = await run(request([url], { retryOn: ['4xx'] }));
    expect([job.counts.done, asked]).toEqual([1, 2]);
    asked = 0;
    expect((await run(request([url]))).counts.failed).toBe(1);
    await expect(engine.createJob(request([url], { retryOn: ['3xx'] }))).rejects.toThrow(/400 to 599/u);
  });
});
