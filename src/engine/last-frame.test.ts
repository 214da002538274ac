/** Whoever watches a job hears of every task of it, however short it was. */
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { StripSegment, WorkerFrame } from '../common/model/frames';
import { MODES } from '../common/model/jobs';
import { engine, folder, go, put, useEngine } from './testing/test-engine';

const FILES = 7;

useEngine('last-frame');

beforeEach(() => {
  for (let index = 0; index < FILES; index++) put(join(folder, 'files', `${index}`), `${index}`);
});

function tasksOf(workers: readonly WorkerFrame[]): number {
  return workers
    .flatMap(({ segments }): readonly StripSegment[] => segments)
    .reduce((sum, { tasks }) => sum + tasks, 0);
}

describe.each(MODES)('mode %s', (mode) => {
  test('frames and the snapshot of a job that has ended have all of its tasks', async () => {
    let seen = 0;
    engine.on('frame', ({ jobs }) => {
      for (const { workers } of jobs) seen += tasksOf(workers);
    });
    const paths = [join(folder, 'files')];
    const { id } = await engine.createJob(
      { kind: 'hash', mode, workers: 2, paths, algorithms: ['sha256'], manifest: null },
      { start: false },
    );
    engine.watch(id);
    expect(await go(id)).toMatchObject({ state: 'done', counts: { done: FILES } });
    expect(seen).toBe(FILES);
    expect(tasksOf(engine.snapshot(id)?.frame.workers ?? [])).toBe(FILES);
  });
});
