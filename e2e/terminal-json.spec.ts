/** The JSON Lines of `--json`: each field as the contract has it, and nothing else on standard output. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { bodyOf, jsonLines, taskLines, test } from './terminal';

test('a line for each task, a summary, nothing else', async ({ heddle, server, folder }) => {
  const target = join(folder, 'target');
  const input = [...server.urls(20), `${server.url}/missing.bin`, 'no URL', ''].join('\n');
  const args = ['download', '--json', '--quiet', '-i', '-', '-d', target, '--workers', '3'];
  const run = await heddle(args, { input });
  expect(run.status).toBe(1);
  expect(run.stderr).toBe('');
  const lines = jsonLines(run.stdout);
  const summary = lines.pop();
  expect(lines).toHaveLength(22);
  expect(new Set(lines.map(({ task }) => task)).size).toBe(22);
  const whole = { type: 'task', job: 1, task: expect.any(Number) };
  for (let index = 0; index < 20; index++) {
    const source = `${server.url}/${index}.bin`;
    const line = lines.find((each) => each['source'] === source);
    expect(line).toEqual({
      ...whole,
      state: 'done',
      source,
      target: join(target, `${index}.bin`),
      bytes: bodyOf(`/${index}.bin`).length,
      attempts: 1,
      worker: expect.any(Number),
      ms: expect.any(Number),
    });
    expect([1, 2, 3]).toContain(line?.['worker']);
    expect(Number.isInteger(line?.['ms'])).toBe(true);
  }
  expect(lines.find(({ source }) => source === `${server.url}/missing.bin`)).toEqual({
    ...whole,
    state: 'failed',
    source: `${server.url}/missing.bin`,
    target: null,
    bytes: 0,
    attempts: 1,
    worker: expect.any(Number),
    ms: expect.any(Number),
    error: { code: 'http-404', message: expect.stringContaining('404'), retryable: false },
  });
  // It never ran.
  expect(lines.find(({ source }) => source === 'line 22')).toEqual({
    ...whole,
    state: 'failed',
    source: 'line 22',
    target: null,
    bytes: 0,
    attempts: 0,
    worker: null,
    ms: null,
    error: { code: 'bad-url', message: expect.any(String), retryable: false },
  });
  const bytes = server.urls(20).reduce((sum, url) => sum + bodyOf(new URL(url).pathname).length, 0);
  const work = { type: 'summary', job: 1, kind: 'download', mode: 'pool', workers: 3, bytes };
  const counts = { done: 20, failed: 2, skipped: 0, cancelled: 0 };
  expect(summary).toEqual({ ...work, ...counts, ms: expect.any(Number) });
});

test('digests of a hash, tasks that are skipped', async ({ heddle, folder }) => {
  mkdirSync(join(folder, 'tree'));
  writeFileSync(join(folder, 'tree', 'a'), 'abc');
  symlinkSync('a', join(folder, 'tree', 'link'));
  const both = ['-a', 'sha256', '-a', 'blake3'];
  const run = await heddle(['hash', '--json', '--mode', 'sequential', ...both, join(folder, 'tree')]);
  expect(run.status).toBe(0);
  const tasks = taskLines(run.stdout);
  expect(tasks).toHaveLength(2);
  expect(tasks.find(({ state }) => state === 'done')).toMatchObject({
    source: join(folder, 'tree', 'a'),
    target: null,
    bytes: 3,
    // NIST's and the reference implementation's digests of "abc".
    digests: {
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      blake3: '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
    },
  });
  expect(tasks.find(({ state }) => state === 'skipped')).toMatchObject({
    source: join(folder, 'tree', 'link'),
    error: { code: 'symbolic-link', retryable: false },
  });
  expect(jsonLines(run.stdout).at(-1)).toMatchObject({
    type: 'summary',
    kind: 'hash',
    mode: 'sequential',
    workers: 1,
    done: 1,
    failed: 0,
    skipped: 1,
  });
});
