import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { TaskOrder, TaskOutcome } from '../../common/model/tasks';
import type { WorkerOptions } from '../../common/threads/worker-options';
import { buildWorker } from '../testing/build-worker';
import { createExecutor, Threads } from './index';

test('threads made ahead do the work of a pool, and those nobody took are gone', async () => {
  const script = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
  const folder = mkdtempSync(join(tmpdir(), 'heddle-threads-'));
  const made: number[] = [];
  const gone: number[] = [];
  const onWorker = (worker: {
    threadId: number;
    once(name: 'exit', listener: () => void): unknown;
  }): void => {
    const id = worker.threadId;
    made.push(id);
    worker.once('exit', () => gone.push(id));
  };
  process.on('worker', onWorker);
  try {
    const threads = new Threads(script);
    threads.prepare('hash', 3);
    const executor = createExecutor<WorkerOptions, TaskOrder, TaskOutcome>({
      mode: 'pool',
      size: 2,
      threads,
      workerOptions: { kind: 'hash', algorithms: ['sha256'], cache: false },
    });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, id) => {
        const source = join(folder, `${id}`);
        writeFileSync(source, `content ${id}`);
        return executor.submit({ id, type: 'file', source, target: null, size: 10, root: 0, attempt: 1 })
          .promise;
      }),
    );
    expect(outcomes.map((outcome) => outcome.digests?.sha256)).toEqual(
      Array.from({ length: 40 }, (_, id) => createHash('sha256').update(`content ${id}`).digest('hex')),
    );
    expect(made).toHaveLength(3);
    await executor.resize(4);
    await executor.shutdown();
    await threads.close();
    expect(made).toHaveLength(4);
    expect(gone.sort()).toEqual(made.sort());
  } finally {
    process.off('worker', onWorker);
    rmSync(folder, { recursive: true });
  }
});
