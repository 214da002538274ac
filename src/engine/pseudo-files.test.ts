/** Files that the kernel makes up as they are read: their sizes are not what they hold. */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import { engine, folder, rows, run, useEngine } from './testing/test-engine';

useEngine('pseudo');

/** They hold the same at any time. One says that it is empty, one that it has a page, one is longer than it can be copied at once. */
const FILES = [
  '/proc/version',
  '/sys/kernel/mm/transparent_hugepage/enabled',
  '/sys/kernel/btf/vmlinux',
].filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
const HOW = { mode: 'pool', workers: 2 } as const;
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const target = (name = ''): string => join(folder, 'target', name);
const copying = (options: Partial<Extract<JobRequest, { kind: 'copy' }>['options']> = {}): JobRequest => ({
  kind: 'copy',
  ...HOW,
  sources: FILES,
  destination: `${target()}/`,
  options,
});

describe.runIf(FILES.length > 0)('files of /proc and /sys', () => {
  test('have digests', async () => {
    const { id } = await run({ kind: 'hash', ...HOW, paths: FILES, algorithms: ['sha256'], manifest: null });
    expect((await rows(id)).map(({ source, digests }) => [source, digests?.sha256])).toEqual(
      FILES.map((path) => [path, digest(path)]),
    );
  });

  test.each([{}, { verify: true }, { sync: false }])('are copied, with %j', async (options) => {
    const job = await run(copying(options));
    expect(job.counts).toMatchObject({ done: FILES.length, failed: 0, skipped: 0 });
    for (const path of FILES) expect(digest(join(target(), path.replace(/^.*\//u, '')))).toBe(digest(path));
    // Once more: sizes do not tell that they are the same, contents do.
    const again = await run(copying(options));
    expect(again.counts.failed).toBe(0);
    expect(engine.findings(again.id).new).toBeUndefined();
  });

  test('are checked against a list', async () => {
    const list = join(folder, 'SUMS');
    writeFileSync(list, FILES.map((path) => `${digest(path)}  ${path}\n`).join(''));
    const { id } = await run({ kind: 'verify', ...HOW, manifest: list, root: null, outside: true });
    expect(engine.findings(id)).toEqual({ ok: FILES.length });
  });

  test('are compared with copies of them by what they hold', async () => {
    const left = '/sys/kernel/mm/transparent_hugepage';
    mkdirSync(target(), { recursive: true });
    const names = readdirSync(left).filter((name) => statSync(join(left, name)).isFile());
    for (const name of names) writeFileSync(target(name), readFileSync(join(left, name)));
    const { id } = await run({
      kind: 'verify',
      ...HOW,
      manifest: left,
      root: target(),
      rules: { exclude: ['*/'] },
    });
    expect(engine.findings(id)).toMatchObject({ same: names.length });
    expect(engine.findings(id).different).toBeUndefined();
  });
});

test.runIf(process.platform === 'linux')('a copy to /proc fails, and ends', async () => {
  writeFileSync(join(folder, 'file'), 'text');
  const job = await run({ kind: 'copy', ...HOW, sources: [join(folder, 'file')], destination: '/proc/' });
  expect(job).toMatchObject({ state: 'done', counts: { done: 0, failed: 1 } });
});
