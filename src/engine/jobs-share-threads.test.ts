/** Several jobs that each ask for the most threads. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';
import { MAX_WORKERS } from '../common/model/job-request';
import { folder, run, useEngine } from './testing/test-engine';

const JOBS = 4;
/** One that walks for each job, and the one that writes the log back. */
const OTHER_THREADS = JOBS + 1;
const FILES = 600;

useEngine('share');

test('four jobs of 64 workers have no more threads in all than one may, and all files are right', async () => {
  const source = join(folder, 'source');
  mkdirSync(source);
  for (let index = 0; index < FILES; index++) writeFileSync(join(source, `${index}`), `content ${index}`);
  let alive = 0;
  let most = 0;
  const onWorker = (worker: Worker): void => {
    alive += 1;
    most = Math.max(most, alive);
    void once(worker, 'exit').then(() => {
      alive -= 1;
    });
  };
  process.on('worker', onWorker);
  try {
    const ended = await Promise.all(
      Array.from({ length: JOBS }, () =>
        run({
          kind: 'hash',
          mode: 'pool',
          workers: MAX_WORKERS,
          paths: [source],
          algorithms: ['sha256'],
          manifest: null,
          rules: DEFAULT_WALK_RULES,
          cache: false,
          duplicates: false,
        }),
      ),
    );
    expect(ended.map(({ counts }) => counts.done)).toEqual(Array.from({ length: JOBS }, () => FILES));
    expect(most).toBeGreaterThan(JOBS);
    expect(most).toBeLessThanOrEqual(MAX_WORKERS + OTHER_THREADS);
  } finally {
    process.off('worker', onWorker);
  }
});
