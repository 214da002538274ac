/** Lists of every kind, from what people paste to what a server is asked. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { engine, folder, reopenEngine, run, useEngine } from './testing/test-engine';

useEngine('lists');

let server: Server;
let base: string;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer(({ url, headers }, response) => {
    asked.push(`${url ?? ''} ${String(headers['x-key'] ?? '-')}`);
    response.end('the file');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function get(request: Partial<Extract<JobRequest, { kind: 'download' }>>): Promise<JobSummary> {
  return run({
    kind: 'download',
    mode: 'pool',
    workers: 1,
    urls: [],
    text: null,
    listFiles: [],
    directory: join(folder, 'target'),
    ...request,
  });
}

test('what a filter leaves out is no task; each text is a list of its own', async () => {
  const { port } = new URL(base);
  const summary = await get({
    text: `${base}/a.zip\n${base}/b.txt\nhttp://localhost:${port}/c.zip\n`,
    texts: [`{"url":"${base}/d.zip"}\n{"url":"${base}/e","filename":"e.txt"}\n`],
    only: { extensions: ['zip'] },
    leaveOut: { hosts: ['localhost'] },
  });
  expect(summary).toMatchObject({ state: 'done', counts: { done: 2, failed: 0 } });
  expect(asked.sort()).toEqual(['/a.zip -', '/d.zip -']);
});

test.each([
  [
    'cut',
    'bytes of',
    (list: string): void => {
      truncateSync(list, 40);
    },
  ],
  ['gone', 'is gone', rmSync],
])('the rest of a list of which the copy is %s is not taken for nothing', async (_, what, harm) => {
  const { id } = await engine.createJob(
    {
      kind: 'download',
      mode: 'pool',
      workers: 1,
      urls: [],
      text: `${base}/a\n${base}/b\n`,
      listFiles: [],
      directory: join(folder, 'target'),
    },
    { start: false },
  );
  const lists = join(folder, 'data/lists');
  const [name = ''] = readdirSync(lists);
  harm(join(lists, name));
  const ended = engine.ended(id);
  await engine.resume(id);
  const { state, error } = await ended;
  expect(state).toBe('failed');
  expect(error?.message).toContain(`${join(lists, name)}, the copy of its list`);
  expect(error?.message).toContain(what);
});

test.skipIf(process.platform === 'win32')(
  'what a pipe gives once is there for each thread, and when the job goes on later',
  async () => {
    const pipe = join(folder, 'cookies');
    execFileSync('mkfifo', [pipe]);
    const cookies: (string | undefined)[] = [];
    server.on('request', ({ headers }) => cookies.push(headers.cookie));
    const making = engine.createJob(
      {
        kind: 'download',
        mode: 'thread-per-task',
        workers: 4,
        urls: Array.from({ length: 8 }, (_, file) => `${base}/${file}`),
        text: null,
        listFiles: [],
        directory: join(folder, 'target'),
        options: { cookies: pipe },
      },
      { start: false },
    );
    const writer = await open(pipe, 'w');
    await writer.write('127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n');
    await writer.close();
    const { id } = await making;
    await reopenEngine();
    const ended = engine.ended(id);
    await engine.resume(id);
    expect(await ended).toMatchObject({ state: 'done', counts: { done: 8 } });
    expect(cookies).toEqual(Array.from({ length: 8 }, () => 'name=value'));
  },
);

const KINDS: Readonly<
  Record<string, (base: string) => readonly [list: string | Buffer, asked: readonly string[]]>
> = {
  'curl for Bash': (u) => [`curl '${u}/a' \\\n  -H 'range: bytes=0-' \\\n  -H 'x-key: 1' -C -\n`, ['/a 1']],
  'curl for cmd': (u) => [
    `curl ^"${u}/a?x=1^&y=2^" ^\r\n  -H ^"x-key: 1^" &\r\ncurl "${u}/b"\r\n`,
    ['/a?x=1&y=2 1', '/b -'],
  ],
  PowerShell: (u) => [
    `Invoke-WebRequest -Uri "${u}/a" \`\n-Headers @{\n"x-key"="1"\n"range"="bytes=0-"\n}`,
    ['/a 1'],
  ],
  fetch: (u) => [`fetch("${u}/a", {"headers": {"x-key": "1"}, "body": null, "method": "GET"});`, ['/a 1']],
  HAR: (u) => [
    `{"log":{"entries":[{"request":{"method":"GET","url":"${u}/a","headers":[{"name":"x-key","value":"1"}]}}]}}`,
    ['/a 1'],
  ],
  'UTF-16': (u) => [Buffer.from(`${u}/a\r\n${u}/b\r\n`, 'utf16le'), ['/a -', '/b -']],
  'a session of aria2': (u) => [`${u}/a\t${u}/a\n gid=1\n dir=/elsewhere\n header=x-key: 1\n`, ['/a 1']],
  'a web page': (u) => [`<!DOCTYPE html><a href="${u}/a">a</a><img src="${u}/no">`, ['/a -']],
  'what is not understood': (u) => [`curl '${u}/a' --frob\ncurl '${u}/b' > x\n`, []],
  'control characters': (u) => [`${u}/a\u0000b\n${u}/a\u0007\n`, []],
  'old line ends': (u) => [`${u}/a\r${u}/b\r`, ['/a -', '/b -']],
};

test.each(Object.entries(KINDS))(
  '%s: what is asked of the server, from a file and from a pipe',
  async (_, kind) => {
    const [list, right] = kind(base);
    const file = join(folder, 'list');
    writeFileSync(file, list);
    await get({ listFiles: [file] });
    expect(asked.sort()).toEqual(right);
    asked = [];
    const { id } = await engine.createJob(
      {
        kind: 'download',
        mode: 'pool',
        workers: 1,
        urls: [],
        text: null,
        listFiles: [],
        directory: join(folder, 'piped'),
      },
      { start: false, input: Readable.from([Buffer.from(list)]) },
    );
    const ended = engine.ended(id);
    await engine.resume(id);
    await ended;
    expect(asked.sort()).toEqual(right);
  },
);

test('a job of a pipe is called after its first file, never after a password', async () => {
  const { label } = await engine.createJob(
    { kind: 'download', mode: 'pool', workers: 1, urls: [], text: null, listFiles: [], directory: folder },
    { start: false, input: Readable.from([Buffer.from('\nhttp://me:secret@a.example:80/x\nhttp://b/\n')]) },
  );
  expect(label).toBe('x and 1 more');
});

test('a pipe with nothing in it is no list', async () => {
  await expect(
    engine.createJob(
      { kind: 'download', mode: 'pool', workers: 1, urls: [], text: null, listFiles: [], directory: folder },
      { input: Readable.from([Buffer.from(' \n')]) },
    ),
  ).rejects.toThrow('There is nothing to download: give a URL or a list.');
});
