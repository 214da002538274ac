/** Lists of every kind, from what people paste to what a server is asked. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { folder, run, useEngine } from './testing/test-engine';

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
