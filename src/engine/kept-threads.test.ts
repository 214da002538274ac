import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import type { JobSummary } from '../common/model/jobs';
import { Engine } from './index';
import { buildWorker } from './testing/build-worker';
import { folder, put, useEngine } from './testing/test-engine';
import { TrackedThreads } from './testing/tracked-threads';

const WORKERS = 2;
const FILES = 20;

let script: string;

beforeAll(async () => {
  script = await buildWorker(fileURLToPath(new URL('../workers/worker.ts', import.meta.url)));
}, 60_000);

useEngine('kept-threads');

async function hashFiles(engine: Engine): Promise<JobSummary> {
  const { id } = await engine.createJob(
    {
      kind: 'hash',
      mode: 'pool',
      workers: WORKERS,
      paths: [join(folder, 'files')],
      algorithms: ['sha256'],
      manifest: null,
      cache: false,
    },
    { start: false },
  );
  const ended = engine.ended(id);
  await engine.resume(id);
  return ended;
}

test('the next job finds its threads, and none outlives the engine', async () => {
  for (let file = 0; file < FILES; file++) put(join(folder, 'files', `${file}`), `content ${file}`);
  const threads = new TrackedThreads(script);
  const engine = await Engine.open({ dataDirectory: join(folder, 'kept'), threads, keepsThreads: true });
  const living = new Set<number>();
  const onWorker = (worker: {
    threadId: number;
    once(name: 'exit', listener: () => void): unknown;
  }): void => {
    const id = worker.threadId;
    living.add(id);
    worker.once('exit', () => living.delete(id));
  };
  process.on('worker', onWorker);
  try {
    engine.settings.set({ hash: { mode: 'pool', workers: WORKERS } });
    engine.prepareThreads('hash');
    expect(threads.spares).toBe(WORKERS + 1);
    for (let job = 1; job <= 2; job++) {
      expect((await hashFiles(engine)).counts.done).toBe(FILES);
      // The job took what slept, and others sleep for the next one.
      expect(threads.woken).toBe(job * (WORKERS + 1));
      expect(threads.made).toBe(job * (WORKERS + 1));
      expect(threads.spares).toBe(WORKERS + 1);
      expect(threads.alive.size).toBe(0);
    }
  } finally {
    await engine.close();
    process.off('worker', onWorker);
  }
  expect(threads.spares).toBe(0);
  expect(living.size).toBe(0);
});

test('a look at the first copy leaves the threads that wait for the job', async () => {
  put(join(folder, 'files', 'only'), 'content');
  const threads = new TrackedThreads(script);
  const engine = await Engine.open({ dataDirectory: join(folder, 'kept'), threads, keepsThreads: true });
  try {
    engine.settings.set({ copy: { mode: 'pool', workers: WORKERS } });
    engine.prepareThreads('copy');
    const asked = { sources: [join(folder, 'files')], destination: join(folder, 'copies'), options: {} };
    const first = await engine.firstCopied({ kind: 'copy', mode: 'pool', workers: WORKERS, ...asked });
    expect(first?.target).toBe(join(folder, 'copies', 'files', 'only'));
    expect(threads.spares).toBe(WORKERS + 1);
  } finally {
    await engine.close();
  }
});
