import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OutcomeColumns } from '../../common/model/answer';
import type { Digests } from '../../common/model/digests';
import { valueAt, type PacketOrder } from '../../common/model/packet';
import type { WorkerOptions } from '../../common/threads/worker-options';
import { buildWorker } from '../testing/build-worker';
import { createExecutor, Threads } from './index';

const FILES = 40;

let script: string;
/** Of all threads that a test made, and of those that have ended. */
let made: number[];
let gone: number[];

function onWorker(worker: { threadId: number; once(name: 'exit', listener: () => void): unknown }): void {
  const id = worker.threadId;
  made.push(id);
  worker.once('exit', () => gone.push(id));
}

/** Node tells of a thread only then. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeAll(async () => {
  script = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
}, 60_000);

beforeEach(() => {
  made = [];
  gone = [];
  process.on('worker', onWorker);
});

afterEach(() => {
  process.off('worker', onWorker);
});

test('threads made ahead do the work of a pool, and those nobody took are gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-threads-'));
  try {
    const threads = new Threads(script);
    threads.prepare('hash', 2);
    const executor = createExecutor<WorkerOptions, PacketOrder, OutcomeColumns>({
      mode: 'pool',
      size: 2,
      threads,
      workerOptions: { kind: 'hash', algorithms: ['sha256'], cache: false },
    });
    const ids = Array.from({ length: FILES }, (_, id) => id);
    const sources = ids.map((id) => join(folder, `${id}`));
    for (const [id, source] of sources.entries()) writeFileSync(source, `content ${id}`);
    const digests: (string | undefined)[] = [];
    const { promise } = executor.submit({
      body: {
        ids,
        types: 'file',
        roots: 0,
        sources,
        targets: null,
        sizes: 10,
        attempts: 0,
        submittedAtMs: Date.now(),
        details: null,
      },
      count: FILES,
      onEnds: ({ tasks, results }) => {
        tasks.forEach((task, at) => {
          const json = results === null ? null : valueAt(results.digests, at);
          digests[task] = json === null ? undefined : (JSON.parse(json) as Digests).sha256;
        });
      },
    });
    await promise;
    expect(digests).toEqual(ids.map((id) => createHash('sha256').update(`content ${id}`).digest('hex')));
    expect(made).toHaveLength(3);
    await executor.resize(4);
    await executor.shutdown();
    await threads.close();
    expect(made).toHaveLength(4);
    expect(gone.sort()).toEqual(made.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('threads that nobody takes are let go after a while', async () => {
  const threads = new Threads(script, { keepMs: 1 });
  threads.prepare('copy', 2);
  expect(threads.spares).toBe(3);
  await nextTurn();
  expect(made).toHaveLength(3);
  await expect.poll(() => gone.sort()).toEqual(made.sort());
  expect(threads.spares).toBe(0);
  await threads.close();
});

test('threads wait for one kind of job at a time, as many as it takes', async () => {
  const threads = new Threads(script);
  threads.prepare('hash', 2);
  threads.prepare('hash', 2);
  await nextTurn();
  expect(made).toHaveLength(3);
  threads.prepare('download', 1);
  expect(threads.spares).toBe(1);
  await expect.poll(() => gone).toHaveLength(3);
  await threads.close();
  expect(gone.sort()).toEqual(made.sort());
});

test('no thread is made ahead once they are closed, and the last one has ended by then', async () => {
  const threads = new Threads(script);
  threads.prepare('download', 2);
  threads.prepare('verify', 1);
  await threads.close();
  expect(made).toHaveLength(3);
  expect(gone.sort()).toEqual(made.sort());
  threads.prepare('hash', 2);
  await nextTurn();
  expect(threads.spares).toBe(0);
  expect(made).toHaveLength(3);
});

test.runIf(process.platform === 'linux')(
  'a native library stays when its last thread has ended',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-libraries-'));
    const path = join(folder, 'worker.cjs');
    const koffi = createRequire(import.meta.url).resolve('koffi');
    writeFileSync(
      path,
      `require(${JSON.stringify(koffi)}).load(null);
    require('node:worker_threads').parentPort.postMessage('loaded');`,
    );
    const mapped = (): boolean => readFileSync('/proc/self/maps', 'utf8').includes('koffi.node');
    try {
      const thread = new Threads(path).start({});
      await once(thread, 'message');
      await once(thread, 'exit');
      expect(mapped()).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
