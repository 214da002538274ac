/** What the window asks of the engine beside what the terminal does: dry runs begun for real, failures that are asked about. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { engine, folder, put, run as runJob, useEngine } from './testing/test-engine';

let source: string;
let into: string;

useEngine('window');

beforeEach(() => {
  source = join(folder, 'from');
  into = join(folder, 'into');
  put(join(source, 'a'), 'a');
  put(join(source, 'b'), 'b');
  put(join(into, 'from', 'b'), 'another');
  put(join(into, 'from', 'extra'), 'extra');
});

const run = (request: Partial<Extract<JobRequest, { kind: 'copy' }>>): Promise<JobSummary> =>
  runJob({ kind: 'copy', mode: 'pool', workers: 1, sources: [source], destination: into, ...request });

test('a dry run begun for real takes the same targets and deletes what it showed', async () => {
  const dry = await run({ options: { dryRun: true, mirror: true, existing: 'overwrite' } });
  expect(engine.findings(dry.id)).toEqual({ new: 1, replaced: 1, deleted: 1 });
  expect(existsSync(join(into, 'from', 'a'))).toBe(false);
  const real = await engine.runDry(dry.id);
  expect(real.copyOptions).toMatchObject({ dryRun: false, mirror: true, existing: 'overwrite' });
  const { counts } = await engine.ended(real.id);
  expect(counts.failed).toBe(0);
  expect(readFileSync(join(into, 'from', 'b'), 'utf8')).toBe('b');
  expect(existsSync(join(into, 'from', 'extra'))).toBe(false);
});

test('a dry run tells the sizes of what is there already', async () => {
  const both = { options: { existing: 'skip' as const } };
  await run(both);
  const { id, bytesKnown } = await run({ options: { existing: 'skip', dryRun: true } });
  const { rows } = await engine.tasksPage({ jobId: id, state: null, search: '', offset: 0, limit: 9 });
  const files = rows.filter(({ type }) => type === 'file');
  expect(files.map(({ name, finding, size, bytes }) => ({ name, finding, size, bytes }))).toEqual([
    { name: 'a', finding: 'unchanged', size: 1, bytes: 0 },
    { name: 'b', finding: 'kept', size: 1, bytes: 0 },
  ]);
  expect(bytesKnown).toBe(2);
});

test('one source under a new name keeps that name', async () => {
  const dry = await run({ destination: join(folder, 'renamed'), layout: 'exact', options: { dryRun: true } });
  const real = await engine.runDry(dry.id);
  await engine.ended(real.id);
  expect(readFileSync(join(folder, 'renamed', 'a'), 'utf8')).toBe('a');
});

test('what is no dry run is not begun again', async () => {
  const { id } = await run({ options: { existing: 'skip' } });
  expect(() => engine.runDry(id)).toThrow(expect.objectContaining({ code: 'not-a-dry-run' }));
});

test('a mirror that did not see everything is not begun for real', async () => {
  // A path that the system takes at the source and not at the target, which lies deeper.
  const deep = join(source, ...Array.from({ length: 15 }, () => 'd'.repeat(240)));
  const far = join(into, 't'.repeat(200));
  mkdirSync(deep, { recursive: true });
  mkdirSync(far);
  writeFileSync(join(deep, 'n'.repeat(Math.min(250, 4090 - deep.length))), 'far down');
  const { id, counts } = await run({ destination: far, options: { dryRun: true, mirror: true } });
  expect(counts.failed).toBe(1);
  expect(() => engine.runDry(id)).toThrow(expect.objectContaining({ code: 'dry-run-incomplete' }));
});

test('failures that are only about what exists are told apart', async () => {
  const { id } = await run({});
  expect(await engine.untoldFailures(id)).toEqual({ all: 1, existing: 1 });
});
