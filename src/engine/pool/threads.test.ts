import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { OutcomeColumns } from '../../common/model/answer';
import type { Digests } from '../../common/model/digests';
import { valueAt, type PacketOrder } from '../../common/model/packet';
import type { WorkerOptions } from '../../common/threads/worker-options';
import { buildWorker } from '../testing/build-worker';
import { createExecutor, Threads } from './index';

const FILES = 40;

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
    process.off('worker', onWorker);
    rmSync(folder, { recursive: true });
  }
});
