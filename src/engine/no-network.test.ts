/** Downloads in a network namespace of their own (network_namespaces(7)), which has no network until it is given one. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import type { JobSnapshot } from '../common/model/frames';
import type { TaskPage } from '../common/ipc';
import { EngineChild } from './testing/engine-child';

const ADDRESS = '10.61.7.1';
const SERVER = `require('node:http').createServer((_, response) => response.end('it is back'))
  .listen(0, '0.0.0.0', function () { console.log(this.address().port); });`;

/** Whether a process can have a network namespace here. */
const hasNamespaces =
  spawnSync('unshare', ['-n', 'ip', 'link'], { stdio: 'ignore' }).status === 0 &&
  spawnSync('nsenter', ['--version'], { stdio: 'ignore' }).status === 0;

let folder: string;
let engine: EngineChild;
let server: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-network-'));
  engine = new EngineChild(join(folder, 'data'), '../../workers/worker.ts', undefined, ['unshare', '-n']);
});
afterEach(async () => {
  await engine.kill();
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function ask<Result>(method: string, ...args: readonly unknown[]): Promise<Result> {
  return engine.ask({ on: 'engine', method, args }) as Promise<Result>;
}

test.runIf(hasNamespaces)(
  'downloads wait without a network, say so, and go on when it is back',
  async () => {
    await ask('listJobs', { kind: null, offset: 0, limit: 1 });
    const inside = ['-t', String(engine.pid), '-n'];
    execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up']);
    server = spawn('nsenter', [...inside, process.execPath, '-e', SERVER], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [port] = (await once(server.stdout ?? server, 'data')) as [Buffer];
    const origin = `http://${ADDRESS}:${port.toString().trim()}`;
    const request: JobRequest = {
      kind: 'download',
      mode: 'pool',
      workers: 2,
      urls: Array.from({ length: 5 }, (_, index) => `${origin}/f${index}`),
      text: null,
      listFiles: [],
      directory: join(folder, 'files'),
      options: { retries: 0 },
    };
    const { id } = await ask<JobSummary>('createJob', request, { start: false });
    const ended = ask<JobSummary>('ended', id);
    await ask('resume', id);
    await expect
      .poll(async () => (await ask<JobSnapshot | null>('snapshot', id))?.frame.waitingFor, {
        timeout: 10_000,
      })
      .toBe('There is no network. The downloads continue when it is back.');
    // Some may just be looking whether it is back.
    expect(await ask('job', id)).toMatchObject({ state: 'running', counts: { failed: 0, done: 0 } });
    execFileSync('nsenter', [...inside, 'ip', 'address', 'add', `${ADDRESS}/32`, 'dev', 'lo']);
    expect(await ended).toMatchObject({ state: 'done', counts: { done: 5, failed: 0 } });
    expect(readFileSync(join(folder, 'files', 'f4'), 'utf8')).toBe('it is back');
    const page = await ask<TaskPage>('tasksPage', {
      jobId: id,
      state: null,
      search: '',
      offset: 0,
      limit: 9,
    });
    expect(page.rows.every(({ state, error }) => state === 'done' && error === null)).toBe(true);
  },
  30_000,
);
